package code

import (
	"cmp"
	"math"
	"slices"

	"telltale/internal/stat"
)

// flips is the grid of flip rates and flipPriors their prior weights. At 0.5 a group says nothing; above, it says the opposite: somebody
// moved every value of a column by one step.
var (
	flips      = [...]float64{.002, .01, .02, .035, .05, .075, .1, .13, .16, .2, .25, .3, .35, .4, .45, .5, .9, .99}
	flipPriors = [...]float64{.456, .1, .06, .05, .045, .045, .045, .035, .03, .03, .03, .025, .02, .015, .005, .005, .002, .002}
)

const (
	keepPrior  = 0.4  // part of the weights that the reads do not move
	groupPrior = 0.3  // prior weight of flip rates that differ between groups, where there are several
	groupTop   = 6    // strategies that are tried with differing flip rates
	leastPart  = 2e-5 // components that weigh less are left out
	mostPairs  = 160
)

// model is a mixture of likelihood ratios. All of it is a function of the symbols, the biases and the known words, never of the word of
// the candidate that is weighed; so, given those, the mean of each ratio over the candidate's random bits is exactly 1, and with it the
// mean of the mixture, whose weights sum to 1.
type model struct {
	view   *view
	parts  []part // what pairs and mixed were built from, in the same order
	pairs  []pair
	mixed  []mixed
	apart  *columns // where there are several groups and no known words
	starts []int32  // group -> its first entry, and one more
	fits   []float64
}

// pair is one strategy with one flip rate for all groups. The logarithm of its ratio for a word is base + sum of ones * gain.
type pair struct {
	logWeight float64
	base      float64
	gain      []float64
}

// mixed is one strategy in which every group is averaged over its own flip rates: the ratio is the product over groups of the mean
// over rates, which is the mean over all assignments of rates to groups.
type mixed struct {
	logWeight float64
	rates     []rate
}

type rate struct {
	logWeight []float64 // per group
	base      []float64 // per group
	gain      []float64 // per entry
}

// fit is a strategy with the log-likelihoods of its flip rates: by group and rate, from symbols and biases alone.
type fit struct {
	strategy
	byGroup [][len(flips)]float64
	common  [len(flips)]float64 // log of prior times likelihood, one rate for all
	mixing  [len(flips)]float64 // where groups differ: how often each rate occurs among them
	apart   float64             // log-likelihood under the mixing weights
}

func newModel(v *view) *model {
	m := &model{view: v, starts: starts(v)}
	var fits []*fit
	for _, s := range strategies(v) {
		fits = append(fits, fitFlips(v, s))
	}
	several := groupsUsed(v) > 1
	m.weigh(fits, several)
	if several && v.known == 0 {
		m.apart = m.newColumns(fits)
	}
	best := slices.MaxFunc(fits, func(a, b *fit) int { return cmp.Compare(coarse(a.evidence(several)), coarse(b.evidence(several))) })
	m.fits = best.flipRates(several)
	return m
}

// coarse rounds a logarithm by which components are ranked: what is equal in exact arithmetic, as opposite rules on symmetric
// reads are, stays equal, and ties go by the order of the list.
func coarse(x float64) float64 { return math.Round(x * 1e6) }

func starts(v *view) []int32 {
	s := make([]int32, v.groups+1)
	for _, c := range v.cells {
		s[c.group+1] += 2
	}
	for g := range v.groups {
		s[g+1] += s[g]
	}
	return s
}

func groupsUsed(v *view) int {
	n, last := 0, -1
	for _, c := range v.cells {
		if c.group != last {
			n, last = n+1, c.group
		}
	}
	return n
}

func flipped(q, e float64) float64 { return e + (1-2*e)*q }

func fitFlips(v *view, s strategy) *fit {
	f := &fit{strategy: s, byGroup: make([][len(flips)]float64, v.groups)}
	for e, w := range flipPriors {
		f.common[e] = math.Log(w)
	}
	for i, c := range v.cells {
		q := s.marginal(v, i)
		for e, rate := range flips {
			one := flipped(q, rate)
			l := float64(c.n[0])*math.Log(1-one) + float64(c.n[1])*math.Log(one)
			f.byGroup[c.group][e] += l
			f.common[e] += l
		}
	}
	f.fitMixing()
	return f
}

