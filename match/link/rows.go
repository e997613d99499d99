package link

import (
	"math"

	"telltale/internal/identity"
)

// Way is how a row was linked.
type Way string

// The ways, from the surest to the least sure.
const (
	Email       Way = "email"       // exact, as the next three
	Phone       Way = "phone"       //
	NationalID  Way = "national-id" //
	Serial      Way = "serial"      // a long or sparse one
	Hash        Way = "hash"        // of an e-mail address or phone
	Combination Way = "combination" // several columns that agree exactly: name and address
	Similar     Way = "similar"     // the same, and some of it is misspelt
	RowNumber   Way = "row-number"  // a number from a dense range, which other columns or its name confirm
)

func wayOf(k identity.Kind) Way { return Way(k) } // of strong kinds

// Link is a leaked row found in the index.
type Link struct {
	Row     uint32
	Way     Way
	By      []int // columns of the index that linked it; not to be changed
	Similar []int // columns that agree but for a slip
	Bits    float64
}

// Link finds the row that a leaked row shows. c must have been reset to it.
func (m *Mapping) Link(c *Cells) (Link, bool) {
	if k, ok := m.byStrong(c); ok {
		return k, true
	}
	if m.serial != nil {
		return m.bySerial(c)
	}
	return m.byWeak(c)
}

func (m *Mapping) byStrong(c *Cells) (Link, bool) {
	var rows []uint32
	var by []int
	for _, p := range m.strong {
		if p.leak >= c.Len() {
			continue
		}
		if v, ok := c.Canonical(p.leak, m.l.fields[p.field].kind); !ok || !m.alone(p, v) {
			continue
		}
		if found := m.candidates(c, p); len(found) > 0 {
			by = append(by, p.field)
			rows = append(rows, found...)
		}
	}
	way := Hash
	if len(by) > 0 {
		way = wayOf(m.l.fields[by[0]].kind)
	}
	for _, h := range m.hashed {
		if found := h.find(c); len(found) > 0 {
			by = append(by, h.field)
			rows = append(rows, found...)
			if way == Hash && h.by.deleted() != 0 {
				way = Similar
			}
		}
	}
	row, ok := m.best(c, rows)
	return Link{Row: row, Way: way, By: by, Bits: m.l.log2n}, ok
}

// alone reports whether a value of a strong pair identifies a row by itself.
func (m *Mapping) alone(p pair, v string) bool {
	k := m.l.fields[p.field].kind
	return identity.StrongValue(k, v) && (k != identity.Serial || p.density <= sparse || len(v) >= longSerial)
}

// best chooses among rows by their tags; ok is false when two are as good.
func (m *Mapping) best(c *Cells, rows []uint32) (row uint32, ok bool) {
	if len(rows) == 0 {
		return 0, false
	}
	same := true
	for _, r := range rows {
		same = same && r == rows[0]
	}
	if same {
		return rows[0], true
	}
	first, second := math.Inf(-1), math.Inf(-1)
	seen, p := map[uint32]bool{}, m.probe(c)
	for _, r := range rows {
		if seen[r] {
			continue
		}
		seen[r] = true
		if b := m.agreement(p, r, nil); b > first {
			first, second, row = b, first, r
		} else if b > second {
			second = b
		}
	}
	return row, first >= second+uniqueMargin
}

func (m *Mapping) bySerial(c *Cells) (Link, bool) {
	rows := m.candidates(c, *m.serial)
	if len(rows) != 1 {
		return Link{}, false
	}
	k := Link{Row: rows[0], Way: RowNumber, By: []int{m.serial.field}, Bits: m.l.log2n}
	return k, m.named || m.tagBits(c, rows[0], m.serial.field)+m.odds > 0
}

