package trial

import (
	"math"
	"strconv"
	"time"

	"telltale/internal/attack"
	"telltale/internal/identity"
	"telltale/internal/stat"
)

// Change is what making copies did to the table: a copy as it is issued, with
// its canaries and without its withheld rows, against the original. Every
// figure is the worst of the copies that were compared, but for Cells, which is
// their mean.
type Change struct {
	Copies     int     // that were compared
	Cells      float64 // share of the table's cells that differ, 0 to 1
	Fabricated float64 // canaries, as a share of the table's rows
	Withheld   float64 // share of the table's rows
	Columns    []ColumnChange
	// Correlation is the pair of numeric columns whose Pearson coefficient
	// moved most, Association that of columns of at most 50 values whose
	// Cramér's V did. Columns are named; none where there is no pair.
	Correlation PairChange
	Association PairChange
}

// ColumnChange is the change of one column in which cells differ. Times count
// in seconds.
type ColumnChange struct {
	Column  string
	Cells   float64 // share of its cells that differ
	Numeric bool    // the next three are given
	// Mean and Quantile are shifts in standard deviations of the original,
	// Quantile the largest of five (5, 25, 50, 75, 95 %); Deviation is the
	// relative change of the standard deviation.
	Mean, Deviation, Quantile float64
	// Category is the largest change of the share of rows that hold one value;
	// given for columns of at most 50 values.
	Category    float64
	Categorical bool
}

// PairChange is the change of a coefficient of two columns.
type PairChange struct {
	Columns [2]string
	Before  float64
	After   float64
}

// Moved is the size of the change.
func (p PairChange) Moved() float64 { return math.Abs(p.After - p.Before) }

// mostCategories is up to how many values a column counts as categorical.
const mostCategories = 50

// comparedCopies is how many copies are compared with the original.
const comparedCopies = 4

// Change compares copies with the original.
func (w *World) Change() Change {
	original := w.Original()
	before := w.describe(original)
	out := Change{Copies: min(comparedCopies, len(w.copies))}
	columns := map[string]*ColumnChange{}
	for i := range out.Copies {
		t := w.copies[i]
		differing := w.differing(t)
		sum := 0
		for _, n := range differing {
			sum += n
		}
		rows := float64(max(1, len(original.Rows)))
		out.Cells += float64(sum) / rows / float64(len(w.source.Header)) / float64(out.Copies)
		out.Fabricated = max(out.Fabricated, float64(w.issued[i].Canaries)/rows)
		out.Withheld = max(out.Withheld, float64(w.issued[i].Withheld)/rows)
		after := w.describe(t)
		for c, name := range w.source.Header {
			if differing[c] > 0 {
				if columns[name] == nil {
					columns[name] = &ColumnChange{Column: name, Numeric: before[c].numeric(), Categorical: before[c].categorical()}
				}
				columns[name].worsen(before[c], after[c], float64(differing[c])/rows)
			}
		}
		out.Correlation = worst(out.Correlation, pairs(w.source.Header, before, after, differing, correlation))
		out.Association = worst(out.Association, pairs(w.source.Header, before, after, differing, association))
	}
	for _, name := range w.source.Header {
		if columns[name] != nil {
			out.Columns = append(out.Columns, *columns[name])
		}
	}
	return out
}

// differing counts, for each column, the cells of a copy that are not those of
// the original.
func (w *World) differing(t attack.Table) []int {
	n := make([]int, len(w.source.Header))
	for i, o := range t.Origin {
		if o == attack.Foreign {
			continue
		}
		for c, v := range t.Rows[i] {
			if c < len(n) && v != w.source.Rows[o][c] {
				n[c]++
			}
		}
	}
	return n
}

// described is a column of a table: its cells, and its numbers if it has any.
type described struct {
	cells   []string
	numbers []float64 // one for each cell; NaN where it is none
	summary stat.Summary
	values  map[string]int // nil for more than mostCategories
}

func (d described) numeric() bool     { return d.summary.N > len(d.cells)/2 && d.summary.Deviation > 0 }
func (d described) categorical() bool { return d.values != nil && !d.numeric() }