// fitMixing finds how often each rate occurs among the groups, by EM started from the prior and held to it by a pseudo-group, so that
// a group of few reads leans on what the others show.
func (f *fit) fitMixing() {
	f.mixing = flipPriors
	for range 10 {
		next := flipPriors
		f.apart = 0
		for g := range f.byGroup {
			post, l := f.groupPosterior(g)
			f.apart += l
			for e, w := range post {
				next[e] += w
			}
		}
		for e := range next {
			f.mixing[e] = next[e] / float64(1+len(f.byGroup))
		}
	}
}

// groupPosterior is the weight of each rate in one group, and the log-likelihood of the group.
func (f *fit) groupPosterior(g int) (post [len(flips)]float64, l float64) {
	var logs [len(flips)]float64
	for e, w := range f.mixing {
		logs[e] = math.Log(w) + f.byGroup[g][e]
	}
	l = stat.LogSumExp(logs[:])
	for e := range logs {
		post[e] = math.Exp(logs[e] - l)
	}
	return post, l
}

// evidence is the log of prior times likelihood of a strategy, flips averaged out.
func (f *fit) evidence(several bool) float64 {
	l := stat.LogSumExp(f.common[:])
	if several {
		l = stat.LogAdd(math.Log(1-groupPrior)+l, math.Log(groupPrior)+f.apart)
	}
	return math.Log(f.prior) + l
}

// flipRates gives the fitted rate of each group: the posterior mean.
func (f *fit) flipRates(several bool) []float64 {
	out := make([]float64, len(f.byGroup))
	norm := stat.LogSumExp(f.common[:])
	for g := range out {
		for e, rate := range flips {
			out[g] += rate * math.Exp(f.common[e]-norm)
		}
		if several {
			post, _ := f.groupPosterior(g)
			out[g] = 0
			for e, w := range post {
				out[g] += flips[e] * w
			}
		}
	}
	return out
}

// part is a component before it is built: rate -1 stands for rates that differ between groups.
type part struct {
	fit    *fit
	rate   int
	weight float64
}

// weigh builds the components. Their weights are part prior, part posterior given symbols, biases and known words.
func (m *model) weigh(fits []*fit, several bool) {
	var logs []float64
	for _, f := range fits {
		logs = append(logs, f.evidence(several))
	}
	norm := stat.LogSumExp(logs)
	apart := make(map[*fit]bool)
	if several {
		by := slices.Clone(fits)
		slices.SortStableFunc(by, func(a, b *fit) int {
			return cmp.Compare(coarse(math.Log(b.prior)+b.apart), coarse(math.Log(a.prior)+a.apart))
		})
		for _, f := range by[:min(groupTop, len(by))] {
			apart[f] = true
		}
	}
	var parts []part
	for _, f := range fits {
		one := 1.0
		if several {
			one = 1 - groupPrior
		}
		for e := range flips {
			w := keepPrior*f.prior*one*flipPriors[e] + (1-keepPrior)*math.Exp(math.Log(f.prior*one)+f.common[e]-norm)
			parts = append(parts, part{f, e, w})
		}
		if apart[f] {
			w := keepPrior*f.prior*groupPrior + (1-keepPrior)*math.Exp(math.Log(f.prior*groupPrior)+f.apart-norm)
			parts = append(parts, part{f, -1, w})
		}
	}
	m.build(parts)
}

