package fingerprint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const secondsPerDay = 86400

// serialEpoch is 1970-01-01 as a spreadsheet counts days.
const serialEpoch = 25569

// Forms of an instant.
const (
	formCivil  = iota // a date, perhaps with a time
	formClock         // a time of day
	formUnix          // seconds since 1970
	formMillis        // milliseconds since 1970
	formSerial        // a spreadsheet's day number
)

// Roles of the fields of an instant.
const (
	roleYear      = 'Y'
	roleMonth     = 'M'
	roleMonthName = 'N'
	roleDay       = 'D'
	roleWeekday   = 'W'
	roleHour      = 'h'
	roleHalf      = 'P'
	roleMinute    = 'm'
	roleSecond    = 's'
	roleCount     = 'C' // the whole of a unix time or serial number
)

var months = [12]string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

var weekdays = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

type timeField struct {
	role       byte
	start, end uint8
	digits     uint8
	zero       rune
}

// instant is a point in time as it stands in a text.
type instant struct {
	form                int
	day                 int64 // since 1970-01-01
	hour, minute, sec   int64
	nano                int64
	year, month, monthD int64
	twelve              bool // the hour is written from 1 to 12
	finest              byte // finest unit shown
	single              bool // some number below ten is written with one digit
	padded              bool // numbers below ten are written with two digits
	n                   int
	fields              [10]timeField
}

func (t *instant) seconds() int64 {
	return t.day*secondsPerDay + t.hour*3600 + t.minute*60 + t.sec
}

// set moves t to a number of seconds since 1970, in years of four digits.
func (t *instant) set(seconds int64) bool {
	if t.form == formClock && (seconds < 0 || seconds >= secondsPerDay) {
		return false
	}
	t.day = floorDiv(seconds, secondsPerDay)
	rest := seconds - t.day*secondsPerDay
	t.hour, t.minute, t.sec = rest/3600, rest/60%60, rest%60
	t.year, t.month, t.monthD = civil(t.day)
	return t.year >= 1000 && t.year <= 9999
}

// value is what a field of that role says.
func (t *instant) value(role byte) int64 {
	switch role {
	case roleYear:
		if t.field(roleYear).digits == 2 {
			return t.year % 100
		}
		return t.year
	case roleMonth, roleMonthName:
		return t.month
	case roleDay:
		return t.monthD
	case roleWeekday:
		return weekday(t.day)
	case roleHour:
		if t.twelve {
			return (t.hour+11)%12 + 1
		}
		return t.hour
	case roleHalf:
		return t.hour / 12
	case roleMinute:
		return t.minute
	case roleSecond:
		return t.sec
	}
	switch t.form {
	case formMillis:
		return t.seconds()*1000 + t.nano/1e6
	case formSerial:
		return t.day + serialEpoch
	}
	return t.seconds()
}

func (t *instant) field(role byte) timeField {
	for _, f := range t.fields[:t.n] {
		if f.role == role {
			return f
		}
	}
	return timeField{}
}

func (t *instant) add(role byte, k token) {
	if t.n < len(t.fields) {
		t.fields[t.n] = timeField{role, uint8(k.start), uint8(k.end), uint8(k.digits), k.zero}
		t.n++
	}
	if k.digits == 1 && mayShrink(role) {
		t.single = true
	}
	if k.digits == 2 && k.value < 10 && mayShrink(role) {
		t.padded = true
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func weekday(day int64) int64 { return ((day+4)%7 + 7) % 7 }

// daysFromCivil and civil convert between a date of the Gregorian calendar
// and days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date
// algorithms").
func daysFromCivil(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func civil(day int64) (y, m, d int64) {
	z := day + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp%12 + 3
	if mp >= 10 {
		m = mp - 9
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

// token is a run of digits, a run of letters or one other character.
type token struct {
	kind       byte // 'n', 'w', or 0 for one character, then sign
	sign       rune
	start, end int
	value      int64
	digits     int
	zero       rune
}

// tokens is a text taken apart, with blanks around it left out.
type tokens struct {
	text string
	n    int
	at   int
	list [24]token
}

func tokenize(ts *tokens, text string) bool {
	ts.text = text
	for i, r := range text {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			return false
		}
		k := token{sign: narrow(r), start: i, end: i + size}
		d, zero := digitValue(r)
		switch {
		case d >= 0:
			k.kind, k.value, k.digits, k.zero = 'n', int64(d), 1, zero
		case k.sign < utf8.RuneSelf && unicode.IsLetter(k.sign):
			k.kind = 'w'
		case k.sign == '\u3000' || k.sign == '\u00a0':
			k.sign = ' '
		}
		if k.sign == ' ' && ts.n == 0 {
			continue
		}
		if last := ts.last(); last != nil && last.kind == k.kind && (k.kind == 'w' || k.kind == 'n' && last.zero == zero) {
			last.end = k.end
			last.digits += k.digits
			if last.value = last.value*10 + k.value; last.digits > maxDigits {
				return false
			}
			continue
		}
		if ts.n == len(ts.list) {
			return false
		}
		ts.list[ts.n] = k
		ts.n++
	}
	for ts.n > 0 && ts.list[ts.n-1].kind == 0 && ts.list[ts.n-1].sign == ' ' {
		ts.n--
	}
	return ts.n > 0
}

func (ts *tokens) last() *token {
	if ts.n == 0 {
		return nil
	}
	return &ts.list[ts.n-1]
}

// peek returns the token that comes by places behind the next one.
func (ts *tokens) peek(by int) token {
	if ts.at+by >= ts.n {
		return token{}
	}
	return ts.list[ts.at+by]
}

func (ts *tokens) done() bool { return ts.at >= ts.n }

// number reports whether the token is a run of digits of such a length.
func (k token) number(least, most int) bool {
	return k.kind == 'n' && k.digits >= least && k.digits <= most
}

func (k token) is(sign rune) bool { return k.kind == 0 && k.end > 0 && k.sign == sign }

func (ts *tokens) word(k token) string {
	if k.kind != 'w' {
		return ""
	}
	return narrowWord(ts.text[k.start:k.end])
}

func narrowWord(s string) string {
	if s[0] < utf8.RuneSelf {
		return s
	}
	return strings.Map(narrow, s)
}

// nameIndex finds a month or weekday by its name or the first three letters.
func nameIndex(names []string, word string) int64 {
	if len(word) < 3 {
		return -1
	}
	for i, name := range names {
		if strings.EqualFold(word, name) || len(word) == 3 && strings.EqualFold(word, name[:3]) {
			return int64(i)
		}
	}
	return -1
}
