package identity

import (
	_ "embed"
	"strings"
	"sync"
)

// Dates and times.
//
// A date becomes 2006-01-02 from: 2006-01-02 with -, / or . between, 20060102,
// 2006年1月2日, 2 Jan 2006, Jan 2, 2006, and 02/01/2006, where the day comes
// first unless it cannot or the locale puts the month first (en-US, or the
// subtag x-mdy that ColumnLocale gives after a look at the column). Years of
// two digits up to 30 are of this century. A time of midnight may follow, as
// spreadsheets append one; any other makes it a time. Five digits from 10000 to
// 79999 are a spreadsheet's day count.
//
// A time becomes "2006-01-02 15:04:05", "15:04:05" without a date; fractions of
// seconds are kept, a zone is dropped, not converted: the wall clock is what
// was written.
func canonicalDate(v, locale string) (string, bool) {
	if plainDate(v) {
		return v, true
	}
	var m moment
	if !m.read(v, locale) || !m.dated || m.clock && (m.h|m.min|m.sec) != 0 || m.fraction() != "" {
		return "", false
	}
	var a [16]byte
	return spell(v, m.appendDate(a[:0])), true
}

func canonicalTime(v, locale string) (string, bool) {
	var m moment
	if !m.read(v, locale) || !m.dated && !m.clock {
		return "", false
	}
	var a [48]byte
	b := a[:0]
	if m.dated {
		b = append(m.appendDate(b), ' ')
	}
	b = append(two(append(two(append(two(b, m.h), ':'), m.min), ':'), m.sec), m.fraction()...)
	return spell(v, b), true
}

func plainDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	return ok1 && ok2 && ok3 && civil(y, m, d)
}

// moment is a date, a time of day, or both.
type moment struct {
	dated, clock bool
	y, mon, d    int
	h, min, sec  int
	frac         string
}

func (m *moment) fraction() string {
	f := strings.TrimRight(m.frac, "0")
	if f == "." {
		return ""
	}
	return f
}

func (m *moment) appendDate(b []byte) []byte {
	b = two(two(b, m.y/100), m.y%100)
	return two(append(two(append(b, '-'), m.mon), '-'), m.d)
}

func two(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// civil reports whether the day exists, in the years 1000 to 2999.
func civil(y, m, d int) bool {
	if y < 1000 || y > 2999 || m < 1 || m > 12 || d < 1 {
		return false
	}
	switch m {
	case 4, 6, 9, 11:
		return d <= 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return d <= 29
		}
		return d <= 28
	}
	return d <= 31
}