// build keeps the heaviest parts and shares the weight of the rest among them.
func (m *model) build(parts []part) {
	rank := func(p part) float64 { return coarse(math.Log(p.weight)) }
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(rank(b), rank(a)) })
	parts = parts[:min(mostPairs, len(parts))]
	parts = slices.DeleteFunc(parts, func(p part) bool { return p.weight < leastPart })
	sum := 0.0
	for _, p := range parts {
		sum += p.weight
	}
	m.parts = parts
	for i := range parts {
		parts[i].weight /= sum
	}
	for _, p := range parts {
		l := math.Log(p.weight)
		if p.rate >= 0 {
			base, gain := m.ratios(p.fit, flips[p.rate])
			m.pairs = append(m.pairs, pair{l, total(base), gain})
		} else {
			m.mixed = append(m.mixed, m.newMixed(p.fit, l))
		}
	}
}

func (m *model) newMixed(f *fit, logWeight float64) mixed {
	x := mixed{logWeight: logWeight}
	weights := make([][len(flips)]float64, len(f.byGroup))
	var heaviest [len(flips)]float64
	for g := range weights {
		post, _ := f.groupPosterior(g)
		for e := range post {
			weights[g][e] = 0.9*post[e] + 0.1*flipPriors[e]
			heaviest[e] = max(heaviest[e], weights[g][e])
		}
	}
	for e, h := range heaviest {
		if h < 1e-4 {
			continue
		}
		base, gain := m.ratios(f, flips[e])
		r := rate{base: base, gain: gain}
		for g := range weights {
			r.logWeight = append(r.logWeight, math.Log(weights[g][e]))
		}
		x.rates = append(x.rates, r)
	}
	return x
}

// ratios gives the log of P(y|x)/P(y): what every read adds when the bit is 0, by group, and what a one adds to that, by entry.
func (m *model) ratios(f *fit, e float64) (base, gain []float64) {
	base, gain = make([]float64, m.view.groups), make([]float64, 2*len(m.view.cells))
	for i, c := range m.view.cells {
		even := flipped(f.marginal(m.view, i), e)
		low, high := flipped(f.low[i], e), flipped(f.high[i], e)
		base[c.group] += float64(c.n[1])*math.Log(low/even) + float64(c.n[0])*math.Log((1-low)/(1-even))
		gain[2*i], gain[2*i+1] = math.Log((1-high)/(1-low)), math.Log(high/low)
	}
	return base, gain
}

// weigher computes e-values; it belongs to one goroutine.
type weigher struct {
	*model
	ones  []float64
	logs  []float64
	rates []float64
}

func (m *model) weigher() *weigher {
	return &weigher{model: m, ones: make([]float64, 2*len(m.view.cells))}
}

// logE is the logarithm of the e-value of a word with the given numbers of ones by entry.
func (w *weigher) logE(ones []int32) float64 {
	for i, n := range ones {
		w.ones[i] = float64(n)
	}
	w.logs = w.logs[:0]
	for _, p := range w.pairs {
		w.logs = append(w.logs, p.logWeight+p.base+dot(w.ones, p.gain))
	}
	for _, x := range w.mixed {
		w.logs = append(w.logs, x.logWeight+w.mixture(x))
	}
	l := stat.LogSumExp(w.logs)
	if w.apart == nil {
		return l
	}
	return stat.LogAdd(math.Log1p(-columnsPrior)+l, math.Log(columnsPrior)+w.columns(w.apart))
}

func (w *weigher) mixture(x mixed) float64 {
	sum := 0.0
	for g := range w.view.groups {
		if w.starts[g] < w.starts[g+1] {
			sum += w.group(x, g)
		}
	}
	return sum
}

// group is the logarithm of the ratio of one group, its flip rates averaged out.
func (w *weigher) group(x mixed, g int) float64 {
	from, to := w.starts[g], w.starts[g+1]
	w.rates = w.rates[:0]
	for _, r := range x.rates {
		w.rates = append(w.rates, r.logWeight[g]+r.base[g]+dot(w.ones[from:to], r.gain[from:to]))
	}
	return stat.LogSumExp(w.rates)
}

func dot(a, b []float64) float64 {
	b = b[:len(a)]
	s0, s1 := 0.0, 0.0
	i := 0
	for ; i+1 < len(a); i += 2 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
	}
	if i < len(a) {
		s0 += a[i] * b[i]
	}
	return s0 + s1
}
