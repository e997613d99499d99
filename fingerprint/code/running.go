package code

import (
	"math"

	"telltale/internal/stat"
)

// Running weighs the symbols that come in one at a time, for one candidate, and may be looked at after every one: it is a mixture, with
// weights fixed beforehand, of products of the ratios of Decode's interleaving model,
//
//	P(y=1|x) = e + (1-2e)(p + w (x-p)),  P(y=1) = e + (1-2e) p,
//
// over shares w and flip rates e. Every product is a martingale for a candidate who is no source, and so is their mixture: P(the
// largest LogE ever reaches ln t) <= 1/t (Ville 1939). Decode refits its parameters to everything read, which is stronger at a single look and
// not valid at many. The zero value has read nothing.
type Running struct{ logs []float64 }

// runningGrid holds the components. Values that a message quotes are copied, not retyped: flips are rare.
var runningGrid = func() (grid []runningModel) {
	for _, w := range []Weighted{{1, .5}, {.8, .15}, {.5, .2}, {.25, .1}, {.1, .05}} {
		for _, e := range []Weighted{{.002, .5}, {.02, .2}, {.1, .2}, {.3, .1}} {
			grid = append(grid, runningModel{w.Value, e.Value, math.Log(w.Weight * e.Weight)})
		}
	}
	return grid
}()

type runningModel struct{ share, flips, logWeight float64 }

// ratio is ln P(y|x)/P(y).
func (m runningModel) ratio(p float64, symbol, bit uint8) float64 {
	one := func(q float64) float64 { return m.flips + (1-2*m.flips)*q }
	given, mean := one(p+m.share*(float64(bit)-p)), one(p)
	if symbol == 0 {
		given, mean = 1-given, 1-mean
	}
	return math.Log(given / mean)
}

// Ratios are the ratios of one symbol at a site of one bias, for either bit: what Add needs of a site, the same for every candidate.
type Ratios [2][]float64

// NewRatios returns the ratios of a read. Domain: 0 < Bias < 2^32.
func NewRatios(r Read) Ratios {
	var t Ratios
	for bit := range t {
		for _, m := range runningGrid {
			t[bit] = append(t[bit], m.ratio(r.Bias.P(), r.Symbol, uint8(bit)))
		}
	}
	return t
}

// Add takes a read at which the candidate's word has that bit. A site may be added once.
func (r *Running) Add(t Ratios, bit uint8) {
	if r.logs == nil {
		r.logs = make([]float64, len(runningGrid))
	}
	for i, l := range t[bit&1] {
		r.logs[i] += l
	}
}

// LogE returns the logarithm of the e-value of all that was added.
func (r *Running) LogE() float64 {
	if r.logs == nil {
		return 0
	}
	sum := make([]float64, len(r.logs))
	for i, l := range r.logs {
		sum[i] = l + runningGrid[i].logWeight
	}
	return stat.LogSumExp(sum)
}

// Share is the mean of the share w over what was read, 0 before the first read.
func (r *Running) Share() float64 {
	top := r.LogE()
	share := 0.0
	for i, l := range r.logs {
		share += runningGrid[i].share * math.Exp(l+runningGrid[i].logWeight-top)
	}
	return share
}

// StakedLogE returns the logarithm of the e-value of canaries that messages may hit at any time. hits holds, for each that was hit, a bound
// null on the probability of a hit by chance as LookNull gives it; quiet is the number of those that were not.
//
// Each canary is a stake. Three tenths of the weight are kept; four go to the mean over all canaries of 1/null for one that was hit and 0 for one
// that was not; three to the product over all canaries of s/null for a hit and 1-s for none, averaged over the probability s. Under
// innocence the mean of each part is at most 1 at every moment, so that the whole may be looked at after every message. That canaries are
// quiet speaks against nobody: what they cost, at most a factor of 3, is the price of having waited for them.
func StakedLogE(hits []float64, quiet int) float64 {
	n := len(hits) + quiet
	if n == 0 {
		return 0
	}
	logs, weights := make([]float64, len(stakes)), make([]float64, len(stakes))
	single := make([]float64, len(hits))
	for i, s := range stakes {
		weights[i] = s.Weight
		if quiet > 0 {
			logs[i] += float64(quiet) * math.Log1p(-s.Value)
		}
		for k, null := range hits {
			logs[i] += math.Log(s.Value / null)
			single[k] = -math.Log(null * float64(n))
		}
	}
	parts := []float64{0, stat.LogMean(logs, weights), math.Inf(-1)}
	if len(hits) > 0 {
		parts[2] = stat.LogSumExp(single)
	}
	return stat.LogMean(parts, []float64{.3, .3, .4})
}

var stakes = []Weighted{{0, .3}, {1e-4, .1}, {1e-3, .1}, {.01, .1}, {.05, .1}, {.2, .1}, {.5, .1}, {.9, .1}}

// LookNull turns the probability p that one look hits a canary by chance into the null of a hit at the look of that number, counted from 1,
// such that any number of looks is paid for: null(n) = p/w(n), with weights w that sum to less than 1 over all n, so that the sum over n of
// P(hit at look n)/null(n) is below 1. The price is a factor of about 2 n ln^2(n).
func LookNull(p float64, look int64) float64 {
	n := float64(max(look, 1)) + 1
	l := math.Log(n)
	return math.Min(1, p*n*l*l/lookScale)
}

// lookScale is below 1 / 2.1098, the inverse of the sum over n >= 2 of 1/(n ln^2 n).
const lookScale = 0.473