// digits reads up to nine digits.
func digits(s string) (int, bool) {
	if len(s) > 9 || !allDigits(s) {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// part is a run of digits or letters with what stood before it.
type part struct {
	text string
	sep  byte
}

// read takes s apart.
func (m *moment) read(s, locale string) bool {
	if !plainEnds(s) {
		s = trim(s)
	}
	if !ascii(s) {
		s = trim(chineseMoment.Replace(folded(s)))
	}
	if len(s) > 64 {
		return false
	}
	var a [12]part
	parts, ok := cutParts(a[:0], s)
	if !ok {
		return false
	}
	parts = dropWeekday(parts)
	if len(parts) == 0 {
		return false
	}
	rest, ok := m.readDate(parts, locale)
	if !ok {
		rest = parts
	}
	return m.readClock(rest)
}

var chineseMoment = strings.NewReplacer("年", "-", "月", "-", "日", " ", "号", " ", "時", ":", "时", ":", "点", ":", "分", ":", "秒", " ", "上午", " am ", "下午", " pm ")

func cutParts(dst []part, s string) ([]part, bool) {
	sep := byte(0)
	for i := 0; i < len(s); {
		if !alnum(s[i]) {
			if c := s[i]; sep == 0 || sep == ' ' || c == '.' && sep == ' ' {
				sep = c
			}
			if strings.IndexByte(" -/.:,+'", s[i]) < 0 {
				return dst, false
			}
			i++
			continue
		}
		j, number := i, s[i] <= '9'
		for j < len(s) && alnum(s[j]) && (s[j] <= '9') == number {
			j++
		}
		if len(dst) == cap(dst) {
			return dst, false
		}
		dst = append(dst, part{s[i:j], sep})
		sep, i = 0, j
	}
	return dst, true
}

func dropWeekday(p []part) []part {
	if len(p) > 1 && len(p[0].text) >= 3 && p[0].text[0] > '9' && month(p[0].text) == 0 {
		switch strings.ToLower(p[0].text[:3]) {
		case "mon", "tue", "wed", "thu", "fri", "sat", "sun":
			return p[1:]
		}
	}
	return p
}

// readDate reads a date from the front of p and returns what follows.
func (m *moment) readDate(p []part, locale string) ([]part, bool) {
	if n, ok := digits(p[0].text[:min(8, len(p[0].text))]); ok && (len(p[0].text) == 8 || len(p[0].text) == 14) {
		return m.packed(p, n)
	}
	if len(p) == 1 || len(p) == 2 && p[1].sep == '.' && p[1].text == "0" {
		return m.dayCount(p)
	}
	if len(p) < 3 || p[1].sep == ':' {
		return p, false
	}
	if m.words(p) {
		return p[3:], m.set()
	}
	x, ok1 := digits(p[0].text)
	y, ok2 := digits(p[1].text)
	z, ok3 := digits(p[2].text)
	if !ok1 || !ok2 || !ok3 || p[1].sep != p[2].sep || len(p[1].text) > 2 {
		return p, false
	}
	switch {
	case len(p[0].text) == 4 && len(p[2].text) <= 2:
		m.y, m.mon, m.d = x, y, z
	case len(p[0].text) <= 2 && (len(p[2].text) == 4 || len(p[2].text) == 2):
		m.y, m.mon, m.d = century(z, len(p[2].text)), y, x
		if x <= 12 && (y > 12 || parseLocale(locale).order == 'm') {
			m.mon, m.d = x, y
		}
	default:
		return p, false
	}
	return p[3:], m.set()
}

func (m *moment) set() bool {
	m.dated = civil(m.y, m.mon, m.d)
	return m.dated
}

// packed reads 20060102 and 20060102150405.
func (m *moment) packed(p []part, n int) ([]part, bool) {
	m.y, m.mon, m.d = n/10000, n/100%100, n%100
	if p[0].text = p[0].text[8:]; p[0].text != "" {
		t, _ := digits(p[0].text)
		m.h, m.min, m.sec, m.clock = t/10000, t/100%100, t%100, true
	}
	if len(p) == 2 && p[1].sep == '.' && p[1].text == "0" {
		p = p[1:]
	}
	return p[1:], m.set() && m.h < 24 && m.min < 60 && m.sec < 60
}

// dayCount reads a spreadsheet's count of days since the end of 1899.
func (m *moment) dayCount(p []part) ([]part, bool) {
	n, ok := digits(p[0].text)
	if !ok || len(p[0].text) != 5 || n < 10000 || n > 79999 {
		return p, false
	}
	m.y, m.mon, m.d = fromDays(n - 25569)
	return nil, m.set()
}

// fromDays gives the civil date of a day counted from 1970-01-01 (Hinnant's
// algorithm, proleptic Gregorian).
func fromDays(z int) (y, m, d int) {
	z += 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, doy - (153*mp+2)/5 + 1
}

// words reads 2 Jan 2006, Jan 2 2006 and 2006 Jan 2.
func (m *moment) words(p []part) bool {
	for i := range 3 {
		mon := 0
		if p[i].text[0] > '9' {
			mon = month(p[i].text)
		}
		if mon == 0 {
			continue
		}
		q := [2]part{p[(i+1)%3], p[(i+2)%3]}
		if i == 1 {
			q[0], q[1] = p[0], p[2]
		}
		a, ok1 := digits(q[0].text)
		b, ok2 := digits(q[1].text)
		if !ok1 || !ok2 {
			return false
		}
		if len(q[0].text) == 4 {
			a, b, q[1] = b, a, q[0]
		}
		m.y, m.mon, m.d = century(b, len(q[1].text)), mon, a
		return true
	}
	return false
}

func century(y, width int) int {
	if width > 2 {
		return y
	}
	if y <= 30 {
		return y + 2000
	}
	return y + 1900
}

//go:embed vocab/months.tsv
var monthsTSV string

var months = sync.OnceValue(func() map[string]int {
	m := map[string]int{}
	for _, f := range tsv(monthsTSV) {
		for _, w := range strings.Fields(f[1]) {
			m[w] = atoi(f[0])
		}
	}
	return m
})

func month(word string) int {
	if len(word) > 12 {
		return 0
	}
	return months()[strings.ToLower(word)]
}
