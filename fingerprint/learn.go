package fingerprint

import (
	"cmp"
	"math"
	"slices"
)

// Limits of a learned Joint.
const (
	maxValues  = 40      // bins of a column of words, and of numbers that are taken for words
	fewNumbers = 24      // distinct numbers that are never cut at quantiles
	rareValue  = 5       // rows of the sample from which on a word has a bin
	minCover   = 0.8     // share of the rows that the bins of a column of words must hold
	minGiven   = 8       // columns that tell of another one, however large the models become
	maxGiven   = 32      // columns that tell of another one: those that tell most
	modelBytes = 4 << 20 // about how large the lifts of all models together may become
	heapFactor = 5       // how many times commoner than its neighbours a number is on which a column heaps
	heapRows   = 20      // rows of the sample from which on it is a heap
)

// resolutions are the numbers of bins into which numbers are cut, a model for
// each: what is typical by one of them can stand out by another, and nobody knows
// how finely an adversary looks.
var resolutions = [...]int{9, 13, 20, 25, 32, 40}

// sparsePairs is how many pairs of bins there may be for each row of the
// sample. An adversary who knows the very table can look as finely as this, and
// sees accidents as well as laws.
const sparsePairs = 2

// LearnJoint learns, from consecutive rows of a table, how its columns go
// together: a model for each resolution. A mark must be typical by each of them:
// no less likely than the share typical, 0..1, of the cells of its column and of
// the whole table. KeepNoted is what marks need of it.
func LearnJoint(columns []Column, sample [][]string, typical float64) []*Joint {
	var out []*Joint
	for _, bins := range resolutions {
		if bins > resolutions[0] && bins*bins > sparsePairs*len(sample) {
			continue
		}
		if j := learnJoint(columns, sample, bins, typical); j != nil {
			out = append(out, j)
		}
	}
	return out
}

func learnJoint(columns []Column, sample [][]string, bins int, typical float64) *Joint {
	l := &learner{rows: len(sample), quantiles: bins, given: givenOf(len(columns))}
	for i, c := range columns {
		l.columns = append(l.columns, l.look(c, cellsOf(sample, i)))
	}
	j := &Joint{}
	for i := range columns {
		if !l.columns[i].known {
			continue
		}
		f := l.columns[i].field
		f.Share = l.shares(i)
		for _, k := range l.telling(i) {
			f.Given = append(f.Given, JointGiven{columns[k].Name, l.lifts(i, k)})
		}
		j.Fields = append(j.Fields, f)
	}
	if err := j.limit(columns, sample, typical); err != nil {
		panic(err) // a model just made fits its own columns
	}
	if len(j.Fields) == 0 {
		return nil
	}
	return j
}

// givenOf is how many columns may tell of another one in a table of that width.
func givenOf(width int) int {
	pairs := 0
	for _, bins := range resolutions {
		pairs += bins * bins
	}
	return max(minGiven, min(maxGiven, modelBytes/(pairs*max(1, width))))
}

func cellsOf(sample [][]string, column int) []string {
	cells := make([]string, len(sample))
	for i, row := range sample {
		if column < len(row) {
			cells[i] = row[column]
		}
	}
	return cells
}

type learner struct {
	rows      int
	quantiles int
	given     int // most columns that tell of another one
	columns   []learned
}

type learned struct {
	jointColumn
	field JointField
	rowed []int // bin of each row
}

func (l *learner) look(c Column, cells []string) learned {
	out := learned{field: JointField{Column: c.Name}}
	if c.Key || c.Identity || !out.binNumbers(cells, l.quantiles, maxValues) && !out.binWords(cells) && !out.binNumbers(cells, l.quantiles, fewNumbers) {
		return out
	}
	made, err := newJointColumn(out.field)
	if err != nil {
		return out
	}
	out.jointColumn = made
	out.rowed = make([]int, len(cells))
	for i, v := range cells {
		out.rowed[i] = made.bin(v)
	}
	return out
}

// binNumbers cuts a column of more than few distinct numbers at its quantiles.
func (c *learned) binNumbers(cells []string, quantiles, few int) bool {
	all, ok := numbersOf(cells)
	if !ok {
		return false
	}
	values, counts := tally(all)
	if len(values) <= few {
		return false
	}
	for k := 1; k < quantiles; k++ {
		edge := decimalOf(all[k*len(all)/quantiles])
		if !slices.Contains(c.field.Edges, edge) {
			c.field.Edges = append(c.field.Edges, edge)
		}
	}
	for i, n := range counts {
		if n >= heapRows && n >= heapFactor*nearby(counts, i) {
			c.field.Heaps = append(c.field.Heaps, decimalOf(values[i]))
		}
	}
	return true
}

// numbersOf are the numbers in cells, ascending; ok is false where most cells are
// none.
func numbersOf(cells []string) (all []quantity, ok bool) {
	carrier := numberCarrier{step: quantity{coef: 1}}
	for _, v := range cells {
		if q, ok := carrier.quantity(v); ok {
			all = append(all, q)
		}
	}
	slices.SortFunc(all, compare)
	return all, float64(len(all)) >= minParse*float64(len(cells))
}

