package canary

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/identity"
)

// traits measures rows against the sample: of each cell its length, digits and
// capitals, how common it and its trigrams are; of each pair of cells how
// common they are together; of the whole how many cells the most alike rows
// share with it. All counts are of rows of others, so that a sampled row and a
// row of nobody are measured alike.
type traits struct {
	m        *model
	columns  []int
	names    []string
	trigrams []map[string]int32 // by column; a trigram counts once a cell
	pairs    map[[2]int][]map[int64]int32
	counts   [][]int32 // by column and code
}

// fixed reports whether a canary's cell is settled by its place or by the
// user's contacts, not by the draw.
func (m *model) fixed(i int) bool {
	k := m.p.Columns[i].Kind
	return m.p.Columns[i].Key || m.ordered(i) || k == identity.Phone
}

// contact reports whether a column holds what its owner is reached by.
func (c Column) contact() bool { return c.Kind == identity.Phone || c.Kind == identity.Email }

// newTraits prepares to measure those columns that are wanted.
func newTraits(m *model, wanted func(i int) bool) *traits {
	t := &traits{m: m}
	for i := range m.p.Columns {
		if !wanted(i) {
			continue
		}
		t.columns = append(t.columns, i)
		counts := make([]int32, len(m.mixer.values[i]))
		for _, c := range m.mixer.codes[i] {
			counts[c]++
		}
		grams := map[string]int32{}
		for _, row := range m.p.Sample {
			t.eachGram(i, cell(row.Cells, i), func(g string) { grams[g]++ })
		}
		t.counts, t.trigrams = append(t.counts, counts), append(t.trigrams, grams)
	}
	t.learnPairs()
	t.name()
	return t
}

// eachGram calls f once for every different trigram of a cell; of an e-mail
// the domain, which is the user's, is left out.
func (t *traits) eachGram(i int, v string, f func(string)) {
	v = "^" + strings.ToLower(t.shown(i, v)) + "$"
	var at [3]int // where the last three characters begin
	n := 0
	for p := 0; p < len(v); {
		_, size := utf8.DecodeRuneInString(v[p:])
		at[0], at[1], at[2] = at[1], at[2], p
		p += size
		if n++; n >= 3 {
			if g := v[at[0]:p]; !strings.Contains(v[:p-1], g) {
				f(g)
			}
		}
	}
}

func (t *traits) shown(i int, v string) string {
	if t.m.p.Columns[i].Kind == identity.Email {
		v, _, _ = strings.Cut(v, "@")
	}
	return v
}

// mostPairs bounds the pairs of columns that are counted.
const mostPairs = 190

func (t *traits) learnPairs() {
	t.pairs = map[[2]int][]map[int64]int32{}
	n := 0
	for a := range t.columns {
		for b := range a {
			if n++; n > mostPairs {
				return
			}
			of := map[int64]int32{}
			x, y := t.m.mixer.codes[t.columns[a]], t.m.mixer.codes[t.columns[b]]
			for r := range x {
				of[int64(x[r])<<32|int64(y[r])]++
			}
			t.pairs[[2]int{a, b}] = []map[int64]int32{of}
		}
	}
}

func (t *traits) name() {
	for _, i := range t.columns {
		c := t.m.p.Columns[i].Name
		t.names = append(t.names, c+": length", c+": digits", c+": capitals", c+": rows with the value", c+": rarest letters", c+": usual letters", c+": size")
	}
	for a := range t.columns {
		for b := range a {
			if t.pairs[[2]int{a, b}] != nil {
				t.names = append(t.names, t.m.p.Columns[t.columns[b]].Name+" with "+t.m.p.Columns[t.columns[a]].Name)
			}
		}
	}
	t.names = append(t.names, "cells shared with another row", "cells shared with two other rows")
}

// of measures a row; self is its number in the sample, -1 for a row of nobody.
func (t *traits) of(cells []string, self int) []float64 {
	out := make([]float64, 0, len(t.names))
	codes := make([]int32, len(t.columns))
	var own []int // rows of the same person
	if self >= 0 {
		own = t.m.clusters.around(self)
	}
	for k, i := range t.columns {
		v := cell(cells, i)
		codes[k] = -1
		rows := int32(0)
		if id, ok := t.m.mixer.ids[i][v]; ok {
			codes[k] = id
			rows = t.counts[k][id] - t.among(own, func(r int) bool { return t.m.mixer.codes[i][r] == id })
		}
		out = t.cell(out, k, i, v, own)
		out[len(out)-4] = logOf(rows)
	}
	for a := range codes {
		for b := range a {
			of := t.pairs[[2]int{a, b}]
			if of == nil {
				continue
			}
			rows := int32(0)
			if codes[a] >= 0 && codes[b] >= 0 {
				x, y := t.m.mixer.codes[t.columns[a]], t.m.mixer.codes[t.columns[b]]
				rows = of[0][int64(codes[a])<<32|int64(codes[b])] - t.among(own, func(r int) bool { return x[r] == codes[a] && y[r] == codes[b] })
			}
			out = append(out, logOf(rows))
		}
	}
	first, second := t.alike(codes, own)
	return append(out, float64(first), float64(second))
}

func (t *traits) among(rows []int, f func(r int) bool) int32 {
	n := int32(0)
	for _, r := range rows {
		if f(r) {
			n++
		}
	}
	return n
}

// logOf keeps counts that say something: above four they are told apart by
// halves of a doubling, for a row of a group is counted without itself and a
// row of nobody beside the whole group; beyond 64 they do not differ.
func logOf(n int32) float64 { return logTable[min(max(n, 0), 64)] }

var logTable = func() (t [65]float64) {
	for i := range t {
		t[i] = math.Log2(float64(i + 1))
		if i > 4 {
			t[i] = math.Round(2*t[i]) / 2
		}
		t[i] = math.Round(t[i]*1e9) / 1e9
	}
	return t
}()

// cell appends the traits of one cell; the count of rows is left to the caller.
func (t *traits) cell(out []float64, k, i int, v string, own []int) []float64 {
	v = t.shown(i, v)
	digits, capitals, length := 0, 0, 0
	for _, r := range v {
		length++
		if r >= '0' && r <= '9' {
			digits++
		} else if unicode.IsUpper(r) {
			capitals++
		}
	}
	least, sum, n := int32(64), 0.0, 0.0
	t.eachGram(i, v, func(g string) {
		rows := t.trigrams[k][g]
		if len(own) == 1 {
			rows--
		} else {
			rows -= t.among(own, func(r int) bool {
				return strings.Contains("^"+strings.ToLower(t.shown(i, cell(t.m.p.Sample[r].Cells, i)))+"$", g)
			})
		}
		least, sum, n = min(least, rows), sum+logOf(rows), n+1
	})
	size := -1.0
	if x, ok := parseNumber(trimmed(v)); ok {
		size = float64(x.units)
	}
	return append(out, float64(length), float64(digits), float64(capitals), 0, logOf(least), sum/max(n, 1), size)
}

// alike counts the cells that the two most alike rows of the sample share.
func (t *traits) alike(codes []int32, own []int) (first, second int16) {
	same := make([]int16, len(t.m.p.Sample))
	for k, i := range t.columns {
		t.m.mixer.share(same, i, codes[k], 1)
	}
	for r, s := range same {
		if s <= second || slices.Contains(own, r) {
			continue
		}
		if s > first {
			first, second = s, first
		} else if s > second {
			second = s
		}
	}
	return first, second
}
