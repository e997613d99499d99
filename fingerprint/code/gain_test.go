package code

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

var gainLeaks = flag.Int("gain.leaks", 12, "leaks per attack in TestGainForetellsLength")

// What the best candidate still needs is foretold from a third of the reads, and compared with what it takes: as likely as not the foretold
// number or less, and nearly always the safe one. Seeds 0..11, so few that the bounds
// are wide; with -gain.leaks=40 it was enough in 16, 24 and 30 leaks, and the safe number in 34, 33 and 36.
func TestGainForetellsLength(t *testing.T) {
	for _, a := range []attack{{"none", 1, 0, interleave, nil}, {"20 % flips", 1, .2, interleave, nil}, {"interleave", 2, 0, interleave, nil}} {
		const n, most = 60, 1200
		likely, safe, told := 0, 0, 0
		for seed := range uint64(*gainLeaks) {
			reads, words := draw(rand.New(rand.NewPCG(seed, 21)), n, most, 4, 1, a)
			first := func(m int) Score { return decode(t, reads[:m], words.prefix(m), true).Scores[0] }
			threshold := math.Log(n / defaultAlpha)
			m := 20
			for first(m).LogE < threshold/2 {
				m += m / 4
			}
			end := m
			for end < most && first(end).LogE < threshold {
				end += max(1, (end-m)/6)
			}
			s := first(m)
			told++
			if float64(end-m) <= 1.1*(threshold-s.LogE)/s.Gain {
				likely++
			}
			if float64(end-m) <= 1.1*(threshold-s.LogE)/s.GainLow {
				safe++
			}
		}
		t.Logf("%s: enough in %d of %d leaks, the safe number in %d", a.name, likely, told, safe)
		if likely < told/6 || likely == told || safe < told/2 {
			t.Errorf("%s: the foretold number was enough in %d of %d leaks, the safe one in %d; want about half and nearly all", a.name, likely, told, safe)
		}
	}
}
