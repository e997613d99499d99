package canary

import (
	"math"
	"slices"

	"telltale/internal/key"
)

// gaps draws numbers that a column does not hold, as often as the column holds
// numbers of that size: uniformly from the space between two neighbours of its
// sample, with as many decimals as the number that it is to be like.
type gaps struct {
	values   []int64 // sorted, different
	decimals int     // that a unit of values stands for
	mixed    bool    // some have fewer: a last decimal of zero is not written
}

// newGaps is nil for a column that holds anything but numbers, or too few of them.
func newGaps(values []string) *gaps {
	g := &gaps{}
	numbers := make([]scalar, 0, len(values))
	for _, v := range values {
		x, ok := parseNumber(trimmed(v))
		if !ok {
			return nil
		}
		numbers = append(numbers, x)
		g.decimals = max(g.decimals, x.decimals)
	}
	for _, x := range numbers {
		unit := g.unit(x)
		g.mixed = g.mixed || unit > 1
		if x.units > math.MaxInt64/2/unit || x.units < -math.MaxInt64/2/unit {
			return nil
		}
		g.values = append(g.values, x.units*unit)
	}
	slices.Sort(g.values)
	g.values = slices.Compact(g.values)
	if len(g.values) < 16 {
		return nil
	}
	return g
}

// unit is what the last digit of a number counts.
func (g *gaps) unit(x scalar) int64 {
	unit := int64(1)
	for range g.decimals - x.decimals {
		unit *= 10
	}
	return unit
}

func trimmed(v string) string {
	for len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	return v
}

// draw returns a number near old that is not among the values, and the bits of
// its surprise to somebody who knows the row that it was drawn for: log2 of the
// numbers in the gap. Which of the gaps near old it was counts nothing, for few
// of them may have room.
func (g *gaps) draw(st *key.Stream, old string) (string, float64, bool) {
	x, ok := parseScalar(old)
	if !ok || x.decimals > g.decimals || x.layout != "" {
		return old, 0, false
	}
	unit := g.unit(x)
	at, _ := slices.BinarySearch(g.values, x.units*unit)
	for range 16 {
		i := min(max(at-4+st.IntN(8), 0), len(g.values)-2)
		first, last := floorDiv(g.values[i], unit)+1, floorDiv(g.values[i+1]-1, unit)
		room := last - first + 1
		if room < 1 {
			continue
		}
		v := first + int64(st.IntN(int(room)))
		if g.mixed && x.decimals > 0 {
			if v%10 == 0 {
				continue
			}
			room -= floorDiv(last, 10) - floorDiv(first-1, 10)
		}
		return x.spell(v), log2(float64(room)), true
	}
	return old, 0, false
}

func floorDiv(a, b int64) int64 { return (a - mod(a, b)) / b }
