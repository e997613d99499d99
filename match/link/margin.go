package link

// learnMargin lowers what weak identities must agree on in this table, as far
// as rows put together from columns of different rows show that mistakes stay
// rare: at most one link in fifty at the margin.
//
// A table of ours shows far more agreement than its shuffled columns. A foreign
// one of the same population, with common names and places, does not.
func (m *Mapping) learnMargin(s *look) {
	m.margin = rowMargin
	if m.serial != nil || len(m.weak) == 0 {
		return
	}
	const shuffles = 3
	real := m.scores(s.cells)
	var mixed []float64
	for k := range shuffles {
		mixed = append(mixed, m.scores(m.shuffled(s, k))...)
	}
	for margin := float64(rowMargin); margin >= minMargin; margin-- {
		ours, chance := above(real, m.l.log2n+margin), above(mixed, m.l.log2n+margin)
		foreign := 1 - float64(ours)/float64(len(s.rows)) + maxMistaken
		if foreign*(float64(chance)+1)/shuffles <= float64(ours)*maxMistaken {
			m.margin = margin
		}
	}
}

// maxMistaken is the share of weak links that may be wrong.
const maxMistaken = 0.01

// minMargin is the lowest margin that is learned, in bits.
const minMargin = 1.0

// scores are the bits of the best row for each leaked row that has a unique one.
func (m *Mapping) scores(cells []*Cells) []float64 {
	var out []float64
	for _, c := range cells {
		if k, second := m.bestWeak(c); k.Bits >= second+uniqueMargin {
			out = append(out, k.Bits)
		}
	}
	return out
}

func above(x []float64, limit float64) (n int) {
	for _, v := range x {
		if v > limit {
			n++
		}
	}
	return n
}

// shuffled puts rows together from columns of different rows; columns that
// follow from one another stay together.
func (m *Mapping) shuffled(s *look, k int) []*Cells {
	shift := make([]int, s.width)
	places := s.width + int(groupCount)
	far := func(place int) int { return (place+1)*len(s.rows)/(places+1) + 7*k } // rows may be in order
	for c := range shift {
		shift[c] = far(c)
	}
	for f := range m.l.fields {
		if c := m.column(f); c >= 0 && groupOf(m.l.fields[f].kind) != alone {
			shift[c] = far(s.width + int(groupOf(m.l.fields[f].kind)))
		}
	}
	out := make([]*Cells, len(s.rows))
	for i := range out {
		row := make([]string, s.width)
		for c := range row {
			row[c] = s.rows[(i+shift[c])%len(s.rows)][c]
		}
		out[i] = NewCells(m.l.spec.Locale)
		out[i].Reset(row)
	}
	return out
}
