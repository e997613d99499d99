package link

import (
	"encoding/binary"
	"fmt"
	"net/url"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"telltale/internal/key"
)

// RowTree gathers all that an index holds of each row, as leaves of a Merkle
// tree (RFC 6962): two states of an index differ in no more than some rows if
// their roots are those of leaves that differ in these rows alone. See
// docs/format/erasures.md.
type RowTree struct {
	set      *RowSet
	spec     Spec
	sealer   *sealer
	salt     key.PRF
	tags     map[string][]uint16     // by column
	halves   map[string][][]uint16   // by column
	contacts map[string]*contactList // by column
	parts    map[partOf]int
}

// NewRowTree is the tree of a snapshot of the dataset; Take fills it.
func NewRowTree(spec Spec, dataset, snapshot string, master key.Root) *RowTree {
	return &RowTree{set: NewRowSet(spec), spec: spec, sealer: newSealer(dataset, master), salt: master.Derive("erasure/" + url.PathEscape(snapshot)).PRF(),
		tags: map[string][]uint16{}, halves: map[string][][]uint16{}, contacts: map[string]*contactList{}, parts: map[partOf]int{}}
}

// Take adds a chunk. Chunks come in the order in which they were made. An error
// about their content wraps ErrFormat.
func (t *RowTree) Take(c Chunk) error {
	if err := checkVersion(c.Data); err != nil {
		return err
	}
	switch c.Part {
	case partTags:
		t.tags[c.Column] = append(t.tags[c.Column], numbers(c.Data[1:])...)
		return nil
	case partHalves:
		return t.takeHalves(c)
	case partSealed:
		return t.takeContacts(c)
	}
	return t.set.Take(c)
}

func numbers(data []byte) []uint16 {
	out := make([]uint16, len(data)/2)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return out
}

// takeHalves adds to the first half of the column that has not all rows yet.
func (t *RowTree) takeHalves(c Chunk) error {
	n := numbers(c.Data[1:])
	list := t.halves[c.Column]
	for i := range list {
		if len(list[i])+len(n) <= len(t.set.Keys) {
			list[i] = append(list[i], n...)
			return nil
		}
	}
	if len(n) > len(t.set.Keys) {
		return fmt.Errorf("%w: more halves than rows in column %q", ErrFormat, c.Column)
	}
	t.halves[c.Column] = append(list, n)
	return nil
}

func (t *RowTree) takeContacts(c Chunk) error {
	at := partOf{c.Segment, c.Column, c.Part}
	spot := spot{c.Segment, c.Column, t.parts[at]}
	t.parts[at]++
	list := t.contacts[c.Column]
	if list == nil {
		list = &contactList{}
		t.contacts[c.Column] = list
	}
	return t.sealer.open(c.Data, spot, func(_ int, value []byte) {
		list.values = append(list.values, value...)
		list.ends = append(list.ends, len(list.values))
	})
}

// contactList holds the contacts of a column, row by row.
type contactList struct {
	values []byte
	ends   []int
}

func (l *contactList) rows() int {
	if l == nil {
		return 0
	}
	return len(l.ends)
}

func (l *contactList) of(row int) []byte {
	from := 0
	if row > 0 {
		from = l.ends[row-1]
	}
	return l.values[from:l.ends[row]]
}

// Rows is the number of rows.
func (t *RowTree) Rows() int { return len(t.set.Keys) }

// Set is what commitments are made over.
func (t *RowTree) Set() *RowSet { return t.set }

// Contacts calls f for each contact that is kept of a row, with the kind of its
// column before it: "email:ann@example.org".
func (t *RowTree) Contacts(row uint32, f func(contact string)) {
	for _, c := range t.spec.Columns {
		if list := t.contacts[c.Name]; int(row) < list.rows() && len(list.of(int(row))) > 0 {
			f(string(c.Kind) + ":" + string(list.of(int(row))))
		}
	}
}

// Leaves are the hashes of the leaves, a row each.
func (t *RowTree) Leaves() [][32]byte {
	out := make([][32]byte, t.Rows())
	var buf []byte
	for row := range out {
		buf = t.leaf(buf[:0], row)
		out[row] = [32]byte(rfc6962.DefaultHasher.HashLeaf(buf))
	}
	return out
}

// leaf appends the content of a row's leaf: salt, key, hashes, and then column
// by column tag, halves, note and contact.
func (t *RowTree) leaf(dst []byte, row int) []byte {
	var in [16]byte
	binary.BigEndian.PutUint64(in[8:], uint64(row))
	salt := t.salt.Block(in)
	dst = append(append(dst, salt[:]...), t.set.Keys[row][:]...)
	for _, h := range t.set.Hashes {
		dst = binary.BigEndian.AppendUint64(dst, h[row])
	}
	for i, c := range t.spec.Columns {
		if tags := t.tags[c.Name]; row < len(tags) {
			dst = binary.BigEndian.AppendUint16(dst, tags[row])
		}
		for _, half := range t.halves[c.Name] {
			if row < len(half) {
				dst = binary.BigEndian.AppendUint16(dst, half[row])
			}
		}
		if notes := t.set.Notes[i]; row < len(notes) {
			dst = append(dst, byte(notes[row]))
		}
		if list := t.contacts[c.Name]; row < list.rows() {
			value := list.of(row)
			dst = append(binary.AppendUvarint(dst, uint64(len(value))), value...)
		}
	}
	return dst
}

// RootOf is the root over the hashes of leaves.
func RootOf(leaves [][32]byte) [32]byte {
	r := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	if len(leaves) == 0 {
		return [32]byte(rfc6962.DefaultHasher.EmptyRoot())
	}
	for _, l := range leaves {
		if err := r.Append(l[:], nil); err != nil {
			panic("link: " + err.Error()) // only for hashes of another size
		}
	}
	root, err := r.GetRootHash(nil)
	if err != nil {
		panic("link: " + err.Error())
	}
	return [32]byte(root)
}
