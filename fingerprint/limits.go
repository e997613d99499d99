package fingerprint

import (
	"cmp"
	"math/bits"
)

// orderer is a carrier whose values lie on a line.
type orderer interface {
	// quantity places a value; ok is false when it has no place.
	quantity(value string) (q quantity, ok bool)
}

// limits are the bounds on the values that marks may make of a cell.
type limits struct {
	order              orderer
	lo, hi             quantity
	hasLo, hasHi       bool
	loMid, hiMid       [2]quantity // bounds on the double of a value, as sums
	hasLoMid, hasHiMid bool
}

func newLimits(c Column, carrier Carrier) (limits, error) {
	l := limits{}
	l.order, _ = carrier.(orderer)
	if l.order == nil {
		if c.Min != "" || c.Max != "" {
			return l, &PolicyError{c.Name, "bounds on a carrier without an order", "drop min and max"}
		}
		return l, nil
	}
	var err error
	if l.lo, l.hasLo, err = bound(c, l.order, "min", c.Min); err != nil {
		return l, err
	}
	if l.hi, l.hasHi, err = bound(c, l.order, "max", c.Max); err != nil {
		return l, err
	}
	if l.hasLo && l.hasHi && compare(l.lo, l.hi) > 0 {
		return l, &PolicyError{c.Name, "min is larger than max", "exchange them"}
	}
	return l, nil
}

func bound(c Column, o orderer, which, text string) (quantity, bool, error) {
	if text == "" {
		return quantity{}, false, nil
	}
	q, ok := o.quantity(text)
	if !ok {
		return q, false, &PolicyError{c.Name, which + " " + text + " is no value of its carrier", "write it as the cells are written"}
	}
	return q, true, nil
}

// sort narrows l to the middle between a cell and its neighbours in the
// column at index. It reports false when the cell must stay as it is.
func (l *limits) sort(index int, prev []string, value string, next []string) bool {
	if l.order == nil {
		return false
	}
	v, ok := l.order.quantity(value)
	if !ok {
		return false
	}
	p, before, ok := l.neighbour(prev, index)
	if !ok {
		return false
	}
	n, after, ok := l.neighbour(next, index)
	if !ok {
		return false
	}
	if !before && !after {
		return true
	}
	rise, fall := false, false
	if before {
		c := compare(p, v)
		rise, fall = c < 0, c > 0
	}
	if after {
		c := compare(v, n)
		rise, fall = rise || c < 0, fall || c > 0
	}
	if rise == fall {
		return false
	}
	if fall {
		p, before, n, after = n, after, p, before
	}
	l.hasLoMid, l.hasHiMid = before, after
	l.loMid, l.hiMid = [2]quantity{p, v}, [2]quantity{v, n}
	return true
}

// neighbour places the cell of a neighbouring row; there is false when the
// table ends instead.
func (l *limits) neighbour(row []string, index int) (q quantity, there, ok bool) {
	if row == nil {
		return q, false, true
	}
	if index >= len(row) {
		return q, true, false
	}
	q, ok = l.order.quantity(row[index])
	return q, true, ok
}

// allow reports whether a value that a mark would make is within the limits.
func (l *limits) allow(alt string) bool {
	if !l.hasLo && !l.hasHi && !l.hasLoMid && !l.hasHiMid {
		return true
	}
	q, ok := l.order.quantity(alt)
	if !ok {
		return false
	}
	twice := [2]quantity{q, q}
	return !(l.hasLo && compare(q, l.lo) < 0) &&
		!(l.hasHi && compare(q, l.hi) > 0) &&
		!(l.hasLoMid && compareSums(twice, l.loMid) < 0) &&
		!(l.hasHiMid && compareSums(twice, l.hiMid) > 0)
}

// A quantity is coef * 10^-scale, with a scale of at most 18.
type quantity struct {
	coef  int64
	scale uint8
}

func compare(a, b quantity) int {
	return compareSums([2]quantity{a, {}}, [2]quantity{b, {}})
}

// compareSums compares a[0]+a[1] with b[0]+b[1] exactly: -1, 0 or 1.
func compareSums(a, b [2]quantity) int {
	scale := max(a[0].scale, a[1].scale, b[0].scale, b[1].scale)
	x := scaled(a[0], scale).plus(scaled(a[1], scale))
	y := scaled(b[0], scale).plus(scaled(b[1], scale))
	if c := cmp.Compare(x.hi, y.hi); c != 0 {
		return c
	}
	return cmp.Compare(x.lo, y.lo)
}

// wide is a 128-bit integer in two's complement. Twice the largest coefficient
// times 10^18 is below 2^124, so sums of two never overflow.
type wide struct {
	hi int64
	lo uint64
}

func scaled(q quantity, scale uint8) wide {
	magnitude := uint64(q.coef)
	if q.coef < 0 {
		magnitude = -magnitude
	}
	hi, lo := bits.Mul64(magnitude, uint64(pow10[scale-q.scale]))
	if q.coef >= 0 {
		return wide{int64(hi), lo}
	}
	lo, borrow := bits.Sub64(0, lo, 0)
	hi, _ = bits.Sub64(0, hi, borrow)
	return wide{int64(hi), lo}
}

func (a wide) plus(b wide) wide {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	return wide{a.hi + b.hi + int64(carry), lo}
}

// pow10 holds the powers of ten that fit an int64.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()
