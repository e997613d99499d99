package erase

import (
	"encoding/hex"
	"fmt"
)

// hash is a SHA-256 that JSON writes in hexadecimal.
type hash struct{ sum [32]byte }

// String is the hash in hexadecimal.
func (h hash) String() string { return hex.EncodeToString(h.sum[:]) }

// MarshalText writes hexadecimal.
func (h hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *hash) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(h.sum) {
		return fmt.Errorf("hash of %d digits, want %d", len(text), 2*len(h.sum))
	}
	_, err := hex.Decode(h.sum[:], text)
	return err
}
