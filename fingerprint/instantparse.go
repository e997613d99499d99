package fingerprint

import "strings"

// parseInstant reads a date, a time or both, in any of the usual notations.
func parseInstant(t *instant, text string, monthFirst bool) bool {
	if len(text) < 4 || len(text) > 128 {
		return false
	}
	if t.parsePlain(text) {
		return true
	}
	var ts tokens
	if !tokenize(&ts, text) {
		return false
	}
	*t = instant{}
	if ts.n == 1 {
		return t.parseRun(&ts)
	}
	t.parseWeekday(&ts)
	dated := t.parseDate(&ts, monthFirst)
	if !dated && ts.at > 0 {
		return false
	}
	if dated {
		if t.day = daysFromCivil(t.year, t.month, t.monthD); !t.validDate() {
			return false
		}
		if w := t.field(roleWeekday); w.end > 0 && nameIndex(weekdays[:], narrowWord(text[w.start:w.end])) != weekday(t.day) {
			return false
		}
		if t.finest = 'd'; ts.done() {
			return true
		}
		if !ts.skipToTime() {
			return false
		}
	} else {
		t.form = formClock
	}
	return t.parseClock(&ts) && ts.skipZone() && ts.done()
}

// plainLayout is the commonest form; a date alone is its beginning.
const plainLayout = "0000-00-00 00:00:00"

var plainFields = [6]timeField{
	{roleYear, 0, 4, 4, '0'}, {roleMonth, 5, 7, 2, '0'}, {roleDay, 8, 10, 2, '0'},
	{roleHour, 11, 13, 2, '0'}, {roleMinute, 14, 16, 2, '0'}, {roleSecond, 17, 19, 2, '0'},
}

// parsePlain reads the commonest form, and no other, as parseInstant would.
func (t *instant) parsePlain(text string) bool {
	if len(text) != 10 && len(text) != 19 {
		return false
	}
	for i := 0; i < len(text); i++ {
		want, c := plainLayout[i], text[i]
		if want == '0' && (c < '0' || c > '9') || want != '0' && c != want && !(i == 10 && c == 'T') {
			return false
		}
	}
	*t = instant{finest: 'd', padded: true, n: 3}
	t.year, t.month, t.monthD = two(text, 0)*100+two(text, 2), two(text, 5), two(text, 8)
	if len(text) == 19 {
		t.hour, t.minute, t.sec = two(text, 11), two(text, 14), two(text, 17)
		t.finest, t.n = 's', 6
	}
	copy(t.fields[:], plainFields[:t.n])
	t.day = daysFromCivil(t.year, t.month, t.monthD)
	return t.month >= 1 && t.month <= 12 && t.monthD >= 1 && (t.monthD <= 28 || t.validDate()) && t.year >= 1000 &&
		t.hour < 24 && t.minute < 60 && t.sec < 60
}

// two reads two ASCII digits.
func two(text string, at int) int64 { return int64(text[at]-'0')*10 + int64(text[at+1]-'0') }

func (t *instant) validDate() bool {
	y, m, d := civil(t.day)
	return t.year >= 1000 && t.year <= 9999 && y == t.year && m == t.month && d == t.monthD
}

// parseRun reads a value that is one run of digits.
func (t *instant) parseRun(ts *tokens) bool {
	k := ts.list[0]
	if k.kind != 'n' {
		return false
	}
	switch k.digits {
	case 5:
		t.form, t.finest, t.day = formSerial, 'd', k.value-serialEpoch
	case 9, 10:
		t.form, t.finest = formUnix, 's'
		t.setCount(k.value)
	case 13:
		t.form, t.finest, t.nano = formMillis, 's', k.value%1000*1e6
		t.setCount(k.value / 1000)
	case 8, 12, 14:
		return t.parseCompact(ts, k)
	default:
		return false
	}
	t.add(roleCount, k)
	t.year, t.month, t.monthD = civil(t.day)
	return true
}

func (t *instant) setCount(seconds int64) {
	t.day = seconds / secondsPerDay
	rest := seconds % secondsPerDay
	t.hour, t.minute, t.sec = rest/3600, rest/60%60, rest%60
}

// parseCompact reads 20060102, 200601021504 and 20060102150405.
func (t *instant) parseCompact(ts *tokens, k token) bool {
	t.readCompactDate(k)
	t.finest = 'd'
	if k.digits > 8 {
		t.hour, t.minute = t.part(k, roleHour, 8, 2), t.part(k, roleMinute, 10, 2)
		t.finest = 'm'
	}
	if k.digits > 12 {
		t.sec = t.part(k, roleSecond, 12, 2)
		t.finest = 's'
	}
	t.day = daysFromCivil(t.year, t.month, t.monthD)
	return t.validDate() && t.hour < 24 && t.minute < 60 && t.sec < 60
}

