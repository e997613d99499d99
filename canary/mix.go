package canary

import (
	"math"
	"math/rand/v2"
	"slices"

	"telltale/internal/key"
)

// mixer recombines the cells of a row that identify nobody, so that a canary
// is no more like any one row than rows are like each other. A column is drawn
// anew from the rows that agree in the columns that say most about it, which
// keeps what depends on each other together: one step of a Gibbs sampler over
// the empirical conditionals (Heckerman et al. 2000, dependency networks).
type mixer struct {
	columns []int     // that may be drawn anew
	kept    []int     // that stay with the row: those, and what an address spells out
	parents [][]int   // of each, the most telling first; two at most
	bound   []float64 // share of a column's entropy that the first parent explains
	codes   [][]int32 // by column, then sampled row
	ids     []map[string]int32
	values  [][]string
	holders [][][]int32            // rows by column and code
	rows    []map[[2]int32][]int32 // by the parents' codes
	first   []map[int32][]int32    // by the first parent's code
	place   []int                  // columns of a place, which move together
	nearest []int16                // kept cells that each sampled row shares with the one most like it, ascending
}

const (
	mixRows    = 2048 // of the sample that dependencies are measured on
	mixProbes  = 512  // rows whose likeness to others is measured
	mixTelling = 0.04 // share of a column's entropy that a parent explains at least
	mixBound   = 0.9  // share from which on the parent decides
)

func (m *model) learnMixer() {
	x := &mixer{}
	m.mixer = x
	for i := range m.p.Columns {
		x.intern(m, i)
	}
	var spelt []int
	if len(m.addresses) > 0 && m.speltOut() {
		spelt = []int{m.city, m.region, m.postcode}
	}
	for i := range m.p.Columns {
		if m.mixable(i) {
			x.kept = append(x.kept, i)
			if !slices.Contains(spelt, i) {
				x.columns = append(x.columns, i)
			}
		}
	}
	for _, i := range x.columns {
		parents, bound := x.telling(i)
		x.parents, x.bound = append(x.parents, parents), append(x.bound, bound)
		both, first := map[[2]int32][]int32{}, map[int32][]int32{}
		for r := range m.p.Sample {
			k := x.context(parents, func(c int) int32 { return x.codes[c][r] })
			both[k] = append(both[k], int32(r))
			if len(parents) == 2 {
				first[k[0]] = append(first[k[0]], int32(r))
			}
		}
		x.rows, x.first = append(x.rows, both), append(x.first, first)
	}
	x.place = m.placeColumns()
	x.learnLikeness(m.clusters)
}

const (
	rarePostcode  = 0.2 // share of different postcodes from which on they have too few rows each to show what depends on them
	tellingPrefix = 0.5 // share of the entropy of cities, or regions, that the first half of a postcode explains
)

// placeColumns are city, region and postcode where a postcode says by its first
// half alone in which of them it lies, or where no city lies in two regions.
func (m *model) placeColumns() (out []int) {
	if m.postcode < 0 || m.distinct[m.postcode] < rarePostcode || !m.prefixTells() && !m.cityTells() {
		return nil
	}
	for _, i := range []int{m.city, m.region, m.postcode} {
		if slices.Contains(m.mixer.columns, i) {
			out = append(out, i)
		}
	}
	return out
}

// prefixTells reports whether the first half of postcodes goes with cities or regions.
func (m *model) prefixTells() bool {
	ids, codes := map[string]int32{}, make([]int32, len(m.p.Sample))
	for r, row := range m.p.Sample {
		rs := []rune(cell(row.Cells, m.postcode))
		v := string(rs[:len(rs)/2])
		if _, ok := ids[v]; !ok {
			ids[v] = int32(len(ids))
		}
		codes[r] = ids[v]
	}
	return slices.ContainsFunc([]int{m.city, m.region}, func(i int) bool {
		return i >= 0 && m.mixer.explained(i, codes) >= tellingPrefix
	})
}

