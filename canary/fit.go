package canary

import "math"

// fit gives the value of one sorted column between two rows, and for serial
// numbers how many values it was chosen from.
func (pl *Planter) fit(f fitting, c Canary, prev, next []string, share [2]int) (v string, room float64, ok bool) {
	v = c.Cells[f.column]
	a, b := at(prev, f.column), at(next, f.column)
	if f.falling {
		a, b = b, a
	}
	switch {
	case blank(a) && blank(b):
		return v, 0, f.mode != between || prev == nil && next == nil
	case f.mode == between:
		return pl.serialBetween(f, a, b, seed(c, f.column), share)
	case blank(v):
		return v, 0, true
	case f.single && share[0] > 0: // one to a gap
		return "", 0, false
	case f.mode == middle:
		v, ok = pl.middle(f, a, b)
		return v, 0, ok && !(f.single && (v == a || v == b))
	case f.single:
		if f.ahead(v, next) {
			return "", 0, false
		}
		return pl.apart(f, v, a, b, seed(c, f.column))
	}
	if next == nil {
		v = pl.goOn(f, at(prev, f.column), seed(c, f.column))
		return v, 0, true
	}
	if share[1] > 1 { // others stand in the same gap, and must be in order too
		if blank(at(prev, f.column)) {
			return at(next, f.column), 0, true
		}
		return at(prev, f.column), 0, true
	}
	return f.hold(v, prev, next)
}

func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

func seed(c Canary, column int) uint64 {
	return mix(fnv(uint64(c.Slot+1)*0x9e3779b97f4a7c15^uint64(column), c.Cells[column]) ^ math.Float64bits(c.Place))
}

// middle is the midpoint of two neighbours; at an end, one usual step on.
func (pl *Planter) middle(f fitting, a, b string) (string, bool) {
	g := pl.m.grain[f.column]
	if !blank(a) && !blank(b) {
		v, ok := midpoint(a, b)
		if !ok {
			return a, compare(a, b) == 0
		}
		return v, g == 1 || onGrain(v, a, g)
	}
	edge, sign := a, int64(1)
	if blank(a) {
		edge, sign = b, -1
	}
	x, ok := parseScalar(edge)
	if !ok {
		return edge, true
	}
	step := pl.usualStep(f, x)
	return x.spell(x.units + sign*(step+g-1)/g*g), true
}

// onGrain reports whether a time is as round as the column's others: where the
// midpoint is not, another gap is waited for.
func onGrain(v, a string, g int64) bool {
	x, _ := parseScalar(v)
	y, ok := parseScalar(a)
	return ok && mod(x.units-y.units, g) == 0
}

// goOn continues a column of groups past its end: the last group, or the next
// number as often as groups are short.
func (pl *Planter) goOn(f fitting, last string, seed uint64) string {
	x, ok := parseNumber(trimmed(last))
	if !ok || float64(seed>>11)/(1<<53) > pl.m.distinct[f.column] {
		return last
	}
	return x.spell(x.units + pick[int64](f.falling, -1, 1))
}

func (pl *Planter) usualStep(f fitting, like scalar) int64 {
	s := pl.m.p.Stats[f.column]
	x, ok1 := parseScalar(s.First)
	y, ok2 := parseScalar(s.Last)
	if !ok1 || !ok2 || x.layout != y.layout || x.layout != like.layout {
		return 1
	}
	x, y = rescale(x, y)
	span := y.units - x.units
	if span < 0 {
		span = -span
	}
	return span/max(pl.m.p.Rows, 1) + 1
}

// scan is how many numbers of a gap are tried for one that fits.
const scan = 256

