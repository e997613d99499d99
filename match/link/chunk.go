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

	chunkVersion = 1

	keyChunk  = 16 << 16 // bytes
	tagChunk  = 2 << 18  // bytes
	listChunk = 1 << 17  // entries
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
	if err := checkVersion(data); err != nil {
		return l, err
	}
	n, used := binary.Uvarint(data[1:])
	data = data[1+max(used, 0):]
	if used <= 0 || n > uint64(len(data)) {
		return l, fmt.Errorf("%w: number of entries", ErrFormat)
	}
	hash := uint64(0)
	for i := range n {
		delta, a := binary.Uvarint(data)
		row, b := binary.Uvarint(data[max(a, 0):])
		if a <= 0 || b <= 0 || row >= SegmentRows {
			return l, fmt.Errorf("%w: entry %d", ErrFormat, i)
		}
		data = data[a+b:]
		hash += delta
		l.hashes, l.rows = append(l.hashes, hash), append(l.rows, base+uint32(row))
	}
	return l, nil
}

func checkVersion(data []byte) error {
	if len(data) == 0 || data[0] != chunkVersion {
		return fmt.Errorf("%w: version of a chunk is not %d", ErrFormat, chunkVersion)
	}
	return nil
}
