package link

import (
	"encoding/binary"
	"fmt"
	"slices"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// PartNotes and PartSealed are further parts of an index, see PartKeys.
const (
	PartNotes  = partNotes
	PartSealed = partSealed
)

// Excerpt picks some rows out of the chunks of an index, so that what is said
// of them can be read where the whole does not fit:
//
//	x := link.NewExcerpt(spec, rows)
//	err := x.EachPart(func(column, part string) error { ... x.Take(chunk) ... })
//	index, err := x.Index()
//
// The rows of that index are numbered anew, in their order: see Index.Number.
// It tells their keys, tags and notes; it finds no row, as it has no lists.
type Excerpt struct {
	ix     *Index
	past   map[[2]string]int // part and column -> rows that went by
	column map[string]int
}

// NewExcerpt returns an excerpt of rows, in any order.
func NewExcerpt(spec Spec, rows []uint32) *Excerpt {
	rows = slices.Clone(rows)
	slices.Sort(rows)
	n := len(spec.Columns)
	x := &Excerpt{past: map[[2]string]int{}, column: map[string]int{}, ix: &Index{spec: spec, numbers: slices.Compact(rows),
		tags: make([][]uint16, n), notes: make([][]byte, n), lists: make([]list, n), freq: make([]frequency, n), byTag: make([]tagList, n)}}
	for i, c := range spec.Columns {
		x.column[c.Name] = i
		x.ix.half = append(x.ix.half, 0)
		if c.Noted {
			x.ix.notes[i] = make([]byte, (len(x.ix.numbers)+perByte-1)/perByte)
		}
	}
	return x
}

// EachPart calls f for every part and column that Take needs, in the order of
// the chunks.
func (x *Excerpt) EachPart(f func(column, part string) error) error {
	if err := f("", partKeys); err != nil {
		return err
	}
	for _, c := range x.ix.spec.Columns {
		if err := f(c.Name, partTags); err != nil {
			return err
		}
		if !c.Noted {
			continue
		}
		if err := f(c.Name, partNotes); err != nil {
			return err
		}
	}
	return nil
}

// Take takes the next chunk of a part and column.
func (x *Excerpt) Take(c Chunk) error {
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	data, column := c.Data[1:], x.column[c.Column]
	switch c.Part {
	case partKeys:
		x.each(c, len(data)/16, func(_, at int) { x.ix.keys = append(x.ix.keys, fingerprint.RowKey(data[16*at:16*at+16])) })
	case partTags:
		x.each(c, len(data)/2, func(_, at int) {
			x.ix.tags[column] = append(x.ix.tags[column], binary.LittleEndian.Uint16(data[2*at:]))
		})
	case partNotes:
		x.past[[2]string{c.Part, c.Column}] = c.Segment * SegmentRows // the last byte of a segment may be part empty
		x.each(c, len(data)*perByte, func(i, at int) {
			x.ix.notes[column][i/perByte] |= data[at/perByte] >> (at % perByte * 2) & 3 << (i % perByte * 2)
		})
	default:
		return fmt.Errorf("%w: part %q is not for an excerpt", ErrFormat, c.Part)
	}
	return nil
}

// each calls f for the wanted rows among the next n: with their number in the
// excerpt and their place in the chunk.
func (x *Excerpt) each(c Chunk, n int, f func(i, at int)) {
	name := [2]string{c.Part, c.Column}
	from := x.past[name]
	x.past[name] = from + n
	i, _ := slices.BinarySearch(x.ix.numbers, uint32(from))
	for ; i < len(x.ix.numbers) && int(x.ix.numbers[i]) < from+n; i++ {
		f(i, int(x.ix.numbers[i])-from)
	}
}

// Index is what was taken. It wraps ErrFormat when a row was not there.
func (x *Excerpt) Index() (*Index, error) {
	for i, c := range x.ix.spec.Columns {
		if len(x.ix.keys) != len(x.ix.numbers) || len(x.ix.tags[i]) != len(x.ix.numbers) {
			return nil, fmt.Errorf("%w: column %q has %d tags and %d keys for %d rows", ErrFormat, c.Name, len(x.ix.tags[i]), len(x.ix.keys), len(x.ix.numbers))
		}
	}
	return x.ix, nil
}

// Number is the number of a row in the table, which is another one in an excerpt.
func (ix *Index) Number(row uint32) uint32 {
	if ix.numbers == nil {
		return row
	}
	return ix.numbers[row]
}

// Local is the inverse of Number; ok is false for a row that is not there.
func (ix *Index) Local(number uint32) (row uint32, ok bool) {
	if ix.numbers == nil {
		return number, int(number) < len(ix.keys)
	}
	i, ok := slices.BinarySearch(ix.numbers, number)
	return uint32(i), ok
}

// Contacts opens the sealed contacts of an index chunk by chunk.
type Contacts struct {
	sealer *sealer
	kinds  map[string]identity.Kind
	parts  map[[2]any]int
}

// NewContacts returns a reader of the contacts of one snapshot of a dataset.
func NewContacts(spec Spec, dataset string, master key.Root) *Contacts {
	c := &Contacts{newSealer(dataset, master), map[string]identity.Kind{}, map[[2]any]int{}}
	for _, column := range spec.Columns {
		if isContact(column) {
			c.kinds[column.Name] = column.Kind
		}
	}
	return c
}

// Columns are the names of those that have contacts.
func (c *Contacts) Columns() (names []string) {
	for name := range c.kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Take calls f with the contacts of the next chunk of a column.
func (c *Contacts) Take(chunk Chunk, f func(row uint32, canonical string)) error {
	key := [2]any{chunk.Segment, chunk.Column}
	part := c.parts[key]
	c.parts[key]++
	base := uint32(chunk.Segment*SegmentRows + part*sealChunk)
	return c.sealer.open(chunk.Data, spot{chunk.Segment, chunk.Column, part}, func(row int, value []byte) {
		if len(value) > 0 {
			f(base+uint32(row), string(value))
		}
	})
}

// Resolve reports the wanted contacts that a canonical contact of a column of
// Contacts is.
func (c *Contacts) Resolve(r *Resolver, column, canonical string, found func(number int)) {
	r.all(c.kinds[column], canonical, found)
}