func (t *instant) readCompactDate(k token) {
	t.padded = true
	t.year, t.month, t.monthD = t.part(k, roleYear, 0, 4), t.part(k, roleMonth, 4, 2), t.part(k, roleDay, 6, 2)
}

// part takes some of the digits of a run as a field.
func (t *instant) part(k token, role byte, from, digits int) int64 {
	width := (k.end - k.start) / k.digits
	p := token{kind: 'n', start: k.start + from*width, digits: digits, zero: k.zero}
	p.end = p.start + digits*width
	p.value = k.value / pow10[k.digits-from-digits] % pow10[digits]
	t.add(role, p)
	return p.value
}

func (t *instant) parseWeekday(ts *tokens) {
	k := ts.peek(0)
	if nameIndex(weekdays[:], ts.word(k)) < 0 {
		return
	}
	t.add(roleWeekday, k)
	for ts.at++; ts.peek(0).is(',') || ts.peek(0).is(' '); ts.at++ {
	}
}

// parseDate reads a date; ts stays where it is when there is none.
func (t *instant) parseDate(ts *tokens, monthFirst bool) bool {
	a, b := ts.peek(0), ts.peek(1)
	switch {
	case a.number(8, 8):
		t.readCompactDate(a)
		ts.at++
		return true
	case a.number(4, 4) && b.is('年'):
		return t.threeNumbers(ts, "年月", roleYear, roleMonth, roleDay) && ts.swallow('日', '号')
	case a.number(4, 4):
		if n := ts.peek(2); n.kind == 'w' {
			return t.threeNumbers(ts, "", roleYear, roleMonthName, roleDay)
		}
		if t.threeNumbers(ts, "", roleYear, roleMonth, roleDay) {
			t.padded = t.padded || b.is('-') && !t.single
			return true
		}
	case a.number(1, 2) && ts.peek(2).kind == 'w':
		return t.threeNumbers(ts, "", roleDay, roleMonthName, roleYear)
	case a.number(1, 2) && (b.is('/') || b.is('-') || b.is('.')):
		first, second := a.value, ts.peek(2).value
		if second > 12 || first <= 12 && monthFirst {
			return t.threeNumbers(ts, "", roleMonth, roleDay, roleYear)
		}
		return t.threeNumbers(ts, "", roleDay, roleMonth, roleYear)
	case a.kind == 'w' && nameIndex(months[:], ts.word(a)) >= 0:
		return t.nameFirst(ts)
	}
	return false
}

// threeNumbers reads three fields with one sign between each two: the same
// sign twice, or the given pair.
func (t *instant) threeNumbers(ts *tokens, signs string, roles ...byte) bool {
	pair := []rune(signs)
	at := ts.at
	for i, role := range roles {
		if i > 0 {
			s := ts.peek(0)
			if s.kind != 0 || s.end == 0 || len(pair) > 0 && s.sign != pair[i-1] || len(pair) == 0 && !strings.ContainsRune("-/. ", s.sign) {
				ts.at = at
				return false
			}
			if len(pair) == 0 {
				pair = []rune{s.sign, s.sign}
			}
			ts.at++
		}
		if !t.take(ts, role) {
			ts.at = at
			return false
		}
	}
	return true
}

// nameFirst reads "January 2, 2006".
func (t *instant) nameFirst(ts *tokens) bool {
	if !t.take(ts, roleMonthName) {
		return false
	}
	ts.swallow('.')
	if !ts.swallowed(' ') || !t.take(ts, roleDay) {
		return false
	}
	ts.swallow(',')
	return ts.swallowed(' ') && t.take(ts, roleYear)
}

// take reads one field of a date.
func (t *instant) take(ts *tokens, role byte) bool {
	k := ts.peek(0)
	switch role {
	case roleYear:
		if !k.number(4, 4) && !k.number(2, 2) {
			return false
		}
		if t.year = k.value; k.digits == 2 {
			t.year += 1900
			if k.value < 69 {
				t.year += 100
			}
		}
	case roleMonth:
		t.month = k.value
	case roleMonthName:
		if t.month = nameIndex(months[:], ts.word(k)) + 1; t.month == 0 {
			return false
		}
	case roleDay:
		t.monthD = k.value
	}
	if role != roleYear && role != roleMonthName && !k.number(1, 2) {
		return false
	}
	t.add(role, k)
	ts.at++
	return true
}

