package chain

import (
	"math"
	"slices"
)

// blending is how a merged copy came from both its sources.
type blending struct {
	first hop
	blend
}

// cost is what it takes to name the filters.
func (b *blending) cost() float64 { return b.first.cost + b.blend.cost() }

// extra is what it costs more that the sources were not taken whole, or are kin.
func (b *blending) extra(kin bool) float64 {
	if kin || b.first.keep < maxShare || b.take.keep < maxShare {
		return costPart
	}
	return 0
}

// parts are the three hops of a merge: of what was merged, from the first source
// and from the second.
func (b *blending) parts() [3]*hop { return [3]*hop{&b.own, &b.first, &b.take} }

func (b *blending) keeps() (q [3]float64) {
	for k, h := range b.parts() {
		q[k] = h.keep
	}
	return q
}

func (b *blending) setKeeps(q [3]float64) {
	for k, h := range b.parts() {
		h.keep = min(max(q[k], minShare), maxShare)
	}
}

// there is the probability that a row was there to be merged, and given that it
// was kept, when the three hops keep it with probabilities q and the two sources
// have it with x and y.
func there(q [3]float64, x, y float64) float64 { return 1 - (1-x*q[1])*(1-y*q[2]) }

// blendFit fits how what is seen at a node may have been merged from two sources
// with states x and y.
type blendFit struct {
	t        *traits
	x, y, in []pair
	kin      bool         // whether one source comes from the other
	whole    bool         // whether both are taken whole: their shares are not estimated
	rows     []int        // that a source may have; nil for not looked for yet
	pass     [][3]float64 // of these, the share that passes the filters of each hop, -1 for none
}

// absentBelow is the least probability with which a source may have a row: below it a
// row tells 1e-5 nats of the merge at most, as it comes from nowhere with exp(-9).
const absentBelow = 1e-9

// under has the filters of a merge count from now on.
func (f *blendFit) under(b *blending) {
	if f.rows == nil {
		f.rows = make([]int, 0, f.t.rows)
		for i := range f.t.rows {
			if f.x[i][1] > absentBelow || f.y[i][1] > absentBelow {
				f.rows = append(f.rows, i)
			}
		}
		f.pass = make([][3]float64, len(f.rows))
	}
	for k, h := range b.parts() {
		for j, i := range f.rows {
			f.pass[j][k] = h.passes(f.t, i)
		}
	}
}

const (
	blendSteps   = 12 // rounds of estimation of the shares of a merge, at most
	blendFilters = 4  // filters that are added to those found at first, at most
	farthest     = 4  // that the logarithm of a share goes in one of them
)

// blends are the ways in which a node may have been merged: by filters of what
// was merged, by filters of each source, or by those of now; each with the shares
// that fit it, further filters where they explain more, and sources that were taken
// whole where that explains nearly as much.
func (f *blendFit) blends(now blending) []blending {
	t, x, y := f.t, f.x, f.y
	pi := make([]float64, len(f.in))
	chosen := func(from func(i int) float64) hop {
		for i := range t.rows {
			pi[i] = from(i)
		}
		return t.choose(pi, f.in, nil)
	}
	out := []blending{{blend: blend{own: chosen(func(i int) float64 { return 1 - x[i][0]*(1-y[i][1]) })}}}
	each := blending{first: chosen(func(i int) float64 { return x[i][1] * (1 - y[i][1]) })}
	each.take = chosen(func(i int) float64 { return y[i][1] * x[i][0] })
	if each.first.filters != nil || each.take.filters != nil {
		out = append(out, each)
	}
	for k := range out {
		f.guess(&out[k])
	}
	if now.own.keep > 0 {
		out = append(out, now)
	}
	for k := range out {
		f.settle(&out[k])
		for range blendFilters {
			if !f.filter(&out[k]) {
				break
			}
			f.settle(&out[k])
		}
		f.simplify(&out[k])
	}
	return out
}

// simplify has both sources taken whole where that shortens the description.
func (f *blendFit) simplify(b *blending) {
	f.under(b)
	most := f.likelihood(b) - b.extra(f.kin)
	x := *b
	f.whole = true
	if f.climb(&x)-x.extra(f.kin) > most {
		*b = x
	}
	f.whole = false
}

