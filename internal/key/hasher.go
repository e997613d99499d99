package key

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Hasher makes keyed digests. It allocates nothing per digest and is not for
// concurrent use: every goroutine takes its own from the Secret.
type Hasher struct {
	mac hash.Hash
	buf []byte
	sum [sha256.Size]byte
}

// Hasher returns a hasher under s: HMAC-SHA256, shortened to what is asked.
func (s Secret) Hasher() *Hasher {
	sub := s.Derive(labelHash)
	return &Hasher{mac: hmac.New(sha256.New, sub[:]), buf: make([]byte, 0, 256)}
}

// Sum128 digests a list of strings. Each part is preceded by its length in
// bytes as an unsigned varint, so ("ab","c") and ("a","bc") differ.
func (h *Hasher) Sum128(parts ...string) [16]byte {
	h.digest(parts)
	return [16]byte(h.sum[:16])
}

// Sum64 is the first eight bytes of Sum128, big-endian.
func (h *Hasher) Sum64(parts ...string) uint64 {
	h.digest(parts)
	return binary.BigEndian.Uint64(h.sum[:8])
}

func (h *Hasher) digest(parts []string) {
	h.buf = h.buf[:0]
	for _, p := range parts {
		h.buf = binary.AppendUvarint(h.buf, uint64(len(p)))
		h.buf = append(h.buf, p...)
	}
	h.mac.Reset()
	h.mac.Write(h.buf)
	h.mac.Sum(h.sum[:0])
}
