package fingerprint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// numeral is a decimal number as it stands in a text: its exact value
// coef * 10^-scale, and where its digits are.
type numeral struct {
	coef     int64
	scale    int
	digits   int // all of them, leading zeros included
	negative bool
	padded   bool // begins with a zero that another digit follows before the decimal sign
	start    int  // of the first digit, or of a decimal sign before it
	wholeEnd int  // end of the digits before the decimal sign
	end      int
	zero     rune // of the last digit's script
}

const maxDigits = 18

// digitValue returns the value of a decimal digit and its script's zero, or
// -1.
func digitValue(r rune) (value int, zero rune) {
	switch {
	case '0' <= r && r <= '9':
		return int(r - '0'), '0'
	case r < 0x660:
		return -1, 0
	case '０' <= r && r <= '９':
		return int(r - '０'), '０'
	case 0x660 <= r && r <= 0x669:
		return int(r - 0x660), 0x660
	case 0x6f0 <= r && r <= 0x6f9:
		return int(r - 0x6f0), 0x6f0
	case 0x966 <= r && r <= 0x96f:
		return int(r - 0x966), 0x966
	}
	return -1, 0
}

func appendRune(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(r))
	}
	return utf8.AppendRune(dst, r)
}

// parseNumeral reads a number in any of the usual notations. comma says which
// of the two readings "1,234" and "1.234" have.
func parseNumeral(text string, comma bool) (numeral, bool) {
	if n, ok := plainNumeral(text); ok && !(comma && n.scale == 3) {
		return n, true
	}
	n, ok := locate(text)
	if !ok {
		return n, false
	}
	front, ok1 := readAffix(text[:n.start], false)
	back, ok2 := readAffix(text[n.end:], true)
	if !ok1 || !ok2 || front.open != back.close || front.minus && back.minus || front.open && (front.minus || back.minus) {
		return n, false
	}
	n.negative = front.minus || back.minus || front.open
	if !n.readBody(text, comma) {
		return n, false
	}
	return n, true
}

// plainNumeral reads digits with at most one dot between or before them.
func plainNumeral(text string) (n numeral, ok bool) {
	if len(text) == 0 || len(text) > maxDigits+1 {
		return n, false
	}
	point := -1
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '.' && point < 0 {
			point = i
			continue
		}
		if c < '0' || c > '9' {
			return n, false
		}
		n.coef = n.coef*10 + int64(c-'0')
		n.digits++
	}
	n.end, n.wholeEnd, n.zero = len(text), len(text), '0'
	if point >= 0 {
		n.wholeEnd = point
		n.scale = len(text) - point - 1
	}
	n.padded = n.wholeEnd > 1 && text[0] == '0'
	return n, n.digits > 0 && n.digits <= maxDigits && text[len(text)-1] != '.'
}

// locate finds the span from the first digit, or the decimal sign right
// before it, to the last.
func locate(text string) (n numeral, ok bool) {
	n.start = -1
	point := -1
	for i, r := range text {
		d, zero := digitValue(r)
		if d < 0 {
			point = -1
			if separatorOf(r) == 'd' || separatorOf(r) == 'c' {
				point = i
			}
			continue
		}
		if n.start < 0 {
			n.start = i
			if point >= 0 {
				n.start = point
			}
		}
		n.end, n.zero = i+utf8.RuneLen(r), zero
	}
	return n, n.start >= 0
}

// separatorOf classifies what may stand between digits: d a dot, c a comma, g
// a sign that only groups, 0 anything else.
func separatorOf(r rune) byte {
	switch r {
	case '.', '．':
		return 'd'
	case ',', '，', '٫':
		return 'c'
	case '\'', '’', ' ', '\u00a0', '\u2009', '\u202f', '٬':
		return 'g'
	}
	return 0
}

type gap struct {
	kind   byte
	at     int // offset in the text
	before int // digits before it
}

// readBody fills the value of n from the digits and separators of its span.
func (n *numeral) readBody(text string, comma bool) bool {
	var gaps [10]gap
	k := 0
	first := -1
	for i, r := range text[n.start:n.end] {
		if d, _ := digitValue(r); d >= 0 {
			if first < 0 {
				first = d
			}
			if n.digits++; n.digits > maxDigits {
				return false
			}
			n.coef = n.coef*10 + int64(d)
			continue
		}
		s := separatorOf(r)
		if s == 0 || k == len(gaps) {
			return false
		}
		gaps[k] = gap{s, n.start + i, n.digits}
		k++
	}
	point := decimalSign(gaps[:k], n.digits, first, comma)
	whole := n.digits
	n.wholeEnd = n.end
	if point >= 0 {
		if point != k-1 {
			return false
		}
		k--
		whole, n.wholeEnd = gaps[k].before, gaps[k].at
		n.scale = n.digits - whole
	}
	n.padded = whole > 1 && first == 0
	return grouped(gaps[:k], whole)
}

// decimalSign returns the index of the gap that is the decimal sign, or -1.
func decimalSign(gaps []gap, digits, first int, comma bool) int {
	var count [2]int
	last := [2]int{-1, -1}
	for i, g := range gaps {
		switch g.kind {
		case 'd':
			count[0]++
			last[0] = i
		case 'c':
			count[1]++
			last[1] = i
		}
	}
	if count[0] > 0 && count[1] > 0 {
		return max(last[0], last[1])
	}
	i := max(last[0], last[1])
	if i < 0 || count[0]+count[1] > 1 {
		return -1
	}
	own := byte('d')
	if comma {
		own = 'c'
	}
	g := gaps[i]
	groups := len(gaps) == 1 && g.before >= 1 && g.before <= 3 && first != 0 && digits-g.before == 3
	if g.kind != own && groups {
		return -1
	}
	return i
}

// grouped reports whether the gaps part whole digits as thousands (or, in
// India, lakhs) are parted, all by the same kind of sign.
func grouped(gaps []gap, whole int) bool {
	for i, g := range gaps {
		end := whole
		if i+1 < len(gaps) {
			end = gaps[i+1].before
		}
		size := end - g.before
		last := i+1 == len(gaps)
		if g.kind != gaps[0].kind || size != 3 && (last || size != 2) {
			return false
		}
	}
	return len(gaps) == 0 || gaps[0].before >= 1 && gaps[0].before <= 3
}

type affix struct{ minus, open, close bool }

// readAffix reads what stands before or behind the digits of a number: signs,
// brackets, a currency, a percent sign or a unit.
func readAffix(s string, behind bool) (a affix, ok bool) {
	if s == "" {
		return a, true
	}
	rest := string(fold(nil, s))
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == ' ', unicode.Is(unicode.Sc, r), r == '+' && !behind, behind && (r == '%' || r == '‰'):
		case r == '-' || r == '−':
			if a.minus {
				return a, false
			}
			a.minus = true
		case r == '(' && !behind && !a.open:
			a.open = true
		case r == ')' && behind && !a.close:
			a.close = true
		default:
			word := strings.TrimRight(strings.Split(strings.Split(rest, " ")[0], ")")[0], "(-+")
			if !known(word, behind) {
				return a, false
			}
			size = len(word)
		}
		rest = rest[size:]
	}
	return a, true
}