func decimalOf(q quantity) string {
	if q.coef < 0 {
		return "-" + decimal(-q.coef, int(q.scale))
	}
	return decimal(q.coef, int(q.scale))
}

// tally counts equal ones of sorted numbers.
func tally(sorted []quantity) (values []quantity, counts []int) {
	for i, q := range sorted {
		if i == 0 || compare(q, sorted[i-1]) != 0 {
			values, counts = append(values, q), append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return values, counts
}

// nearby is the median count of the values next to one.
func nearby(counts []int, i int) int {
	const reach = 5
	near := slices.Concat(counts[max(0, i-reach):i], counts[i+1:min(len(counts), i+1+reach)])
	slices.Sort(near)
	return max(1, near[len(near)/2])
}

// binWords gives every frequent value a bin. Of a few numbers all have one: what
// no row holds stands out.
func (c *learned) binWords(cells []string) bool {
	counts := map[string]int{}
	for _, v := range cells {
		counts[string(fold(nil, v))]++
	}
	least := rareValue
	if _, ok := numbersOf(cells); ok && len(counts) <= maxValues {
		least = 1
	}
	var values []string
	covered := 0
	for v, n := range counts {
		if n >= least {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	values = values[:min(len(values), maxValues)]
	for _, v := range values {
		covered += counts[v]
	}
	c.field.Values = values
	return len(values) > 1 && float64(covered) >= minCover*float64(len(cells))
}

func (l *learner) shares(i int) []byte {
	c := &l.columns[i]
	counts := make([]float64, c.bins)
	for _, b := range c.rowed {
		counts[b]++
	}
	out := make([]byte, c.bins)
	for b, n := range counts {
		out[b] = coded(math.Log2((n + 0.5) / float64(l.rows)))
	}
	return out
}

// crossed counts the rows by the bins of two columns.
func (l *learner) crossed(i, k int) (both [][]float64, one, other []float64) {
	a, b := &l.columns[i], &l.columns[k]
	one, other = make([]float64, a.bins), make([]float64, b.bins)
	both = make([][]float64, a.bins)
	for x := range both {
		both[x] = make([]float64, b.bins)
	}
	for r, x := range a.rowed {
		y := b.rowed[r]
		both[x][y]++
		one[x]++
		other[y]++
	}
	return both, one, other
}

// lifts codes how much commoner two bins are together than apart. Half a row
// is added to either side, so that what was too rare to be seen together is not
// taken for impossible.
func (l *learner) lifts(i, k int) []byte {
	both, one, other := l.crossed(i, k)
	var out []byte
	for x := range both {
		for y, n := range both[x] {
			expected := one[x] * other[y] / float64(l.rows)
			out = append(out, coded(math.Log2((n+0.5)/(expected+0.5))))
		}
	}
	return out
}

// told is the mutual information of two columns in bits.
func (l *learner) told(i, k int) (information float64) {
	both, one, other := l.crossed(i, k)
	n := float64(l.rows)
	for x := range both {
		for y, v := range both[x] {
			if v > 0 {
				information += v / n * math.Log2(v*n/(one[x]*other[y]))
			}
		}
	}
	return information
}

// telling chooses the columns that tell most of one.
func (l *learner) telling(i int) []int {
	type teller struct {
		column int
		bits   float64
	}
	var found []teller
	for k := range l.columns {
		if k != i && l.columns[k].known {
			found = append(found, teller{k, l.told(i, k)})
		}
	}
	slices.SortStableFunc(found, func(a, b teller) int { return cmp.Compare(b.bits, a.bits) })
	var out []int
	for _, f := range found[:min(len(found), l.given)] {
		out = append(out, f.column)
	}
	slices.Sort(out)
	return out
}

// limit finds, for every field that has shares, how much less likely than the
// likeliest value a typical cell of it is, of the table as a whole at most.
func (j *Joint) limit(columns []Column, sample [][]string, typical float64) error {
	m, err := newJointModel(j, columns)
	if err != nil {
		return err
	}
	losses := make([][]int, len(columns))
	for _, row := range sample {
		m.begin(row)
		for i := range m.fields {
			if c := &m.fields[i]; c.share != nil {
				losses[i] = append(losses[i], m.best(c)-m.score(c, m.binOf(i)))
			}
		}
	}
	all := slices.Concat(losses...)
	for k := range j.Fields {
		f := &j.Fields[k]
		at := slices.IndexFunc(columns, func(c Column) bool { return c.Name == f.Column })
		f.Limit = min(quantileOf(losses[at], typical), quantileOf(all, typical))
	}
	return nil
}

func quantileOf(losses []int, q float64) int {
	if len(losses) == 0 {
		return 0
	}
	slices.Sort(losses)
	return losses[int(q*float64(len(losses)-1))]
}
