package canary

import (
	"slices"
	"strings"

	"telltale/internal/identity"
)

// clusters are sampled rows that are about one person: duplicates with slips
// of the pen, as they stand in tables that nobody has cleaned. Where they are
// common, canaries have duplicates, too.
type clusters struct {
	of      []int   // of each sampled row, -1 for none
	members [][]int // rows of each, ascending
}

const (
	clusterMost  = 8    // rows with one value that are compared
	clusterShare = 0.03 // of the rows at least, or the table is taken to have none
	clusterSlips = 0.2  // of the pairs at least in which an identity is misspelt
)

// learnClusters joins rows that share two values which hardly another row has,
// and two fifths of their cells.
func (m *model) learnClusters() {
	n := len(m.p.Sample)
	m.clusters = &clusters{of: make([]int, n)}
	for r := range m.clusters.of {
		m.clusters.of[r] = -1
	}
	if !m.person() {
		return
	}
	root := make([]int, n)
	for r := range root {
		root[r] = r
	}
	find := func(r int) int {
		for root[r] != r {
			root[r] = root[root[r]]
			r = root[r]
		}
		return r
	}
	pairs, slips := 0, 0
	for _, p := range m.likelyPairs() {
		if !m.duplicates(p[0], p[1]) {
			continue
		}
		pairs++
		if m.misspelt(p[0], p[1]) {
			slips++
		}
		a, b := find(p[0]), find(p[1])
		root[max(a, b)] = min(a, b)
	}
	if float64(slips) >= clusterSlips*float64(pairs) && float64(2*pairs) >= clusterShare*float64(n) {
		m.clusters.collect(root, find)
	}
}

func (c *clusters) collect(root []int, find func(int) int) {
	size := map[int]int{}
	for r := range root {
		size[find(r)]++
	}
	at := map[int]int{}
	for r := range root {
		k := find(r)
		if size[k] < 2 {
			continue
		}
		if _, ok := at[k]; !ok {
			at[k] = len(c.members)
			c.members = append(c.members, nil)
		}
		c.of[r] = at[k]
		c.members[at[k]] = append(c.members[at[k]], r)
	}
}

// around are the rows of a row's cluster, or the row alone.
func (c *clusters) around(r int) []int {
	if r < 0 || c.of[r] < 0 {
		return []int{r}
	}
	return c.members[c.of[r]]
}

// leads reports whether a row stands for its cluster.
func (c *clusters) leads(r int) bool { return c.around(r)[0] == r }