// guess estimates what shares of the rows were taken from those that only one
// source has and those that both have. Where the sources are not sure it is
// biased: a row that was taken was there.
func (f *blendFit) guess(b *blending) {
	b.setKeeps([3]float64{1, 1, 1})
	var n, k [3]float64
	for i := range f.t.rows {
		if b.own.of(f.t, i) <= leaked {
			continue
		}
		p, r := f.x[i][1]*max(b.first.passes(f.t, i), 0), f.y[i][1]*max(b.take.passes(f.t, i), 0)
		has := holds(f.in[i])
		for c, w := range [3]float64{p * (1 - r), r * (1 - p), p * r} {
			w *= f.t.weight[i]
			n[c], k[c] = n[c]+w, k[c]+w*has
		}
	}
	one, two, both := ratio(k[0], n[0]), ratio(k[1], n[1]), ratio(k[2], n[2])
	all := max(one, two)
	if d := one + two - both; n[2] >= 20 && d > 0 {
		all = max(one*two/d, all)
	}
	b.setKeeps([3]float64{all, one / all, two / all})
	b.own.foreign, b.first.foreign, b.take.foreign = 0.9, 0.9, 0.9
}

// settle looks for the likeliest shares by Fisher's scoring: as logarithms, as what
// was merged and what was taken for it are told apart badly, but their products
// well. One at its upper limit stays there when it would go on.
func (f *blendFit) settle(b *blending) {
	f.under(b)
	old, was := b.keeps(), f.likelihood(b)
	if f.climb(b) < was {
		b.setKeeps(old)
	}
}

// climb goes from near the shares that are set to the likeliest ones, and returns
// their likelihood.
func (f *blendFit) climb(b *blending) float64 {
	q := b.keeps()
	for k := range q {
		if q[k] = min(max(q[k], 0.02), 0.98); f.whole && k > 0 {
			q[k] = 1
		}
	}
	b.setKeeps(q)
	most := f.likelihood(b)
	for range blendSteps {
		from := b.keeps()
		step := f.score(b)
		now := most
		for part := 1.0; part > 0.01; part /= 2 {
			to := from
			for k, q := range from {
				to[k] = q * math.Exp(part*min(max(step[k], -farthest), farthest))
			}
			b.setKeeps(to)
			if now = f.likelihood(b); now > most {
				break
			}
		}
		if now <= most {
			b.setKeeps(from)
			return most
		}
		if now < most+enough/4 {
			return now
		}
		most = now
	}
	return most
}

// score is the step of the logarithms of the shares that their slope and
// information tell.
func (f *blendFit) score(b *blending) [3]float64 {
	var slope [3]float64
	var info [3][3]float64
	keeps := b.keeps()
	for j, i := range f.rows {
		q := f.chances(&keeps, j)
		x, y := f.x[i][1], f.y[i][1]
		by := [3]float64{there(q, x, y), q[0] * x * (1 - y*q[2]), q[0] * y * (1 - x*q[1])}
		for k := range by {
			if by[k] *= q[k]; q[k] <= leaked {
				by[k] = 0
			}
		}
		w, d := f.t.weight[i], (f.in[i][1]-f.in[i][0])/max(f.row(i, q), 1e-300)
		for k := range by {
			slope[k] += w * d * by[k]
			for l := range by {
				info[k][l] += w * d * d * by[k] * by[l]
			}
		}
	}
	for k, q := range b.keeps() {
		if f.whole && k > 0 || slope[k] > 0 && q >= maxShare {
			for l := range info {
				info[k][l], info[l][k] = 0, 0
			}
			slope[k] = 0
		}
		info[k][k] += 0.01
	}
	return solve(info, slope)
}

// solve is the solution of a positive definite system.
func solve(a [3][3]float64, x [3]float64) [3]float64 {
	for k := range a {
		for i := k + 1; i < len(a); i++ {
			c := a[i][k] / a[k][k]
			for l := k; l < len(a); l++ {
				a[i][l] -= c * a[k][l]
			}
			x[i] -= c * x[k]
		}
	}
	for k := len(a) - 1; k >= 0; k-- {
		for l := k + 1; l < len(a); l++ {
			x[k] -= a[k][l] * x[l]
		}
		x[k] /= a[k][k]
	}
	return x
}

