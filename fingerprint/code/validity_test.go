package code

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"telltale/internal/stat"
)

var calibration = flag.Int("calibration", 1000, "innocents per attack in TestCalibration")

// The defining property, exactly: with everything else fixed, the mean of a candidate's e-value over all of its possible words, each
// weighted by its probability, is 1; in joint decoding too, where the candidate itself may come to serve as side information.
func TestMeanOverAllWordsIsOne(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 5))
		const m = 7
		var alone [1 << m]float64
		reads, words := draw(r, 4, m, 4, 1+int(seed%2), attack{"", 1 + int(seed%2), 0, interleave})
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

var attacks = []attack{
	{"nobody", 0, 0, interleave}, {"single", 1, 0, interleave}, {"single, 10 % flips", 1, .1, interleave}, {"single, 30 % flips", 1, .3, interleave},
	{"interleave", 5, 0, interleave}, {"majority", 5, 0, majority}, {"minority", 5, 0, minority}, {"coin", 5, 0, coin},
	{"all ones", 5, 0, allOnes}, {"all zero", 5, .05, allZero},
}

// TestCalibration weighs innocents beside real sources: P(E >= 10^k) <= 10^-k and mean <= 1. Per attack and k the exact binomial tail must
// be below 1e-7, so that the whole test raises a false alarm with probability below 1e-5. A full run is
// go test ./fingerprint/code -run Calibration -calibration=1000000 -timeout 5h -v
func TestCalibration(t *testing.T) {
	const seed, perLeak = 11, 250
	table := fmt.Sprintf("seed %d, %d innocents per attack\n| attack | mean of E | its error | P(E >= 10) | >= 100 | >= 1000 | >= 10^4 |\n|---|---|---|---|---|---|---|\n", seed, *calibration)
	for k, a := range attacks {
		r := rand.New(rand.NewPCG(seed, uint64(k)))
		var sum, squares, capped, cappedSquares float64
		var over [7]int64
		n := 0
		for leak := 0; n < *calibration; leak++ {
			reads, words := draw(r, perLeak+a.c, []int{40, 120, 400}[leak%3], []int{4, 4, 6, 2}[leak%4], 1+leak%3, a)
			for _, s := range decode(t, reads, words, true).Scores[a.c:] {
				e := math.Exp(s.LogE)
				n++
				sum, squares = sum+e, squares+e*e
				capped, cappedSquares = capped+min(e, 100), cappedSquares+min(e, 100)*min(e, 100)
				for j := range over {
					if e >= math.Pow10(j) {
						over[j]++
					}
				}
			}
		}
		N := float64(n)
		table += fmt.Sprintf("| %s %d | %.3f | %.3f ", a.name, a.c, sum/N, spread(sum, squares, N))
		for j, count := range over {
			if j > 0 && stat.LogUpperTail(int64(n), count, math.Pow10(-j)) < math.Log(1e-7) {
				t.Errorf("%s: %d of %d innocents reach 10^%d", a.name, count, n, j)
			}
			if j > 0 && j < 5 {
				table += fmt.Sprintf("| %.2g ", float64(count)/N)
			}
		}
		table += "|\n"
		if mean := capped / N; mean > 1+6*spread(capped, cappedSquares, N) {
			t.Errorf("%s: mean of E capped at 100 is %v, want at most 1", a.name, mean)
		}
	}
	t.Log(table)
}

func spread(sum, squares, n float64) float64 {
	return math.Sqrt(math.Max(0, squares/n-sum/n*sum/n) / n)
}
