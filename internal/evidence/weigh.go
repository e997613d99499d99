package evidence

import (
	"math"
	"slices"

	"telltale/internal/stat"
)

// The formulas of docs/evidence.md. They are simpler than what match decides
// by, look at nobody else's copy, and never change within a version: a
// verifier computes them anew with a few lines. Each is an e-value, so their
// product is one.

// point is a value of an unknown parameter and its weight; the weights of a
// list sum to 1.
type point struct{ value, weight float64 }

var (
	cellShares = []point{{1, .5}, {.7, .1}, {.5, .15}, {1. / 3, .1}, {.2, .08}, {.1, .05}, {.05, .02}}
	cellFlips  = []point{{.002, .5}, {.01, .15}, {.03, .1}, {.07, .08}, {.15, .07}, {.25, .05}, {.35, .03}, {.45, .02}}
	rowShares  = []point{{1, .4}, {.97, .15}, {.9, .1}, {.75, .1}, {.5, .1}, {.3, .08}, {.15, .05}, {.05, .02}}
	survivals  = []point{{.02, .08}, {.1, .12}, {.3, .2}, {.5, .2}, {.7, .15}, {.9, .15}, {.99, .1}}
)

// cellCount counts reads that nothing but these fields tells apart.
type cellCount struct {
	column int    // of the scheme: each has a flip rate of its own
	bias   uint32 // P(bit = 1) in units of 2^-32
	symbol uint8  // read in the leak
	bit    uint8  // of the recipient
	n      float64
}

// cellsLogE is the mean over shares w of the product over columns of the mean
// over flip rates e of the product over reads of P(y|x) / P(y), with
// q(x) = p + w (x - p), P(1|x) = e + (1-2e) q(x) and P(1) = e + (1-2e) p.
func cellsLogE(counts []cellCount) float64 {
	var columns []int
	for _, c := range counts {
		columns = append(columns, c.column)
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)
	return logMean(cellShares, func(w float64) float64 {
		sum := 0.0
		for _, column := range columns {
			sum += logMean(cellFlips, func(e float64) float64 { return columnLog(counts, column, w, e) })
		}
		return sum
	})
}

func columnLog(counts []cellCount, column int, w, e float64) float64 {
	sum := 0.0
	for _, c := range counts {
		if c.column != column {
			continue
		}
		p := float64(c.bias) / (1 << 32)
		given, marginal := e+(1-2*e)*(p+w*(float64(c.bit)-p)), e+(1-2*e)*p
		if c.symbol == 0 {
			given, marginal = 1-given, 1-marginal
		}
		sum += c.n * math.Log(given/marginal)
	}
	return sum
}

// withheldLogE is the mean over shares l of ((1 - q (1-l)) / (1-q))^present
// (1-l)^missing for rows that were withheld with rate q.
func withheldLogE(rate float64, present, missing int) float64 {
	if rate <= 0 || present+missing == 0 {
		return 0
	}
	return logMean(rowShares, func(l float64) float64 {
		sum := float64(present) * (math.Log1p(-rate*(1-l)) - math.Log1p(-rate))
		if missing > 0 {
			sum += float64(missing) * math.Log(1-l)
		}
		return sum
	})
}

// canariesLogE is the mean over survivals s of (1-s)^misses times the product
// over hits of max(s, null) / null.
func canariesLogE(nulls []float64, misses int) float64 {
	if len(nulls)+misses == 0 {
		return 0
	}
	return logMean(survivals, func(s float64) float64 {
		sum := float64(misses) * math.Log(1-s)
		for _, null := range nulls {
			sum += math.Log(max(s, null) / null)
		}
		return sum
	})
}

func logMean(points []point, f func(float64) float64) float64 {
	logs, weights := make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		logs[i], weights[i] = f(p.value), p.weight
	}
	return stat.LogMean(logs, weights)
}

// logChoose is log C(n, k): how many ways there are to leave n-k of n rows out.
func logChoose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
