package attack

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Unlikely is the correlation attack of Ji, Yilmaz and Ayday ("The Curse of
// Correlations for Robust Fingerprinting of Relational Databases", RAID 2021):
// an adversary who knows the joint distributions of the columns, here from a
// known table of the same population, or the original itself, changes the share
// of the entries that the rest of their rows make least likely into what the
// rows make likeliest.
//
// An entry v of column j scores
//
//	log P(v) + sum over k of log P(v, x_k)/(P(v) P(x_k))
//
// less the score of the best value in its place: the adversary weighs every
// pair of columns. Numbers count by their quantile bins; a number that is changed
// becomes one of the likeliest bin. The entries of all columns are ranked
// together, or each column by itself if perColumn is set. Columns of nearly
// distinct words or of row numbers have no distribution and stay.
func Unlikely(share float64, bins int, perColumn bool, known Table) Attack {
	name := fmt.Sprintf("unlikely %s by %d bins", percent(share), bins)
	if perColumn {
		name += " of each column"
	}
	return Attack{name, func(t Table, r *rand.Rand) Table {
		m := learnPairs(known, t.Names, bins)
		entries := m.rank(t, share, perColumn)
		better := make(map[[2]int]int, len(entries))
		for _, e := range entries {
			better[[2]int{e.row, e.column}] = e.better
		}
		return t.edit(func(row, c int, v string) string {
			if b, ok := better[[2]int{row, c}]; ok {
				return m.columns[c].draw(b, r)
			}
			return v
		})
	}}
}

// fewWords is how many values a column of numbers may have to be taken for words.
const fewWords = 40

// pairs are the pairwise distributions of a table.
type pairs struct {
	columns []*binned
	lift    [][][][]float64 // column, other column, bin, other bin: log of P(both)/(P(one) P(other))
}

// binned is a column cut into bins.
type binned struct {
	numbers bool
	edges   []float64
	words   map[string]int
	members [][]string // values seen in each bin
	share   []float64  // log of the bins' shares
	rowed   []int
}

func learnPairs(known Table, names []string, bins int) *pairs {
	m := &pairs{columns: make([]*binned, len(names)), lift: make([][][][]float64, len(names))}
	for c, name := range names {
		if k := known.Column(name); k >= 0 {
			m.columns[c] = bin(known, k, bins)
		}
	}
	for c, a := range m.columns {
		m.lift[c] = make([][][]float64, len(names))
		for k, b := range m.columns {
			if a != nil && b != nil && c != k {
				m.lift[c][k] = lifts(a, b)
			}
		}
	}
	return m
}

func bin(t Table, column, bins int) *binned {
	b := &binned{words: map[string]int{}}
	var values []float64
	for _, row := range t.Rows {
		if x, err := strconv.ParseFloat(strings.TrimSpace(row[column]), 64); err == nil {
			values = append(values, x)
		}
		b.words[strings.TrimSpace(row[column])]++
	}
	slices.Sort(values)
	rows := len(t.Rows)
	switch distinct := len(b.words); {
	case distinct == rows, distinct > fewWords && len(values) < rows*9/10:
		return nil
	case distinct > fewWords:
		b.numbers = true
		for k := 1; k < bins; k++ {
			if e := values[k*len(values)/bins]; len(b.edges) == 0 || e > b.edges[len(b.edges)-1] {
				b.edges = append(b.edges, e)
			}
		}
		b.members = make([][]string, len(b.edges)+2)
	default:
		var words []string
		for w := range b.words {
			words = append(words, w)
		}
		slices.Sort(words)
		for i, w := range words {
			b.words[w] = i
		}
		b.members = make([][]string, distinct+1)
	}
	b.share = make([]float64, len(b.members))
	for _, row := range t.Rows {
		i := b.of(row[column])
		b.rowed = append(b.rowed, i)
		b.members[i] = append(b.members[i], row[column])
		b.share[i]++
	}
	for i, n := range b.share {
		b.share[i] = math.Log((n + 0.5) / float64(rows))
	}
	return b
}

// of is the bin of a value; the last is that of what was never seen.
func (b *binned) of(v string) int {
	v = strings.TrimSpace(v)
	if b.numbers {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return len(b.members) - 1
		}
		i, same := slices.BinarySearch(b.edges, x)
		if same {
			i++
		}
		return i
	}
	if i, ok := b.words[v]; ok {
		return i
	}
	return len(b.members) - 1
}

func (b *binned) draw(bin int, r *rand.Rand) string {
	return b.members[bin][r.IntN(len(b.members[bin]))]
}

func lifts(a, b *binned) [][]float64 {
	n := float64(len(a.rowed))
	both := make([][]float64, len(a.members))
	for i := range both {
		both[i] = make([]float64, len(b.members))
	}
	for row, i := range a.rowed {
		both[i][b.rowed[row]]++
	}
	for i := range both {
		for j, seen := range both[i] {
			expected := n * math.Exp(a.share[i]+b.share[j])
			both[i][j] = math.Log((seen + 0.5) / (expected + 0.5))
		}
	}
	return both
}

// entry is a cell and how much less likely than the best bin in its place it is.
type entry struct {
	row, column, better int
	loss                float64
}

// rank lists the share of the entries that lose most.
func (m *pairs) rank(t Table, share float64, perColumn bool) []entry {
	byColumn := make([][]entry, len(m.columns))
	at := make([]int, len(m.columns))
	for i, row := range t.Rows {
		for c, b := range m.columns {
			if b != nil && c < len(row) {
				at[c] = b.of(row[c])
			}
		}
		for c, b := range m.columns {
			if b != nil && c < len(row) {
				byColumn[c] = append(byColumn[c], m.judge(i, c, at))
			}
		}
	}
	if !perColumn {
		return worst(slices.Concat(byColumn...), share)
	}
	var out []entry
	for _, list := range byColumn {
		out = append(out, worst(list, share)...)
	}
	return out
}

func worst(list []entry, share float64) []entry {
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(b.loss, a.loss) })
	return list[:int(share*float64(len(list)))]
}

func (m *pairs) judge(row, c int, at []int) entry {
	b := m.columns[c]
	e := entry{row: row, column: c}
	own, best := 0.0, math.Inf(-1)
	for i := range b.members {
		s := b.share[i]
		for k, l := range m.lift[c] {
			if l != nil {
				s += l[i][at[k]]
			}
		}
		if i == at[c] {
			own = s
		}
		if s > best && len(b.members[i]) > 0 {
			best, e.better = s, i
		}
	}
	e.loss = best - own
	return e
}
