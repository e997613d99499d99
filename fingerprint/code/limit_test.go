package code

import (
	"math"
	"testing"
)

// TestLimit says about how many marks no decoder can do without: the natural
// logarithm of candidates/alpha over the information that a mark gives, for codes
// designed against four, averaged over their biases. Singly, a candidate is weighed
// without the others; jointly, all of a coalition at once, each having an equal part,
// which is what bounds naming one as well as naming all (Huang and Moulin, On the
// saddle-point solution and the large-coalition asymptotics of fingerprinting games,
// 2012). docs/strength.md compares the marks of small tables with it. What is checked
// is the chain rule of information: jointly is never less.
func TestLimit(t *testing.T) {
	ways := []struct {
		name string
		one  func(k, c float64) float64 // chance of a one when k of c copies have it
	}{
		{"interleave", func(k, c float64) float64 { return k / c }},
		{"majority", func(k, c float64) float64 { return step(2*k - c) }},
		{"minority", fewer},
		{"coin", func(k, c float64) float64 { return (step(k-0.5) + step(k-c+0.5)) / 2 }},
	}
	for _, c := range []int{1, 2, 3, 5} {
		for _, w := range ways {
			single, joint := 0.0, 0.0
			for _, p := range Points(4) {
				share := float64(p.Weight) / (1 << 32)
				s, j := informationOf(p.Bias.P(), c, func(k int) float64 { return w.one(float64(k), float64(c)) })
				single, joint = single+share*s, joint+share*j
			}
			need := func(n float64) (float64, float64) {
				return math.Log(n/1e-6) / single, math.Log(n/1e-6) / (joint / float64(c))
			}
			first, all := need(100)
			many, manyAll := need(1000)
			t.Logf("%d copies, %-10s nats of a mark: %.4f singly, %.4f jointly; marks needed of 100 candidates: %.0f, %.0f; of 1000: %.0f, %.0f",
				c, w.name, single, joint/float64(c), first, all, many, manyAll)
			if joint/float64(c) < single-1e-12 || c == 1 && math.Abs(joint-single) > 1e-12 {
				t.Errorf("%d copies, %s: %g nats jointly, %g singly", c, w.name, joint/float64(c), single)
			}
		}
	}
}

func step(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return 0
	}
	return 0.5
}

func fewer(k, c float64) float64 {
	if k == 0 || k == c {
		return k / c
	}
	return 1 - step(2*k-c)
}

// informationOf is what a read of a mixture of c copies tells of the bit of one of
// them, and of the bits of all, in nats; one is the chance to read a one when k of
// them have it.
func informationOf(p float64, c int, one func(k int) float64) (single, joint float64) {
	given := [2]float64{} // chance to read a one by the bit of the one
	noise := 0.0
	for k := range c { // of the others
		chance := choose(c-1, k, p)
		for bit := range given {
			given[bit] += chance * one(k+bit)
			noise += chance * [2]float64{1 - p, p}[bit] * entropy(one(k+bit))
		}
	}
	whole := entropy((1-p)*given[0] + p*given[1])
	return whole - (1-p)*entropy(given[0]) - p*entropy(given[1]), whole - noise
}

func entropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -p*math.Log(p) - (1-p)*math.Log(1-p)
}
