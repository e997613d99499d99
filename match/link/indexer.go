package link

import (
	"encoding/binary"
	"hash/maphash"
	"net/url"
	"strings"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// Indexer turns the rows of a table into entries of its index. It is not for
// concurrent use: every goroutine takes its own by Fork.
type Indexer struct {
	fields   []field
	lists    int
	halves   int
	contacts int
	locale   string
	sparse   bool
	memo     []memo
}

// sparseRows is from how many rows on only every fourth row keeps the tags of
// its carriers: enough to recognise columns by, and parsing them all would
// cost as much as everything else together.
const sparseRows = 1 << 19

// Expect tells how many rows there will be, about.
func (ix *Indexer) Expect(rows int64) { ix.sparse = rows >= sparseRows }

// NewIndexer returns the indexer of a dataset. A column whose carrier cannot
// be parsed is indexed as if it carried nothing.
func NewIndexer(spec Spec, dataset string, master key.Root) *Indexer {
	prf := master.Derive("link/" + url.PathEscape(dataset)).PRF()
	ix := &Indexer{locale: spec.Locale}
	for _, c := range spec.Columns {
		f := newField(c, spec.Locale, prf)
		if f.listed {
			f.slot = ix.lists
			ix.lists++
		}
		if f.contact >= 0 {
			f.contact = ix.contacts
			ix.contacts++
		}
		ix.halves += f.n
		ix.fields = append(ix.fields, f)
	}
	ix.memo = make([]memo, len(ix.fields))
	return ix
}

// Fork returns an indexer that derives the same and may be used at the same
// time by another goroutine.
func (ix *Indexer) Fork() *Indexer {
	c := *ix
	c.memo = make([]memo, len(ix.fields))
	return &c
}

// Batch holds the entries of consecutive rows.
type Batch struct {
	keys   []fingerprint.RowKey
	hashes []uint64 // per row and list; 0 where the cell is empty
	tags   []uint16 // per row and column; 0 where the cell is empty
	halves []uint16 // per row and half of a column
	sealed []byte   // per row and column of contacts: its length and the canonical value
	notes  []fingerprint.Note
}

// Len is the number of rows in b.
func (b *Batch) Len() int { return len(b.keys) }

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	b.keys, b.hashes, b.tags, b.halves, b.sealed = b.keys[:0], b.hashes[:0], b.tags[:0], b.halves[:0], b.sealed[:0]
	b.notes = b.notes[:0]
}

// Entry appends a row to dst. cells are the originals, in the order of the
// scheme's columns; missing ones count as empty.
func (ix *Indexer) Entry(dst *Batch, k fingerprint.RowKey, cells []string) {
	dst.keys = append(dst.keys, k)
	bare := ix.sparse && k[15]&3 != 0
	for i := range ix.fields {
		f := &ix.fields[i]
		var e entry
		if i < len(cells) && !(bare && f.carrier != nil) {
			e = ix.entry(i, cells[i])
		}
		dst.tags = append(dst.tags, e.tag)
		dst.halves = append(dst.halves, e.halves[:f.n]...)
		if f.listed {
			dst.hashes = append(dst.hashes, e.hash)
		}
		if f.contact >= 0 {
			dst.sealed = binary.AppendUvarint(dst.sealed, uint64(len(e.value)))
			dst.sealed = append(dst.sealed, e.value...)
		}
	}
}

// entry is what an index keeps of one cell.
type entry struct {
	hash   uint64
	tag    uint16
	halves [maxHalves]uint16
	value  string // the canonical value of a contact
}

func (ix *Indexer) entry(column int, cell string) entry {
	if blank(cell) {
		return entry{}
	}
	f := &ix.fields[column]
	if f.contact >= 0 {
		return f.entry(cell, ix.locale)
	}
	m := &ix.memo[column]
	if e, ok := m.get(cell); ok {
		return e
	}
	e := f.entry(cell, ix.locale)
	m.put(cell, e)
	return e
}

func newField(c fingerprint.Column, locale string, prf key.PRF) field {
	f := field{name: c.Name, kind: c.Kind, listed: listed(c), contact: -1}
	domain := "tag/" + c.Name
	if isContact(c) {
		f.contact = 0
	}
	if f.listed {
		domain = "kind/" + string(c.Kind)
	} else if c.Carrier != "" && c.Carrier != "none" && !fingerprint.Fragile(c.Carrier) {
		f.carrier, _ = fingerprint.ParseCarrier(c.Carrier, locale)
		f.number = f.carrier != nil && !strings.HasPrefix(c.Carrier, "text")
	}
	if halvesIn(c) > 0 {
		f.halver = newHalver(prf, c.Kind)
	}
	f.whole = newDigester(prf, domain)
	f.folded = newDigester(prf, "folded")
	return f
}

// entry indexes one cell that is not blank.
func (f *field) entry(cell, locale string) entry {
	if f.carrier != nil {
		if class, rank, ok := f.carrier.Class(cell); ok {
			return f.digest(f.coarse(class, rank))
		}
	} else if v, ok := identity.Canonical(f.kind, cell, locale); ok {
		return f.digest(v)
	}
	return f.fold(cell)
}

// fold indexes a cell whose value its kind does not know.
func (f *field) fold(cell string) entry {
	d := f.folded.sum(fold(cell))
	return entry{hash: hashOf(d), tag: tagOf(d)}
}

func (f *field) digest(v string) entry {
	d := f.whole.sum(v)
	e := entry{hash: hashOf(d), tag: tagOf(d)}
	if f.n > 0 && v != "" {
		f.tags(v, &e.halves)
	}
	if f.contact >= 0 {
		e.value = v
	}
	return e
}

func blank(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] > ' ' {
			return strings.TrimSpace(s) == ""
		}
	}
	return true
}

// fold is the spelling of a value that its kind does not know.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}

// memo remembers the entries of a column whose values repeat. It gives up on
// columns where they do not.
type memo struct {
	seed        maphash.Seed
	slots       []memoSlot
	asked, held int
	off         bool
	last        uint64
}

type memoSlot struct {
	cell string
	e    entry
}

const (
	memoSlots = 1024
	memoTrial = 4096 // questions after which a memo must have answered one in four
)

func (m *memo) get(cell string) (entry, bool) {
	if m.off {
		return entry{}, false
	}
	if m.slots == nil {
		m.seed, m.slots = maphash.MakeSeed(), make([]memoSlot, memoSlots)
	}
	m.asked++
	m.last = maphash.String(m.seed, cell) % memoSlots
	if s := &m.slots[m.last]; s.cell == cell {
		m.held++
		return s.e, true
	}
	if m.asked >= memoTrial {
		m.off = m.held < memoTrial/4
		m.asked, m.held = 0, 0
		if m.off {
			m.slots = nil
		}
	}
	return entry{}, false
}

// put keeps a copy of the cell, which may be part of a large buffer.
func (m *memo) put(cell string, e entry) {
	if !m.off {
		m.slots[m.last] = memoSlot{strings.Clone(cell), e}
	}
}
