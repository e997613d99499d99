package canary

import (
	"slices"
	"strings"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// freshen gives the canary values of its own where the real row had values of
// its own: a value that one row has would otherwise be seen twice, and mark
// the canary. Key, sorted and identifying columns have their own rules.
func (d *draft) freshen() {
	m := d.m
	for i, c := range m.p.Columns {
		if c.Key || c.Sorted || m.p.Stats[i].sorted() != 0 || blank(d.cells[i]) || d.cells[i] != d.donor[i] {
			continue
		}
		if m.counts[i][d.donor[i]] != 1 {
			continue
		}
		if v, ok := m.fresh(d.st, i, c.Kind, d.donor[i]); ok {
			d.cells[i] = v
		}
	}
}

// fresh draws a value like old that the sample does not hold.
func (m *model) fresh(st *key.Stream, i int, k identity.Kind, old string) (string, bool) {
	for range 24 {
		v, ok := m.vary(st, i, k, old)
		if !ok {
			return "", false
		}
		if m.counts[i][v] == 0 {
			return v, true
		}
	}
	return "", false
}

func (m *model) vary(st *key.Stream, i int, k identity.Kind, old string) (string, bool) {
	switch k {
	case identity.Phone, identity.Email, identity.NationalID, identity.Name, identity.GivenName, identity.FamilyName, identity.URL, identity.Serial:
		return "", false
	case identity.Postcode:
		return varyEnd(st, old), true
	}
	if x, ok := parseScalar(old); ok {
		return m.varyScalar(st, i, x)
	}
	if words := strings.Fields(old); len(words) > 1 {
		group := m.alikeWords(i, old)
		head := strings.Fields(group[st.IntN(len(group))])
		cut := 1 + st.IntN(len(words)-1)
		return dressPlain(old, strings.Join(append(slices.Clone(head[:cut]), words[cut:]...), " ")), true
	}
	w := m.single[i]
	if w == nil || w.empty() {
		return "", false
	}
	v, ok := w.chain.draw(st)
	return dress(old, v), ok
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
	m.counts, m.single = make([]map[string]int, n), make([]*words, n)
	m.sizes, m.grain, m.groups = make([]*gaps, n), make([]int64, n), make([]map[string][]string, n)
	for i := range n {
		values := m.values(i)
		m.counts[i] = map[string]int{}
		m.groups[i] = map[string][]string{}
		for _, v := range values {
			m.counts[i][v]++
			m.groups[i][wordForm(v)] = append(m.groups[i][wordForm(v)], v)
		}
		m.sizes[i], m.grain[i] = newGaps(values), grainOf(values)
		if m.distinct[i] > 0.02 {
			m.single[i] = newWords(singleWords(values))
		}
	}
}

func singleWords(values []string) []string {
	var out []string
	for _, v := range values {
		if w := lower(v); lettersOnly(w) {
			out = append(out, w)
		}
	}
	return out
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
