package link

import (
	"encoding/binary"

	"telltale/fingerprint"
)

// Collides reports the first of keys that a row added so far has too, judged
// by its first 64 bits.
func (b *Builder) Collides(keys []fingerprint.RowKey) (which int, ok bool) {
	if len(keys) == 0 {
		return 0, false
	}
	wanted := make(map[uint64]int, len(keys))
	for i, k := range keys {
		wanted[binary.BigEndian.Uint64(k[:8])] = i
	}
	for _, k := range b.short {
		if i, found := wanted[k]; found {
			return i, true
		}
	}
	return 0, false
}
