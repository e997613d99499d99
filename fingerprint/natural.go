package fingerprint

import (
	"slices"
	"strconv"
	"strings"
)

const naturalName = "natural"

// naturalCarrier makes numbers interchangeable that are round in the same way:
// 1200 and 1300, 19.99 and 20.99, 1249.00 and 1259.00, 415 and 425, 417 and 418.
// It is for prices,
// pledges and estimates, whose last digits people choose.
//
// The class is the sign and the ending: how many zeros, before them how many
// nines, a five, or none of these; endings count only up to the third digit from the left, so
// that a step is at most a tenth of the value. Numbers of one or two steps'
// digits have no ending and move by one step. The rank counts the numbers of that
// ending. It survives what the number carrier survives: another grouping,
// decimal sign, currency, script, or number of trailing zeros. Rounding erases
// the marks of what was not round, and keeps those of what was.
type naturalCarrier struct{ number numberCarrier }

func parseNatural(options []string) (Carrier, error) {
	c, err := parseNumber(options)
	if err != nil {
		return nil, err
	}
	return naturalCarrier{c.(numberCarrier)}, nil
}

func (c naturalCarrier) Name() string {
	return naturalName + strings.TrimPrefix(c.number.Name(), "number")
}

func (c naturalCarrier) quantity(value string) (quantity, bool) { return c.number.quantity(value) }

func (c naturalCarrier) Rank(value string) (int64, bool) {
	_, rank, ok := c.Class(value)
	return rank, ok
}

func (c naturalCarrier) Class(value string) (string, int64, bool) {
	n, s, ok := c.number.measure(value)
	if !ok || s.rest != 0 || s.rank == 0 {
		return "", 0, false
	}
	e := endingOf(s.rank)
	class, rank := e.name(), e.index(s.rank)
	if n.negative {
		return "-" + class, -rank, true
	}
	return class, rank, true
}

func (c naturalCarrier) Render(original string, rank int64) (string, bool) {
	n, s, ok := c.number.measure(original)
	if !ok || s.rest != 0 || s.rank == 0 {
		return "", false
	}
	if n.negative {
		rank = -rank
	}
	e := endingOf(s.rank)
	if rank == e.index(s.rank) {
		return original, true
	}
	v, ok := e.number(rank)
	if !ok {
		return "", false
	}
	if n.negative {
		v = -v
	}
	return c.number.Render(original, v)
}

// ending is how a whole number ends: in a number of zeros, before them in a
// number of nines, in a five, or in another digit (0). Zeros, nines and the five
// together are most digits at most.
type ending struct {
	zeros  int
	digit  byte // '9', '5' or 0
	count  int  // of that digit
	most   int
	digits int // of the number
}

func endingOf(v int64) ending {
	e := ending{digits: len(strconv.FormatInt(v, 10))}
	e.most = max(0, e.digits-2)
	for ; e.zeros < e.most && v%10 == 0; v /= 10 {
		e.zeros++
	}
	switch room := e.most - e.zeros; {
	case room == 0:
	case v%10 == 5:
		e.digit, e.count = '5', 1
	case v%10 == 9:
		e.digit = '9'
		for ; e.count < room && v%10 == 9; v /= 10 {
			e.count++
		}
	}
	return e
}

func (e ending) name() string {
	s := strings.Repeat("0", e.zeros)
	if e.digit != 0 {
		s = strings.Repeat(string(rune(e.digit)), e.count) + s
	}
	return s
}

// plainDigits are those in which a number ends that has no ending.
var plainDigits = [...]int64{1, 2, 3, 4, 6, 7, 8}

// index is the place of v among the numbers with its ending, from 0.
func (e ending) index(v int64) int64 {
	q := v / pow10[e.zeros] / pow10[e.count]
	switch {
	case e.zeros == e.most:
		return q
	case e.digit == 0:
		return q/10*int64(len(plainDigits)) + int64(slices.Index(plainDigits[:], q%10))
	case e.digit == '9' && e.zeros+e.count < e.most:
		return q - (q+1)/10 // without those that end in one nine more
	}
	return q
}

// number is the inverse of index; ok is false where the number would have
// another count of digits.
func (e ending) number(index int64) (v int64, ok bool) {
	if index < 0 || index > pow10[17]/pow10[e.zeros+e.count] {
		return 0, false
	}
	switch {
	case e.zeros == e.most:
		v = index
	case e.digit == 0:
		n := int64(len(plainDigits))
		v = index/n*10 + plainDigits[index%n]
	case e.digit == '5':
		v = index*10 + 5
	default:
		if v = index; e.zeros+e.count < e.most {
			v += index / 9
		}
		v = v*pow10[e.count] + pow10[e.count] - 1
	}
	v *= pow10[e.zeros]
	return v, v > 0 && endingOf(v) == e
}