// serialBetween is a serial number strictly between a and b, in the canary's
// own part of the gap; past the last one it continues the run.
func (pl *Planter) serialBetween(f fitting, a, b string, seed uint64, share [2]int) (string, float64, bool) {
	if blank(a) {
		return pl.beyond(f, b, -1, seed)
	}
	if blank(b) {
		return pl.beyond(f, a, 1, seed)
	}
	x, ok1 := parseSerial(a)
	y, ok2 := parseSerial(b)
	if !ok1 || !ok2 || x.shape != y.shape {
		return placeBetween(a, b, seed)
	}
	run, only := firstDifference(x, y)
	lo, hi := x.values[run]+1, y.values[run]-1
	if !only && run < x.n-1 {
		run = x.n - 1
		lo, hi = x.values[run]+1, x.values[run]+4
	}
	width := hi - lo + 1
	if width < 1 {
		return "", 0, false
	}
	part, parts := int64(share[0]), int64(max(share[1], 1))
	lo, hi = lo+width*part/parts, lo+width*(part+1)/parts-1
	return pl.search(f, x, run, lo, hi, a, b, seed)
}

// firstDifference is the first run in which two serial numbers of one shape
// differ, and whether it is the only one.
func firstDifference(x, y serial) (run int, only bool) {
	run, differ := -1, 0
	for i := range x.n {
		if x.values[i] != y.values[i] {
			differ++
			if run < 0 {
				run = i
			}
		}
	}
	return max(run, 0), differ == 1
}

func (pl *Planter) search(f fitting, x serial, run int, lo, hi int64, a, b string, seed uint64) (string, float64, bool) {
	width := hi - lo + 1
	if width < 1 {
		return "", 0, false
	}
	from, room := int64(seed%uint64(width)), float64(width)
	if _, ok := pl.m.checks[f.column]; ok {
		room = max(room/10, 1)
	}
	for k := range min(width, scan) {
		v := pl.m.fix(f.column, x.spell(run, lo+(from+k)%width, true))
		if (blank(a) || compare(a, v) < 0) && (blank(b) || compare(v, b) < 0) {
			return v, room, true
		}
	}
	return "", 0, false
}

// beyond continues the run after (or before) the last number by a usual step.
func (pl *Planter) beyond(f fitting, edge string, sign int64, seed uint64) (string, float64, bool) {
	x, ok := parseSerial(edge)
	if !ok {
		return "", 0, false
	}
	run := pl.m.counterOf(f.column, x)
	step := pl.m.stepOf(f.column, x)
	if sign < 0 {
		hi := x.values[run] - 1
		return pl.search(f, x, run, max(hi-step+1, 0), hi, "", edge, seed)
	}
	lo := x.values[run] + 1
	return pl.search(f, x, run, lo, lo+step-1, edge, "", seed)
}

// stepOf is the usual distance of neighbours, twice over: past the end of the
// run numbers go on as loosely as inside.
func (m *model) stepOf(i int, x serial) int64 {
	for _, r := range m.p.Stats[i].Runs {
		if at, ok := r.counter(); ok && r.Shape == x.shape {
			step := max(2*(r.Max[at]-r.Min[at]+1)/max(r.Count, 1)-1, 1)
			if _, check := m.checks[i]; check {
				step = max(step, 20)
			}
			return step
		}
	}
	return 1
}

// placeBetween is a string of the same length strictly between two others, for
// ids that are no numbers: it follows a to a place where a higher character is
// left, and is drawn after it.
func placeBetween(a, b string, seed uint64) (string, float64, bool) {
	if len(a) != len(b) || a >= b {
		return "", 0, false
	}
	for p := len(a) - 1; p >= len(a)/2; p-- {
		top := lastLike(a[p])
		if a[p] >= top {
			continue
		}
		out := []byte(a)
		room := int(top - a[p])
		out[p] = a[p] + 1 + byte(seed%uint64(room))
		if v := string(out); v > a && v < b {
			return v, float64(room), true
		}
	}
	return "", 0, false
}

// lastLike is the last character of c's kind; letters up to f stay hex.
func lastLike(c byte) byte {
	switch {
	case isDigit(c):
		return '9'
	case c >= 'a' && c <= 'f':
		return 'f'
	case c >= 'A' && c <= 'F':
		return 'F'
	case c >= 'a' && c <= 'z':
		return 'z'
	case c >= 'A' && c <= 'Z':
		return 'Z'
	}
	return c
}
