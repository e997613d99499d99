package chain

import (
	"math"
	"slices"
)

// What naming the values costs by which a buyer chose. A range costs its two
// ends. Where the order of the values is not known, any set of them may be
// one: every forest pays for the order, but once.
const rangeCost = 3.0

// columnCost is what it costs to name the column of a filter.
func (t *traits) columnCost() float64 { return math.Log(2 * float64(len(t.groups))) }

// intervalCost is what it costs to name the ends of an interval of values.
func intervalCost(values float64) float64 { return 2 * math.Log(values+1) }

// leastOut is the least share of the rows that a filter has to take out.
const leastOut = 0.1

// fitting looks for the filters of a hop.
type fitting struct {
	t     *traits
	rows  []tried
	plain float64 // the description length of which of these were taken
}

// tried is an issued row that a parent has with some weight, and how much of
// it was taken.
type tried struct {
	row   int32
	n, k  float64
	there bool // whether the parent may well have it, by what is known beside the copy
}

// likely is the probability from which on a row counts as one that the parent
// may well have.
const likely = 0.02

// add adds the filter that shortens the description most, and reports whether
// there is one.
func (f *fitting) add(h *hop) bool {
	var best filter
	var keep, cost, inside float64
	gain := 0.0
	for c := range f.t.groups {
		if h.uses(c) {
			continue
		}
		v := f.values(c)
		v.search(f.t.ordered[c], f.t.columnCost())
		if v.in == nil {
			continue
		}
		if x := f.plain - v.length() - v.cost; x > gain {
			best, keep, cost, inside, gain = v.filter(c), v.keep(), v.cost, subset(v.sumN-v.outN, v.sumK-v.outK), x
		}
	}
	if gain <= 0 {
		return false
	}
	h.filters = append(h.filters, best)
	h.keep, h.cost, f.plain = keep, h.cost+cost, inside
	f.pass(&best)
	return true
}

func (h *hop) uses(column int) bool { return h.filterOf(column) >= 0 }

// filterOf is the place of the filter of a column, -1 for none.
func (h *hop) filterOf(column int) int {
	return slices.IndexFunc(h.filters, func(f filter) bool { return f.column == column })
}

// pass leaves the rows that a filter lets through.
func (f *fitting) pass(x *filter) {
	kept := f.rows[:0]
	for _, r := range f.rows {
		if g := f.t.groups[x.column][r.row]; g >= 0 && x.in[g] {
			kept = append(kept, r)
		}
	}
	f.rows = kept
}

// values counts rows by their value in a column.
type values struct {
	n, k         []float64
	sumN, sumK   float64
	lostN, lostK float64 // of rows whose value is not known
	there        []bool  // values of rows that the parent may well have
	in           []bool
	outN, outK   float64
	cost         float64
}

func (f *fitting) values(c int) *values {
	v := &values{n: make([]float64, f.t.values[c]), k: make([]float64, f.t.values[c]), there: make([]bool, f.t.values[c])}
	groups := f.t.groups[c]
	for _, r := range f.rows {
		g := groups[r.row]
		if g < 0 {
			v.lostN, v.lostK = v.lostN+r.n, v.lostK+r.k
			continue
		}
		v.n[g] += r.n
		v.k[g] += r.k
		v.there[g] = v.there[g] || r.there
		v.sumN, v.sumK = v.sumN+r.n, v.sumK+r.k
	}
	return v
}

func (v *values) keep() float64 { return ratio(v.sumK-v.outK, v.sumN-v.outN) }

// length is the description length of which rows were taken, under the filter.
func (v *values) length() float64 {
	return subset(v.sumN-v.outN, v.sumK-v.outK) + subset(v.lostN, v.lostK) - v.outK*math.Log(leaked)
}

func (v *values) filter(column int) filter {
	pass := (2*ratio(v.sumK, v.sumN) + v.lostK) / (2 + v.lostN) / v.keep()
	return filter{column: column, in: v.in, pass: min(max(pass, 1e-3), 1)}
}