// cityTells reports whether the region follows from the city.
func (m *model) cityTells() bool {
	if m.city < 0 || m.region < 0 {
		return false
	}
	region := map[int32]int32{}
	for r, city := range m.mixer.codes[m.city] {
		of := m.mixer.codes[m.region][r]
		if was, seen := region[city]; seen && was != of {
			return false
		}
		region[city] = of
	}
	return len(region)*2 < len(m.p.Sample)
}

// mixable reports whether a column identifies nobody and stands in no order.
func (m *model) mixable(i int) bool {
	if m.p.Columns[i].Key || m.ordered(i) {
		return false
	}
	drawn := slices.Concat(m.given, m.family, m.name, m.phones, m.emails, m.nationals, m.urls)
	for _, o := range m.orgs {
		if m.distinct[o] >= 0.4 {
			drawn = append(drawn, o)
		}
	}
	for _, s := range m.serials {
		if m.distinct[s] >= 0.5 {
			drawn = append(drawn, s)
		}
	}
	if len(m.addresses) > 0 && (m.distinct[m.addresses[0]] >= repeats || m.number >= 0) {
		drawn = append(drawn, m.addresses[0], m.number)
	}
	return !slices.Contains(drawn, i)
}

// speltOut reports whether addresses name their city or region.
func (m *model) speltOut() bool {
	n, with := 0, 0
	for _, r := range m.p.Sample[:min(len(m.p.Sample), mixProbes)] {
		if v := cell(r.Cells, m.addresses[0]); !blank(v) {
			n++
			if m.spellsCity(r.Cells, v) {
				with++
			}
		}
	}
	return with*5 > n
}

func (x *mixer) intern(m *model, i int) {
	ids, codes := map[string]int32{}, make([]int32, len(m.p.Sample))
	var values []string
	for r, row := range m.p.Sample {
		v := cell(row.Cells, i)
		id, ok := ids[v]
		if !ok {
			id = int32(len(values))
			ids[v] = id
			values = append(values, v)
		}
		codes[r] = id
	}
	holders := make([][]int32, len(values))
	for r, id := range codes {
		holders[id] = append(holders[id], int32(r))
	}
	x.ids, x.codes, x.values, x.holders = append(x.ids, ids), append(x.codes, codes), append(x.values, values), append(x.holders, holders)
}

func (x *mixer) context(parents []int, code func(c int) int32) (k [2]int32) {
	k = [2]int32{-1, -1}
	for j, c := range parents {
		k[j] = code(c)
	}
	return k
}

// telling are the two columns that explain most of column i, with the share
// of its entropy that the first explains: mutual information, less what the
// same columns show when one of them is shuffled (small samples overstate it).
func (x *mixer) telling(i int) (parents []int, bound float64) {
	type told struct {
		column int
		share  float64
	}
	var all []told
	for _, k := range x.columns {
		if k == i {
			continue
		}
		share := x.explained(i, x.codes[k])
		if share >= mixTelling {
			all = append(all, told{k, share})
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return int(math.Copysign(1, b.share-a.share)) })
	for _, t := range all[:min(2, len(all))] {
		parents = append(parents, t.column)
	}
	if len(all) > 0 {
		bound = all[0].share
	}
	return parents, bound
}

