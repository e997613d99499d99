package code

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestDrawnIsAnEValue sums over all lotteries: whatever numbers a stranger
// calls, the mean over the lotteries is at most 1 for each of the candidates.
func TestDrawnIsAnEValue(t *testing.T) {
	for _, c := range []struct{ pool, own, calls int }{{6, 2, 3}, {6, 1, 6}, {7, 3, 1}, {7, 3, 2}, {5, 5, 2}, {8, 4, 8}} {
		sum, n := 0.0, 0
		for set := range 1 << c.pool { // the numbers that are own
			own, hit := 0, 0
			for i := range c.pool {
				if set>>i&1 == 1 {
					own++
					if i < c.calls { // the stranger calls the first ones
						hit++
					}
				}
			}
			if own == c.own {
				sum += math.Exp(DrawnLogE([]Drawn{{c.pool, own, c.calls, hit}}))
				n++
			}
		}
		if mean := sum / float64(n); mean > 1+1e-9 || c.calls < 3 && mean < 1-1e-9 {
			t.Errorf("%+v: mean %v over %d lotteries, want at most 1", c, mean, n)
		}
	}
}

// TestDrawnUnderStopping looks after every call: of n strangers who call a pool
// of 240 numbers in order, at most n/10 ever see an e-value of 10 or more for the one
// of twelve candidates that they look at. Five standard errors beyond that are a
// false alarm once in 3e6 seeds.
func TestDrawnUnderStopping(t *testing.T) {
	const seed, runs, pool, own = 5, 4000, 240, 20
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	reached := 0
	for range runs {
		mine := map[int]bool{}
		for _, i := range r.Perm(pool)[:own] {
			mine[i] = true
		}
		hits := 0
		for i := range pool {
			if mine[i] {
				hits++
			}
			if DrawnLogE([]Drawn{{pool, own, i + 1, hits}}) >= math.Log(10) {
				reached++
				break
			}
		}
	}
	if most := runs/10 + 5*math.Sqrt(runs*.09); float64(reached) > most {
		t.Errorf("%d of %d reached 10, want at most %.0f", reached, runs, most)
	}
	t.Logf("%d of %d strangers reached 10 at some call", reached, runs)
}

func TestDrawnSpeaksForTheSource(t *testing.T) {
	all := func(k int) float64 { return DrawnLogE([]Drawn{{2400, 100, k, k}}) / math.Ln10 }
	if got := all(1); got < .95 || got > 1.4 { // 24 times likelier, a mixture pays .4 of it
		t.Errorf("one call: 10^%.2f", got)
	}
	if got := all(6); got < 7.5 {
		t.Errorf("six calls: 10^%.2f, want beyond 12e6", got)
	}
	if got := DrawnLogE([]Drawn{{2400, 100, 2400, 100}}); got > math.Log(2) {
		t.Errorf("a dialler who calls all of them: %v", got)
	}
	for _, b := range []Drawn{{10, 0, 3, 0}, {10, 10, 3, 3}, {10, 3, 0, 0}} {
		if got := DrawnLogE([]Drawn{b}); math.Abs(got) > 1e-12 {
			t.Errorf("%+v says %v, want nothing", b, got)
		}
	}
}

// TestDrawnTable are the numbers of docs/aliases.md.
func TestDrawnTable(t *testing.T) {
	const each = 100
	for _, c := range []struct{ parties, reserve, want int }{{12, 0, 7}, {12, 12, 6}, {100, 100, 4}} {
		k, limit := 0, math.Log(float64(c.parties)/1e-6)
		e := func(k int) float64 { return DrawnLogE([]Drawn{{(c.parties + c.reserve) * each, each, k, k}}) }
		for e(k) < limit {
			k++
		}
		t.Logf("%d parties, reserve %d: one call 10^%.1f, %d decide", c.parties, c.reserve, e(1)/math.Ln10, k)
		if k != c.want {
			t.Errorf("%d parties with a reserve of %d: %d calls decide, want %d", c.parties, c.reserve, k, c.want)
		}
	}
}
