package code

import (
	"cmp"
	"math"
	"slices"

	"telltale/internal/stat"
)

// gainsFor is how many of the best candidates are told what one more read would add.
const gainsFor = 64

// gains estimates, for the best candidates, what every further read like those in hand adds to the logarithm of the e-value if the copy is a
// source: the information P(x) P(y|x) log P(y|x)/P(y) of each strategy and flip rate, averaged over the reads, and of these
// the median and the lowest tenth under the candidate's posterior over strategies. Estimates, outside the bound.
func (d *decoder) gains() {
	info := d.model.information()
	w, ones := d.model.weigher(), make([]int32, 2*len(d.full.plain.cells))
	picked := slices.Clone(d.picked)
	slices.SortStableFunc(picked, func(a, b int) int { return cmp.Compare(d.scores[b].LogE, d.scores[a].LogE) })
	for _, c := range picked[:min(gainsFor, len(picked))] {
		d.full.plain.count(d.bits[c], ones)
		w.logE(ones)
		d.scores[c].Gain, d.scores[c].GainLow = quantile(info, w.logs, .5), quantile(info, w.logs, .1)
	}
}

// information is that of every component, in the order of the weigher's logs.
func (m *model) information() []float64 {
	var pairs, mixed []float64
	for _, p := range m.parts {
		if p.rate >= 0 {
			pairs = append(pairs, m.perRead(p.fit, func(int) float64 { return flips[p.rate] }))
		} else {
			mixed = append(mixed, m.perRead(p.fit, func(g int) float64 { return m.fits[g] }))
		}
	}
	return append(pairs, mixed...)
}

// perRead is the mean over the reads of the information between the symbol and one source's bit, in nats.
func (m *model) perRead(f *fit, flip func(group int) float64) float64 {
	sum, n := 0.0, 0.0
	for i, c := range m.view.cells {
		e, reads := flip(c.group), float64(c.n[0]+c.n[1])
		even := flipped(f.marginal(m.view, i), e)
		sum += reads * ((1-c.p)*divergence(flipped(f.low[i], e), even) + c.p*divergence(flipped(f.high[i], e), even))
		n += reads
	}
	return sum / n
}

// divergence is that of Kullback and Leibler of a coin p from a coin q, in nats; 0 < q < 1.
func divergence(p, q float64) float64 {
	d := 0.0
	if p > 0 {
		d += p * math.Log(p/q)
	}
	if p < 1 {
		d += (1 - p) * math.Log((1-p)/(1-q))
	}
	return d
}

// quantile of x under the weights exp(logs).
func quantile(x, logs []float64, level float64) float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	norm, sum := stat.LogSumExp(logs), 0.0
	for _, i := range order {
		if sum += math.Exp(logs[i] - norm); sum >= level {
			return x[i]
		}
	}
	return x[order[len(order)-1]]
}