// likelyPairs are the pairs of rows that share two rare values.
func (m *model) likelyPairs() [][2]int {
	shared := map[[2]int]int{}
	for i, c := range m.p.Columns {
		if c.Key {
			continue
		}
		rows := map[string][]int{}
		for r, row := range m.p.Sample {
			if v := cell(row.Cells, i); !blank(v) {
				rows[v] = append(rows[v], r)
			}
		}
		for _, list := range rows {
			if len(list) > clusterMost {
				continue
			}
			for k, b := range list {
				for _, a := range list[:k] {
					shared[[2]int{a, b}]++
				}
			}
		}
	}
	var out [][2]int
	for p, k := range shared {
		if k >= 2 {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return out
}

func (m *model) duplicates(a, b int) bool {
	same, all := 0, 0
	for i, c := range m.p.Columns {
		x, y := cell(m.p.Sample[a].Cells, i), cell(m.p.Sample[b].Cells, i)
		if c.Key || blank(x) && blank(y) {
			continue
		}
		all++
		if x == y {
			same++
		}
	}
	return 5*same >= 2*all
}

// misspelt reports whether two rows differ in an identity by a slip.
func (m *model) misspelt(a, b int) bool {
	for _, i := range slices.Concat(m.given, m.family, m.name, m.addresses, m.emails, m.nationals) {
		x, y := cell(m.p.Sample[a].Cells, i), cell(m.p.Sample[b].Cells, i)
		if _, ok := slipOf(x, y); ok && x != y {
			return true
		}
	}
	return false
}

// slip is what makes one spelling of another: letters exchanged at a place.
type slip struct {
	at, of    int // the place, and the length of the word it was seen in
	gone, new []rune
}

// slipOf finds the slip between two spellings that differ in few letters.
func slipOf(a, b string) (slip, bool) {
	x, y := []rune(a), []rune(b)
	p := 0
	for p < len(x) && p < len(y) && x[p] == y[p] {
		p++
	}
	s := 0
	for s < len(x)-p && s < len(y)-p && x[len(x)-1-s] == y[len(y)-1-s] {
		s++
	}
	out := slip{p, len(x), x[p : len(x)-s], y[p : len(y)-s]}
	return out, len(x) > 0 && len(y) > 0 && len(out.gone) <= 3 && len(out.new) <= 3 && p+s >= 1
}

// in makes the same slip in another word, at about the same place.
func (s slip) in(v string) string {
	rs := []rune(v)
	if len(rs) == 0 {
		return v
	}
	at := min(s.at*len(rs)/max(s.of, 1), max(len(rs)-len(s.gone), 0))
	end := min(at+len(s.gone), len(rs))
	put := s.new
	if turned(s.gone, s.new) && end-at == 2 {
		put = []rune{rs[at+1], rs[at]}
	}
	return string(rs[:at]) + string(put) + string(rs[end:])
}

func turned(a, b []rune) bool {
	return len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}

// echoes are duplicates of the canary, as different from it as the duplicates
// of the row that it started from are from that row. They have no identity of
// their own: what they share with the canary counts as the canary's.
func (d *draft) echoes() []Canary {
	var out []Canary
	d.keys[d.m.combined(d.cells, d.m.key, d.m.p.Locale)] = true
	for _, r := range d.m.clusters.around(d.row) {
		if r == d.row || len(d.m.key) == 0 {
			continue
		}
		cells := make([]string, len(d.cells))
		for i := range cells {
			cells[i] = d.echo(i, d.m.p.Sample[r].Cells)
		}
		k := d.m.combined(cells, d.m.key, d.m.p.Locale)
		if d.keys[k] {
			continue
		}
		d.keys[k] = true
		d.use(cells)
		out = append(out, Canary{
			Slot: d.slot + 1 + len(out), Shared: d.shared, Echo: d.slot + 1, Cells: cells, Origins: d.origins, Place: d.st.Float64(),
		})
	}
	return out
}

// echo is cell i of a duplicate that differs from the canary as cells do from
// the row that it started from.
func (d *draft) echo(i int, like []string) string {
	m, a, b, c := d.m, cell(d.m.p.Sample[d.row].Cells, i), cell(like, i), d.cells[i]
	kind := m.p.Columns[i].Kind
	switch {
	case m.p.Columns[i].Key:
		return d.echoKey(i, a, b)
	case m.single[i] && !m.ordered(i):
		return d.unrepeated(i, b)
	case a == b || kind == identity.Phone || kind == identity.Email:
		return c // what reaches the owner is never misspelt
	case blank(b):
		return b
	}
	if !blank(a) {
		for j, v := range d.cells {
			if j != i && !blank(v) && b == cell(m.p.Sample[d.row].Cells, j) {
				return v // exchanged
			}
		}
	}
	if s, ok := slipOf(a, b); ok && !blank(c) {
		return d.unlessTaken(i, s.in(c), c)
	}
	switch kind {
	case identity.NationalID:
		return c
	case identity.GivenName:
		if gs := m.givenFor(d.cells); !gs.empty() {
			return dress(b, gs.any(d.st))
		}
	case identity.FamilyName:
		if !m.families.empty() {
			return dress(b, m.families.any(d.st))
		}
	}
	if v, ok := m.fresh(d.st, i, kind, b); ok && m.counts[i][b] == 1 {
		return v
	}
	return b
}

// unlessTaken is v, unless it is a number that the table holds.
func (d *draft) unlessTaken(i int, v, c string) string {
	k := d.m.p.Columns[i].Kind
	if w, ok := canonical(k, v, d.m.p.Locale); ok && k == identity.NationalID && d.m.p.Seen.has(entry(k, w)) {
		return c
	}
	return v
}

// echoKey is the canary's key in the duplicate's shape, where a row and its
// duplicate have one number; else another number.
func (d *draft) echoKey(i int, a, b string) string {
	m := d.m
	if len(m.key) == 1 {
		x, ok1 := m.runningNumber(a)
		y, ok2 := m.runningNumber(b)
		z, ok3 := m.runningNumber(d.cells[i])
		if ok1 && ok2 && ok3 && x == y && strings.TrimSpace(a) != strings.TrimSpace(b) {
			// Where the number is vacant, its rows are in no copy.
			if v := m.renumber(b, z); d.takesVacancy(i) || !m.p.Seen.has(serialEntry(i, v)) {
				return v
			}
		}
	}
	if d.takesVacancy(i) {
		if v, _, ok := d.vacantNumber(b); ok {
			return v
		}
	}
	if v, _, ok := m.serialNumber(d.st, i, b); ok {
		return v
	}
	return d.cells[i]
}
