package identity

import (
	"sort"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Guess is one reading of a column.
type Guess struct {
	Kind       Kind
	Share      float64 // of the non-empty cells that parse as Kind, 0..1
	Unique     float64 // distinct canonical values / non-empty cells, 0..1
	FromHeader bool    // the header's words speak for Kind

	score float64
}

// sampleCells bounds the cells that Classify looks at.
const sampleCells = 2000

// Classify says what a column holds, best guess first. Content decides: a
// header counts only where the cells could be what it says. The list is never
// empty; Text is the last resort. Empty cells of sample are left out.
func Classify(header string, sample []string, locale string) []Guess {
	c := newColumn(header, sample, locale)
	guesses := []Guess{{Kind: Text, Share: 1, score: 0.1}}
	if len(c.cells) == 0 {
		if c.said != "" {
			guesses = append(guesses, Guess{Kind: c.said, FromHeader: true, score: 1})
		}
	} else {
		guesses = append(guesses, c.readings()...)
	}
	sort.SliceStable(guesses, func(i, j int) bool { return guesses[i].score > guesses[j].score })
	for i := range guesses {
		guesses[i].Unique = c.unique(guesses[i].Kind)
	}
	return guesses
}

// column is a sample with what is counted over it once.
type column struct {
	header, locale string
	cells          []string
	said           Kind   // by the header
	words          string // of the header that say so
	distinct       int
	integers       float64 // share of plain integers
	ascending      bool    // integers, each greater than the one before
	width          int     // of all cells, 0 when it differs
}

func newColumn(header string, sample []string, locale string) *column {
	c := &column{header: header, locale: locale}
	c.said, c.words = headerKind(header)
	seen := map[string]bool{}
	c.ascending = true
	last := ""
	for i, v := range sample {
		if v = trim(v); v == "" || i >= sampleCells {
			continue
		}
		c.cells = append(c.cells, v)
		seen[strings.ToLower(v)] = true
		if len(c.cells) == 1 {
			c.width = len(v)
		}
		if len(v) != c.width {
			c.width = 0
		}
		if allDigits(v) {
			c.integers++
		}
		c.ascending = c.ascending && allDigits(v) && len(v) < 19 && (last == "" || len(v) > len(last) || len(v) == len(last) && v > last)
		last = v
	}
	c.distinct = len(seen)
	if n := len(c.cells); n > 0 {
		c.integers /= float64(n)
	}
	return c
}

func (c *column) share(looks func(string) bool) float64 {
	n := 0
	for _, v := range c.cells {
		if looks(v) {
			n++
		}
	}
	return float64(n) / float64(len(c.cells))
}

func (c *column) parses(k Kind) float64 {
	return c.share(func(v string) bool { _, ok := Canonical(k, v, c.locale); return ok })
}

func (c *column) unique(k Kind) float64 {
	seen := map[string]bool{}
	for _, v := range c.cells {
		if s, ok := Canonical(k, v, c.locale); ok {
			seen[s] = true
		}
	}
	return float64(len(seen)) / max(1, float64(len(c.cells)))
}

// distinctShare is the share of distinct cells.
func (c *column) distinctShare() float64 { return float64(c.distinct) / float64(len(c.cells)) }

// reading is a kind, how it shows in a cell, from which share on it counts,
// and with what weight.
type reading struct {
	kind   Kind
	looks  func(string) bool
	least  float64
	weight float64
}

func (c *column) readings() []Guess {
	readings := []reading{
		{Email, func(v string) bool { _, ok := canonicalEmail(v); return ok }, 0.5, 1},
		{URL, looksURL, 0.6, 1},
		{NationalID, looksNationalID, 0.6, 1},
		{Date, func(v string) bool { return looksDate(v, c.locale) }, 0.8, 0.95},
		{Time, func(v string) bool { return looksTime(v, c.locale) }, 0.8, 0.94},
		{Postcode, looksPostcode, 0.6, 0.93},
		{Phone, c.phone(), 0.6, 0.9},
		{Country, looksCountry, 0.6, 0.85},
		{Region, looksRegion, 0.6, 0.8},
		{GivenName, looksGiven, 0.45, 0.75},
		{FamilyName, looksFamily, 0.25, 0.7},
		{Name, looksName, 0.4, 0.72},
		{Address, looksAddress, 0.6, 0.65},
		{Organisation, looksOrganisation, 0.25, 0.74},
		{City, looksCity, 0.25, 0.7},
	}
	var out []Guess
	for _, r := range readings {
		g, ok := c.weigh(r)
		if ok {
			out = append(out, g)
		}
	}
	if len(out) == 0 && c.surnames() {
		out = append(out, Guess{Kind: FamilyName, Share: c.parses(FamilyName), score: 0.4})
	}
	return append(append(out, c.measures()...), c.labels()...)
}

// weigh makes a guess of a reading. What the header says needs less of the
// cells to look right, and for kinds without looks only that they parse.
func (c *column) weigh(r reading) (Guess, bool) {
	share := c.share(r.looks)
	g := Guess{Kind: r.kind, Share: share, score: r.weight * (0.5 + share/2)}
	if c.said == r.kind || c.said == Date && r.kind == Time || c.said == Time && r.kind == Date {
		parses := c.parses(r.kind)
		if c.credible(r.kind, share) && parses >= 0.5 {
			g.FromHeader = c.said == r.kind
			g.Share = parses
			g.score = 1.5
			return g, true
		}
	}
	if share < r.least || c.category() && r.kind != Country && r.kind != Region && r.kind != City && r.kind != Date {
		return g, false
	}
	if r.kind == FamilyName && (c.distinctShare() < 0.2 || c.share(oneWord) < 0.8) {
		return g, false
	}
	if r.kind == Phone && r.weight > 0 && c.ascending {
		return g, false
	}
	g.Share = c.parses(r.kind)
	return g, true
}

// surnames reports whether the cells are single words, most of them different,
// which is how family names look to those who do not know them.
func (c *column) surnames() bool {
	return len(c.cells) >= 20 && c.said == "" && c.distinctShare() > 0.4 && !c.category() && c.share(capitalised) > 0.9
}

func capitalised(v string) bool {
	return oneWord(v) && len(v) < 20 && v[0] != strings.ToLower(v[:1])[0]
}

func oneWord(v string) bool {
	s := shapeOf(v)
	return s.letters > 1 && s.digits == 0 && s.spaces == 0 && s.other <= 1
}

// credible reports whether the cells do not contradict a header.
func (c *column) credible(k Kind, share float64) bool {
	switch k {
	case Phone:
		return share >= 0.3 || c.share(func(v string) bool { s := shapeOf(v); return s.digits >= 7 && s.letters <= 4 && s.runes <= 24 }) >= 0.6
	case NationalID:
		return c.share(func(v string) bool { return shapeOf(v).digits >= 5 }) >= 0.6 && c.distinctShare() > 0.3
	case Email, URL, Date, Time:
		return share >= 0.3
	case Postcode:
		return c.share(func(v string) bool { s := shapeOf(v); return s.digits >= 1 && s.runes <= 10 }) >= 0.6
	case Name:
		if strings.TrimSpace(c.words) == "name" || c.words == "名" || c.words == "contact" {
			return share >= 0.25
		}
		return c.integers < 0.2
	case GivenName, FamilyName, Country:
		return c.integers < 0.2 && (!c.category() || share >= 0.2)
	case Organisation:
		return c.integers < 0.2 && !c.category()
	case City, Region:
		return c.integers < 0.2
	case Address:
		return !c.category() || share >= 0.2
	}
	return true
}

// category reports whether few values repeat over many cells.
func (c *column) category() bool {
	n := len(c.cells)
	return n >= 20 && c.distinct <= max(2, min(50, n/10))
}

// phone returns the test for the column's cells: bare digits count when nearly
// all of a sample are valid numbers of the locale's country.
func (c *column) phone() func(string) bool {
	region := parseLocale(c.locale).region
	if region[0] == 0 || c.integers < 0.9 || c.ascending || c.distinctShare() < 0.5 || c.width != 0 && c.width < 9 {
		return func(v string) bool { return looksPhone(v, c.locale) }
	}
	tried, valid := 0, 0
	for i := 0; i < len(c.cells) && tried < 200; i += 1 + len(c.cells)/200 {
		tried++
		s, _ := canonicalPhone(c.cells[i], c.locale)
		if n, err := phonenumbers.Parse(s, string(region[:])); err == nil && phonenumbers.IsValidNumber(n) {
			valid++
		}
	}
	if tried < 20 || valid*20 < tried*19 {
		return func(v string) bool { return looksPhone(v, c.locale) }
	}
	return func(v string) bool { s := shapeOf(v); return s.digits >= 9 && s.digits <= 13 }
}

// measures guesses numbers, integers and serial numbers.
func (c *column) measures() []Guess {
	var out []Guess
	numbers, integers := c.parses(Number), c.parses(Integer)
	serial := c.serial()
	if serial > 0 {
		out = append(out, Guess{Kind: Serial, Share: c.parses(Serial), FromHeader: c.said == Serial, score: serial})
	}
	if numbers >= 0.8 {
		g := Guess{Kind: Number, Share: numbers, FromHeader: c.said == Number, score: 0.5}
		out = append(out, g)
	}
	if integers >= 0.8 && integers >= numbers-0.01 {
		out = append(out, Guess{Kind: Integer, Share: integers, FromHeader: c.said == Integer, score: 0.52})
	}
	return out
}

// serial weighs whether the cells number the rows or refer to numbered rows.
func (c *column) serial() float64 {
	unique := c.distinct == len(c.cells)
	codes := c.share(looksCode)
	switch {
	case c.share(func(v string) bool { _, _, ok := LooksHashed(v); return ok }) > 0.9:
		return 0.98
	case c.said == Serial && c.integers > 0.9 && (c.identifier() || c.distinctShare() > 0.5 && c.width != 4):
		return 1.5
	case c.said == Serial && codes > 0.6 && c.distinctShare() > 0.3:
		return 1.5
	case codes > 0.8 && c.distinctShare() > 0.9 && c.share(looksPostcode) < 0.5:
		return 0.9
	case c.integers < 1 || !unique || len(c.cells) < 3:
		return 0
	case c.ascending && c.said == "", c.width >= 8 && c.said == "":
		return 0.9
	}
	return 0
}

// identifier reports whether the header ends in a word that means nothing but
// a number of reference.
func (c *column) identifier() bool {
	h := headerTokens(c.header)
	for _, w := range []string{"id", "uid", "uuid", "key", "code"} {
		if h == w || strings.HasSuffix(h, " "+w) {
			return true
		}
	}
	return containsAny(c.header, "编号", "编码", "代码", "单号", "番号", "账号")
}

// labels guesses categories and text.
func (c *column) labels() []Guess {
	if !c.category() {
		return nil
	}
	score := 0.5
	if c.integers > 0.9 {
		score = 0.45
	}
	if c.said == Category {
		score = 0.9
	}
	return []Guess{{Kind: Category, Share: 1, FromHeader: c.said == Category, score: score}}
}

// ColumnLocale refines locale by what the values of one column show: the order
// of day and month, the decimal sign. Pass the result to Canonical for that
// column. What shows both ways, or not at all, stays as the locale has it.
func ColumnLocale(k Kind, sample []string, locale string) string {
	yes, no, hints := 0, 0, [2]string{}
	switch k {
	case Date, Time:
		yes, no = dayOrder(sample)
		hints = [2]string{"mdy", "dmy"}
	case Number:
		yes, no = decimalSigns(sample)
		hints = [2]string{"comma", "point"}
	}
	hint := ""
	switch {
	case yes > 9*no:
		hint = hints[0]
	case no > 9*yes:
		hint = hints[1]
	}
	base, _, _ := strings.Cut(locale, "-x-")
	if hint == "" {
		return locale
	}
	if base == "" {
		base = "und"
	}
	return base + "-x-" + hint
}

// dayOrder counts the cells that can only be month first, and only day first.
func dayOrder(sample []string) (monthFirst, dayFirst int) {
	for _, v := range sample {
		if len(v) > 64 || !ascii(v) {
			continue
		}
		var a [12]part
		p, ok := cutParts(a[:0], trim(v))
		if !ok || len(p) < 3 || len(p[0].text) > 2 || p[1].sep == ':' {
			continue
		}
		x, ok1 := digits(p[0].text)
		y, ok2 := digits(p[1].text)
		switch {
		case !ok1 || !ok2:
		case x > 12 && y <= 12:
			dayFirst++
		case y > 12 && x <= 12:
			monthFirst++
		}
	}
	return monthFirst, dayFirst
}

// decimalSigns counts the cells whose comma, and whose point, can only be decimal.
func decimalSigns(sample []string) (comma, point int) {
	for _, v := range sample {
		c, p := strings.LastIndexByte(v, ','), strings.LastIndexByte(v, '.')
		at := max(c, p)
		behind := len(strings.TrimRight(v[at+1:], " %€$£)-"))
		if at < 0 || min(c, p) < 0 && (behind == 3 || strings.Count(v, v[at:at+1]) > 1) {
			continue
		}
		if at == c {
			comma++
		} else {
			point++
		}
	}
	return comma, point
}
