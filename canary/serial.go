package canary

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// serialTries is how often a free number inside the run is looked for.
const serialTries = 64

// serialNumber draws a serial number of the column: inside the run that was seen
// where a number is free, else above it.
func (m *model) serialNumber(st *key.Stream, i int, old string) (string, float64, bool) {
	s := m.p.Stats[i]
	if x, ok := parseSerial(old); ok && s.Shapeless*10 < m.p.Rows {
		for _, r := range s.Runs {
			at, varies := r.counter()
			if r.Shape == x.shape && varies {
				return m.inRun(st, i, x, r, at)
			}
		}
	}
	return m.byPlace(st, i, old)
}

// serialWindow is how many numbers above a run are taken from where the run has
// none free.
func serialWindow(span int64) int64 { return span/4 + 64 }

func (m *model) inRun(st *key.Stream, i int, x serial, r Run, at int) (string, float64, bool) {
	span, padded := r.Max[at]-r.Min[at]+1, r.Padded[at] || r.Narrowest[at] == r.Longest[at]
	free := span - min(r.Count, span-1)
	for range serialTries {
		v := m.fix(i, x.spell(at, r.Min[at]+int64(st.IntN(int(span))), padded))
		if !m.p.Seen.has(serialEntry(i, v)) {
			return v, m.serialBits(i, free), true
		}
	}
	window := serialWindow(span)
	for range serialTries {
		v := m.fix(i, x.spell(at, r.Max[at]+1+int64(st.IntN(int(window))), padded))
		if !m.p.Seen.has(serialEntry(i, v)) {
			return v, m.serialBits(i, window), true
		}
	}
	return "", 0, false
}

// serialBits is log2 of the free numbers, a tenth of them when the last digit
// is a check digit.
func (m *model) serialBits(i int, free int64) float64 {
	bits := log2(float64(free))
	if _, ok := m.checks[i]; ok {
		bits -= math.Log2(10)
	}
	return max(bits, 0)
}

func (m *model) fix(i int, v string) string {
	if c, ok := m.checks[i]; ok {
		if fixed, ok := c.Fix(v); ok {
			return fixed
		}
	}
	return v
}

// check is a check digit over a whole value or over its last run of digits.
type check struct {
	scheme  identity.Check
	lastRun bool
}

func findCheck(values []string) (check, bool) {
	if c, ok := identity.DetectCheck(values); ok {
		return check{c, false}, true
	}
	runs := make([]string, len(values))
	for i, v := range values {
		from, to := lastRun(v)
		runs[i] = v[from:to]
	}
	c, ok := identity.DetectCheck(runs)
	return check{c, true}, ok
}

func lastRun(v string) (from, to int) {
	runs := digitRuns(v)
	if len(runs) == 0 {
		return 0, 0
	}
	last := runs[len(runs)-1]
	return last[0], last[1]
}

// Fix returns v with its check digit made right.
func (c check) Fix(v string) (string, bool) {
	if !c.lastRun {
		return c.scheme.Fix(v)
	}
	from, to := lastRun(v)
	fixed, ok := c.scheme.Fix(v[from:to])
	return v[:from] + fixed + v[to:], ok
}

// byPlace draws letters and digits by their place among the values that have
// the same punctuation: UUIDs, hex ids, plates. A column of words gives words
// of others instead.
func (m *model) byPlace(st *key.Stream, i int, old string) (string, float64, bool) {
	alike := m.alike(i, old)
	for try := 1; try <= serialTries; try++ {
		v, bits := spellByPlace(st, old, alike)
		bits = max(bits-log2(float64(try)), 0)
		v = m.fix(i, v)
		if v != old && !m.p.Seen.has(serialEntry(i, v)) {
			if _, ok := m.checks[i]; ok {
				bits = max(bits-math.Log2(10), 0)
			}
			return v, bits, true
		}
	}
	return "", 0, false
}

// alike are the values of column i with the punctuation of old.
func (m *model) alike(i int, old string) []string {
	return m.masks[i][punctuation(old)]
}

// learnMasks sorts the values of columns that are drawn by place by their
// punctuation, and notes their lengths.
func (m *model) learnMasks() {
	m.masks, m.lengths = make([]map[string][]string, len(m.p.Columns)), make([]map[int]bool, len(m.p.Columns))
	for i := range m.p.Columns {
		if !m.single[i] && !slices.Contains(m.serials, i) && !slices.Contains(m.nationals, i) {
			continue
		}
		m.masks[i], m.lengths[i] = map[string][]string{}, map[int]bool{}
		for _, v := range m.values(i) {
			k := punctuation(v)
			m.masks[i][k] = append(m.masks[i][k], v)
			m.lengths[i][utf8.RuneCountInString(v)] = true
		}
	}
}

func punctuation(v string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (isDigit(byte(r)) || isLetter(byte(r))) {
			return 'x'
		}
		return r
	}, v)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// likePlaces is how many values of the same punctuation say what stands where.
const likePlaces = 8

