package code

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The mean of E over both bits, computed exactly after every read of a sequence, is 1 given everything before: a martingale.
func TestRunningIsAMartingale(t *testing.T) {
	reads := []Read{{Bias: 907633386, Symbol: 1}, {Bias: 907633386}, {Bias: 3387333910, Symbol: 1}, {Bias: 2147483648}, {Bias: 85276884, Symbol: 1}}
	var walk func(r Running, rest []Read)
	walk = func(r Running, rest []Read) {
		if len(rest) == 0 {
			return
		}
		table, p := NewRatios(rest[0]), rest[0].Bias.P()
		mean := 0.0
		for bit := range uint8(2) {
			next := Running{append([]float64(nil), r.logs...)}
			if r.logs == nil {
				next.logs = nil
			}
			next.Add(table, bit)
			mean += math.Exp(next.LogE()) * (1 - p + float64(bit)*(2*p-1))
			walk(next, rest[1:])
		}
		if now := math.Exp(r.LogE()); math.Abs(mean-now) > 1e-12*now {
			t.Errorf("E is %v and its mean after one more read %v", now, mean)
		}
	}
	walk(Running{}, reads)
}

// A single source is found at about the information limit, whatever is read at p = 1/2 costs 1 bit.
func TestRunningLength(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	limit := math.Log(1000 / 1e-6)
	for _, c := range []struct {
		flips float64
		most  int
	}{{0, 70}, {.1, 200}} {
		var run Running
		n := 0
		for ; run.LogE() < limit && n < 1000; n++ {
			bias := Pick(4, r.Uint32())
			bit := uint8(0)
			if r.Float64() < bias.P() {
				bit = 1
			}
			symbol := bit
			if r.Float64() < c.flips {
				symbol = 1 - bit
			}
			run.Add(NewRatios(Read{Bias: bias, Symbol: symbol}), bit)
		}
		if t.Logf("flips %v: %d reads, share %.2f", c.flips, n, run.Share()); n > c.most {
			t.Errorf("flips %v: %d reads, want at most %d", c.flips, n, c.most)
		}
	}
}

// Waiting costs nothing that the weights do not pay for: they sum to less than 1 over 10^7 looks, and the rest of the series to at most
// 1/ln(10^7) of the scale.
func TestLooksArePaidFor(t *testing.T) {
	const n = 10_000_000
	sum := 0.0
	for look := int64(1); look <= n; look++ {
		sum += 1e-12 / LookNull(1e-12, look)
	}
	if rest := lookScale / math.Log(n); sum+rest > 1 || sum+rest < .95 {
		t.Errorf("weights sum to %v and at most %v beyond, want below 1 and no waste", sum, rest)
	}
}

// The mean of E over all outcomes of five canaries at any look is at most 1, exactly, where each is hit with the probability that the nulls say.
func TestStakesMeanIsAtMostOne(t *testing.T) {
	const n = 5
	for _, p := range []float64{1e-9, .001, .2} {
		mean := 0.0
		for k := 0; k <= n; k++ {
			hits := make([]float64, k)
			for i := range hits {
				hits[i] = p
			}
			choose := math.Exp(lchoose(n, k)) * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
			mean += choose * math.Exp(StakedLogE(hits, n-k))
		}
		if mean > 1+1e-9 || p < .1 && mean < .9 {
			t.Errorf("p = %v: mean of E %v, want at most 1 and not much less", p, mean)
		}
	}
	if got := StakedLogE(nil, 100); got < math.Log(1./3) {
		t.Errorf("a hundred quiet canaries cost exp(%v), want no more than a factor of 3", -got)
	}
}
