package canary

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// phoneBits is what an owned number is taken to be worth: a dialler that knows
// the numbering block (all but the last six digits) guesses among a million.
const phoneBits = 19.93

// fiction are the ranges that regulators keep out of use, for drama: Ofcom,
// Bundesnetzagentur, ACMA, NANPA. Each is national digits without trunk
// prefix, '?' any digit, 'n' a digit of the row's own area code.
var fiction = map[int][]string{
	1: {"nnn55501??"},
	44: {
		"1134960???", "1144960???", "1154960???", "1164960???", "1174960???", "1184960???", "1214960???", "1314960???", "1414960???",
		"1514960???", "1614960???", "2079460???", "1914980???", "2890180???", "2920180???", "1632960???", "7700900???",
	},
	49: {"3023125???", "6990009???", "4066969???", "2214710???", "8999998???"},
	61: {"25550????", "35550????", "75550????", "85550????", "27010????", "37010????", "77010????", "87010????"},
}

// reserve draws a number that nobody has, like the one given: E.164, and the
// bits of its draw. ok is false for countries that keep no such range.
func reserve(st *key.Stream, like, locale string) (e164 string, bits float64, ok bool) {
	cc, national := country(like, locale)
	ranges := fiction[cc]
	if len(ranges) == 0 {
		return "", 0, false
	}
	ranges = nearest(ranges, national)
	pattern := ranges[st.IntN(len(ranges))]
	bits = log2(float64(len(ranges)))
	out := []byte(pattern)
	for i := range out {
		switch out[i] {
		case '?':
			out[i], bits = byte('0'+st.IntN(10)), bits+log2(10)
		case 'n':
			out[i] = "212"[i]
			if len(national) == len(out) {
				out[i] = national[i]
			}
		}
	}
	return "+" + strconv.Itoa(cc) + string(out), bits, true
}

// nearest are the ranges that share the most leading digits with a number: a
// mobile stays mobile.
func nearest(ranges []string, national string) []string {
	best, out := 0, ranges
	if national != "" && national[0] == '7' {
		best = 1
	}
	if best == 0 {
		return ranges
	}
	out = nil
	for _, r := range ranges {
		if r[0] == national[0] {
			out = append(out, r)
		}
	}
	return pick(len(out) > 0, out, ranges)
}

func country(like, locale string) (cc int, national string) {
	n, err := phonenumbers.Parse(like, regionOf(locale))
	if err == nil && n.GetCountryCode() != 0 {
		return int(n.GetCountryCode()), strconv.FormatUint(n.GetNationalNumber(), 10)
	}
	return phonenumbers.GetCountryCodeForRegion(regionOf(locale)), ""
}

func regionOf(locale string) string {
	for i, part := range strings.Split(locale, "-") {
		if i > 0 && len(part) == 2 {
			return strings.ToUpper(part)
		}
	}
	return "ZZ"
}

// Dial writes a number in E.164 as another one is written: with the same signs
// between its digits, and with as much of prefix and country code, where it has
// as many digits; else internationally.
func Dial(e164, like, locale string) string {
	if s, ok := fill(like, dialForms(e164, locale)); ok {
		return s
	}
	return international(e164, like)
}

func international(e164, like string) string {
	if n, err := phonenumbers.Parse(e164, ""); err == nil && strings.Contains(like, "+") {
		return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	}
	return e164
}

// dial writes a number the way the column writes its own: like the cell that
// it replaces, else like another of as many digits.
func (m *model) dial(e164, like string, column int) string {
	forms := dialForms(e164, m.p.Locale)
	if s, ok := fill(like, forms); ok {
		return s
	}
	for _, v := range m.values(column) {
		if s, ok := fill(v, forms); ok {
			return s
		}
	}
	return international(e164, like)
}

// dialForms are the digits of a number with and without country code and trunk
// prefix.
func dialForms(e164, locale string) []string {
	n, err := phonenumbers.Parse(e164, regionOf(locale))
	if err != nil {
		d := onlyDigits(e164)
		return []string{d, d, d}
	}
	cc, nsn := fmt.Sprint(n.GetCountryCode()), onlyDigits(phonenumbers.GetNationalSignificantNumber(n))
	national := onlyDigits(phonenumbers.Format(n, phonenumbers.NATIONAL))
	return []string{"+" + cc + nsn, national, nsn, "00" + cc + nsn, cc + nsn, "+" + cc + national}
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// fill writes the first form with as many digits as like, and the same sign,
// into the punctuation of like.
func fill(like string, forms []string) (string, bool) {
	have := onlyDigits(like)
	if have == "" {
		return "", false
	}
	plus := strings.Contains(like, "+")
	if cc, ok := strings.CutSuffix(strings.TrimPrefix(forms[0], "+"), forms[2]); ok && plus && !strings.HasPrefix(have, cc) {
		return "", false
	}
	for _, f := range forms {
		d := strings.TrimPrefix(f, "+")
		if len(d) != len(have) || plus != strings.HasPrefix(f, "+") || !plus && (have[0] == '0') != (d[0] == '0') {
			continue
		}
		return overwrite(like, d), true
	}
	return "", false
}

func overwrite(like, digits string) string {
	out, n := []byte(like), 0
	for i, c := range out {
		if isDigit(c) {
			out[i] = digits[n]
			n++
		}
	}
	return string(out)
}

// phone fills one phone column of canary slot; k is the column's number among
// the phone columns.
func (d *draft) phone(k, i int) error {
	m, old := d.m, d.cells[i]
	if blank(old) {
		return nil
	}
	if e164, ok := d.ownPhone(k); ok {
		d.cells[i] = m.dial(e164, old, i)
		d.origin(i, Pool)
		d.note(identity.Phone, []int{i}, Part{fmt.Sprint("phone", k), phoneBits})
		return nil
	}
	if len(d.contacts.Phones) == 0 {
		if e164, bits, ok := d.reserve(old); ok {
			d.cells[i] = m.dial(e164, old, i)
			d.origin(i, Reserved)
			d.note(identity.Phone, []int{i}, Part{fmt.Sprint("phone", k), bits})
			return nil
		}
	}
	if k == 0 && (len(d.contacts.Phones) > 0 || m.p.Stats[i].Missing == 0) {
		return &ExhaustedError{Pool: "phone", Column: m.p.Columns[i].Name, Missing: 1}
	}
	if k > 0 && m.p.Stats[i].Missing == 0 {
		d.cells[i] = d.cells[m.phones[0]]
		return nil
	}
	d.cells[i] = ""
	d.origin(i, Absent)
	return nil
}

// reserveTries is how often a number of a range is drawn that no canary has.
const reserveTries = 16

// reserve draws a number out of use that no other canary of the copy has, while
// the range lasts.
func (d *draft) reserve(like string) (e164 string, bits float64, ok bool) {
	for range reserveTries {
		e164, bits, ok = reserve(d.st, like, d.m.p.Locale)
		if !ok || !d.used[entry(identity.Phone, e164)] {
			break
		}
	}
	d.used[entry(identity.Phone, e164)] = true
	return e164, bits, ok
}

// ownPhone is the phone allotted for the k-th phone column of the slot.
func (d *draft) ownPhone(k int) (string, bool) {
	per := len(d.m.phones)
	if len(d.contacts.Phones) < d.of*per {
		if k > 0 {
			return "", false
		}
		per = 1
	}
	at := d.slot*per + k
	if at >= len(d.contacts.Phones) {
		return "", false
	}
	e164, ok := identity.Canonical(identity.Phone, d.contacts.Phones[at], d.m.p.Locale)
	if !ok {
		e164 = d.contacts.Phones[at]
	}
	return e164, true
}
