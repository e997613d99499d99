package chain

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestBlend compares the messages of a merged copy with a sum over all states
// of a row: in both sources, in what came from each, and in the copy.
func TestBlend(t *testing.T) {
	const seed = 20
	r := rand.New(rand.NewPCG(seed, 0))
	ts := &traits{rows: 1, foreign: 1, birth: []float64{math.Exp(-9)}, keep: []float64{0}, weight: []float64{1}}
	for range 200 {
		first := hop{keep: r.Float64()}
		b := blend{take: hop{keep: r.Float64()}, own: hop{keep: r.Float64()}}
		other := 1 - r.Float64()
		in := []pair{{r.Float64(), r.Float64()}}
		x := pair{r.Float64(), r.Float64()}.scaled()

		joined, up := make([]pair, 1), make([]pair, 1)
		y := []pair{{1 - other, other}}
		ts.joined(&b, y, in, joined)
		ts.through(&first, joined, up)
		got := x[0]*up[0][0] + x[1]*up[0][1]
		if want := enumerated(first, b, x, y[0], in[0], ts.birth[0]); math.Abs(got-want) > 1e-3*want {
			t.Fatalf("seed %d: likelihood %.6f of %+v %+v, enumerated %.6f", seed, got, first, b, want)
		}

		down := []pair{{x[0] + x[1]*(1-first.keep), x[1] * first.keep}}
		ts.blended(&b, y, down)
		if down := down[0][0]*in[0][0] + down[0][1]*in[0][1]; math.Abs(got-down) > 1e-3*got {
			t.Fatalf("seed %d: likelihood %.6f upwards, %.6f downwards", seed, got, down)
		}
	}
}

// enumerated is the likelihood of a row of a merged copy, by its definition.
func enumerated(first hop, b blend, x, y, in pair, birth float64) (sum float64) {
	for state := range 16 {
		has := func(k int) int { return state >> k & 1 }
		taken := func(source int, keep float64, is int) float64 {
			q := keep * float64(source)
			return [2]float64{1 - q, q}[is]
		}
		p := x[has(0)] * y[has(1)] * taken(has(0), first.keep, has(2)) * taken(has(1), b.take.keep, has(3))
		q := birth
		if has(2)+has(3) > 0 {
			q = b.own.keep
		}
		sum += p * ((1-q)*in[0] + q*in[1])
	}
	return sum
}

// TestBlendOfDepartures compares the messages of a merged copy with the best of
// all states of a departure: in what came from the first source, in the second
// one, and in the copy, which has it from either.
func TestBlendOfDepartures(t *testing.T) {
	const seed = 21
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		ts := &traits{birth: []float64{r.Float64() / 9}, keep: []float64{r.Float64()}, weight: []float64{1}}
		y, in, x := pair{r.Float64(), r.Float64()}, pair{r.Float64(), r.Float64()}, pair{r.Float64(), r.Float64()}
		best := 0.0
		for state := range 8 {
			first, second, copied := state&1, state>>1&1, state>>2
			p := x[first] * in[copied]
			inherited := [2][2]float64{{1, ts.birth[0]}, {1 - ts.keep[0], ts.keep[0]}}[second][copied] * y[second]
			if first == copied {
				inherited = max(inherited, 1)
			}
			best = max(best, p*inherited)
		}
		joined, down := make([]pair, 1), []pair{x}
		ts.joined(&blend{}, []pair{y}, []pair{in}, joined)
		ts.blended(&blend{}, []pair{y}, down)
		for way, got := range map[string]float64{
			"upwards":   max(x[0]*joined[0][0], x[1]*joined[0][1]),
			"downwards": max(down[0][0]*in[0], down[0][1]*in[1]),
		} {
			if math.Abs(got-best) > 1e-9 {
				t.Fatalf("seed %d: %.6f %s, the best of all states %.6f", seed, got, way, best)
			}
		}
	}
}