// swallow skips one of the signs if it comes next, and always reports true.
func (ts *tokens) swallow(signs ...rune) bool {
	for _, s := range signs {
		if ts.peek(0).is(s) {
			ts.at++
			break
		}
	}
	return true
}

func (ts *tokens) swallowed(sign rune) bool {
	at := ts.at
	ts.swallow(sign)
	return ts.at > at
}

// skipToTime skips what stands between a date and a time.
func (ts *tokens) skipToTime() bool {
	if k := ts.peek(0); k.kind == 'w' {
		ts.at++
		return strings.EqualFold(ts.word(k), "t")
	}
	at := ts.at
	ts.swallow(',')
	for ts.swallowed(' ') {
	}
	return ts.at > at || ts.peek(0).kind == 'n'
}

// parseClock reads a time of day.
func (t *instant) parseClock(ts *tokens) bool {
	if k := ts.peek(0); t.form == formCivil && (k.number(4, 4) || k.number(6, 6)) {
		return t.compactClock(ts, k)
	}
	var ok bool
	if t.hour, ok = t.clockField(ts, roleHour, 1); !ok || t.hour > 23 {
		return false
	}
	sign := ts.peek(0).sign
	if !ts.swallowed(':') && !ts.swallowed('时') && !ts.swallowed('点') {
		return false
	}
	if t.minute, ok = t.clockField(ts, roleMinute, 2); !ok || t.minute > 59 {
		return false
	}
	t.finest = 'm'
	if sign != ':' {
		ts.swallow('分')
	}
	if ts.swallowed(':') || sign != ':' && ts.peek(0).kind == 'n' {
		if t.sec, ok = t.clockField(ts, roleSecond, 2); !ok || t.sec > 59 {
			return false
		}
		t.finest = 's'
		if !t.parseFraction(ts) {
			return false
		}
		ts.swallow('秒')
	}
	return t.parseHalf(ts)
}

func (t *instant) compactClock(ts *tokens, k token) bool {
	t.hour, t.minute = t.part(k, roleHour, 0, 2), t.part(k, roleMinute, 2, 2)
	t.finest = 'm'
	if k.digits == 6 {
		t.sec = t.part(k, roleSecond, 4, 2)
		t.finest = 's'
	}
	ts.at++
	return t.hour < 24 && t.minute < 60 && t.sec < 60 && t.parseFraction(ts)
}

func (t *instant) clockField(ts *tokens, role byte, least int) (int64, bool) {
	k := ts.peek(0)
	if !k.number(least, 2) {
		return 0, false
	}
	t.add(role, k)
	ts.at++
	return k.value, true
}

// parseFraction reads the fraction of a second, to nine digits.
func (t *instant) parseFraction(ts *tokens) bool {
	if k := ts.peek(0); !(k.is('.') || k.is(',')) || ts.peek(1).kind != 'n' {
		return true
	}
	k := ts.peek(1)
	if k.digits > 9 {
		return false
	}
	t.nano = k.value * pow10[9-k.digits]
	ts.at += 2
	return true
}

// parseHalf reads AM or PM.
func (t *instant) parseHalf(ts *tokens) bool {
	at := ts.at
	ts.swallow(' ')
	k := ts.peek(0)
	word := ts.word(k)
	pm := strings.EqualFold(word, "pm")
	if !pm && !strings.EqualFold(word, "am") {
		ts.at = at
		return true
	}
	if t.hour < 1 || t.hour > 12 {
		return false
	}
	t.twelve = true
	if t.hour %= 12; pm {
		t.hour += 12
	}
	t.add(roleHalf, k)
	ts.at++
	return true
}

// skipZone skips a zone: Z, UTC, GMT, +08:00, +0800 or +08.
func (ts *tokens) skipZone() bool {
	ts.swallow(' ')
	if k := ts.peek(0); k.kind == 'w' {
		ts.at++
		word := ts.word(k)
		if !strings.EqualFold(word, "z") && !strings.EqualFold(word, "utc") && !strings.EqualFold(word, "gmt") {
			return false
		}
	}
	if !ts.peek(0).is('+') && !ts.peek(0).is('-') {
		return true
	}
	ts.at++
	k := ts.peek(0)
	ts.at++
	if k.number(4, 4) {
		return true
	}
	if !k.number(2, 2) {
		return false
	}
	if ts.swallowed(':') {
		k = ts.peek(0)
		ts.at++
		return k.number(2, 2)
	}
	return true
}
