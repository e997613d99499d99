package link

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// Parts of an index, as a registry is asked for them one by one.
const (
	PartKeys   = partKeys
	PartTags   = partTags
	PartHashes = partHashes
)

// Seeker looks many values up at once in the lists of a dataset's snapshots,
// chunk by chunk as they are stored. Its memory is that of the values, however
// many snapshots there are and however large they are: a chunk is merged with
// the sorted values and forgotten.
//
// Want first, Scan then; Scan may be called by several goroutines.
type Seeker struct {
	prf    key.PRF
	wanted map[identity.Kind]*wanted
	sorted bool
}

type wanted struct {
	digest digester
	values []wantedValue
}

type wantedValue struct {
	hash  uint64
	value int
}

// NewSeeker returns a seeker of values in the index of a dataset.
func NewSeeker(dataset string, master key.Root) *Seeker {
	return &Seeker{prf: master.Derive("link/" + url.PathEscape(dataset)).PRF(), wanted: map[identity.Kind]*wanted{}}
}

// Want asks for a canonical value. value is the caller's number for it.
func (s *Seeker) Want(k identity.Kind, canonical string, value int) {
	w := s.wanted[k]
	if w == nil {
		w = &wanted{digest: newDigester(s.prf, "kind/"+string(k))}
		s.wanted[k] = w
	}
	w.values = append(w.values, wantedValue{hashOf(w.digest.sum(canonical)), value})
}

// Ready ends the asking: it must be called between the last Want and the first
// Scan.
func (s *Seeker) Ready() {
	for _, w := range s.wanted {
		slices.SortFunc(w.values, func(a, b wantedValue) int { return cmp.Compare(a.hash, b.hash) })
	}
	s.sorted = true
}

// Columns are those columns of a spec whose lists may hold what is wanted.
func (s *Seeker) Columns(spec Spec) []fingerprint.Column {
	var out []fingerprint.Column
	for _, c := range spec.Columns {
		if (c.Key || c.Identity) && s.wanted[c.Kind] != nil {
			out = append(out, c)
		}
	}
	return out
}

// Scan reports every wanted value that a chunk of hashes of a column of kind k
// holds, with the row that has it.
func (s *Seeker) Scan(k identity.Kind, c Chunk, found func(value int, row uint32)) error {
	w := s.wanted[k]
	if w == nil {
		return nil
	}
	if !s.sorted {
		return fmt.Errorf("seeker: not ready")
	}
	if c.Part != partHashes {
		return fmt.Errorf("%w: part %q holds no hashes", ErrFormat, c.Part)
	}
	at, base := 0, uint32(c.Segment)*SegmentRows
	return eachEntry(c.Data, func(hash uint64, row uint32) bool {
		for at < len(w.values) && w.values[at].hash < hash {
			at++
		}
		for i := at; i < len(w.values) && w.values[i].hash == hash; i++ {
			found(w.values[i].value, base+row)
		}
		return at < len(w.values)
	})
}

// KeyPicker takes the keys of some rows out of the stored keys of a snapshot.
type KeyPicker struct {
	rows []uint32 // ascending
	next uint32
}

// NewKeyPicker returns a picker of rows, in any order.
func NewKeyPicker(rows []uint32) *KeyPicker {
	rows = slices.Clone(rows)
	slices.Sort(rows)
	return &KeyPicker{rows: slices.Compact(rows)}
}

// Take reports the keys of the wanted rows in the next chunk of keys. Chunks
// must come in their order.
func (p *KeyPicker) Take(c Chunk, found func(row uint32, k fingerprint.RowKey)) error {
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	data := c.Data[1:]
	if c.Part != partKeys || len(data)%16 != 0 {
		return fmt.Errorf("%w: keys of segment %d", ErrFormat, c.Segment)
	}
	end := p.next + uint32(len(data)/16)
	for len(p.rows) > 0 && p.rows[0] < end {
		at := 16 * (p.rows[0] - p.next)
		found(p.rows[0], fingerprint.RowKey(data[at:at+16]))
		p.rows = p.rows[1:]
	}
	p.next = end
	return nil
}

// EachKey calls f with the keys of a chunk of keys, in the order of the rows.
func EachKey(c Chunk, f func(fingerprint.RowKey)) error {
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	if c.Part != partKeys || len(c.Data[1:])%16 != 0 {
		return fmt.Errorf("%w: keys of segment %d", ErrFormat, c.Segment)
	}
	for k := range slices.Chunk(c.Data[1:], 16) {
		f(fingerprint.RowKey(k))
	}
	return nil
}

// eachEntry calls f for the entries of a run until it returns false.
func eachEntry(data []byte, f func(hash uint64, row uint32) bool) error {
	if err := checkVersion(data); err != nil {
		return err
	}
	n, used := binary.Uvarint(data[1:])
	data = data[1+max(used, 0):]
	if used <= 0 || n > uint64(len(data)) {
		return fmt.Errorf("%w: number of entries", ErrFormat)
	}
	hash := uint64(0)
	for i := range n {
		delta, a := binary.Uvarint(data)
		row, b := binary.Uvarint(data[max(a, 0):])
		if a <= 0 || b <= 0 || row >= SegmentRows {
			return fmt.Errorf("%w: entry %d", ErrFormat, i)
		}
		data = data[a+b:]
		if hash += delta; !f(hash, uint32(row)) {
			return nil
		}
	}
	return nil
}
