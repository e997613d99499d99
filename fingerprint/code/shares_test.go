package code

import (
	"math/rand/v2"
	"testing"
)

// The 95 % intervals of the shares hold the true ones about as often as they say: three copies that give 60, 30 and 10 % of the reads, one in twenty
// of which is flipped. 120 intervals; the test allows for 12 misses, which has a probability of 1 in 100 at 5 % and an error if a
// quarter were missed.
func TestShareIntervalsCover(t *testing.T) {
	want := []float64{.6, .3, .1}
	from := func(r *rand.Rand, _ int) int { return int("0000001112"[r.IntN(10)] - '0') }
	missed, shown := 0, 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 41))
		reads, words := draw(r, 20, 2500, 4, 1+int(seed%2), attack{"", 3, .05, interleave, from})
		for _, s := range decode(t, reads, words, true).Scores[:3] {
			if s.ShareHigh == 1 && s.ShareLow == 0 {
				continue
			}
			shown++
			if w := want[s.Candidate]; s.ShareLow > w || s.ShareHigh < w {
				missed++
				t.Logf("seed %d: share %.3f (%.3f..%.3f), want %.1f", seed, s.Share, s.ShareLow, s.ShareHigh, w)
			}
		}
	}
	if shown < 100 || missed > 12 {
		t.Errorf("%d of %d intervals miss the share", missed, shown)
	}
}
