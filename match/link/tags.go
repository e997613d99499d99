package link

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// tagList finds the rows that have a tag. It is made when it is first asked
// for: four bytes a row.
type tagList struct {
	once  sync.Once
	start []uint32 // per tag, into rows
	rows  []uint32
}

// rowsOf returns the rows that have a tag among tags; none when they are more
// than most, or the tag is that of empty cells.
func (t *tagList) rowsOf(tags []uint16, tag uint16, most int, r *Room) []uint32 {
	if tag == 0 {
		return nil
	}
	t.once.Do(func() {
		start, rows := make([]uint32, 1<<16+1), make([]uint32, len(tags))
		for _, x := range tags {
			start[int(x)+1]++
		}
		for i := range start[1:] {
			start[i+1] += start[i]
		}
		at := slices.Clone(start)
		for row, x := range tags {
			rows[at[x]] = uint32(row)
			at[x]++
		}
		t.start, t.rows = kept(r, start), kept(r, rows)
	})
	from, to := t.start[tag], t.start[int(tag)+1]
	if int(to-from) > most {
		return nil
	}
	return t.rows[from:to]
}

// tagged returns the rows with that tag; none when they are too many, or the
// tag is that of empty cells.
func (ix *Index) tagged(column int, tag uint16) []uint32 {
	return ix.byTag[column].rowsOf(ix.tags[column], tag, maxCandidate, ix.room)
}

// maxTagRows is the size of a table beyond which almost any value has the tag
// of some row.
const maxTagRows = 150_000

// tryTags links by columns that have no hashes, when the others are gone: an
// address or a company name that carries marks still identifies its row.
func (m *Mapping) tryTags(s *look, header []string) {
	if m.l.Rows() > maxTagRows {
		return
	}
	was := m.clone()
	m.weak = append(m.weak, m.tagPairs(s)...)
	if len(m.weak) > len(was.weak) {
		m.linkWeakly(s, m.strongSets(s), header)
	}
	if m.Linked <= was.Linked {
		*m = was
	}
}

// tagPairs proposes pairs of columns without hashes: tags of the leak occur in
// the column far more often than by chance.
func (m *Mapping) tagPairs(s *look) []pair {
	taken := map[int]bool{}
	for _, p := range m.weak {
		taken[p.leak] = true
	}
	type proposal struct {
		pair
		worth float64
	}
	var found []proposal
	for i, p := range s.pairs {
		if m.l.fields[p.field].listed || taken[p.leak] || p.seen < 4 {
			continue
		}
		worth := m.tagWorth(s.entries[i], p)
		if worth > 0 {
			found = append(found, proposal{p, worth})
		}
	}
	slices.SortStableFunc(found, func(a, b proposal) int { return cmp.Compare(b.worth, a.worth) })
	var pairs []pair
	for _, p := range found {
		pairs = append(pairs, p.pair)
	}
	return assign(pairs)
}

// tagWorth is the share of cells whose tag occurs in the column beyond chance,
// times the bits that they tell of the row; 0 when that is not sure.
func (m *Mapping) tagWorth(entries []entry, p pair) float64 {
	hits, bits, n := 0.0, 0.0, float64(p.seen)
	for _, e := range entries {
		if k := m.l.commonness(p.field, e.tag); e.tag != 0 && k > 0 {
			hits++
			bits += m.l.log2n - math.Log2(float64(k))
		}
	}
	chance := float64(m.l.frequency(p.field).used) / (1 << 16)
	if hits == 0 || hits/n < chance+0.2 || hits < n*chance+4*math.Sqrt(n*chance*(1-chance))+2 || bits/hits < 2 {
		return 0
	}
	return (hits/n - chance) * bits / hits
}
