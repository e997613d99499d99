package canary

import (
	"slices"

	"telltale/internal/key"
)

// gaps draws numbers that a column does not hold, as often as the column holds
// numbers of that size: uniformly from the space between two neighbours of its
// sample.
type gaps struct {
	values []int64 // sorted, different
	form   scalar
}

// newGaps is nil for a column that holds anything but numbers of one precision,
// or too few of them.
func newGaps(values []string) *gaps {
	g := &gaps{}
	for _, v := range values {
		x, ok := parseNumber(trimmed(v))
		if !ok || len(g.values) > 0 && x.decimals != g.form.decimals {
			return nil
		}
		g.form = x
		g.values = append(g.values, x.units)
	}
	slices.Sort(g.values)
	g.values = slices.Compact(g.values)
	if len(g.values) < 16 {
		return nil
	}
	return g
}

func trimmed(v string) string {
	for len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	return v
}

// draw returns a number near old that is not among the values, and the bits of
// its surprise to somebody who knows the row that it was drawn for: log2 of the
// gap's width. Which of the gaps near old it was counts nothing, for few of
// them may have room.
func (g *gaps) draw(st *key.Stream, old string) (string, float64, bool) {
	x, ok := parseScalar(old)
	if !ok {
		return old, 0, false
	}
	at, _ := slices.BinarySearch(g.values, x.units)
	for range 16 {
		i := min(max(at-4+st.IntN(8), 0), len(g.values)-2)
		if width := g.values[i+1] - g.values[i] - 1; width > 0 {
			v := g.values[i] + 1 + int64(st.IntN(int(width)))
			return x.spell(v), log2(float64(width)), true
		}
	}
	return old, 0, false
}
