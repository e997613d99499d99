package fingerprint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// numberCarrier makes numbers interchangeable that differ by whole steps.
//
// A value is sign * (|rank| * step + rest): its class is the sign and the
// rest, its rank the signed number of steps. It survives another grouping,
// decimal sign, currency, script or number of trailing zeros. A mark never
// makes or moves a zero, never changes the sign or the number of digits
// before the decimal sign, and adds no decimals unless the column is short.
type numberCarrier struct {
	step  quantity
	comma bool // "1,234" is a decimal in this column
	short bool // the column writes no trailing zeros
	least int  // decimals that a short column writes all the same
}

const maxStepDigits = 9

func parseNumber(options []string) (Carrier, error) {
	n := numberCarrier{step: quantity{coef: 1}}
	for i, o := range options {
		switch o {
		case "comma":
			n.comma = true
		case "short":
			n.short = true
		case "short1":
			n.short, n.least = true, 1
		default:
			step, ok := parseStep(o)
			if !ok || i > 0 {
				return nil, fmt.Errorf("carrier number: step %q is no positive decimal of at most %d digits", o, maxStepDigits)
			}
			n.step = step
		}
	}
	return n, nil
}

func parseStep(text string) (quantity, bool) {
	q, ok := plainDecimal(text)
	if !ok || q.coef == 0 || len(text) > maxStepDigits+1 {
		return q, false
	}
	for q.scale > 0 && q.coef%10 == 0 {
		q.coef, q.scale = q.coef/10, q.scale-1
	}
	return q, true
}

// plainDecimal reads ASCII digits with at most one dot between them.
func plainDecimal(text string) (q quantity, ok bool) {
	n, ok := plainNumeral(text)
	return quantity{n.coef, uint8(n.scale)}, ok
}

func (c numberCarrier) Name() string {
	s := "number:" + decimal(c.step.coef, int(c.step.scale))
	if c.comma {
		s += ":comma"
	}
	if c.short && c.least == 1 {
		s += ":short1"
	} else if c.short {
		s += ":short"
	}
	return s
}

// decimal writes coef * 10^-scale.
func decimal(coef int64, scale int) string {
	s := strconv.FormatInt(coef, 10)
	if scale == 0 {
		return s
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale-len(s)+1) + s
	}
	return s[:len(s)-scale] + "." + s[len(s)-scale:]
}

// steps is a magnitude split by the step: (rank * step + rest) in units of
// 10^-scale, where step is in the same units.
type steps struct {
	rank, rest, step int64
	scale            int
}

func (c numberCarrier) split(n numeral) (s steps, ok bool) {
	s.scale = max(n.scale, int(c.step.scale))
	v, ok := raise(n.coef, s.scale-n.scale)
	if !ok || v == 0 {
		return s, false
	}
	if s.step, ok = raise(c.step.coef, s.scale-int(c.step.scale)); !ok {
		return s, false
	}
	s.rank, s.rest = v/s.step, v%s.step
	return s, true
}

// raise returns v * 10^by, if that is below 10^18.
func raise(v int64, by int) (int64, bool) {
	if by >= len(pow10) || v > pow10[18]/pow10[by] {
		return 0, false
	}
	return v * pow10[by], true
}

func (c numberCarrier) measure(value string) (numeral, steps, bool) {
	n, ok := parseNumeral(value, c.comma)
	if !ok {
		return n, steps{}, false
	}
	s, ok := c.split(n)
	return n, s, ok
}

// Rank returns the rank of value without its class.
func (c numberCarrier) Rank(value string) (int64, bool) {
	n, s, ok := c.measure(value)
	if n.negative {
		return -s.rank, ok
	}
	return s.rank, ok
}

func (c numberCarrier) Class(value string) (string, int64, bool) {
	n, s, ok := c.measure(value)
	if !ok {
		return "", 0, false
	}
	class := ""
	if s.rest != 0 {
		class = strings.TrimRight(decimal(s.rest, s.scale), "0")
		if s.scale == 0 {
			class = decimal(s.rest, 0)
		}
		class = strings.TrimSuffix(class, ".")
	}
	if n.negative {
		return "-" + class, -s.rank, true
	}
	return class, s.rank, true
}

