package link

import (
	"fmt"
	"net/url"
	"slices"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// RowSet is what an index holds by row instead of by value: the key of each
// row, and the hash of its cell in each key or identity column, 0 where the
// cell is empty. It is what commitments are made over.
type RowSet struct {
	Keys   []fingerprint.RowKey
	Hashes [][]uint64           // per key or identity column, in the order of the scheme
	Notes  [][]fingerprint.Note // per column of the scheme; nil for those that are not noted
	listed []string
	names  []string // of all columns
}

// NewRowSet is an empty set; Take fills it.
func NewRowSet(spec Spec) *RowSet {
	s := &RowSet{}
	for _, c := range spec.Columns {
		s.names = append(s.names, c.Name)
		if c.Key || c.Identity {
			s.listed = append(s.listed, c.Name)
		}
	}
	s.Hashes = make([][]uint64, len(s.listed))
	s.Notes = make([][]fingerprint.Note, len(s.names))
	return s
}

// Take adds a chunk of the index. Chunks come in the order in which they were
// made: the keys of a segment before its notes and hashes. Chunks of other parts are
// passed over. An error about their content wraps ErrFormat.
func (s *RowSet) Take(c Chunk) error {
	if c.Part != partKeys && c.Part != partHashes && c.Part != partNotes {
		return nil
	}
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	switch c.Part {
	case partKeys:
		return s.takeKeys(c.Data[1:])
	case partNotes:
		return s.takeNotes(c)
	}
	column := slices.Index(s.listed, c.Column)
	if column < 0 {
		return fmt.Errorf("%w: unknown column %q", ErrFormat, c.Column)
	}
	base, beyond := c.Segment*SegmentRows, false
	err := eachEntry(c.Data, func(hash uint64, row uint32) bool {
		at := base + int(row)
		if beyond = at >= len(s.Keys); !beyond {
			s.Hashes[column][at] = hash
		}
		return !beyond
	})
	if err == nil && beyond {
		err = fmt.Errorf("%w: column %q lists a row beyond the %d of the index", ErrFormat, c.Column, len(s.Keys))
	}
	return err
}

func (s *RowSet) takeKeys(data []byte) error {
	if len(data)%16 != 0 {
		return fmt.Errorf("%w: length of a key", ErrFormat)
	}
	for key := range slices.Chunk(data, 16) {
		s.Keys = append(s.Keys, fingerprint.RowKey(key))
	}
	for i := range s.Hashes {
		s.Hashes[i] = append(s.Hashes[i], make([]uint64, len(s.Keys)-len(s.Hashes[i]))...)
	}
	return nil
}

// HashUnder is the hash of a canonical value in the index of a dataset whose
// PRF is given, see docs/format/link-index.md. A verifier computes it from an
// opened key.
func HashUnder(prf key.PRF, k identity.Kind, canonical string) uint64 {
	return hashOf(newDigester(prf, "kind/"+string(k)).sum(canonical))
}

// Secret is the secret of a dataset's index, whose PRF makes the hashes.
func Secret(dataset string, master key.Root) key.Secret {
	return master.Derive("link/" + url.PathEscape(dataset))
}