// tagBits weighs whether the other columns of a leaked row are those of a row:
// the sum of log2 of agree/chance where tags agree, and of
// (1-agree)/(1-chance) where they do not.
func (m *Mapping) tagBits(c *Cells, row uint32, except int) float64 {
	bits := 0.0
	for f, leak := range m.Columns {
		if leak < 0 || leak >= c.Len() || f == except || m.l.tags[f][row] == 0 {
			continue
		}
		e := m.l.fields[f].entryOf(c, leak)
		if e.tag == 0 {
			continue
		}
		q, p := min(0.99, m.rates[f].agree), min(0.98, m.rates[f].chance)
		if q <= p {
			continue
		}
		if e.tag == m.l.tags[f][row] {
			bits += math.Log2(q / p)
		} else {
			bits += math.Log2((1 - q) / (1 - p))
		}
	}
	return bits
}

// byWeak looks for the one row on which several weak identities agree.
func (m *Mapping) byWeak(c *Cells) (Link, bool) {
	k, second := m.bestWeak(c)
	return k, k.Bits > m.l.log2n+m.margin && k.Bits >= second+uniqueMargin
}

// clearBits is by how much a row that shares a rare value must stand out for
// others, which share less, not to be looked at.
const clearBits = 10.0

func (m *Mapping) bestWeak(c *Cells) (best Link, second float64) {
	p := m.probe(c)
	best, second = m.bestOf(p, m.rareRows(c))
	if best.Bits < m.l.log2n+m.margin+clearBits || best.Bits < second+clearBits {
		best, second = m.bestOf(p, m.weakRows(c, p))
	}
	if best.Bits > m.l.log2n {
		m.describe(p, &best)
	}
	return best, second
}

func (m *Mapping) bestOf(p *probe, rows []uint32) (best Link, second float64) {
	best.Bits, second = math.Inf(-1), math.Inf(-1)
	for _, r := range rows {
		b := m.agreement(p, r, nil)
		if b > best.Bits {
			best, second = Link{Row: r, Bits: b}, best.Bits
		} else if b > second {
			second = b
		}
	}
	return best, second
}

// describe says which columns made a weak link.
func (m *Mapping) describe(p *probe, k *Link) {
	var f fit
	m.agreement(p, k.Row, &f)
	k.By, k.Similar, k.Way = f.exact, f.similar, Combination
	if len(f.similar) > 0 {
		k.Way = Similar
	}
}

// column is the column of the leak that holds field f, as far as known.
func (m *Mapping) column(f int) int {
	if m.Columns[f] >= 0 {
		return m.Columns[f]
	}
	for _, p := range m.strong {
		if p.field == f && p.hits > 0 {
			return p.leak
		}
	}
	for _, p := range m.weak {
		if p.field == f && p.density < 0.5 {
			return p.leak
		}
	}
	return -1
}

// group is a set of kinds of which one often follows from another.
type group int

const (
	alone group = iota
	place
	firm
	groupCount
)

func groupOf(k identity.Kind) group {
	switch k {
	case identity.City, identity.Region, identity.Postcode, identity.Country:
		return place
	case identity.Organisation, identity.URL:
		return firm
	}
	return alone
}

// Edits compares the recognised cells of a linked row with what the index
// knows of the row's original. Bit c of known is set when that of column c of
// the leak can be told, and of edited when it differs; marks are no difference.
func (m *Mapping) Edits(c *Cells, row uint32) (edited, known uint64) {
	for f, leak := range m.Columns {
		if leak < 0 || leak >= c.Len() || leak > 63 {
			continue
		}
		if m.l.fields[f].carrier != nil && m.l.tags[f][row] == 0 {
			continue // blank, or not kept
		}
		known |= 1 << leak
		if m.l.fields[f].entryOf(c, leak).tag != m.l.tags[f][row] {
			if m.l.fields[f].number {
				known &^= 1 << leak // perhaps the mark
				continue
			}
			edited |= 1 << leak
		}
	}
	return edited, known
}

// Bare reports whether the rows are linked by nothing but numbers from a dense
// range, under the name of our column: any table could hold them.
func (m *Mapping) Bare() bool { return m.named }

// Disown makes a mapping link nothing.
func (m *Mapping) Disown() { m.strong, m.hashed, m.weak, m.serial, m.Linked = nil, nil, nil, nil, 0 }
