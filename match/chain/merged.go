package chain

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
)

// merges gives a second parent to the copy that gains most by it, and reports
// whether there is any. The others are looked at again without the error that
// this one was.
func (r *reconstruction) merges(ctx context.Context) (bool, error) {
	old, top := r.f, r.value()+enough
	best, list, n := old, r.candidates(), maxCandidates
	if len(list) > 0 && list[0].gain > enough {
		r.f, n = list[0].f, 1
		best, top = r.f, r.settled()
	}
	r.f = old
	list = list[:min(len(list), n)]
	values, errs := make([]float64, len(list)), make([]error, len(list))
	r.each(len(list), func(w *reconstruction, i int) {
		w.f = old.clone()
		errs[i] = w.mergeInto(ctx, list[i].v)
		list[i].f, values[i] = w.f, w.settled()
		w.f = old
	})
	for i, c := range list {
		if c.f.second[c.v] >= 0 && values[i] > top {
			best, top = c.f, values[i]
		}
	}
	r.f = best
	return best != old, errors.Join(errs...)
}

// candidate is a copy for which two sources are promising, and the forest in
// which it has them.
type candidate struct {
	v    int
	f    *forest
	gain float64
}

// candidates lists the one that gains most first.
func (r *reconstruction) candidates() (out []candidate) {
	old, single := r.f, r.value()
	nodes := old.nodes()[1:]
	all := make([]candidate, len(nodes))
	r.each(len(nodes), func(w *reconstruction, i int) {
		v := nodes[i]
		if !w.movable(v) || old.second[v] >= 0 || !w.mergeable(v) {
			return
		}
		w.f = old.clone()
		w.f.detach(v)
		if w.pairUp(v) {
			all[i] = candidate{v, w.f, w.value() - single}
		}
		w.f = old
	})
	for _, c := range all {
		if c.f != nil && c.gain > -promising {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.gain, a.gain) })
	return out
}

// mergeable leaves out copies whose parent has their rows and departures, and
// unseen ones when there are many.
func (s *search) mergeable(v int) bool {
	if s.f.hidden(v) {
		return s.tries > 1
	}
	p := s.f.parent[v]
	return !s.spam[v] && (s.f.hidden(p) || s.fixed[p] || s.added[v][p] >= 0.05*s.size[v] || s.tellsOther(v, p))
}

// telling is how many departures have to come from elsewhere for a copy to be
// looked at.
const telling = 3

// tellsOther reports whether a copy has departures that a source lacks, and others
// have that do not come from the copy.
func (s *search) tellsOther(v, source int) bool {
	t, n := s.f.t, 0.0
	elsewhere := func(i int) bool {
		for u := range s.f.given {
			if t.state[u][i] == present && !s.f.below(u, v) {
				return true
			}
		}
		return false
	}
	for i := t.rows; i < len(t.weight) && n < telling; i++ {
		if t.state[v][i] == present && t.state[source][i] == absent && t.root[i] == absent && elsewhere(i) {
			n += t.weight[i]
		}
	}
	return n >= telling
}

// feeds reports whether an unseen second source of a merged copy is in the
// subtree of v.
func (f *forest) feeds(v int) bool {
	for _, b := range f.second {
		if b >= 0 && f.hidden(b) && f.below(b, v) {
			return true
		}
	}
	return false
}

// repoint makes p the second source of the copies whose second source is u, which
// came from p by h or was the same. A copy that has p already is merged no more.
func (f *forest) repoint(u, p int, h hop) bool {
	if p <= unknownSource {
		return false
	}
	for v, b := range f.second {
		if b != u {
			continue
		}
		f.second[v], f.blend[v].take = p, h.then(f.blend[v].take)
		if f.parent[v] == p {
			f.second[v] = -1
		}
	}
	return true
}

const (
	promising     = 12.0 // nats by which a merge may be worse than one source and is looked at in a forest that was improved without the copy
	maxCandidates = 3    // copies of which this is done
)

// mergeInto hangs a copy below its two likeliest sources. While it hangs below
// one of them it pulls other copies to a wrong place, so the forest is improved
// without it first.
func (s *search) mergeInto(ctx context.Context, v int) error {
	s.f.detach(v)
	if err := s.improve(ctx); err != nil {
		return err
	}
	if !s.pairUp(v) {
		s.settle(v)
	}
	return nil
}

// unmerge hangs a merged copy below one source.
func (s *search) unmerge(v int) bool {
	if s.f.second[v] < 0 || s.f.feeds(v) {
		return false
	}
	b := s.f.second[v]
	s.f.second[v] = -1
	s.f.detach(v)
	s.f.contract(b)
	s.settle(v)
	return true
}

// pairUp hangs a copy that is out of the forest below its two likeliest
// sources. Each may be the one of which only the states that the rest tells
// are known, and the other an unseen copy that is new.
func (s *search) pairUp(v int) bool {
	bare, best, top := s.f, (*forest)(nil), math.Inf(-1)
	for _, x := range s.bestPairs(v) {
		s.f = bare.clone()
		s.f.second[v], s.f.blend[v] = x.other, x.blend
		if s.settle(v); s.f.parent[v] == x.other {
			continue
		}
		if s.refits > 0 {
			s.refit()
		}
		if y := s.value(); y > top {
			best, top = s.f, y
		}
	}
	if s.f = best; best == nil {
		s.f = bare
	}
	return best != nil
}

