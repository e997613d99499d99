package identity

import (
	"strings"
)

// Numbers.
//
// The canonical form has no separators, no plus, no needless zeros:
// "1234.5". Where a point and a comma both occur, the last is the decimal sign;
// where one occurs more than once, it separates thousands. One alone before
// exactly three digits is told by the locale (a comma separates thousands, a
// point is decimal, unless the locale writes decimals with a comma). Lest a
// canonical number be read the other way by another locale, one with exactly
// three decimals carries a fourth: "1.2340".
//
// A currency sign or code, a percent sign, accounting parentheses and
// exponents up to 30 are understood.
func canonicalNumber(k Kind, v, locale string) (string, bool) {
	if plainInteger(v) {
		return v, true
	}
	s := clean(v)
	comma := false
	if locale != "" {
		comma = parseLocale(locale).comma
	}
	var n decimal
	if !n.parse(s, comma) {
		return "", false
	}
	if k == Integer && n.frac != 0 {
		return "", false
	}
	var a [80]byte
	return spell(v, n.append(a[:0])), true
}

func plainInteger(s string) bool {
	if len(s) == 0 || len(s) > 18 || s[0] == '0' && len(s) > 1 {
		return false
	}
	return allDigits(s)
}

// decimal is a number: its significant digits and how many of them stand behind
// the point.
type decimal struct {
	negative bool
	buf      [64]byte
	n, frac  int
}

// parse reads s; comma tells what a lone separator before three digits means.
func (d *decimal) parse(s string, comma bool) bool {
	s, ok := d.strip(s)
	if !ok {
		return false
	}
	exp := 0
	if i := strings.IndexAny(s, "eE"); i > 0 {
		if exp, ok = exponent(s[i+1:]); !ok {
			return false
		}
		s = s[:i]
	}
	point, ok := decimalSign(s, comma)
	if !ok || !d.read(s, point) {
		return false
	}
	return d.shift(exp)
}

// strip takes signs, currencies and parentheses off.
func (d *decimal) strip(s string) (string, bool) {
	if n := len(s); n > 2 && s[0] == '(' && s[n-1] == ')' {
		d.negative, s = true, s[1:n-1]
	}
	s = strings.TrimSpace(cutCurrency(s))
	if s == "" {
		return s, false
	}
	switch {
	case s[0] == '-':
		d.negative, s = !d.negative, s[1:]
	case s[0] == '+':
		s = s[1:]
	case s[len(s)-1] == '-':
		d.negative, s = true, s[:len(s)-1]
	}
	s = strings.TrimSpace(cutCurrency(s))
	return s, s != ""
}

func cutCurrency(s string) string {
	if s != "" && s[0] >= '0' && s[0] <= '9' && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
		return s
	}
	for _, sign := range []string{"$", "€", "£", "¥", "₹", "元", "%", "USD", "EUR", "GBP", "CNY", "RMB", "JPY", "AUD", "CHF"} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, sign), sign))
	}
	return s
}

func exponent(s string) (int, bool) {
	sign := 1
	if s != "" && (s[0] == '+' || s[0] == '-') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if len(s) > 2 || !allDigits(s) {
		return 0, false
	}
	n := number3([]byte(s))
	return sign * n, n <= 30
}

// decimalSign returns the index of the decimal sign in s, len(s) when there is
// none; ok is false when the separators make no sense.
func decimalSign(s string, comma bool) (int, bool) {
	lastComma, lastPoint := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case lastComma < 0 && lastPoint < 0:
		return len(s), true
	case lastComma >= 0 && lastPoint >= 0:
		at, group := max(lastComma, lastPoint), byte(',')
		if lastComma > lastPoint {
			group = '.'
		}
		return at, strings.IndexByte(s, s[at]) == at && grouped(s[:at], group)
	}
	at := max(lastComma, lastPoint)
	if strings.IndexByte(s, s[at]) != at {
		return len(s), grouped(s, s[at])
	}
	if len(s)-at-1 == 3 && at >= 1 && at <= 3 && s[0] != '0' && (s[at] == '.') == comma {
		return len(s), true
	}
	return at, len(s) > 1
}

// read fills d with the digits of s; the decimal sign is s[point].
func (d *decimal) read(s string, point int) bool {
	digits := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
			if i > point {
				d.frac++
			}
			if d.n == 0 && c == '0' && i < point {
				continue
			}
			if d.n == len(d.buf) {
				return false
			}
			d.buf[d.n] = c
			d.n++
		case i == point, i < point && (c == ',' || c == '.'):
		case (c == ' ' || c == '\'') && i < point && thousand(s, i):
		default:
			return false
		}
	}
	return digits > 0
}

// thousand reports whether the mark s[i] has a digit before it and three after.
func thousand(s string, i int) bool {
	return i > 0 && i+4 <= len(s) && allDigits(s[i-1:i]) && allDigits(s[i+1:i+4]) && (i+4 == len(s) || !allDigits(s[i+4:i+5]))
}

// shift multiplies by 10^exp and drops needless zeros.
func (d *decimal) shift(exp int) bool {
	d.frac -= exp
	for d.frac < 0 {
		if d.n == len(d.buf) {
			return false
		}
		d.buf[d.n] = '0'
		d.n++
		d.frac++
	}
	for d.frac > 0 && d.n > 0 && d.buf[d.n-1] == '0' {
		d.n--
		d.frac--
	}
	if d.n == 0 {
		d.frac = 0
	}
	return d.frac <= len(d.buf)
}

func (d *decimal) append(dst []byte) []byte {
	digits := d.buf[:d.n]
	for len(digits) > d.frac && digits[0] == '0' {
		digits = digits[1:]
	}
	zero := true
	for _, c := range digits {
		zero = zero && c == '0'
	}
	if zero {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	whole := len(digits) - d.frac
	if whole <= 0 {
		dst = append(dst, '0', '.')
		for ; whole < 0; whole++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[:whole]...)
	if d.frac == 0 {
		return dst
	}
	dst = append(append(dst, '.'), digits[whole:]...)
	if d.frac == 3 && whole <= 3 {
		dst = append(dst, '0')
	}
	return dst
}
