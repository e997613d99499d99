package canary

import (
	"strconv"
	"strings"
	"time"

	"telltale/internal/identity"
)

// compare orders two cells as a person would who sorts a column: numbers by
// value, dates by time, everything else by its letters and numbers in turn.
func compare(a, b string) int {
	if a == b {
		return 0
	}
	if x, ok := parseScalar(a); ok {
		if y, ok := parseScalar(b); ok && x.layout == y.layout {
			return x.compare(y)
		}
	}
	if c, ok := compareDecimals(a, b); ok {
		return c
	}
	return natural(a, b)
}

// compareDecimals compares two decimals without sign, of any length.
func compareDecimals(a, b string) (c int, ok bool) {
	x, f, ok1 := cutDecimal(a)
	y, g, ok2 := cutDecimal(b)
	if !ok1 || !ok2 {
		return 0, false
	}
	x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	if len(x) != len(y) {
		return len(x) - len(y), true
	}
	if x != y {
		return strings.Compare(x, y), true
	}
	return strings.Compare(strings.TrimRight(f, "0"), strings.TrimRight(g, "0")), true
}

// cutDecimal cuts digits, a point and digits at the point.
func cutDecimal(v string) (whole, fraction string, ok bool) {
	whole, fraction, ok = strings.Cut(strings.TrimLeft(v, " "), ".")
	return whole, fraction, ok && whole != "" && fraction != "" && len(digits(whole)) == len(whole) && len(digits(fraction)) == len(fraction)
}

// natural compares digit runs as numbers and everything else bytewise.
func natural(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		if isDigit(a[0]) && isDigit(b[0]) {
			x, y := digits(a), digits(b)
			if c := compareDigits(x, y); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digits(s string) string {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n]
}

func compareDigits(a, b string) int {
	x, y := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	if c := strings.Compare(x, y); c != 0 {
		return c
	}
	return len(b) - len(a)
}

// scalar is a number or a time as a count of the smallest unit that its
// spelling shows, so that values between two cells can be written like them.
type scalar struct {
	units    int64
	decimals int    // of a number
	layout   string // of a time, "" for a number
	blank    string // leading blanks, as written
}

func (x scalar) compare(y scalar) int {
	for x.decimals < y.decimals {
		x.units, x.decimals = x.units*10, x.decimals+1
	}
	for y.decimals < x.decimals {
		y.units, y.decimals = y.units*10, y.decimals+1
	}
	switch {
	case x.units < y.units:
		return -1
	case x.units > y.units:
		return 1
	}
	return 0
}

func parseScalar(s string) (scalar, bool) {
	t := strings.TrimLeft(s, " ")
	blank := s[:len(s)-len(t)]
	if x, ok := parseNumber(t); ok {
		x.blank = blank
		return x, true
	}
	if x, ok := parseTime(t); ok {
		x.blank = blank
		return x, true
	}
	return scalar{}, false
}

// parseDay reads eight digits in a column of dates.
func parseDay(k identity.Kind, v string) (scalar, bool) {
	const layout = "20060102"
	t := strings.TrimLeft(v, " ")
	if k != identity.Date || len(t) != len(layout) {
		return scalar{}, false
	}
	at, err := time.Parse(layout, t)
	return scalar{units: count(at, layout), layout: layout, blank: v[:len(v)-len(t)]}, err == nil
}

func parseNumber(t string) (scalar, bool) {
	if t == "" || len(t) > 18 || !isDigit(t[len(t)-1]) {
		return scalar{}, false
	}
	var x scalar
	neg, point := false, false
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case isDigit(c):
			x.units = x.units*10 + int64(c-'0')
			if point {
				x.decimals++
			}
		case c == '.' && !point && i > 0:
			point = true
		case c == '-' && i == 0:
			neg = true
		default:
			return scalar{}, false
		}
	}
	if neg {
		x.units = -x.units
	}
	return x, x.decimals <= 9
}

// layouts of times: those that sort as text first. Slashes are tried with the
// day first when the month first fails.
var layouts = []string{
	"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z", "2006-01-02 15:04", "2006/01/02", "2006/1/2",
	"2006/1/2 15:04", "2006/1/2 15:04:05", "2006/01/02 15:04:05", "2006-01-02 15:04:05.000", "2006-01-02T15:04:05.000Z", "2006-01-02T15:04:05-07:00",
	"02/01/2006", "01/02/2006", "2.1.2006", "02.01.2006", "02/01/2006 15:04", "01/02/2006 15:04", "02.01.2006 15:04", "2006年1月2日", "2006年01月02日",
	"02-Jan-2006", "Jan 2, 2006", "2 Jan 2006",
}

func parseTime(t string) (scalar, bool) {
	if len(t) < 8 || len(t) > 32 {
		return scalar{}, false
	}
	for _, l := range layouts {
		if at, err := time.Parse(l, t); err == nil {
			return scalar{units: count(at, l), layout: l}, true
		}
	}
	return scalar{}, false
}

// unit is the smallest unit that a layout shows.
func unit(layout string) time.Duration {
	switch {
	case strings.Contains(layout, ".000"):
		return time.Millisecond
	case strings.Contains(layout, "05"):
		return time.Second
	case strings.Contains(layout, "04"):
		return time.Minute
	}
	return 24 * time.Hour
}

func count(at time.Time, layout string) int64 {
	u := unit(layout)
	if u == time.Millisecond {
		return at.UnixMilli()
	}
	s, step := at.Unix(), int64(u/time.Second)
	return (s - mod(s, step)) / step
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// spell writes units like x was written.
func (x scalar) spell(units int64) string {
	if x.layout != "" {
		u := unit(x.layout)
		if u == time.Millisecond {
			return x.blank + time.UnixMilli(units).UTC().Format(x.layout)
		}
		return x.blank + time.Unix(units*int64(u/time.Second), 0).UTC().Format(x.layout)
	}
	sign := ""
	if units < 0 {
		sign, units = "-", -units
	}
	s := strconv.FormatInt(units, 10)
	if x.decimals == 0 {
		return x.blank + sign + s
	}
	for len(s) <= x.decimals {
		s = "0" + s
	}
	return x.blank + sign + s[:len(s)-x.decimals] + "." + s[len(s)-x.decimals:]
}

// rescale gives both scalars the same number of decimals.
func rescale(x, y scalar) (scalar, scalar) {
	for x.decimals < y.decimals {
		x.units, x.decimals = x.units*10, x.decimals+1
	}
	for y.decimals < x.decimals {
		y.units, y.decimals = y.units*10, y.decimals+1
	}
	return x, y
}

// midpoint is floor((a+b)/2) in the smallest unit shown: the place between two
// neighbours that stays between them whatever marks they get.
func midpoint(a, b string) (string, bool) {
	x, ok1 := parseScalar(a)
	y, ok2 := parseScalar(b)
	if !ok1 || !ok2 || x.layout != y.layout {
		return "", false
	}
	if x.units == y.units && x.decimals == y.decimals {
		return a, true
	}
	x, y = rescale(x, y)
	sum := x.units + y.units
	return x.spell((sum - mod(sum, 2)) / 2), true
}