// maxSources is how many nodes are tried as the sources of a merged copy, in
// pairs.
const maxSources = 8

// couple is a pair of sources.
type couple struct {
	first, other int
	blending
	score float64
}

// bestPairs lists for every likely source of a copy that is out of the forest
// the likeliest pair of which it is the second one.
func (s *search) bestPairs(v int) (out []couple) {
	m := s.f.messages(s.pool)
	defer m.release(s.pool)
	sub := s.f.subtree(v)
	for i := len(sub) - 1; i >= 0; i-- {
		m.inward(sub[i], s.pool)
	}
	list := s.likelySources(m, v)
	known := s.prior(v, sub)
	best := map[int]couple{}
	better := func(x couple) {
		if y, ok := best[x.other]; !ok || x.score > y.score {
			best[x.other] = x
		}
	}
	lacking := make([]bool, len(list))
	for i, a := range list {
		if lacking[i] = s.lacks(v, a.node); !lacking[i] {
			continue
		}
		for k, b := range list[:i] {
			if !lacking[k] {
				continue
			}
			x := s.blendOf(a.states, b.states, m.in[v], s.f.kin(a.node, b.node))
			x.score += max(known(v, a.node), known(v, b.node))
			x.first, x.other = a.node, b.node
			better(x)
			better(couple{b.node, a.node, blending{x.take, blend{x.blending.first, x.own}}, x.score})
		}
	}
	for _, c := range list {
		s.pool.free = append(s.pool.free, c.states)
		if x, ok := best[c.node]; ok {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b couple) int { return cmp.Compare(b.score, a.score) })
	if s.tries == 1 { // the best pair, either of it as the second
		out = out[:min(len(out), 2)]
	}
	return out
}

// blendOf fits how a copy was merged from two sources with the states x and y.
func (s *search) blendOf(x, y, in []pair, kin bool) couple {
	t := s.f.t
	best := couple{score: math.Inf(-1)}
	joined, up := s.pool.get(), s.pool.get()
	fit := &blendFit{t: t, x: x, y: y, in: in, kin: kin}
	for _, b := range fit.blends(blending{}) {
		t.joined(&b.blend, y, in, joined)
		t.through(&b.first, joined, up)
		if z := t.agreement(x, up) - b.cost() - b.extra(kin); z > best.score {
			best.blending, best.score = b, z
		}
	}
	s.pool.free = append(s.pool.free, joined, up)
	return best
}

// agreement is the log likelihood of what two sides tell of a node's states.
func (t *traits) agreement(a, b []pair) float64 {
	var l logSum
	for i, p := range a {
		l.add(t.either(i, pair{p[0] * b[i][0], p[1] * b[i][1]}), t.weight[i])
	}
	return l.value()
}

// blend estimates anew how a merged copy was taken from its sources.
func (r *refitting) blend(v int) {
	t, y, in, joined := r.f.t, r.m.other[v], r.m.in[v], r.m.joined[v]
	t.reprice(&r.f.hop[v], r.prior, joined, nil)
	best, most := blending{r.f.hop[v], r.f.blend[v]}, math.Inf(-1)
	fit := &blendFit{t: t, x: r.o, y: y, in: in, kin: r.f.mixesKin(v)}
	for _, b := range append([]blending{best}, fit.blends(best)...) {
		t.joined(&b.blend, y, in, joined)
		if x := r.score(&b.first, joined) - b.blend.cost() - b.extra(fit.kin); x > most {
			best, most = b, x
		}
	}
	r.f.hop[v], r.f.blend[v] = best.first, best.blend
	t.joined(&best.blend, y, in, joined)
	t.through(&best.first, joined, r.m.up[v])
}

// lacks reports whether a source lacks some of a copy's rows and has others, as
// each of two sources does. Of an unseen copy, and of what was issued, a part may
// have been merged.
func (s *search) lacks(v, source int) bool {
	if s.f.hidden(v) || s.f.hidden(source) || s.fixed[source] {
		return true
	}
	part := s.added[v][source] / s.size[v]
	return part <= 0.95 && (part >= 0.05 || s.tellsOther(v, source))
}

type source struct {
	node   int
	states []pair
	worth  float64
}

// likelySources are the nodes that hold most of what is rare in v.
func (s *search) likelySources(m *messages, v int) (list []source) {
	t := s.f.t
	carriers := make([]float64, s.pool.n)
	for u := 1; u < s.f.given; u++ {
		if s.fixed[u] {
			continue
		}
		for i, x := range t.state[u] {
			carriers[i] += float64(bit(x == present))
		}
	}
	for _, n := range s.f.nodes()[1:] {
		if n == unknownSource || !s.f.hidden(n) && s.spam[n] || s.f.above(v, n) {
			continue
		}
		c := source{node: n, states: s.pool.get()}
		m.marginal(n, c.states, s.pool)
		for i, in := range m.in[v] {
			if holds(in) == 0 || i >= t.rows && i < t.foreign && carriers[i] < 2 {
				continue
			}
			if i < t.rows {
				c.worth += t.weight[i] * c.states[i][1] / (1 + carriers[i])
			} else if t.root[i] == absent {
				c.worth += 8 * t.weight[i] * c.states[i][1]
			}
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b source) int { return cmp.Compare(b.worth, a.worth) })
	for _, c := range list[min(len(list), maxSources):] {
		s.pool.free = append(s.pool.free, c.states)
	}
	return list[:min(len(list), maxSources)]
}
