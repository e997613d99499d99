package fingerprint

import (
	"fmt"
	"strconv"
	"strings"
)

// timeCarrier makes times interchangeable that differ by whole units.
//
// The rank counts units since 1970-01-01 00:00:00, or since midnight for a
// time without a date; the class is what is left over. The clock is read as
// it stands: a zone is neither added nor needed. A value that does not show
// the unit carries nothing. A mark of less than a day leaves the date alone,
// and a mark of days never moves a working day into a weekend or back.
type timeCarrier struct {
	unit       byte // 's', 'm', 'h', 'd', or 0: the finest that a value shows
	monthFirst bool // 01/02/2006 is in January
	stated     bool // monthFirst was given, not taken from the locale
}

func parseTime(options []string, locale string) (Carrier, error) {
	c := timeCarrier{monthFirst: strings.HasSuffix(strings.ToUpper(locale), "US")}
	for _, o := range options {
		switch o {
		case "s", "m", "h", "d":
			c.unit = o[0]
		case "dmy", "mdy":
			c.monthFirst, c.stated = o == "mdy", true
		default:
			return nil, fmt.Errorf("carrier time: %q is neither a unit (s, m, h, d) nor an order (dmy, mdy)", o)
		}
	}
	return c, nil
}

func (c timeCarrier) Name() string {
	s := "time"
	if c.unit != 0 {
		s += ":" + string(c.unit)
	}
	switch {
	case c.stated && c.monthFirst:
		s += ":mdy"
	case c.stated:
		s += ":dmy"
	}
	return s
}

func unitSeconds(unit byte) int64 {
	switch unit {
	case 'd':
		return secondsPerDay
	case 'h':
		return 3600
	case 'm':
		return 60
	}
	return 1
}

// measure reads a value and returns its unit in seconds.
func (c timeCarrier) measure(value string) (t instant, unit int64, ok bool) {
	if !parseInstant(&t, value, c.monthFirst) {
		return t, 0, false
	}
	if t.form == formSerial && c.unit != 'd' {
		return t, 0, false
	}
	shown := unitSeconds(t.finest)
	if c.unit == 0 {
		return t, shown, true
	}
	unit = unitSeconds(c.unit)
	if unit < shown || t.form == formClock && c.unit == 'd' {
		return t, 0, false
	}
	return t, unit, true
}

// Rank returns the rank of value without its class.
func (c timeCarrier) Rank(value string) (int64, bool) {
	t, unit, ok := c.measure(value)
	if !ok {
		return 0, false
	}
	return floorDiv(t.seconds(), unit), true
}

func (c timeCarrier) Class(value string) (string, int64, bool) {
	t, unit, ok := c.measure(value)
	if !ok {
		return "", 0, false
	}
	rank := floorDiv(t.seconds(), unit)
	return t.class(t.seconds() - rank*unit), rank, true
}

func (t *instant) class(rest int64) string {
	class := ""
	if rest != 0 || t.nano != 0 {
		class = strconv.FormatInt(rest, 10)
	}
	if t.nano != 0 {
		class += "." + strings.TrimRight(fmt.Sprintf("%09d", t.nano), "0")
	}
	if t.form == formClock {
		return "clock" + class
	}
	return class
}

func (c timeCarrier) quantity(value string) (quantity, bool) {
	var t instant
	if !parseInstant(&t, value, c.monthFirst) {
		return quantity{}, false
	}
	return quantity{t.seconds()*1e6 + t.nano/1e3, 6}, true
}

func (c timeCarrier) Render(original string, rank int64) (string, bool) {
	t, unit, ok := c.measure(original)
	if !ok {
		return "", false
	}
	old := t.seconds()
	was := floorDiv(old, unit)
	if rank == was {
		return original, true
	}
	if rank > 1<<40 || rank < -1<<40 {
		return "", false
	}
	now := old + (rank-was)*unit
	if !steady(floorDiv(old, secondsPerDay), floorDiv(now, secondsPerDay), unit) {
		return "", false
	}
	u := t
	if !u.set(now) {
		return "", false
	}
	out, ok := t.rewrite(original, &u)
	if !ok {
		return "", false
	}
	var check instant
	if !parseInstant(&check, out, c.monthFirst) || check.seconds() != now || check.nano != t.nano || check.form != t.form {
		return "", false
	}
	return out, true
}

// steady reports whether a mark of that unit may move a value from one day to
// the other.
func steady(from, to, unit int64) bool {
	if unit < secondsPerDay {
		return from == to
	}
	return weekend(from) == weekend(to)
}

func weekend(day int64) bool {
	w := weekday(day)
	return w == 0 || w == 6
}

// rewrite writes u with the layout of t in text.
func (t *instant) rewrite(text string, u *instant) (string, bool) {
	out := make([]byte, 0, len(text)+4)
	at := uint8(0)
	for _, f := range t.fields[:t.n] {
		out = append(out, text[at:f.start]...)
		var ok bool
		if out, ok = t.writeField(out, f, text[f.start:f.end], u); !ok {
			return "", false
		}
		at = f.end
	}
	return string(append(out, text[at:]...)), true
}

func (t *instant) writeField(out []byte, f timeField, old string, u *instant) ([]byte, bool) {
	was, is := t.value(f.role), u.value(f.role)
	if was == is {
		return append(out, old...), true
	}
	switch f.role {
	case roleMonthName:
		return writeName(out, old, months[:], was-1, is-1)
	case roleWeekday:
		return writeName(out, old, weekdays[:], was, is)
	case roleHalf:
		return out, false
	}
	width := int(f.digits)
	if width == 2 && is < 10 && was >= 10 && mayShrink(f.role) {
		switch {
		case t.single:
			width = 1
		case !t.padded:
			return out, false
		}
	}
	digits := strconv.FormatInt(is, 10)
	if is < 0 || len(digits) > max(width, 2) && width < 4 || width >= 4 && len(digits) != width {
		return out, false
	}
	for pad := width - len(digits); pad > 0; pad-- {
		out = appendRune(out, f.zero)
	}
	for _, d := range digits {
		out = appendRune(out, f.zero+d-'0')
	}
	return out, true
}

// mayShrink reports whether a field is written with one digit below ten in
// some formats.
func mayShrink(role byte) bool { return role == roleDay || role == roleMonth || role == roleHour }

// writeName replaces one name of a list by another, in the same length and
// case.
func writeName(out []byte, old string, names []string, was, is int64) ([]byte, bool) {
	name := names[is]
	switch {
	case len(names[was]) == 3:
		return out, false
	case len(old) == 3:
		name = name[:3]
	case len(old) != len(names[was]):
		return out, false
	}
	return append(out, caseLike(old, name)...), true
}

// caseLike writes a lower-case word in the case of another: UPPER, lower or
// Title.
func caseLike(model, word string) string {
	switch {
	case model == strings.ToUpper(model):
		return strings.ToUpper(word)
	case model == strings.ToLower(model):
		return word
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
