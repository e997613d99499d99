package link

import (
	"cmp"
	"slices"
)

// Limits of the search for candidates of one leaked row.
const (
	maxCandidate = 64  // rows that may share a value for it to propose them alone
	maxPaired    = 512 // rows that may share a value or half for it to count with another
	maxNear      = 24  // candidates that sharing several values or halves may propose
)

// nearRow is a row of ours that shares something with a leaked one.
type nearRow struct {
	row  uint32
	n    int32
	bits float64
}

// weakRows are the rows that may be that of a leaked row, ascending: those that
// share a rare value with it, and those that share most of what is not so rare.
func (m *Mapping) weakRows(c *Cells, p *probe) []uint32 {
	rows := m.nearRows(p, m.rareRows(c))
	slices.Sort(rows)
	return slices.Compact(rows)
}

// rareRows are the rows that share a rare value with a leaked row, ascending.
func (m *Mapping) rareRows(c *Cells) []uint32 {
	var rows []uint32
	for _, w := range m.weak {
		rows = append(rows, m.candidates(c, w)...)
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// nearRows appends the rows that share at least two values or halves, of
// different columns, with a leaked row: those that share the most bits.
func (m *Mapping) nearRows(p *probe, dst []uint32) []uint32 {
	p.near = p.near[:0]
	most := max(maxCandidate, min(maxPaired, m.l.Rows()/64))
	for i := range p.columns {
		m.nearIn(p, &p.columns[i], most)
	}
	slices.SortFunc(p.near, func(a, b nearRow) int { return cmp.Compare(a.row, b.row) })
	near := merged(p.near)
	if len(near) > maxNear {
		slices.SortFunc(near, func(a, b nearRow) int { return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(a.row, b.row)) })
		near = near[:maxNear]
	}
	for _, x := range near {
		dst = append(dst, x.row)
	}
	return dst
}

// nearIn adds the rows that share the value of a column, or a half of it.
func (m *Mapping) nearIn(p *probe, x *probed, most int) {
	start := len(p.near)
	for _, row := range m.l.byTag[x.f].rowsOf(m.l.tags[x.f], x.tag, most, m.l.room) {
		p.near = append(p.near, nearRow{row, 1, x.exact})
	}
	for i, bits := range x.half {
		if h := m.l.half[x.f] + i; bits > 0 {
			for _, row := range m.l.byHalf[h].rowsOf(m.l.halves[h], x.halves[i], most, m.l.room) {
				if m.l.tags[x.f][row] != x.tag {
					p.near = append(p.near, nearRow{row, 1, bits})
				}
			}
		}
	}
	if x.half[0]+x.half[1]+x.half[2] == 0 {
		return
	}
	mine := p.near[start:] // each row once, however many halves agree
	slices.SortFunc(mine, func(a, b nearRow) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(b.bits, a.bits)) })
	mine = slices.CompactFunc(mine, func(a, b nearRow) bool { return a.row == b.row })
	p.near = p.near[:start+len(mine)]
}

// merged adds up the entries of each row, in an ascending list, and keeps the
// rows that have several.
func merged(near []nearRow) []nearRow {
	n := 0
	for i := 0; i < len(near); {
		x := near[i]
		for i++; i < len(near) && near[i].row == x.row; i++ {
			x.n, x.bits = x.n+1, x.bits+near[i].bits
		}
		if x.n > 1 {
			near[n] = x
			n++
		}
	}
	return near[:n]
}
