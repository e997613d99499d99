package identity

import (
	_ "embed"
	"strings"
)

// Phones.
//
// The canonical form is E.164 ("+441835703597") where the country is known:
// from a plus sign, from an international prefix such as 00, or from the
// locale. Trunk zeros, present, eaten by a spreadsheet or doubled by "+44 (0)",
// make no difference.
//
// Where the country is unknown the form is the digits without leading zeros and
// without plus. An unknown locale thus joins national spellings with one
// another, but not with international ones. One exception: eleven digits that
// begin with 13 to 19 are taken for a Chinese mobile, the commonest bare form
// in the world; North American numbers written with their 1 and nothing else
// need a locale.
//
// An extension is kept as ";ext=12".

// canonicalPhone handles plain forms itself and asks the library for the rest.
func canonicalPhone(v, locale string) (string, bool) {
	if !plainEnds(v) {
		v = trim(v)
	}
	s := v
	var a [40]byte
	d, ok := readDigits(a[:0], s)
	if !ok {
		s = strings.ToLower(narrow(s))
		s = strings.TrimSpace(strings.TrimPrefix(s, "tel:"))
		s, ext := cutExtension(s)
		if d, ok = readDigits(a[:0], s); !ok {
			return "", false
		}
		out, ok := dial(d, s, locale)
		if ok && ext != "" {
			out += ";ext=" + ext
		}
		return out, ok
	}
	return dial(d, v, locale)
}

// readDigits appends a '+' if s begins with one, and the digits of s. ok is
// false when s has anything but digits and the punctuation of phone numbers.
func readDigits(dst []byte, s string) ([]byte, bool) {
	if n := len(s); n > 2 && s[n-2:] == ".0" {
		s = s[:n-2]
	}
	digits, spaces := 0, true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			if len(dst) == cap(dst) {
				return dst, false
			}
			dst = append(dst, c)
			digits++
		case '+':
			if digits > 0 || len(dst) > 0 {
				return dst, false
			}
			dst = append(dst, '+')
		case ' ', '(', ')', '-', '.', '/':
		default:
			return dst, false
		}
		spaces = false
	}
	return dst, !spaces && digits >= 6
}

// cutExtension cuts "x12", "ext. 12", "#12", ";ext=12" and "转12" off.
func cutExtension(s string) (number, ext string) {
	for _, sign := range []string{";ext=", "extension", "ext.", "ext", "x", "#", "分机", "转"} {
		head, tail, found := strings.Cut(s, sign)
		if !found {
			continue
		}
		tail = strings.Trim(tail, " .:-")
		if tail == "" || len(tail) > 7 || !allDigits(tail) {
			return s, ""
		}
		return strings.TrimSpace(head), tail
	}
	return s, ""
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// dial makes the canonical form of the digits d, which were read from v.
func dial(d []byte, v, locale string) (string, bool) {
	where := parseLocale(locale)
	plans := phonePlans()
	home := plans.region(where.region)
	if home == nil && where.region[0] != 0 {
		return askLibrary(d, where.region)
	}
	plus := d[0] == '+'
	if plus {
		d = d[1:]
	}
	sig := withoutZeros(d)
	if len(sig) < 6 || len(sig) > 15 {
		return "", false
	}
	var a [24]byte
	if whole, ok := international(d, home); ok && !plus {
		if out, ok := plans.abroad(a[:0], whole); ok {
			return spell(v, out), true
		}
	}
	if plus {
		if out, ok := plans.abroad(a[:0], sig); ok {
			return spell(v, out), true
		}
		return foreign(sig)
	}
	if out, ok := national(a[:0], sig, home); ok {
		return spell(v, out), true
	}
	if len(sig) < 7 {
		return "", false
	}
	return spell(v, sig), true
}

func withoutZeros(d []byte) []byte {
	for len(d) > 0 && d[0] == '0' {
		d = d[1:]
	}
	return d
}

// international cuts the international prefix, of the country or 00, off.
func international(d []byte, home *phonePlan) ([]byte, bool) {
	if home != nil {
		if n := len(home.idd); len(d) > n+7 && string(d[:n]) == home.idd {
			return withoutZeros(d[n:]), true
		}
	}
	if len(d) > 9 && d[0] == '0' && d[1] == '0' {
		return withoutZeros(d[2:]), true
	}
	return nil, false
}

// abroad spells digits that begin with a country code of the table.
func (p *phoneTable) abroad(dst, sig []byte) ([]byte, bool) {
	for n := 1; n <= 3 && n < len(sig); n++ {
		plan := p.codes[number3(sig[:n])]
		if plan == nil || len(plan.code) != n {
			continue
		}
		return plan.spell(dst, sig[n:])
	}
	return dst, false
}

func number3(d []byte) int {
	n := 0
	for _, c := range d {
		n = n*10 + int(c-'0')
	}
	return n
}

// spell appends +CODE and the national digits without their trunk prefix.
func (p *phonePlan) spell(dst, rest []byte) ([]byte, bool) {
	if p.trunk == '0' {
		rest = withoutZeros(rest)
	}
	if len(rest) < p.min || len(rest) > p.max || rest[0] == '0' {
		return dst, false
	}
	dst = append(dst, '+')
	dst = append(dst, p.code...)
	return append(dst, rest...), true
}

// national spells digits without plus: of the home country, or a Chinese mobile.
func national(dst, sig []byte, home *phonePlan) ([]byte, bool) {
	if home == nil {
		return chineseMobile(dst, sig)
	}
	rest := sig
	if home.trunk == '1' && len(sig) == home.max+1 && sig[0] == '1' {
		rest = sig[1:]
	}
	if len(rest) >= home.min && len(rest) <= home.max {
		return home.spell(dst, rest)
	}
	if n := len(home.code); len(sig) > home.max && string(sig[:n]) == home.code {
		if out, ok := home.spell(dst, sig[n:]); ok {
			return out, true
		}
	}
	return chineseMobile(dst, sig)
}

func chineseMobile(dst, sig []byte) ([]byte, bool) {
	if len(sig) == 13 && sig[0] == '8' && sig[1] == '6' {
		sig = sig[2:]
	}
	if len(sig) != 11 || sig[0] != '1' || sig[1] < '3' {
		return dst, false
	}
	dst = append(dst, "+86"...)
	return append(dst, sig...), true
}

// phonePlan says how the numbers of a country are made.
type phonePlan struct {
	code     string
	trunk    byte
	min, max int
	idd      string
}

type phoneTable struct {
	regions map[[2]byte]*phonePlan
	codes   [1000]*phonePlan
}

func (p *phoneTable) region(r [2]byte) *phonePlan {
	if r[0] == 0 {
		return nil
	}
	return p.regions[r]
}
