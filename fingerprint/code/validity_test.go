package code

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// The defining property, exactly: with everything else fixed, the mean of a candidate's e-value over all of its possible words, each
// weighted by its probability, is 1; in joint decoding too, where the candidate itself may come to serve as side information.
func TestMeanOverAllWordsIsOne(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 5))
		const m = 7
		var alone [1 << m]float64
		reads, words := draw(r, 4, m, 4, 1+int(seed%2), attack{"", 1 + int(seed%2), 0, interleave, nil})
		for _, joint := range []bool{false, true} {
			sum, informed := 0.0, false
			for x := range uint64(1 << m) {
				words[3][0] = x
				p := 1.0
				for i, read := range reads {
					if x>>i&1 == 1 {
						p *= read.Bias.P()
					} else {
						p *= 1 - read.Bias.P()
					}
				}
				d := newDecoder(context.Background(), reads, words, 1)
				d.knownOdds = 1.5 // so low that side information comes into play with so few reads
				if _, err := d.run(joint); err != nil {
					t.Fatal(err)
				}
				sum += p * math.Exp(d.scores[3].LogE)
				if !joint {
					alone[x] = d.scores[3].LogE
				}
				informed = informed || math.Abs(d.scores[3].LogE-alone[x]) > 1e-6
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("seed %d, joint %v: mean e-value %.12f, want 1", seed, joint, sum)
			}
			if joint && !informed {
				t.Error("side information was never used: the test shows nothing")
			}
		}
	}
}

// The interleaving strategies are the published formula P(y=1|x) = (1-2e)(p + (x-p)/c) + e.
func TestLinearIsInterleaving(t *testing.T) {
	tab, _ := newTable([]Read{{Bias: Pick(4, 0)}, {Bias: 1 << 31, Symbol: 1}, {Bias: Pick(8, 9)}})
	for _, c := range []float64{1, 2, 5, 8} {
		s := linear(&tab.plain, 1/c, 1)
		for i, x := range tab.plain.cells {
			if math.Abs(s.low[i]-(x.p-x.p/c)) > 1e-15 || math.Abs(s.high[i]-(x.p+(1-x.p)/c)) > 1e-15 {
				t.Errorf("c %v, p %v: got %v %v", c, x.p, s.low[i], s.high[i])
			}
		}
	}
}
