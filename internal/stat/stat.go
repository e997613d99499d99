// Package stat is the arithmetic of evidence: sums and weighted means of numbers that are kept as their logarithms, binomial
// tails that stay accurate when they are far below the smallest float64, and intervals for a share.
//
// It knows nothing about recipients or leaks. Every function names its formula, its source, its domain and its accuracy. All
// logarithms are natural unless a name says otherwise; minus infinity is the logarithm of zero and is a legal value everywhere.
// Arguments outside the stated domain give NaN, never a panic.
package stat

import "math"

// LogSumExp returns log(sum_i exp(x_i)), and -Inf for no terms.
//
// Formula: m + log(sum_i exp(x_i - m)) with m = max x. It neither overflows nor underflows.
// Accuracy: relative error of the sum below 1e-15 * (len(x) + 2). A term +Inf gives +Inf, a NaN gives NaN.
func LogSumExp(x []float64) float64 {
	m := math.Inf(-1)
	for _, v := range x {
		if v > m || math.IsNaN(v) {
			m = v
		}
		if math.IsNaN(m) {
			return m
		}
	}
	if math.IsInf(m, 0) {
		return m
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - m)
	}
	return m + math.Log(sum)
}

// LogAdd returns log(exp(a) + exp(b)).
//
// Formula: max + log1p(exp(min - max)). Accuracy: relative error of the sum below 1e-15.
func LogAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, 0) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// LogMean returns log(sum_i w_i exp(x_i) / sum_i w_i): the logarithm of a weighted mean (a mixture).
//
// Domain: w_i >= 0 with a positive sum, len(x) == len(w) > 0. A zero weight removes its term whatever its value.
// Accuracy: as LogSumExp.
func LogMean(x, w []float64) float64 {
	if len(x) != len(w) || len(x) == 0 {
		return math.NaN()
	}
	m, total := math.Inf(-1), 0.0
	for i, v := range x {
		if w[i] < 0 || math.IsNaN(w[i]) {
			return math.NaN()
		}
		if total += w[i]; w[i] > 0 && (v > m || math.IsNaN(v)) {
			m = v
		}
	}
	if total == 0 {
		return math.NaN()
	}
	if math.IsInf(m, 0) || math.IsNaN(m) {
		return m
	}
	sum := 0.0
	for i, v := range x {
		if w[i] > 0 {
			sum += w[i] * math.Exp(v-m)
		}
	}
	return m + math.Log(sum/total)
}

// Log1mExp returns log(1 - exp(x)) for x <= 0.
//
// Formula: log(-expm1(x)) for x > -ln 2, else log1p(-exp(x)) (Maechler 2012). Accuracy: a few ulp.
func Log1mExp(x float64) float64 {
	switch {
	case x > 0:
		return math.NaN()
	case x > -math.Ln2:
		return math.Log(-math.Expm1(x))
	}
	return math.Log1p(-math.Exp(x))
}

// Log10 turns a natural logarithm into a decimal one: x / ln 10.
func Log10(ln float64) float64 { return ln / math.Ln10 }
