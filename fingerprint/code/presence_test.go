package code

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The mean over all outcomes of n rows, computed exactly, is 1 for every mixture: that is what makes it an e-value.
func TestWithheldMeanIsOne(t *testing.T) {
	for _, q := range []float64{.01, .2, .5} {
		sum := 0.0
		for k := range 13 {
			choose := math.Exp(lchoose(12, k)) * math.Pow(q, float64(k)) * math.Pow(1-q, float64(12-k))
			sum += choose * math.Exp(WithheldLogE([]Withheld{{q, 12 - k, k}}, nil))
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("q %v: mean %v, want 1", q, sum)
		}
	}
}

func lchoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

func TestWithheldLength(t *testing.T) {
	threshold := math.Log(1000 / 1e-6)
	need := 0
	for WithheldLogE([]Withheld{{.01, need, 0}}, nil) < threshold {
		need++
	}
	if need < 2062 || need > 2250 {
		t.Errorf("a single leaker takes %d rows at q = 1 %%, want 2062..2250", need)
	}
	if e := WithheldLogE([]Withheld{{.01, 2990, 3}}, nil); e < 5 {
		t.Errorf("3 foreign rows of 3000 were among the withheld: log e %v, want evidence left", e)
	}
	mixed := WithheldLogE([]Withheld{{.01, 1500, 0}, {.02, 1000, 0}, {0, 99, 7}}, nil)
	if want := WithheldLogE([]Withheld{{.01, 1500, 0}}, nil); mixed < want+15 {
		t.Errorf("two rates: log e %v, want them to add up beyond %v", mixed, want)
	}
}

// 20,000 innocents at 800 rows and q = 1 %: the mean of E is 1; the test allows for 5 standard errors (false
// alarm about 3e-7: capped at 100, E is close to its normal limit). Capping only lowers the mean.
func TestWithheldCalibration(t *testing.T) {
	const seed, n, rows = 3, 20000, 800
	r := rand.New(rand.NewPCG(seed, 1))
	var sum, squares float64
	for range n {
		missing := 0
		for range rows {
			if r.Float64() < .01 {
				missing++
			}
		}
		e := min(math.Exp(WithheldLogE([]Withheld{{.01, rows - missing, missing}}, nil)), 100)
		sum, squares = sum+e, squares+e*e
	}
	mean := sum / n
	if se := math.Sqrt((squares/n - mean*mean) / n); mean > 1+5*se {
		t.Errorf("seed %d: mean of capped e-values %v +- %v, want at most 1", seed, mean, se)
	}
}

func TestCanaryMean(t *testing.T) {
	for _, truth := range []float64{.03, .01, .0001} {
		sum := 0.0
		bound := .03
		for k := range 7 {
			hits, misses := make([]float64, k), make([]float64, 6-k)
			for i := range hits {
				hits[i] = bound
			}
			for i := range misses {
				misses[i] = bound
			}
			p := math.Exp(lchoose(6, k)) * math.Pow(truth, float64(k)) * math.Pow(1-truth, float64(6-k))
			sum += p * math.Exp(CanaryLogE(hits, misses, Survival(0)))
		}
		if sum > 1+1e-12 || truth == bound && sum < 1-.05 {
			t.Errorf("true null %v, bound %v: mean %v, want at most 1", truth, bound, sum)
		}
	}
}

func TestCanaryValues(t *testing.T) {
	one := CanaryLogE([]float64{math.Exp2(-48)}, nil, Survival(0))
	if one < math.Log(1e13) {
		t.Errorf("one canary of 48 bits: log e %v, want more than log 1e13", one)
	}
	if got := CanaryLogE([]float64{1}, nil, Survival(0)); got != 0 {
		t.Errorf("a canary that anybody may guess: log e %v, want 0", got)
	}
	if got := CanaryLogE(nil, make([]float64, 0), nil); got != 0 {
		t.Errorf("no canaries: log e %v, want 0", got)
	}
	if got := CanaryLogE(nil, []float64{1e-9, 1e-9, 1e-9, 1e-9}, Survival(.9)); got > -1 {
		t.Errorf("four misses at survival .9: log e %v, want below -1", got)
	}
	if ControlNull(0, 99999) != 1e-5 || GuessNull(8, 2) != 1 || GuessNull(1, 10) != 1./1024 {
		t.Error("null bounds")
	}
}