func (c numberCarrier) quantity(value string) (quantity, bool) {
	n, ok := parseNumeral(value, c.comma)
	if !ok {
		return quantity{}, false
	}
	if n.negative {
		n.coef = -n.coef
	}
	return quantity{n.coef, uint8(n.scale)}, true
}

func (c numberCarrier) Render(original string, rank int64) (string, bool) {
	n, s, ok := c.measure(original)
	if !ok {
		return "", false
	}
	if n.negative {
		rank = -rank
	}
	if rank == s.rank {
		return original, true
	}
	if rank < 0 || rank >= pow10[18]/s.step {
		return "", false
	}
	v := rank*s.step + s.rest
	if v == 0 {
		return "", false
	}
	scale := c.decimals(n, v, s.scale)
	if scale < s.scale {
		unit := pow10[s.scale-scale]
		if v%unit != 0 {
			return "", false
		}
		v /= unit
	}
	return n.rewrite(original, v, scale, c.comma)
}

// decimals is how many decimals v * 10^-scale is written with in place of n.
func (c numberCarrier) decimals(n numeral, v int64, scale int) int {
	if !c.short {
		return n.scale
	}
	need := scale
	for need > c.least && v%10 == 0 {
		v, need = v/10, need-1
	}
	if n.scale > c.least && n.coef%10 == 0 {
		need = max(need, n.scale)
	}
	return need
}

// rewrite writes coef * 10^-scale with the layout of n in text.
func (n numeral) rewrite(text string, coef int64, scale int, comma bool) (string, bool) {
	whole := n.digits - n.scale
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], coef, 10)
	if short := whole + scale - len(digits); short < 0 {
		return "", false
	} else if short > 0 {
		digits = append(append(make([]byte, 0, 40), "00000000000000000000"[:min(short, 20)]...), digits...)
	}
	if len(digits) != whole+scale || whole > 1 && digits[0] == '0' && !n.padded {
		return "", false
	}
	out := make([]byte, 0, len(text)+8)
	out = append(out, text[:n.start]...)
	end := n.end
	if scale != n.scale {
		end = n.wholeEnd
	}
	out, digits = overwrite(out, text[n.start:end], digits)
	if scale != n.scale {
		out = appendDecimals(out, text, n, digits, comma)
	}
	return string(append(out, text[n.end:]...)), true
}

// overwrite copies layout with its digits replaced, each in its own script,
// and returns the digits that are left.
func overwrite(out []byte, layout string, digits []byte) (_, left []byte) {
	for _, r := range layout {
		if d, zero := digitValue(r); d >= 0 && len(digits) > 0 {
			r = zero + rune(digits[0]-'0')
			digits = digits[1:]
		}
		out = appendRune(out, r)
	}
	return out, digits
}

// appendDecimals writes decimals behind a whole part that had another number
// of them.
func appendDecimals(out []byte, text string, n numeral, digits []byte, comma bool) []byte {
	if len(digits) == 0 {
		return out
	}
	point, zero := '.', n.zero
	if comma {
		point = ','
	}
	if n.scale > 0 {
		for _, r := range text[n.wholeEnd:n.end] {
			point = r
			break
		}
	}
	out = appendRune(out, point)
	for _, d := range digits {
		out = appendRune(out, zero+rune(d-'0'))
	}
	return out
}

var currencies = []string{
	"usd", "us$", "eur", "gbp", "cny", "rmb", "jpy", "chf", "cad", "aud", "hkd", "sgd", "inr", "nzd", "sek", "nok", "dkk",
	"c$", "a$", "hk$", "nz$", "s$", "rs", "rs.", "kr", "kr.", "元", "人民币",
}

var units = []string{
	"kg", "g", "mg", "t", "lb", "lbs", "oz", "km", "m", "cm", "mm", "mi", "ft", "l", "ml", "h", "min", "s", "kwh", "kw", "mb", "gb",
	"千克", "公斤", "克", "米", "公里", "万元", "岁",
}

// known reports whether a folded affix is a currency, or, behind the digits, a
// unit.
func known(affix string, behind bool) bool {
	return slices.Contains(currencies, affix) || behind && slices.Contains(units, affix)
}
