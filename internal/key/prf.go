package key

import (
	"crypto/aes"
	"crypto/cipher"
	"unsafe"
)

// PRF maps one block to one block, and nobody without the secret can tell its
// outputs from random ones: AES-256. Copies are cheap and any number of
// goroutines may use one.
type PRF struct {
	block cipher.Block
}

// PRF returns the block function under s.
func (s Secret) PRF() PRF {
	return OpenedPRF(s.OpenPRF())
}

// OpenedPRF is the PRF whose AES key was opened, see Secret.OpenPRF.
func OpenedPRF(aesKey [32]byte) PRF {
	block, err := aes.NewCipher(aesKey[:])
	if err != nil {
		panic("key: " + err.Error()) // only for a wrong key length
	}
	return PRF{block}
}

// OpenPRF returns the AES key of the PRF under s, to be shown to somebody who
// shall check its outputs, and may then compute all of them. It says nothing
// of s.
func (s Secret) OpenPRF() [32]byte { return s.Derive(labelPRF) }

// Block returns the output for in. It allocates nothing.
func (p PRF) Block(in [16]byte) [16]byte {
	b := onStack(&in)
	p.block.Encrypt(b, b)
	return in
}

// Into writes the output for the block src to dst; both have 16 bytes, and they are the same or do not overlap. It is what
// Block computes, at less than half the cost where many blocks are needed and stand in memory already.
func (p PRF) Into(dst, src []byte) { p.block.Encrypt(dst, src) }

// onStack views b as a slice without letting the compiler see that it is b:
// Encrypt is called through an interface, which would move every block to the
// heap and more than double the cost of Block. It is sound because an AES
// block keeps no slice it was given. The runtime hides pointers in the same
// way; a function that cannot grow the stack leaves no moment at which the
// hidden address could become stale.
//
//go:nosplit
func onStack(b *[16]byte) []byte {
	hidden := uintptr(unsafe.Pointer(b))
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&hidden)), len(b))
}
