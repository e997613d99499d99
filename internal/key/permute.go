package key

import "encoding/binary"

// PermutationBits is the width of what a Permutation permutes.
const PermutationBits = 60

// Permutation is a keyed permutation of the numbers below 2^60, which nobody
// without the secret can tell from a random one: a balanced Feistel network of
// ten rounds over halves of 30 bits, whose round function is the PRF (Luby and
// Rackoff 1988; Patarin 2004 for the number of rounds). Copies are cheap and
// any number of goroutines may use one.
type Permutation struct{ prf PRF }

const (
	rounds   = 10
	halfBits = PermutationBits / 2
	halfMask = 1<<halfBits - 1
)

// Permutation returns the permutation under s.
func (s Secret) Permutation() Permutation { return Permutation{s.Derive(labelPermutation).PRF()} }

// Encrypt maps x; its bits above 2^60 are ignored.
func (p Permutation) Encrypt(x uint64) uint64 {
	l, r := x>>halfBits&halfMask, x&halfMask
	for i := range rounds {
		l, r = r, l^p.round(i, r)
	}
	return l<<halfBits | r
}

// Decrypt is the inverse of Encrypt.
func (p Permutation) Decrypt(x uint64) uint64 {
	l, r := x>>halfBits&halfMask, x&halfMask
	for i := rounds - 1; i >= 0; i-- {
		l, r = r^p.round(i, l), l
	}
	return l<<halfBits | r
}

func (p Permutation) round(i int, half uint64) uint64 {
	var in [16]byte
	in[0] = byte(i)
	binary.BigEndian.PutUint64(in[8:], half)
	out := p.prf.Block(in)
	return binary.BigEndian.Uint64(out[:8]) & halfMask
}
