package link

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	partKeys   = "keys"
	partTags   = "tags"
	partHashes = "hashes"
	partHalves = "halves"
	partSealed = "sealed"

	chunkVersion = 1

	keyChunk  = 16 << 16 // bytes
	tagChunk  = 2 << 18  // bytes
	listChunk = 1 << 17  // entries
	sealChunk = 1 << 16  // rows
)

// ErrFormat is wrapped by every error about chunks that cannot be read.
var ErrFormat = errors.New("damaged link index")

// encodeRun writes a sorted run: the version, the number of entries, and for
// each the difference of its hash to the one before and its row, as uvarints.
func encodeRun(run []item) []byte {
	data := make([]byte, 1, 11*len(run)+10)
	data[0] = chunkVersion
	data = binary.AppendUvarint(data, uint64(len(run)))
	last := uint64(0)
	for _, it := range run {
		data = binary.AppendUvarint(data, it.hash-last)
		data = binary.AppendUvarint(data, uint64(it.row))
		last = it.hash
	}
	return data
}

// decodeRun appends the entries of a run to l, with base added to rows.
func decodeRun(l list, data []byte, base uint32) (list, error) {
	err := eachEntry(data, func(hash uint64, row uint32) bool {
		l.hashes, l.rows = append(l.hashes, hash), append(l.rows, base+row)
		return true
	})
	return l, err
}

func checkVersion(data []byte) error {
	if len(data) == 0 || data[0] != chunkVersion {
		return fmt.Errorf("%w: version of a chunk is not %d", ErrFormat, chunkVersion)
	}
	return nil
}