func spellByPlace(st *key.Stream, old string, alike []string) (string, float64) {
	out, bits := []byte(old), 0.0
	for p := range out {
		if !isDigit(old[p]) && !isLetter(old[p]) {
			continue
		}
		if len(alike) < likePlaces {
			c, b := anyLike(st, old[p])
			out[p], bits = c, bits+b
			continue
		}
		out[p] = alike[st.IntN(len(alike))][p]
		n := 0
		for _, v := range alike {
			if v[p] == out[p] {
				n++
			}
		}
		bits -= log2(float64(n) / float64(len(alike)))
	}
	return string(out), bits
}

func anyLike(st *key.Stream, c byte) (byte, float64) {
	switch {
	case isDigit(c):
		return byte('0' + st.IntN(10)), log2(10)
	case c >= 'a':
		return byte('a' + st.IntN(26)), log2(26)
	}
	return byte('A' + st.IntN(26)), log2(26)
}

// serial fills one serial column. A column whose values repeat (a customer's
// number among orders) keeps the row's value.
func (d *draft) serial(i int) {
	m, old := d.m, d.cells[i]
	if blank(old) || m.distinct[i] < 0.5 && !m.p.Columns[i].Key || m.distinct[i] < 0.1 {
		return
	}
	v, bits, ok := m.serialNumber(d.st, i, old)
	if !ok {
		return
	}
	d.cells[i] = v
	d.note(identity.Serial, []int{i}, Part{"serial " + m.p.Columns[i].Name, bits})
}

// number gives a finished canary a vacant number. That is no identity by
// itself: a row that nobody was given had it. In a table where the cells
// together are the identity, it is one of them.
func (d *draft) number() {
	m := d.m
	for _, i := range m.serials {
		if !d.takesVacancy(i) {
			continue
		}
		v, bits, ok := d.vacantNumber(d.cells[i])
		if !ok {
			d.serial(i)
			return
		}
		d.cells[i] = v
		for k := range d.notes {
			if n := &d.notes[k]; n.kind == identity.Text && m.holds(d.cells) {
				n.columns = append([]int{i}, n.columns...)
				n.parts = append(n.parts, Part{"serial " + m.p.Columns[i].Name, bits})
			}
		}
	}
}

// takesVacancy reports whether column i is the running key of a table some of
// whose numbers are vacant.
func (d *draft) takesVacancy(i int) bool {
	v := d.contacts.Vacancies
	return v != nil && v.dense && i == d.m.key[0]
}

// national fills a national id: a Chinese resident id keeps the region and
// gets a birthday near the row's, a sequence number of the same sex and the
// check digit; others are drawn like serial numbers.
func (d *draft) national(i int) {
	m, old := d.m, d.cells[i]
	if blank(old) {
		return
	}
	if t := strings.TrimSpace(old); len(t) == 18 && identity.ResidentID.Valid(t) {
		d.resident(i, t)
		return
	}
	for range serialTries {
		v, bits, ok := m.serialNumber(d.st, i, old)
		if !ok {
			return
		}
		c, _ := canonical(identity.NationalID, v, m.p.Locale)
		if m.p.Seen.has(entry(identity.NationalID, c)) {
			continue
		}
		d.cells[i] = v
		d.origin(i, Assignable)
		d.note(identity.NationalID, []int{i}, Part{"national " + m.p.Columns[i].Name, bits})
		return
	}
}

// birthdays is how many days around the row's birthday are drawn from.
const birthdays = 363

func (d *draft) resident(i int, old string) {
	m := d.m
	for range serialTries {
		birth, ok := parseTime(old[6:10] + "-" + old[10:12] + "-" + old[12:14])
		if !ok {
			return
		}
		day := birth.units - birthdays/2 + int64(d.st.IntN(birthdays))
		sequence := 2 + d.st.IntN(498)*2 - int(old[16]-'0')%2
		text := strings.ReplaceAll(birth.spell(day), "-", "")
		v, ok := identity.ResidentID.Fix(old[:6] + text + fmt.Sprintf("%03d", sequence) + "0")
		c, _ := canonical(identity.NationalID, v, m.p.Locale)
		if !ok || m.p.Seen.has(entry(identity.NationalID, c)) {
			continue
		}
		d.birthday(old[6:14], birth.spell(day))
		d.cells[i] = dress(d.cells[i], v)
		d.origin(i, Assignable)
		d.note(identity.NationalID, []int{i}, Part{"national " + m.p.Columns[i].Name, log2(birthdays) + log2(498)})
		return
	}
}

// birthday moves the dates of the row that say the same day as its id.
func (d *draft) birthday(old, now string) {
	day, ok := parseTime(now)
	if !ok {
		return
	}
	for i, c := range d.m.p.Columns {
		if c.Kind != identity.Date {
			continue
		}
		if x, ok := parseTime(strings.TrimSpace(d.cells[i])); ok && onlyDigits((scalar{layout: "2006-01-02"}).spell(x.units)) == old && unit(x.layout) == unit(layouts[0]) {
			d.cells[i] = x.spell(day.units)
		} else if strings.TrimSpace(d.cells[i]) == old {
			d.cells[i] = dress(d.cells[i], strings.ReplaceAll(now, "-", ""))
		}
	}
}