// explained is the share of column i's entropy that other codes explain, less
// what they explain of the same column shuffled.
func (x *mixer) explained(i int, other []int32) float64 {
	n := min(len(x.codes[i]), mixRows)
	h := entropy(x.codes[i][:n])
	if h == 0 {
		return 0
	}
	shuffled := slices.Clone(x.codes[i][:n])
	rng := rand.New(rand.NewPCG(uint64(i), 0x6d6978))
	rng.Shuffle(n, func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
	share := (joint(shuffled, other[:n]) - joint(x.codes[i][:n], other[:n])) / h
	return math.Round(share*1e6) / 1e6
}

func entropy(codes []int32) float64 { return joint(codes, make([]int32, len(codes))) }

// joint is the entropy of pairs of codes, in bits.
func joint(a, b []int32) float64 {
	counts := make(map[int64]int, len(a))
	for r := range a {
		counts[int64(a[r])<<32|int64(b[r])]++
	}
	of := map[int]int{} // how many pairs occur so often: sums must not depend on the order of a map
	for _, n := range counts {
		of[n]++
	}
	var sizes []int
	for n := range of {
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	h := 0.0
	for _, n := range sizes {
		p := float64(n) / float64(len(a))
		h -= float64(of[n]) * p * math.Log2(p)
	}
	return h
}

// learnLikeness measures how many kept cells a row shares with the row
// that is most like it.
func (x *mixer) learnLikeness(c *clusters) {
	n := len(c.of)
	step := max(n/mixProbes, 1)
	for r := 0; r < n; r += step {
		best, _ := x.closest(func(i int) int32 { return x.codes[i][r] }, c.around(r))
		x.nearest = append(x.nearest, best)
	}
	slices.Sort(x.nearest)
}

// closest is the sampled row that shares most kept cells with a row.
func (x *mixer) closest(code func(c int) int32, but []int) (best int16, at int) {
	if len(x.columns) == 0 {
		return 0, 0
	}
	return most(x.likeness(code), but)
}

// likeness counts the kept cells that each sampled row shares with a row.
func (x *mixer) likeness(code func(c int) int32) []int16 {
	same := make([]int16, len(x.codes[x.columns[0]]))
	for _, c := range x.kept {
		x.share(same, c, code(c), 1)
	}
	return same
}

// share adds by to the rows that have the code in column c.
func (x *mixer) share(same []int16, c int, code int32, by int16) {
	if code < 0 {
		return
	}
	for _, r := range x.holders[c][code] {
		same[r] += by
	}
}

// most is the first of the largest, those rows left out.
func most(same []int16, but []int) (best int16, at int) {
	best = -1
	for r, s := range same {
		if s > best && !slices.Contains(but, r) {
			best, at = s, r
		}
	}
	return best, at
}

// mix returns cells like those given of which so many were drawn anew that
// they are as like other rows as a row is.
func (x *mixer) mix(st *key.Stream, cells []string) []string {
	out := slices.Clone(cells)
	if len(x.columns) == 0 {
		return out
	}
	code := func(c int) int32 {
		if id, ok := x.ids[c][out[c]]; ok {
			return id
		}
		return -1
	}
	want := x.nearest[st.IntN(len(x.nearest))]
	same := x.likeness(code)
	for range 4 * len(x.columns) {
		best, at := most(same, nil)
		if best <= want {
			break
		}
		var shared []int
		for k, c := range x.columns {
			if code(c) == x.codes[c][at] {
				shared = append(shared, k)
			}
		}
		if len(shared) == 0 {
			break
		}
		k := shared[st.IntN(len(shared))]
		row, ok := x.redraw(st, k, code)
		if !ok {
			continue
		}
		for _, c := range x.together(x.columns[k]) {
			x.share(same, c, code(c), -1)
			out[c] = x.values[c][x.codes[c][row]]
			x.share(same, c, code(c), 1)
		}
	}
	return out
}

// free reports whether nothing is known to depend on column i.
func (x *mixer) free(i int) bool {
	k := slices.Index(x.columns, i)
	return k >= 0 && len(x.parents[k]) == 0 && !slices.Contains(x.place, i)
}

// together are the columns that are drawn anew with column c.
func (x *mixer) together(c int) []int {
	if slices.Contains(x.place, c) {
		return x.place
	}
	return []int{c}
}

// redraw draws the row that the k-th mixable column is taken from, given its
// parents; ok is false where no row agrees in them.
func (x *mixer) redraw(st *key.Stream, k int, code func(c int) int32) (row int32, ok bool) {
	context := x.context(x.parents[k], code)
	rows := x.rows[k][context]
	if len(rows) < 3 && len(x.parents[k]) == 2 && x.bound[k] < mixBound {
		rows = x.first[k][context[0]]
	}
	if len(rows) == 0 {
		return 0, false
	}
	return rows[st.IntN(len(rows))], true
}
