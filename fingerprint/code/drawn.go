package code

import (
	"math"

	"telltale/internal/stat"
)

// Drawn is a batch of numbers that were allotted by drawing lots, as far as one candidate is concerned:
// 0 <= OwnHits <= Own <= Pool, OwnHits <= Hits, Hits-OwnHits <= Pool-Own.
type Drawn struct {
	Pool    int // numbers in the batch
	Own     int // of these, the candidate's
	Hits    int // different ones that were called
	OwnHits int // of these, the candidate's
}

// DrawnLogE returns the logarithm of the e-value of calls to numbers that were allotted by a keyed lottery. Which
// numbers are called by somebody who has no copy, be it all of them or the last thousand of a block, does not depend on the lottery; so of
// n own numbers among N, each further one is called with the chance of drawing without replacement, and k calls of which j are own have
//
//	P0 = (n)_j (N-n)_(k-j) / (N)_k,   P1 = t^j (1-t)^(k-j),   t = s + (1-s) n/N,   log E = log mean over s of prod P1/P0
//
// with falling factorials, the product over batches and the share s of calls that come from the copy. It is a likelihood ratio
// of the sequence of calls, whatever their order: its mean is at most 1 for who is no source (less where P1 allows more hits than there are
// numbers), and it may be looked at after every call. How many numbers a stranger tries does not enter.
//
// A candidate without numbers in a batch is not judged by it; one who has all of them cannot be told from chance by it.
func DrawnLogE(batches []Drawn) float64 {
	logs, weights := make([]float64, len(drawnShares)), make([]float64, len(drawnShares))
	for i, s := range drawnShares {
		weights[i] = s.Weight
		for _, b := range batches {
			if b.Own > 0 && b.Own < b.Pool && b.Hits > 0 {
				logs[i] += b.alternative(s.Value) - b.null()
			}
		}
	}
	return stat.LogMean(logs, weights)
}

var drawnShares = []Weighted{{1, .4}, {.9, .2}, {.6, .15}, {.3, .15}, {0, .1}}

func (b Drawn) alternative(share float64) float64 {
	t := share + (1-share)*float64(b.Own)/float64(b.Pool)
	e := float64(b.OwnHits) * math.Log(t)
	if others := b.Hits - b.OwnHits; others > 0 {
		e += float64(others) * math.Log1p(-t)
	}
	return e
}

func (b Drawn) null() float64 {
	return logFalling(b.Own, b.OwnHits) + logFalling(b.Pool-b.Own, b.Hits-b.OwnHits) - logFalling(b.Pool, b.Hits)
}

// logFalling is the logarithm of n (n-1) ... (n-k+1), for 0 <= k <= n.
func logFalling(n, k int) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(n-k) + 1)
	return a - b
}
