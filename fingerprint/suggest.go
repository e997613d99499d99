package fingerprint

import (
	"slices"
	"strings"
	"unicode"

	"telltale/internal/identity"
)

// Thresholds of SuggestCarrier, found by looking at real tables: a column of
// measurements passes them, one of codes, ratings, flags or prices does not.
const (
	minDistinct   = 20   // values: fewer are codes, ratings or flags
	minParse      = 0.9  // share of the cells that the carrier must understand
	minPoints     = 0.05 // share of the cells with a spelling to choose
	maxHeap       = 0.6  // share of the commonest value
	maxLastDigit  = 0.5  // share of the commonest last digit: prices end in 9
	maxPlainDigit = 0.3  // ...above which longer numbers are taken for chosen ones
	minNeighbours = 0.7  // share of values with a neighbour one step away in the column...
	minSpread     = 0.5  // ...or else distinct values per value
)

// SuggestCarrier returns the specification of the carrier that suits a column
// which is neither key nor identity, or "none". locale is that of the table.
func SuggestCarrier(k identity.Kind, header string, sample []string, locale string) string {
	cells := make([]string, 0, len(sample))
	for _, v := range sample {
		if v = strings.TrimSpace(v); v != "" {
			cells = append(cells, v)
		}
	}
	if len(cells) == 0 {
		return noCarrier
	}
	if coordinateKind(k) {
		if spec := suggestCoordinate(header, cells); spec != noCarrier {
			return spec
		}
	}
	switch k {
	case identity.Number, identity.Integer:
		return suggestNumber(header, cells, locale)
	case identity.Date, identity.Time:
		return suggestTime(cells, locale)
	case identity.Organisation, identity.Address, identity.Text, "":
		if share(cells, textCarrier{}) >= minPoints {
			return "text"
		}
	}
	return noCarrier
}

func share(cells []string, c Carrier) float64 {
	n := 0
	for _, v := range cells {
		if _, _, ok := c.Class(v); ok {
			n++
		}
	}
	return float64(n) / float64(len(cells))
}

// codeWords in a header say that the numbers below it name things.
var codeWords = []string{
	"id", "code", "no", "nr", "zip", "postcode", "postal", "ref", "year", "yr", "rating", "rank", "flag", "grade", "level", "class", "type",
	"sku", "isbn", "account", "phone", "mobile", "fax", "ssn", "key", "index", "version", "month", "weekday",
}

var codeSigns = []string{"编号", "代码", "号码", "序号", "邮编", "年份", "年级", "等级", "单号"}

// notIDs end in "id" and are amounts all the same.
var notIDs = []string{"paid", "unpaid", "prepaid", "bid", "fluid"}

func namesCodes(header string) bool {
	for _, w := range headerWords(header) {
		if slices.Contains(codeWords, w) || strings.HasSuffix(w, "id") && !slices.Contains(notIDs, w) {
			return true
		}
	}
	return slices.ContainsFunc(codeSigns, func(s string) bool { return strings.Contains(header, s) })
}