func (w *World) describe(t attack.Table) []described {
	out := make([]described, len(w.source.Header))
	for c := range out {
		d := &out[c]
		kind := w.source.Scheme.Columns[c].Kind
		d.values = map[string]int{}
		var numbers []float64
		for _, row := range t.Rows {
			x := numberOf(kind, row[c], w.source.Scheme.Locale)
			d.cells, d.numbers = append(d.cells, row[c]), append(d.numbers, x)
			if !math.IsNaN(x) {
				numbers = append(numbers, x)
			}
			if d.values != nil {
				if d.values[row[c]]++; len(d.values) > mostCategories {
					d.values = nil
				}
			}
		}
		d.summary = stat.Describe(numbers)
	}
	return out
}

// numberOf is a cell as a number: a time in seconds; NaN for what is none.
func numberOf(kind identity.Kind, cell, locale string) float64 {
	switch kind {
	case identity.Number, identity.Integer:
		if v, ok := identity.Canonical(identity.Number, cell, locale); ok {
			if x, err := strconv.ParseFloat(v, 64); err == nil {
				return x
			}
		}
	case identity.Date, identity.Time:
		if v, ok := identity.Canonical(kind, cell, locale); ok {
			for _, layout := range []string{time.DateOnly, time.DateTime, time.TimeOnly} {
				if t, err := time.Parse(layout, v); err == nil {
					return float64(t.Unix())
				}
			}
		}
	}
	return math.NaN()
}

func (c *ColumnChange) worsen(before, after described, cells float64) {
	c.Cells = max(c.Cells, cells)
	if c.Numeric {
		d := before.summary.Deviation
		c.Mean = max(c.Mean, math.Abs(after.summary.Mean-before.summary.Mean)/d)
		c.Deviation = max(c.Deviation, math.Abs(after.summary.Deviation/d-1))
		for i, q := range before.summary.Quantiles {
			c.Quantile = max(c.Quantile, math.Abs(after.summary.Quantiles[i]-q)/d)
		}
	}
	if c.Categorical {
		was := map[string]float64{}
		for v, n := range before.values {
			was[v] = float64(n) / float64(len(before.cells))
		}
		now := map[string]float64{}
		for _, v := range after.cells {
			now[v] += 1 / float64(len(after.cells))
		}
		for v := range was {
			c.Category = max(c.Category, math.Abs(now[v]-was[v]))
		}
		for v := range now {
			c.Category = max(c.Category, math.Abs(now[v]-was[v]))
		}
	}
}

// coefficient is a measure of two columns; ok is false where it means nothing.
type coefficient func(a, b described) (value float64, ok bool)

func correlation(a, b described) (float64, bool) {
	if !a.numeric() || !b.numeric() {
		return 0, false
	}
	var x, y []float64
	for i := range a.numbers {
		if !math.IsNaN(a.numbers[i]) && !math.IsNaN(b.numbers[i]) {
			x, y = append(x, a.numbers[i]), append(y, b.numbers[i])
		}
	}
	return stat.Correlation(x, y), true
}

func association(a, b described) (float64, bool) {
	if !a.categorical() || !b.categorical() {
		return 0, false
	}
	return stat.CramersV(a.cells, b.cells), true
}

// pairs finds the pair of columns, at least one of them changed, whose
// coefficient moved most.
func pairs(names []string, before, after []described, differing []int, f coefficient) (out PairChange) {
	for i := range before {
		for k := i + 1; k < len(before); k++ {
			if differing[i] == 0 && differing[k] == 0 {
				continue
			}
			was, ok := f(before[i], before[k])
			if now, fine := f(after[i], after[k]); ok && fine {
				out = worst(out, PairChange{[2]string{names[i], names[k]}, was, now})
			}
		}
	}
	return out
}

func worst(a, b PairChange) PairChange {
	if a.Columns[0] == "" || b.Columns[0] != "" && b.Moved() > a.Moved() {
		return b
	}
	return a
}
