package canary

import (
	"math"
	"slices"
)

// seat gives canary i the vacancy that its key names, or any; false when it
// needs none.
func (pl *Planter) seat(i int, v *Vacancies) bool {
	if v == nil {
		return false
	}
	if !v.dense {
		if c := pl.canaries[i]; c.Shared && c.Slot < len(v.booked) {
			pl.seats[v.booked[c.Slot]] = []int{i}
		} else {
			pl.standing = append(pl.standing, i)
		}
		return true
	}
	n, ok := pl.m.runningNumber(pl.canaries[i].Cells[pl.m.key[0]])
	if _, vacant := slices.BinarySearch(v.numbers, n); !ok || !vacant || !pl.m.ordered(pl.m.key[0]) {
		return false
	}
	pl.seats[n] = append(pl.seats[n], i)
	return true
}

// ordered reports whether the column has to stay in order.
func (m *model) ordered(i int) bool {
	return slices.ContainsFunc(m.fittings, func(f fitting) bool { return f.column == i })
}

// seated are the canaries whose vacancy did not come, by their number.
func (pl *Planter) seated() []int {
	var numbers []int64
	for n := range pl.seats {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	var out []int
	for _, n := range numbers {
		out = append(out, pl.seats[n]...)
	}
	clear(pl.seats)
	return out
}

// Instead returns the canaries that stand in the place of a vacant row, to be
// given to Replace; none for most of them. prev and next are the rows beside it.
func (pl *Planter) Instead(prev, gone, next []string) []int {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if pl.vacancies.dense {
		n, _ := pl.m.runningNumber(at(gone, pl.m.key[0]))
		out := pl.seats[n]
		delete(pl.seats, n)
		return out
	}
	at := int64(pl.passed)
	pl.passed++
	if slices.Contains(pl.vacancies.booked, at) {
		return pl.expected(at, prev, next)
	}
	left := pl.vacancies.Share() * float64(pl.rows)
	left = max(left-math.Sqrt(left)-float64(at)-float64(pl.vacancies.keptFrom(at)), float64(len(pl.standing)))
	h := entry("seat", pl.m.combined(gone, pl.m.key, pl.m.p.Locale)) ^ pl.lot()
	if len(pl.standing) == 0 || float64(mix(h)>>11)/(1<<53)*left >= float64(len(pl.standing)) {
		return nil
	}
	k := slices.IndexFunc(pl.standing, func(i int) bool { return pl.suits(i, prev, next) })
	if k < 0 {
		return nil
	}
	i := pl.standing[k]
	pl.standing = slices.Delete(pl.standing, k, k+1)
	return []int{i}
}

// expected is the shared canary that this vacancy is kept for, if the copy has
// it. Where it does not suit, it takes another.
func (pl *Planter) expected(at int64, prev, next []string) []int {
	due := pl.seats[at]
	delete(pl.seats, at)
	if len(due) > 0 && !pl.suits(due[0], prev, next) {
		pl.standing, due = append(pl.standing, due...), nil
	}
	return due
}

// lot is different for every copy.
func (pl *Planter) lot() uint64 {
	at := slices.IndexFunc(pl.canaries, func(c Canary) bool { return !c.Shared })
	return math.Float64bits(pl.canaries[max(at, 0)].Place)
}

// suits reports whether a canary keeps its values between two rows, but for
// those that it gets from the row that is gone.
func (pl *Planter) suits(i int, prev, next []string) bool {
	for _, f := range pl.columns {
		a, b := at(prev, f.column), at(next, f.column)
		if f.falling {
			a, b = b, a
		}
		v := pl.canaries[i].Cells[f.column]
		if f.mode == hold && !f.single && !blank(v) && (!blank(a) && compare(v, a) < 0 || !blank(b) && compare(v, b) > 0) {
			return false
		}
	}
	return true
}

// Replace returns the cells of canary i made to fit in the place of row gone:
// what stands in order is what stood there, or, in a key, between the
// neighbours. ErrNoGap means that the canary goes elsewhere.
func (pl *Planter) Replace(i int, prev, gone, next []string) ([]string, error) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	pl.share[i] = [2]int{0, 1}
	return pl.settle(i, prev, gone, next)
}

// fitAt is fit in the place of a row that is gone, if any is.
func (pl *Planter) fitAt(f fitting, c Canary, prev, gone, next []string, share [2]int) (string, float64, bool) {
	old := at(gone, f.column)
	if blank(old) {
		return pl.fit(f, c, prev, next, share)
	}
	switch {
	case f.mode == middle, f.mode == between && !pl.m.p.Columns[f.column].Key:
		return old, 0, true
	case f.mode == between && pl.vacancies.dense:
		return c.Cells[f.column], float64(len(pl.vacancies.numbers)), true
	case f.mode == between:
		return pl.beside(f, at(prev, f.column), old, at(next, f.column), seed(c, f.column))
	}
	v, _, ok := pl.fit(f, c, prev, next, share)
	return pick(ok && v == c.Cells[f.column], v, old), 0, true
}

// beside is a key as near to the one that is gone as half the way to its
// neighbours, so that canaries in the places of two neighbours keep their order.
func (pl *Planter) beside(f fitting, a, gone, b string, seed uint64) (string, float64, bool) {
	if f.falling {
		a, b = b, a
	}
	x, ok := parseSerial(gone)
	y, ok1 := parseSerial(a)
	z, ok2 := parseSerial(b)
	if !ok || !ok1 || !ok2 || x.shape != y.shape || x.shape != z.shape {
		return "", 0, false
	}
	run, only := firstDifference(y, z)
	if !only && run != x.n-1 {
		return "", 0, false
	}
	lo, hi := y.values[run]+(x.values[run]-y.values[run])/2+1, x.values[run]+(z.values[run]-x.values[run])/2
	v, room, ok := pl.search(f, x, run, lo, hi, a, b, seed)
	return v, room, ok && v != gone
}

// crowded reports whether a canary may stand in the place of a neighbour.
func (pl *Planter) crowded(prev, next []string) bool {
	v := pl.vacancies
	return v != nil && !v.dense && (prev != nil && v.Vacant(prev) || next != nil && v.Vacant(next))
}