// headerWords parts a header at signs, digits and where a capital follows a
// small letter.
func headerWords(header string) []string {
	var b strings.Builder
	small := false
	for _, r := range header {
		if small && unicode.IsUpper(r) || !unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		small = unicode.IsLower(r)
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return strings.Fields(b.String())
}

func suggestNumber(header string, cells []string, locale string) string {
	if namesCodes(header) {
		return noCarrier
	}
	f := newFigures(cells, commaHabit(cells, locale))
	if f.share() < minParse || len(f.values) == 0 {
		return noCarrier
	}
	step, ok := f.step()
	if !ok || !f.measured(step) {
		return noCarrier
	}
	c := numberCarrier{step: quantity{step, uint8(f.scale)}, comma: f.comma, short: f.short, least: f.least}
	for c.step.scale > 0 && c.step.coef%10 == 0 {
		c.step.coef, c.step.scale = c.step.coef/10, c.step.scale-1
	}
	if f.chosen(step) {
		return naturalCarrier{c}.Name()
	}
	return c.Name()
}

// commaLocales write a comma before the decimals.
var commaLocales = []string{"de", "fr", "es", "it", "nl", "pt", "ru", "pl", "tr", "sv", "da", "nb", "fi", "cs"}

// commaHabit reports whether a column writes a comma before its decimals.
func commaHabit(cells []string, locale string) bool {
	comma, dot := 0, 0
	for _, v := range cells {
		n, ok := locate(v)
		if !ok {
			continue
		}
		body := v[n.start:n.end]
		c, d := strings.LastIndexAny(body, ",，"), strings.LastIndexAny(body, ".．")
		switch {
		case c > d && (d >= 0 || len(body)-c-1 != 3):
			comma++
		case d > c && (c >= 0 || len(body)-d-1 != 3):
			dot++
		}
	}
	if comma == 0 && dot == 0 {
		return slices.Contains(commaLocales, strings.ToLower(strings.Split(locale, "-")[0]))
	}
	return comma > dot
}

// figures are the numbers of a column, in units of 10^-scale.
type figures struct {
	comma, short bool
	scale, least int
	cells        int
	parsed       int
	values       []int64 // without zeros
}

const maxScale = 6

func newFigures(cells []string, comma bool) *figures {
	f := &figures{comma: comma, cells: len(cells)}
	var all []numeral
	padded := 0
	lowest := maxDigits
	for _, v := range cells {
		n, ok := parseNumeral(v, comma)
		if !ok {
			continue
		}
		all = append(all, n)
		f.scale, lowest = max(f.scale, n.scale), min(lowest, n.scale)
		if n.scale > 1 && n.coef%10 == 0 {
			padded++
		}
	}
	f.parsed = len(all)
	if f.scale > maxScale {
		return f
	}
	f.short = f.scale > lowest && padded == 0
	f.least = min(lowest, 1)
	for _, n := range all {
		if v, ok := raise(n.coef, f.scale-n.scale); ok && v != 0 {
			f.values = append(f.values, v)
		}
	}
	slices.Sort(f.values)
	return f
}

func (f *figures) share() float64 { return float64(f.parsed) / float64(f.cells) }

// step is the largest round number that all values are multiples of.
func (f *figures) step() (int64, bool) {
	g := int64(0)
	for _, v := range f.values {
		for v != 0 {
			g, v = v, g%v
		}
	}
	round := int64(1)
	for g%(round*10) == 0 {
		round *= 10
	}
	if g%(round*5) == 0 {
		round *= 5
	}
	return round, g == round || g > 0 && g/round <= 3
}

// measured reports whether the values look like measurements: many, not
// heaped, and with the steps between them filled or most of them unique.
func (f *figures) measured(step int64) bool {
	if len(f.values) < f.parsed/2 || f.years() {
		return false
	}
	distinct := slices.Compact(slices.Clone(f.values))
	if len(distinct) < minDistinct {
		return false
	}
	near, longest, run := 0, 0, 0
	chosen := f.chosen(step)
	for i, v := range f.values {
		if run++; i > 0 && v != f.values[i-1] {
			run = 1
		}
		longest = max(longest, run)
		if hasNeighbour(distinct, v, step, chosen) {
			near++
		}
	}
	n := float64(len(f.values))
	if float64(longest) > maxHeap*n || !chosen && f.lastDigit(step) > maxLastDigit {
		return false
	}
	return float64(near) >= minNeighbours*n || float64(len(distinct)) >= minSpread*n
}

// lastDigit is the share of the commonest last digit, counted in steps.
func (f *figures) lastDigit(step int64) float64 {
	var last [10]int
	for _, v := range f.values {
		last[v/step%10]++
	}
	return float64(slices.Max(last[:])) / float64(len(f.values))
}

// chosen reports whether people chose the last digits of the values: they heap
// on one digit, and are long enough for that to be a habit of rounding or
// pricing.
func (f *figures) chosen(step int64) bool {
	long := 0
	for _, v := range f.values {
		if v/step >= 100 {
			long++
		}
	}
	return float64(long) >= minParse*float64(len(f.values)) && f.lastDigit(step) > maxPlainDigit
}

// hasNeighbour reports whether the column also holds a value next to v: one
// step away, or the next with the same ending.
func hasNeighbour(distinct []int64, v, step int64, chosen bool) bool {
	for _, by := range []int64{-1, 1} {
		w := v + by*step
		if chosen {
			e := endingOf(v / step)
			n, ok := e.number(e.index(v/step) + by)
			if !ok {
				continue
			}
			w = n * step
		}
		if _, found := slices.BinarySearch(distinct, w); found {
			return true
		}
	}
	return false
}

// years reports whether all values are years.
func (f *figures) years() bool {
	return f.scale == 0 && len(f.values) > 0 && f.values[0] >= 1800 && f.values[len(f.values)-1] <= 2100
}

// suggestTime finds the finest unit that varies, and the order of day and
// month.
func suggestTime(cells []string, locale string) string {
	var t timeCarrier
	order, ok := dateOrder(cells)
	if !ok {
		return noCarrier
	}
	if t.monthFirst = order == "mdy"; order == "" {
		t.monthFirst = strings.HasSuffix(strings.ToUpper(locale), "US")
	}
	var ranks []int64
	finest := byte('s')
	vary := map[byte]bool{}
	for _, v := range cells {
		var i instant
		if !parseInstant(&i, v, t.monthFirst) {
			continue
		}
		if unitSeconds(i.finest) > unitSeconds(finest) {
			finest = i.finest
		}
		if i.form != formClock {
			vary['d'] = true
		}
		vary['s'] = vary['s'] || i.sec != 0
		vary['m'] = vary['m'] || i.minute != 0
		vary['h'] = vary['h'] || i.hour != 0
		ranks = append(ranks, i.seconds())
	}
	unit := byte(0)
	for _, u := range []byte("smhd") {
		if vary[u] && unitSeconds(u) >= unitSeconds(finest) {
			unit = u
			break
		}
	}
	if float64(len(ranks)) < minParse*float64(len(cells)) || unit == 0 || !spread(ranks) {
		return noCarrier
	}
	t.unit, t.stated = unit, order != ""
	return t.Name()
}

// spread reports whether moments are many and not heaped on the first of the
// month.
func spread(seconds []int64) bool {
	firsts := 0
	for _, s := range seconds {
		if _, _, d := civil(floorDiv(s, secondsPerDay)); d == 1 && s >= secondsPerDay {
			firsts++
		}
	}
	n := len(seconds)
	slices.Sort(seconds)
	return len(slices.Compact(seconds)) >= minDistinct && firsts*2 < n
}

// dateOrder tells dmy from mdy where dates are written with the year last: ""
// when no value shows it, false when values contradict each other.
func dateOrder(cells []string) (order string, ok bool) {
	day, month := 0, 0
	for _, v := range cells {
		var ts tokens
		if !tokenize(&ts, v) || ts.n < 5 || !ts.list[0].number(1, 2) || !ts.list[2].number(1, 2) || ts.list[4].kind != 'n' {
			continue
		}
		if s := ts.list[1]; !s.is('/') && !s.is('-') && !s.is('.') {
			continue
		}
		if ts.list[0].value > 12 {
			day++
		}
		if ts.list[2].value > 12 {
			month++
		}
	}
	switch {
	case day > 0 && month > 0:
		return "", false
	case day > 0:
		return "dmy", true
	case month > 0:
		return "mdy", true
	}
	return "", true
}
