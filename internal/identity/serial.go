package identity

import "strings"

// Serial numbers and ids.
//
// Serials are exact: width and case are folded, blanks and thousands separators
// go, dashes stay. What spreadsheets do to a run of digits is undone where it
// can be: ".0" at the end goes, and leading zeros never count. A number in
// scientific notation has lost its last digits and is refused.
func canonicalSerial(v string) (string, bool) {
	if serialPlain(v) {
		return v, true
	}
	s := strings.ToLower(clean(v))
	s = strings.ReplaceAll(s, " ", "")
	if scientific(s) || len(s) > 128 {
		return "", false
	}
	s = undoNumber(s)
	return s, strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || alnum(byte(r)) })
}

// serialPlain reports whether s is canonical as it is.
func serialPlain(s string) bool {
	if len(s) == 0 || len(s) > 128 {
		return false
	}
	digits := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c >= 'a' && c <= 'z', c == '-', c == '_', c == '/':
			digits = false
		default:
			return false
		}
	}
	return alnum(s[0]) && alnum(s[len(s)-1]) && !(digits && s[0] == '0' && len(s) > 1)
}

// undoNumber makes a run of digits of "00123", "123.0" and "1,234".
func undoNumber(s string) string {
	whole, frac, point := strings.Cut(s, ".")
	if point && strings.Trim(frac, "0") != "" || point && frac == "" {
		return s
	}
	if strings.Contains(whole, ",") {
		if !grouped(whole, ',') {
			return s
		}
		whole = strings.ReplaceAll(whole, ",", "")
	}
	if !allDigits(whole) {
		return s
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		return "0"
	}
	return whole
}

// grouped reports whether sep stands before every third digit of s.
func grouped(s string, sep byte) bool {
	run, seen := 0, false
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == sep {
			if run != 3 {
				return false
			}
			run, seen = 0, true
			continue
		}
		run++
	}
	return seen && run >= 1 && run <= 3
}

// scientific reports whether s reads like 3.5e+17.
func scientific(s string) bool {
	mantissa, exponent, found := strings.Cut(s, "e")
	if !found || mantissa == "" || exponent == "" {
		return false
	}
	signed := exponent[0] == '+' || exponent[0] == '-'
	if signed {
		exponent = exponent[1:]
	}
	point := strings.IndexByte(mantissa, '.')
	if point >= 0 {
		mantissa = mantissa[:point] + mantissa[point+1:]
	}
	return allDigits(mantissa) && allDigits(exponent) && (signed || point >= 0)
}

// National ids are letters and digits only, capitals; separators mean nothing.
// A Chinese id of the old form, fifteen digits, becomes the eighteen of today
// where the locale is Chinese.
func canonicalNationalID(v, locale string) (string, bool) {
	s := v
	if !ascii(s) || !plainEnds(s) {
		s = clean(s)
	}
	if strings.ContainsAny(s, "eE") && scientific(strings.ToLower(s)) {
		return "", false
	}
	s = strings.TrimSuffix(s, ".0")
	var a [40]byte
	b, digits, ok := compact(a[:0], s)
	if !ok || digits < 4 {
		return "", false
	}
	if digits == len(b) {
		b = withoutZeros(b)
	}
	if len(b) == 15 && digits == 15 && parseLocale(locale).region == [2]byte{'C', 'N'} {
		if long, ok := ResidentID.extend(string(b)); ok {
			return long, true
		}
	}
	return spell(v, b), len(b) >= 4
}

// compact appends the letters and digits of s, capitals; ok is false when s
// holds anything that ids are not written with.
func compact(dst []byte, s string) (b []byte, digits int, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case c >= 'A' && c <= 'Z':
		case c == ' ', c == '-', c == '.', c == '/', c == '(', c == ')':
			continue
		default:
			return dst, digits, false
		}
		if len(dst) == cap(dst) {
			return dst, digits, false
		}
		dst = append(dst, c)
	}
	return dst, digits, true
}

// Postcodes are letters and digits without blanks, lower case; zeros that lead
// a run of digits do not count, since spreadsheets eat them.
func canonicalPostcode(v string) (string, bool) {
	s := v
	if !ascii(s) || !plainEnds(s) {
		s = clean(s)
		s = strings.TrimLeft(s, "〒")
	}
	s = strings.TrimSuffix(s, ".0")
	var a [16]byte
	b, digits, ok := compact(a[:0], s)
	if !ok || digits == 0 || len(b) > 11 {
		return "", false
	}
	if digits == len(b) {
		b = withoutZeros(b)
	}
	for i, c := range b {
		if c >= 'A' {
			b[i] = c | 0x20
		}
	}
	return spell(v, b), len(b) >= 2
}
