package code

import (
	"math"

	"telltale/internal/stat"
)

// Weighted is one value of an unknown parameter and its weight in a mixture. Weights need not sum to 1.
type Weighted struct{ Value, Weight float64 }

// Withheld counts rows of a leak whose bit of withholding is known for one candidate: Present rows that the candidate's copy held, and
// Missing rows that were withheld from it, where each row was withheld with probability Rate. A candidate with several exports may have
// several counts, one per rate; a row is counted once.
type Withheld struct {
	Rate             float64
	Present, Missing int
}

// WithheldLogE returns the logarithm of the e-value of the rows that a leak holds, for one candidate.
//
// With a share lambda of the leak taken from the candidate's copy, LR = (1 - q(1-lambda)) / (1-q) for a row that the copy held and
// 1 - lambda for one that was withheld from it; their mean under innocence is (1 - q(1-lambda)) + q(1-lambda) = 1. lambda is averaged
// over shares; nil takes a default with most weight on shares near 1.
//
// Domain: 0 <= Rate < 1 (a rate of 0 says nothing), counts >= 0, shares in 0..1. The weights may depend on the leak, not on the counts.
func WithheldLogE(counts []Withheld, shares []Weighted) float64 {
	if shares == nil {
		shares = leakShares
	}
	logs, weights := make([]float64, len(shares)), make([]float64, len(shares))
	for i, s := range shares {
		weights[i] = s.Weight
		for _, c := range counts {
			q, rest := c.Rate, 1-s.Value
			if q <= 0 {
				continue
			}
			logs[i] += float64(c.Present) * (math.Log1p(-q*rest) - math.Log1p(-q))
			if c.Missing > 0 {
				logs[i] += float64(c.Missing) * math.Log(rest)
			}
		}
	}
	return stat.LogMean(logs, weights)
}

var leakShares = []Weighted{{1, .4}, {.999, .1}, {.99, .1}, {.97, .08}, {.9, .08}, {.75, .06}, {.5, .08}, {.33, .04}, {.2, .03}, {.1, .02}, {.05, .01}}

// CanaryLogE returns the logarithm of the e-value of a candidate's canaries: hits holds, for each canary that was seen, a bound on the
// probability that it is seen without the copy being a source, misses the same for each other one of the candidate's canaries. Misses
// may not be left out: with hits alone the mean is 1 + s - null for every canary instead of 1, and grows with their number; where a leak may
// be incomplete, a mixture with small survivals makes them cheap. The survival, the probability that a planted canary shows up when the copy is a source, is averaged over.
//
// LR = s/null for a hit and (1-s)/(1-null) for a miss, with s raised to null where it is lower. The mean under innocence is 1 where the
// bound is the truth and below 1 where the truth is less. The nulls must hold one canary at a time, whatever is known of the
// others; several contacts of one canary are one canary.
//
// Domain: 0 < null <= 1; a null of 1 says nothing. Without hits and misses the result is 0.
func CanaryLogE(hits, misses []float64, survival []Weighted) float64 {
	logs, weights := make([]float64, len(survival)), make([]float64, len(survival))
	for i, s := range survival {
		weights[i] = s.Weight
		for _, null := range hits {
			logs[i] += math.Log(math.Max(s.Value, null) / null)
		}
		for _, null := range misses {
			if null < s.Value {
				logs[i] += math.Log((1 - s.Value) / (1 - null))
			}
		}
	}
	if len(survival) == 0 || len(hits)+len(misses) == 0 {
		return 0
	}
	return stat.LogMean(logs, weights)
}

// Survival is a mixture for CanaryLogE around the share of real rows that leaked (real rows only: canaries may not be counted). A share of
// 0 or less means that it is unknown.
func Survival(leaked float64) []Weighted {
	flat := []Weighted{{.01, .06}, {.05, .08}, {.15, .1}, {.3, .14}, {.5, .2}, {.7, .16}, {.9, .16}, {.99, .1}}
	if leaked <= 0 || leaked > 1 {
		return flat
	}
	for i := range flat {
		flat[i].Weight *= .4
	}
	return append(flat, Weighted{math.Min(leaked, .999), .4}, Weighted{leaked * .7, .2})
}

// GuessNull bounds the probability that one of a number of guesses equals a value that was drawn with the given number of bits:
// min(1, guesses 2^-bits).
func GuessNull(guesses, bits float64) float64 { return math.Min(1, guesses*math.Exp2(-bits)) }

// ControlNull bounds the same probability from controls, values drawn alike and never issued, of which some were seen:
// (seen+1) / (minted+1), the mean of a conformal p-value.
func ControlNull(seen, minted int) float64 { return float64(seen+1) / float64(minted+1) }
