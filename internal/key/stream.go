package key

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"math/bits"
)

// Stream is a deterministic sequence of random numbers: the same secret and
// label give the same sequence for ever, on every machine. It is a Source for
// math/rand/v2, but what is drawn through that package may change with the
// version of Go; what decides the content of a copy is drawn with the methods
// here. Not for concurrent use.
type Stream struct {
	ctr  cipher.Stream
	buf  [256]byte
	next int
}

// Stream returns the sequence with that label below s: AES-256 in counter
// mode from zero, read as big-endian numbers.
func (s Secret) Stream(label string) *Stream {
	sub := s.Derive(labelStream + label)
	block, err := aes.NewCipher(sub[:])
	if err != nil {
		panic("key: " + err.Error())
	}
	st := &Stream{ctr: cipher.NewCTR(block, make([]byte, aes.BlockSize))}
	st.next = len(st.buf)
	return st
}

// Uint64 returns the next eight bytes of the sequence.
func (st *Stream) Uint64() uint64 {
	if st.next == len(st.buf) {
		clear(st.buf[:])
		st.ctr.XORKeyStream(st.buf[:], st.buf[:])
		st.next = 0
	}
	v := binary.BigEndian.Uint64(st.buf[st.next:])
	st.next += 8
	return v
}

// IntN returns a number from 0 to n-1, each with the same chance. It panics
// if n < 1. The number is the high half of Uint64 times n, drawn again while
// the low half is below 2^64 mod n.
func (st *Stream) IntN(n int) int {
	if n < 1 {
		panic("key: IntN needs a positive bound")
	}
	un := uint64(n)
	hi, lo := bits.Mul64(st.Uint64(), un)
	if lo < un {
		for min := -un % un; lo < min; {
			hi, lo = bits.Mul64(st.Uint64(), un)
		}
	}
	return int(hi)
}

// Float64 returns a number in [0, 1): the high 53 bits of Uint64 over 2^53.
func (st *Stream) Float64() float64 {
	return float64(st.Uint64()>>11) / (1 << 53)
}

// Perm returns the numbers from 0 to n-1 in random order.
func (st *Stream) Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	st.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// Shuffle puts n things into random order by swapping, from the last to the
// second: each with one that is not behind it.
func (st *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, st.IntN(i+1))
	}
}
