package code

import "math"

// strategy is one hypothesis of what was done to the copies, seen from one of the sources: the chance to read a one, before flips, in
// each cell, when that source's own bit is 0 (low) and when it is 1 (high), the other sources' unknown bits averaged out.
type strategy struct {
	prior     float64
	low, high []float64
}

// marginal is the chance to read a one in cell i when nothing is known of the source's bit.
func (s strategy) marginal(v *view, i int) float64 {
	p := v.cells[i].p
	return (1-p)*s.low[i] + p*s.high[i]
}

var (
	shares       = [...]float64{1, .85, .7, .6, .5, .42, 1. / 3, .28, .25, .2, 1. / 6, .14, .125, .1, 1. / 12, 1. / 16, 1. / 24, 1. / 32}
	sharePriors  = [...]float64{.58, .02, .02, .02, .05, .015, .035, .015, .025, .025, .015, .01, .015, .01, .008, .006, .004, .003}
	sizes        = [...]int{1, 2, 3, 4, 5, 7, 9, 12, 15}
	sizePriors   = [...]float64{.2, .18, .15, .13, .11, .1, .06, .04, .03}
	linearPrior  = 0.8 // of all strategies; the rest goes to the others
	familyPriors = [...]float64{.2, .2, .15, .1, .1, .25}
)

// strategies lists the hypotheses for a view, with priors that sum to 1.
func strategies(v *view) []strategy {
	var all []strategy
	for i, s := range shares {
		all = append(all, linear(v, s, sharePriors[i]))
	}
	weight := (1 - linearPrior) / linearPrior * total(sharePriors[:])
	for i, others := range sizes {
		c := v.known + 1 + others
		if v.known > 0 {
			c-- // with known sources the candidate may be the last one
		}
		if c > 32 || c < 2 {
			continue
		}
		for f, theta := range families(v, c) {
			all = append(all, responses(v, theta, weight*sizePriors[i]*familyPriors[f]))
		}
	}
	sum := 0.0
	for _, s := range all {
		sum += s.prior
	}
	for i := range all {
		all[i].prior /= sum
	}
	return all
}

func total(w []float64) float64 {
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	return sum
}

// linear is interleaving: each read comes from one source, from the candidate's copy with the given fraction of the share that the
// known sources leave. P(y=1) = sum over known of share_i x_i + share x + rest p.
func linear(v *view, fraction, prior float64) strategy {
	rest := math.Max(1-v.share, 0.02)
	w := rest * fraction
	s := newStrategy(v, prior)
	for i, c := range v.cells {
		s.low[i] = min(1, c.sum+(rest-w)*c.p)
		s.high[i] = min(1, s.low[i]+w)
	}
	return s
}

// responses is the attack by c sources that write a one with probability theta[k] where k of them hold a one.
func responses(v *view, theta []float64, prior float64) strategy {
	s := newStrategy(v, prior)
	c := len(theta) - 1
	pmf := make([]float64, c-v.known)
	last := math.NaN()
	for i, x := range v.cells {
		if x.p != last {
			binomial(pmf, x.p)
			last = x.p
		}
		for j, w := range pmf {
			s.low[i] += w * theta[x.known+j]
			s.high[i] += w * theta[x.known+j+1]
		}
	}
	return s
}

func newStrategy(v *view, prior float64) strategy {
	return strategy{prior: prior, low: make([]float64, len(v.cells)), high: make([]float64, len(v.cells))}
}

// binomial fills pmf with the distribution of the ones among len(pmf)-1 words at bias p.
func binomial(pmf []float64, p float64) {
	clear(pmf)
	pmf[0] = 1
	for n := 1; n < len(pmf); n++ {
		for k := n; k > 0; k-- {
			pmf[k] = pmf[k]*(1-p) + pmf[k-1]*p
		}
		pmf[0] *= 1 - p
	}
}

// families lists theta for c sources: majority, minority, coin flip where the copies differ, always one, always zero, and a fit.
func families(v *view, c int) [][]float64 {
	rules := []func(k int) float64{
		func(k int) float64 { return 0.5 + 0.5*sign(2*k-c) },
		func(k int) float64 { return 0.5 - 0.5*sign(2*k-c) },
		func(int) float64 { return 0.5 },
		func(int) float64 { return 1 },
		func(int) float64 { return 0 },
	}
	var out [][]float64
	for _, rule := range rules {
		theta := make([]float64, c+1)
		for k := 1; k < c; k++ {
			theta[k] = rule(k)
		}
		theta[c] = 1
		out = append(out, theta)
	}
	return append(out, fitTheta(v, c))
}

func sign(x int) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// fitTheta fits the attack by EM to the symbols, the biases and the known words, starting from interleaving. Where all copies agree
// the attack can only copy: theta[0] = 0 and theta[c] = 1 up to a fixed small rate of flips.
func fitTheta(v *view, c int) []float64 {
	const flips, rounds = 0.005, 40
	theta := make([]float64, c+1)
	for k := range theta {
		theta[k] = float64(k) / float64(c)
	}
	ones, all := make([]float64, c+1), make([]float64, c+1)
	pmf := make([][]float64, len(v.cells))
	for i, x := range v.cells {
		pmf[i] = make([]float64, c-v.known+1)
		binomial(pmf[i], x.p)
	}
	for range rounds {
		for k := range ones {
			ones[k], all[k] = theta[k], 1
		}
		for i, x := range v.cells {
			expect(x, pmf[i], theta, flips, ones, all)
		}
		for k := 1; k < c; k++ {
			theta[k] = ones[k] / all[k]
		}
	}
	return theta
}

// expect adds the expected numbers of sites with k ones, and of those where a one was written, for one cell.
func expect(x cell, pmf, theta []float64, flips float64, ones, all []float64) {
	q := 0.0
	for j, w := range pmf {
		q += w * theta[x.known+j]
	}
	one := flips + (1-2*flips)*q
	n0, n1 := float64(x.n[0]), float64(x.n[1])
	for j, w := range pmf {
		t := theta[x.known+j]
		written := n1*(1-flips)*w*t/one + n0*flips*w*t/(1-one)
		blank := n1*flips*w*(1-t)/one + n0*(1-flips)*w*(1-t)/(1-one)
		ones[x.known+j] += written
		all[x.known+j] += written + blank
	}
}
