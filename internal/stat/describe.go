package stat

import (
	"math"
	"slices"

	gonum "gonum.org/v1/gonum/stat"
)

// Summary describes a sample of numbers.
type Summary struct {
	N         int
	Mean      float64
	Deviation float64    // standard deviation, n-1 in the denominator; 0 for fewer than two numbers
	Quantiles [5]float64 // at 5, 25, 50, 75 and 95 %
}

// Describe summarises x, of which no number may be NaN. It does not change x; no numbers give the zero Summary.
//
// Quantiles are the smallest number that at least such a share of x does not exceed (the inverse of the empirical distribution).
func Describe(x []float64) Summary {
	s := Summary{N: len(x)}
	if len(x) == 0 {
		return s
	}
	s.Mean = gonum.Mean(x, nil)
	if len(x) > 1 {
		s.Deviation = gonum.StdDev(x, nil)
	}
	sorted := slices.Sorted(slices.Values(x))
	for i, q := range []float64{0.05, 0.25, 0.5, 0.75, 0.95} {
		s.Quantiles[i] = gonum.Quantile(q, gonum.Empirical, sorted, nil)
	}
	return s
}

// Correlation is Pearson's coefficient of two samples of one length, 0 where either does not vary or there are fewer than three
// pairs.
func Correlation(x, y []float64) float64 {
	if len(x) < 3 || len(x) != len(y) {
		return 0
	}
	if r := gonum.Correlation(x, y, nil); !math.IsNaN(r) {
		return r
	}
	return 0
}

// CramersV is the association of two categorical samples of one length, 0 (independent) to 1, without correction for bias; 0 where
// either has a single category.
//
// Formula: sqrt(chi2 / (n (min(k, l) - 1))), chi2 over the k x l table of counts (Cramér 1946).
func CramersV(a, b []string) float64 {
	n := len(a)
	if n == 0 || n != len(b) {
		return 0
	}
	rows, columns, cells := map[string]float64{}, map[string]float64{}, map[[2]string]float64{}
	for i := range a {
		rows[a[i]]++
		columns[b[i]]++
		cells[[2]string{a[i], b[i]}]++
	}
	least := min(len(rows), len(columns)) - 1
	if least < 1 {
		return 0
	}
	// chi2/n = sum n_ij^2 / (n_i n_j) - 1, which empty cells add nothing to. The terms are summed in order, so that the sum does
	// not depend on that of the map.
	terms := make([]float64, 0, len(cells))
	for c, m := range cells {
		terms = append(terms, m*m/(rows[c[0]]*columns[c[1]]))
	}
	slices.Sort(terms)
	sum := 0.0
	for _, t := range terms {
		sum += t
	}
	return math.Sqrt(max(0, sum-1) / float64(least))
}
