package key

import (
	"crypto/aes"
	"crypto/cipher"
	"sync"
)

// PRF maps one block to one block, and nobody without the secret can tell its
// outputs from random ones: AES-256. Copies are cheap and any number of
// goroutines may use one.
type PRF struct {
	block   cipher.Block
	scratch *sync.Pool
}

// PRF returns the block function under s.
func (s Secret) PRF() PRF {
	sub := s.Derive(labelPRF)
	block, err := aes.NewCipher(sub[:])
	if err != nil {
		panic("key: " + err.Error()) // only for a wrong key length
	}
	return PRF{block, &sync.Pool{New: func() any { return new([16]byte) }}}
}

// Block returns the output for in.
func (p PRF) Block(in [16]byte) [16]byte {
	b := p.scratch.Get().(*[16]byte)
	*b = in
	p.block.Encrypt(b[:], b[:])
	in = *b
	p.scratch.Put(b)
	return in
}