// search finds the values that were asked for: an interval where their order
// is known, or any set. Those of which few rows were taken are out, and the
// few have leaked, by errors in the column. Of the two the shorter one stands;
// none when it would take out too little.
func (v *values) search(ordered bool, price float64) {
	rate := v.typical()
	set := v.set(rate)
	all := v.all(set)
	best := v.under(set, price+v.setCost(set, all))
	if ordered {
		if x := v.under(v.interval(rate), price+intervalCost(all)); x.in != nil && (best.in == nil || x.cost+x.length() < best.cost+best.length()) {
			best = x
		}
	}
	*v = best
}

// under gives the counts for a set of values; in is nil when it takes out too
// little, or all.
func (v *values) under(in []bool, cost float64) values {
	x := *v
	x.in, x.outN, x.outK, x.cost = nil, 0, 0, cost
	some := false
	for g, ok := range in {
		if some = some || ok && v.n[g] > 0; !ok {
			x.outN, x.outK = x.outN+v.n[g], x.outK+v.k[g]
		}
	}
	if some && x.outN >= leastOut*x.sumN {
		x.in = in
	}
	return x
}

// set is the set of values of which enough rows were taken.
func (v *values) set(rate float64) []bool {
	in := make([]bool, len(v.n))
	for g := range v.n {
		in[g] = v.n[g] >= 0.5 && v.k[g] > 0.25*rate*v.n[g]
	}
	return in
}

// all is the number of values among which those asked for were chosen.
func (v *values) all(in []bool) float64 {
	n := 0.0
	for g, ok := range in {
		n += float64(bit(ok || v.there[g]))
	}
	return n
}

func (v *values) setCost(in []bool, all float64) float64 {
	used, rows := 0.0, 0.0
	for g, ok := range in {
		if ok {
			used++
			rows += v.k[g]
		}
	}
	cost := subset(all, used)
	if rows > 4*used {
		cost = min(cost, intervalCost(all)+rangeCost)
	}
	return cost
}

// interval is the range of values that explains best which rows were taken.
func (v *values) interval(rate float64) []bool {
	q := min(max(rate, 2*leaked), 1-1e-3)
	yes, no := math.Log(q/leaked), math.Log((1-q)/(1-leaked))
	gain := make([]float64, len(v.n))
	for g := range gain {
		gain[g] = v.k[g]*yes + (v.n[g]-v.k[g])*no
	}
	return largest(gain)
}

// largest is the interval with the largest sum (Bentley, 1984).
func largest(x []float64) []bool {
	best, sum := 0.0, 0.0
	from, lo, hi := 0, 0, 0
	for g := range x {
		if sum <= 0 {
			from, sum = g, 0
		}
		if sum += x[g]; sum > best {
			best, lo, hi = sum, from, g+1
		}
	}
	in := make([]bool, len(x))
	for g := lo; g < hi; g++ {
		in[g] = true
	}
	return in
}

// typical is the share that was taken of the values of which rows were taken:
// their mean, each by how many.
func (v *values) typical() float64 {
	square, all := 0.0, 0.0
	for g := range v.n {
		square += v.k[g] * v.k[g]
		all += v.k[g] * max(v.n[g], v.k[g])
	}
	return square / max(all, 1e-9)
}

// reprice gives a hop the cost that naming the values of its filters has where
// it is now, from a parent that has each row with probability prior beside what
// the copy tells.
func (t *traits) reprice(h *hop, prior []float64, in []pair, known []uint8) {
	if h.filters == nil {
		return
	}
	f := t.fitting(prior, prior, in, known)
	h.cost = 0
	for k := range h.filters {
		x := &h.filters[k]
		v := f.values(x.column)
		all := v.all(x.in)
		cost := v.setCost(x.in, all)
		if t.ordered[x.column] && isInterval(x.in) {
			cost = min(cost, intervalCost(all))
		}
		h.cost += cost + t.columnCost()
		f.pass(x)
	}
}

// isInterval reports whether the values are all that lie between two of them.
func isInterval(in []bool) bool {
	edges := 0
	for g := range in {
		if in[g] && (g == 0 || !in[g-1]) {
			edges++
		}
	}
	return edges == 1
}
