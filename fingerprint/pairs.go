package fingerprint

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/identity"
)

const (
	categoryName   = "category"
	leastPair      = 0.01 // share of the cells that a pair must let move
	mostCategories = 48   // values
	leastCategory  = 3    // values: of two, one is the opposite of the other
)

// protectedWords in a header name what the law protects people for: no mark ever
// says of somebody that they are of another sex or creed.
var protectedWords = []string{"race", "ethnicity", "ethnic", "religion", "creed", "faith", "sex", "gender", "disability", "orientation", "nationality", "caste"}

// labelWords in a header say that a column is what the others are to tell.
var labelWords = []string{"target", "label", "class", "outcome", "diagnosis", "income", "y"}

// Categories reports whether a column looks like one of categories whose values
// may be exchanged: few of them, but more than two, which are no codes of
// things and not what the table is there to predict.
func Categories(k identity.Kind, header string, sample []string) bool {
	switch k {
	case identity.Integer, identity.Number:
		if namesCodes(header) {
			return false
		}
	case identity.Category, identity.Country:
	default:
		return false
	}
	if slices.ContainsFunc(headerWords(header), func(w string) bool {
		return slices.Contains(labelWords, w) || slices.Contains(protectedWords, w)
	}) {
		return false
	}
	values := distinctValues(sample)
	return len(values) >= leastCategory && len(values) <= mostCategories
}

func distinctValues(sample []string) []string {
	seen := map[string]bool{}
	for _, v := range sample {
		if f := string(fold(nil, v)); f != "" {
			seen[f] = true
		}
	}
	var out []string
	for v := range seen {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// SuggestPairs returns the category carrier of a column in consecutive rows of
// a table: the pairs of values between which most cells may move, given the rest of their rows. It is "none" when no pair lets a hundredth of the cells
// move. Numbers are paired with their neighbours only.
func SuggestPairs(columns []Column, column int, sample [][]string, joint []*Joint) string {
	models, err := newJointModels(joint, columns)
	if err != nil || len(models) == 0 || models[0].fields[column].share == nil || len(models[0].fields[column].values) == 0 {
		return noCarrier
	}
	p := newPairing(models, column)
	for _, row := range sample {
		p.add(row)
	}
	best := p.choose(float64(len(sample)), writtenForms(cellsOf(sample, column)))
	if len(best) == 0 {
		return noCarrier
	}
	c, err := newCategory(best)
	if err != nil {
		return noCarrier
	}
	return c.Name()
}

// pairing adds up how many cells would move between any two values.
type pairing struct {
	models jointModels
	column int
	moves  [][]float64
}

func newPairing(m jointModels, column int) *pairing {
	p := &pairing{models: m, column: column}
	values := m[0].fields[column].values
	for range values {
		p.moves = append(p.moves, make([]float64, len(values)))
	}
	return p
}

func (p *pairing) add(row []string) {
	c := &p.models[0].fields[p.column]
	p.models.begin(row)
	from := c.bin(row[p.column])
	if from >= len(p.moves) {
		return
	}
	for to := range p.moves {
		if to != from {
			least := uint32(1 << 16)
			for _, m := range p.models {
				least = min(least, m.odds(&m.fields[p.column], from, to))
			}
			p.moves[min(from, to)][max(from, to)] += float64(least) / (1 << 16)
		}
	}
}

// choose takes the pair between which most cells move, then the next best of
// what is left.
func (p *pairing) choose(rows float64, written map[string]string) [][2]string {
	c := &p.models[0].fields[p.column]
	names := make([]string, len(p.moves))
	for v, i := range c.values {
		names[i] = v
	}
	near := neighbours(names)
	type pair struct {
		a, b  int
		moves float64
	}
	var all []pair
	for a := range p.moves {
		for b := a + 1; b < len(p.moves); b++ {
			if p.moves[a][b] >= leastPair*rows && names[a] != "" && names[b] != "" && near(names[a], names[b]) {
				all = append(all, pair{a, b, p.moves[a][b]})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y pair) int { return cmp.Compare(y.moves, x.moves) })
	taken := make([]bool, len(names))
	var out [][2]string
	for _, x := range all {
		if !taken[x.a] && !taken[x.b] {
			taken[x.a], taken[x.b] = true, true
			out = append(out, [2]string{written[names[x.a]], written[names[x.b]]})
		}
	}
	return out
}

// neighbours reports, where all values are numbers, which follow one another;
// else anything goes.
func neighbours(names []string) func(a, b string) bool {
	carrier := numberCarrier{step: quantity{coef: 1}}
	var sorted []quantity
	for _, v := range names {
		q, ok := carrier.quantity(v)
		if !ok {
			return func(string, string) bool { return true }
		}
		sorted = append(sorted, q)
	}
	slices.SortFunc(sorted, compare)
	place := func(v string) int {
		q, _ := carrier.quantity(v)
		i, _ := slices.BinarySearchFunc(sorted, q, compare)
		return i
	}
	return func(a, b string) bool { d := place(a) - place(b); return d == 1 || d == -1 }
}

// writtenForms gives for every folded value the form in which it is mostly
// written.
func writtenForms(cells []string) map[string]string {
	counts := map[string]int{}
	for _, v := range cells {
		counts[strings.TrimSpace(v)]++
	}
	out := map[string]string{}
	for v, n := range counts {
		f := string(fold(nil, v))
		if w, ok := out[f]; !ok || n > counts[w] || n == counts[w] && v < w {
			out[f] = v
		}
	}
	return out
}

// IsCategory reports whether a specification is that of a category carrier:
// its columns are noted, because the rest of the row decides what is marked.
func IsCategory(spec string) bool {
	kind, _, _ := strings.Cut(spec, ":")
	return kind == categoryName
}
