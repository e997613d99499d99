package chain

import (
	"math"
	"math/rand/v2"
	"testing"
)

// mergedRows are rows of a merged copy: of some it is known who had them, of most
// of them the first source had half, and the second all but a quarter.
func mergedRows(r *rand.Rand, groups int, keep func(row int) [3]float64) *blendFit {
	const n = 4000
	f := &blendFit{t: &traits{rows: n, values: []int{groups}, ordered: []bool{false}, groups: [][]int32{make([]int32, n)}}}
	for i := range n {
		x, y := pair{0.5, 0.5}, pair{0.25, 0.75}
		if i%5 == 0 {
			x, y = pair{0, 1}, pair{1, 0}
		}
		if i%5 == 1 {
			x, y = pair{1, 0}, pair{0, 1}
		}
		f.t.groups[0][i] = int32(i / 5 % groups)
		q := keep(i)
		has := r.Float64() < q[0] && (r.Float64() < x[1]*q[1] || r.Float64() < y[1]*q[2])
		f.x, f.y, f.in = append(f.x, x), append(f.y, y), append(f.in, seen[bit(has)])
		f.t.weight, f.t.birth, f.t.keep = append(f.t.weight, 1), append(f.t.birth, math.Exp(-9)), append(f.t.keep, 0)
	}
	return f
}

// TestSharesOfMerge estimates what was taken from two sources that are not sure:
// the shares must fit at least as well as those that the rows were drawn with, and
// what came from either source, of which the standard error is 0.015 at most, must
// be right within five of them.
func TestSharesOfMerge(t *testing.T) {
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 0))
	for range 33 {
		want := [3]float64{0.4 + 0.6*r.Float64(), 0.3 + 0.6*r.Float64(), 0.3 + 0.6*r.Float64()}
		f := mergedRows(r, 2, func(int) [3]float64 { return want })
		var drawn, b blending
		drawn.setKeeps(want)
		f.guess(&b)
		f.settle(&b)
		if x, y := f.likelihood(&b), f.likelihood(&drawn); x < y-0.1 {
			t.Errorf("seed %d: shares %.3f have %.2f, those drawn with, %.3f, have %.2f", seed, b.keeps(), x, want, y)
		}
		got := b.keeps()
		for k := 1; k < 3; k++ {
			if math.Abs(got[0]*got[k]-want[0]*want[k]) > 0.075 {
				t.Errorf("seed %d: shares %.3f, drawn with %.3f", seed, got, want)
			}
		}
	}
}

// likeliest is the way in which rows were merged that has the shortest description.
func likeliest(f *blendFit) (best blending) {
	most := math.Inf(-1)
	for _, b := range f.blends(blending{}) {
		f.under(&b)
		if x := f.likelihood(&b) - b.cost() - b.extra(f.kin); x > most {
			best, most = b, x
		}
	}
	return best
}

// TestWholeSources takes all of both sources, or half of one: shares are estimated
// of the half alone.
func TestWholeSources(t *testing.T) {
	const seed = 3
	r := rand.New(rand.NewPCG(seed, 0))
	for _, want := range [][3]float64{{0.5, 1, 1}, {0.5, 0.5, 1}, {0.5, 1, 0.5}} {
		b := likeliest(mergedRows(r, 2, func(int) [3]float64 { return want }))
		got := b.keeps()
		if whole := got[1] == maxShare && got[2] == maxShare; whole != (want[1] == want[2]) {
			t.Errorf("seed %d: shares %.5f, drawn with %.1f", seed, got, want)
		}
	}
}

// TestFilterOfSource has only the first of two sources choose by the values of a
// column, so that rows with other values come from the second one.
func TestFilterOfSource(t *testing.T) {
	const seed, groups = 2, 8
	r := rand.New(rand.NewPCG(seed, 0))
	f := mergedRows(r, groups, func(i int) [3]float64 {
		if i/5%groups >= 3 {
			return [3]float64{0.9, 0, 0.6}
		}
		return [3]float64{0.9, 0.95, 0.6}
	})
	best := likeliest(f)
	if best.own.filters != nil || best.take.filters != nil || len(best.first.filters) != 1 {
		t.Fatalf("seed %d: filters of what was merged %v, of the first source %v, of the second %v", seed, best.own.filters, best.first.filters, best.take.filters)
	}
	for g, in := range best.first.filters[0].in {
		if in != (g < 3) {
			t.Errorf("seed %d: value %d passes: %v", seed, g, in)
		}
	}
}
