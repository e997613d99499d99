package canary

import (
	"strings"
	"unicode"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// freshen shifts rare values: a value that the real row has for itself would
// be seen twice, and mark the canary, so the canary gets one that no row has;
// one that the row shares with a few others gives way to one that is rarer by
// one row. Key, sorted and identifying columns have their own rules.
func (d *draft) freshen() {
	m := d.m
	for i, c := range m.p.Columns {
		if m.single[i] && !m.ordered(i) {
			d.cells[i] = d.unrepeated(i, d.cells[i])
			continue
		}
		if c.Key || c.Sorted || m.p.Stats[i].sorted() != 0 || blank(d.cells[i]) || d.cells[i] != d.donor[i] {
			continue
		}
		n := m.counts[i][d.donor[i]]
		if m.listed(i) {
			continue
		}
		if n == 1 && d.st.Float64() < m.alone[i] {
			if v, ok := m.fresh(d.st, i, c.Kind, d.donor[i]); ok {
				d.cells[i] = v
			}
		} else if n > 1 && n <= 5 && m.mixer.free(i) {
			if rarer := m.byCount[i][n-1]; len(rarer) > 0 {
				d.cells[i] = rarer[d.st.IntN(len(rarer))]
			}
		}
	}
}

// listed reports whether column i takes its values from a list that others
// know, too: an invented region would be found out.
func (m *model) listed(i int) bool {
	switch m.p.Columns[i].Kind {
	case identity.Region, identity.Country, identity.Category:
		return m.distinct[i] < repeats
	case identity.City: // where many rows have a place of their own, one more is no surprise
		return 10*len(m.byCount[i][1]) < len(m.values(i))
	}
	return false
}

// fresh draws a value like old that the sample does not hold, of a form that
// the column has if one is found.
func (m *model) fresh(st *key.Stream, i int, k identity.Kind, old string) (string, bool) {
	for try := range 24 {
		v, ok := m.vary(st, i, k, old)
		if !ok {
			return "", false
		}
		if m.counts[i][v] == 0 && (try >= 16 || m.forms[i][formOf(v)]) {
			return v, true
		}
	}
	return "", false
}

// formOf has one character for every run of digits, of capitals, of small
// letters and of other letters; what is no letter or digit stays.
func formOf(v string) string {
	var out strings.Builder
	last := rune(0)
	for _, r := range v {
		class := r
		switch {
		case r >= '0' && r <= '9':
			class = '0'
		case r >= 'A' && r <= 'Z':
			class = 'A'
		case r >= 'a' && r <= 'z':
			class = 'a'
		case unicode.IsLetter(r):
			class = '字'
		}
		if class != last || class == r {
			out.WriteRune(class)
		}
		last = class
	}
	return out.String()
}

func (m *model) vary(st *key.Stream, i int, k identity.Kind, old string) (string, bool) {
	switch k {
	case identity.Phone, identity.Email, identity.NationalID, identity.Name, identity.GivenName, identity.FamilyName, identity.URL, identity.Serial:
		return "", false
	}
	if v, ok := m.varyKnown(st, i, k, old); ok {
		return v, true
	}
	if _, number := parseScalar(old); number || m.tokens[i] == nil {
		return "", false
	}
	return dressPlain(old, m.phrase(st, i, old)), true
}

// varyKnown varies what is known how to: postcodes, days, numbers and times.
func (m *model) varyKnown(st *key.Stream, i int, k identity.Kind, old string) (string, bool) {
	if k == identity.Postcode {
		return varyEnd(st, old), true
	}
	if x, ok := parseDay(k, old); ok {
		return x.spell(x.units + int64(st.IntN(61)-30)), true
	}
	if x, ok := parseScalar(old); ok {
		return m.varyScalar(st, i, x)
	}
	return "", false
}

// varyScalar moves a number into a gap near it, a time by some days or by some
// of its units.
func (m *model) varyScalar(st *key.Stream, i int, x scalar) (string, bool) {
	if x.layout == "" {
		g := m.sizes[i]
		if g == nil {
			return "", false
		}
		v, _, ok := g.draw(st, x.spell(x.units))
		return v, ok
	}
	g := m.grain[i]
	return x.spell(x.units + g*int64(st.IntN(61)-30)), true
}

// varyEnd draws the last third of the letters and digits of a code anew.
func varyEnd(st *key.Stream, old string) string {
	out := []byte(old)
	n := (len(strings.TrimSpace(old)) + 2) / 3
	for p := len(out) - 1; p >= 0 && n > 0; p-- {
		if isDigit(out[p]) || isLetter(out[p]) {
			out[p], _ = anyLike(st, out[p])
			n--
		}
	}
	return string(out)
}

// learnValues counts the values of every column of the sample and how they
// vary.
func (m *model) learnValues() {
	n := len(m.p.Columns)
	m.counts, m.tokens = make([]map[string]int, n), make([]*tokens, n)
	m.sizes, m.grain, m.groups = make([]*gaps, n), make([]int64, n), make([]map[string][]string, n)
	m.forms = make([]map[string]bool, n)
	m.byCount, m.alone = make([][6][]string, n), make([]float64, n)
	for i := range n {
		values := m.values(i)
		var order []string
		m.counts[i] = map[string]int{}
		m.groups[i] = map[string][]string{}
		m.forms[i] = map[string]bool{}
		m.countByPerson(i, &order)
		for _, v := range values {
			m.groups[i][wordForm(v)] = append(m.groups[i][wordForm(v)], v)
			m.forms[i][formOf(v)] = true
		}
		for _, v := range order {
			if k := m.counts[i][v]; k < len(m.byCount[i]) {
				m.byCount[i][k] = append(m.byCount[i][k], v)
			}
		}
		m.alone[i] = 1
		if len(m.clusters.members) == 0 {
			m.alone[i] = m.p.Stats[i].Values.alone(len(values), len(m.byCount[i][1]))
		}
		m.sizes[i], m.grain[i] = newGaps(values), grainOf(values)
		if m.distinct[i] > 0.02 {
			m.tokens[i] = newTokens(values)
		}
	}
}

// countByPerson counts the values of a column, rows of one person once.
func (m *model) countByPerson(i int, order *[]string) {
	for r, row := range m.p.Sample {
		v := cell(row.Cells, i)
		if blank(v) || m.toldBefore(r, i, v) {
			continue
		}
		if m.counts[i][v]++; m.counts[i][v] == 1 {
			*order = append(*order, v)
		}
	}
}

// toldBefore reports whether an earlier row of r's person has the value.
func (m *model) toldBefore(r, i int, v string) bool {
	for _, k := range m.clusters.around(r) {
		if k >= r {
			return false
		}
		if cell(m.p.Sample[k].Cells, i) == v {
			return true
		}
	}
	return false
}

// repeated is the share of persons whose value of column i is another's, too.
func (m *model) repeated(i int) float64 {
	if len(m.clusters.members) == 0 {
		return m.p.Stats[i].Values.repeated()
	}
	n, several := 0, 0
	for _, k := range m.counts[i] {
		n += k
		if k > 1 {
			several += k
		}
	}
	return float64(several) / float64(max(n, 1))
}

// grainOf is the greatest unit that all times of a column are multiples of,
// counted from the first: 86,400 when a column of seconds holds midnights.
func grainOf(values []string) int64 {
	var first, g int64
	known := false
	for _, v := range values {
		x, ok := parseScalar(v)
		if !ok || x.layout == "" {
			return 1
		}
		if !known {
			first, known = x.units, true
		}
		a, b := g, x.units-first
		for b != 0 {
			a, b = b, a%b
		}
		g = max(a, -a)
	}
	return max(g, 1)
}