// chances are the probabilities with which the three hops keep the j-th row.
func (f *blendFit) chances(keeps *[3]float64, j int) (q [3]float64) {
	for k, p := range f.pass[j] {
		if q[k] = keeps[k] * p; p < 0 {
			q[k] = leaked
		}
	}
	return q
}

// likelihood is that of the rows that a source may have, as a logarithm.
func (f *blendFit) likelihood(b *blending) float64 {
	var l logSum
	keeps := b.keeps()
	for j, i := range f.rows {
		l.add(f.row(i, f.chances(&keeps, j)), f.t.weight[i])
	}
	return l.value()
}

// row is the likelihood of a row that the three hops keep with probabilities q.
func (f *blendFit) row(i int, q [3]float64) float64 {
	z := q[0] * there(q, f.x[i][1], f.y[i][1])
	z += f.t.birth[i] * (1 - z)
	return f.in[i][0]*(1-z) + f.in[i][1]*z
}

// filter adds the filter of one of the three hops that shortens the description
// most, and reports whether there is one.
func (f *blendFit) filter(b *blending) bool {
	var best filter
	var at *hop
	cost, most := 0.0, enough
	gain, held := make([]float64, f.t.rows), make([]float64, f.t.rows)
	f.under(b)
	keeps := b.keeps()
	for k, h := range b.parts() {
		for j, i := range f.rows {
			gain[i], held[i] = f.passing(&keeps, k, j)
		}
		for c := range f.t.groups {
			if h.uses(c) {
				continue
			}
			if x, price, saved := f.choice(c, gain, held); saved > most {
				best, at, cost, most = x, h, price, saved
			}
		}
	}
	if at == nil {
		return false
	}
	at.filters = append(slices.Clone(at.filters), best)
	at.cost += cost
	return true
}

// passing is how much likelier a row is, in nats, when the k-th hop may give it
// than when a filter keeps it back, and how likely the hop has it to give.
func (f *blendFit) passing(keeps *[3]float64, k, j int) (gain, held float64) {
	i, q := f.rows[j], f.chances(keeps, j)
	if q[k] <= leaked {
		return 0, 0
	}
	x, y := f.x[i][1], f.y[i][1]
	held = [3]float64{there(q, x, y), x, y}[k]
	with := f.row(i, q)
	q[k] = leaked
	return f.t.weight[i] * math.Log(max(with, 1e-300)/max(f.row(i, q), 1e-300)), held
}

// choice finds the values of a column that a hop lets through, by what its rows
// gain when it does, with what it costs to name them and what is saved. Where a
// row may have come from the other source as well values are told apart badly, so
// that a set of them has its full price.
func (f *blendFit) choice(c int, gain, held []float64) (out filter, cost, saved float64) {
	t := f.t
	by, set := make([]float64, t.values[c]), make([]bool, t.values[c])
	v := &values{n: make([]float64, t.values[c]), k: make([]float64, t.values[c]), there: make([]bool, t.values[c])}
	for i, x := range gain {
		g := t.groups[c][i]
		if g < 0 {
			continue
		}
		n := t.weight[i] * held[i]
		by[g], v.n[g], v.sumN = by[g]+x, v.n[g]+n, v.sumN+n
		v.there[g] = v.there[g] || held[i] > likely
	}
	used := 0.0
	for g, x := range by {
		set[g] = x > 0
		used += float64(bit(set[g]))
	}
	all, price := v.all(set), t.columnCost()
	try := func(in []bool, named float64) {
		x := v.under(in, price+named)
		if x.in == nil {
			return
		}
		sum := -x.cost
		for g, ok := range in {
			if !ok {
				sum -= by[g]
			}
		}
		if sum > saved {
			out, cost, saved = filter{column: c, in: in, pass: max(1-x.outN/x.sumN, 1e-3)}, x.cost, sum
		}
	}
	try(set, subset(all, used))
	if t.ordered[c] {
		try(largest(by), intervalCost(all))
	}
	return out, cost, saved
}
