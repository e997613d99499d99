package link

import (
	"math"
	"slices"
)

// trySerials takes a column of numbers, such as row numbers, for a key when the
// tags of other columns agree on the rows that it would link; or when nothing
// else is left in the table and it bears the key's name.
func (m *Mapping) trySerials(s *look, header []string) {
	was := m.clone()
	best, bestBits := -1, 0.0
	for i, p := range s.pairs {
		if !m.l.fields[p.field].listed || p.unique < 0.9 || p.hits*20 < p.seen {
			continue
		}
		rows := m.throughList(s, i)
		bits := 0.0
		for _, v := range m.votes(s, rows, header) {
			if v.leak != p.leak && v.field != p.field && (v.agree-v.chance)/(1-v.chance) >= minKappa {
				bits += v.bits
			}
		}
		if bits > bestBits {
			best, bestBits = i, bits
		}
	}
	if best >= 0 && bestBits > minColumn+math.Log2(float64(len(s.pairs))) {
		m.serial = &s.pairs[best]
		m.settle(s, m.throughList(s, best), header)
		m.estimateOdds(s)
		m.settle(s, m.linkSample(s), header)
		m.Linked = countLinked(m.linkSample(s))
		if m.Linked < was.Linked {
			*m = was
		}
		return
	}
	if m.Linked == 0 {
		m.takeNamed(s, header)
	}
}

func (m *Mapping) throughList(s *look, i int) [][]uint32 {
	p := s.pairs[i]
	sets := make([][]uint32, len(s.rows))
	for r := range sets {
		if found := m.l.lists[p.field].find(s.entries[i][r].hash); len(found) == 1 {
			sets[r] = found
		}
	}
	return sets
}

// estimateOdds learns how many of the rows that the serial finds are ours.
func (m *Mapping) estimateOdds(s *look) {
	ours, all := 1.0, 2.0
	for _, c := range s.cells {
		if rows := m.candidates(c, *m.serial); len(rows) == 1 {
			all++
			if m.tagBits(c, rows[0], m.serial.field) > 0 {
				ours++
			}
		}
	}
	share := ours / all
	m.odds = math.Log2(share / (1 - share))
}

// takeNamed accepts a dense key that is all that is left of a table.
func (m *Mapping) takeNamed(s *look, header []string) {
	filled := map[int]bool{}
	for _, p := range s.pairs {
		if p.seen > 0 {
			filled[p.leak] = true
		}
	}
	if len(filled) != 1 {
		return
	}
	for i, p := range s.pairs {
		f := &m.l.fields[p.field]
		named := p.leak < len(header) && fold(header[p.leak]) == fold(f.name)
		if f.listed && named && p.unique >= 0.9 && p.hits*10 >= p.seen*9 {
			m.serial, m.named = &s.pairs[i], true
			m.Columns[p.field] = p.leak
			m.Linked = countLinked(m.throughList(s, i))
			return
		}
	}
}

func (m *Mapping) candidates(c *Cells, p pair) []uint32 {
	if p.leak >= c.Len() {
		return nil
	}
	f := &m.l.fields[p.field]
	e := f.entryOf(c, p.leak)
	if !f.listed {
		return m.l.tagged(p.field, e.tag)
	}
	rows := m.l.lists[p.field].find(e.hash)
	if len(rows) > maxCandidate {
		return nil
	}
	return slices.Clip(rows)
}
