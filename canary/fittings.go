package canary

import (
	"slices"

	"telltale/internal/identity"
)

// fitting is how one column stays in order.
type fitting struct {
	column  int
	falling bool
	mode    fitMode
	single  bool // no value occurs twice
}

type fitMode uint8

const (
	between fitMode = iota // a new value strictly between the neighbours
	middle                 // the midpoint
	hold                   // the minted value, where it fits
)

// learnFittings finds the columns in order: those that were learned to be, and
// those that the scheme says are.
func (m *model) learnFittings() {
	for i, c := range m.p.Columns {
		dir := m.p.Stats[i].sorted()
		if dir == 0 && c.Sorted {
			dir = 1
		}
		if dir == 0 {
			continue
		}
		unique := c.Key && m.distinct[i] > 0.99
		f := fitting{column: i, falling: dir < 0, mode: hold, single: m.single[i] || unique}
		_, number := parseScalar(m.p.Stats[i].First)
		_, serial := parseSerial(m.p.Stats[i].First)
		switch {
		case unique && serial, m.runs(i) && (!number || c.Kind == identity.Serial):
			f.mode = between
		case unique:
		case number && m.distinct[i] >= 0.5 || number && (c.Kind == identity.Date || c.Kind == identity.Time):
			f.mode = middle
		}
		m.fittings = append(m.fittings, f)
	}
}

// rank is the part of the table, from lo to hi, in which a value belongs.
func (m *model) rank(f fitting, v string) (lo, hi float64) {
	below, upto := int64(0), int64(0)
	for _, r := range m.p.Sample {
		c := f.compare(r.Cells[f.column], v)
		if c < 0 {
			below = r.Index + 1
		}
		if c <= 0 {
			upto = r.Index + 1
		}
	}
	n := float64(max(m.p.Rows, 1))
	return float64(below) / n, float64(max(upto, below)) / n
}

// runs reports whether the column numbers the rows though it is not the key:
// no number twice, and nearly all of one shape.
func (m *model) runs(i int) bool {
	if !m.single[i] && !(slices.Contains(m.serials, i) && m.distinct[i] == 1) {
		return false
	}
	first, ok := parseSerial(m.p.Stats[i].First)
	alike := countIf(m.values(i), func(v string) bool {
		x, ok := parseSerial(v)
		return ok && x.shape == first.shape
	})
	return ok && 10*alike >= 9*len(m.values(i))
}

func (f fitting) compare(a, b string) int {
	if f.falling {
		return compare(b, a)
	}
	return compare(a, b)
}

// ahead reports whether a value belongs further on than before row next.
func (f fitting) ahead(v string, next []string) bool {
	b := at(next, f.column)
	return !blank(b) && f.compare(v, b) > 0
}

// hold keeps a value where it belongs, before row next. One whose place is past
// takes the neighbour's, as does one at an end.
func (f fitting) hold(v string, prev, next []string) (string, float64, bool) {
	a := at(prev, f.column)
	switch {
	case !blank(a) && f.compare(v, a) < 0:
		return a, 0, true
	case f.ahead(v, next):
		return at(next, f.column), 0, prev == nil
	}
	return v, 0, true
}
