package chain

import "math"

// place is a way in which a subtree can hang in the rest of the forest: below
// a node, or below a new hidden node above it.
type place struct {
	at     int
	above  bool
	score  float64   // log likelihood ratio to the rest alone, with what is known beside the content
	hop    hop       // to the subtree
	hidden hop       // to the new node, when above
	other  hop       // from the new node to at, when above
	parts  []float64 // of the score by trait, of weight one, when traced
}

// placer weighs the places for one subtree v that was taken out of the forest.
type placer struct {
	m     *messages
	pool  *pool
	v     int
	in    []pair
	rest  prior
	pi    []float64 // probability that the parent has the trait
	owned []float64 // that a new hidden node has it
	o     []pair
	ft    []pair
	fv    []pair
	free  func(i int) float64 // how much a row of the subtree tells of its parent
	trace bool                // whether places keep the parts of their scores
}

// prior is what is known beside the content: marks, times and facts.
type prior func(v, parent int) float64

func newPlacer(m *messages, pool *pool, v int, in []pair, rest prior) *placer {
	n := len(in)
	return &placer{m: m, pool: pool, v: v, in: in, rest: rest, free: m.free(v), pi: make([]float64, n), owned: make([]float64, n), o: pool.get(), ft: pool.get(), fv: pool.get()}
}

func (s *placer) release() { s.pool.free = append(s.pool.free, s.o, s.ft, s.fv) }

// below weighs v as a child of t.
func (s *placer) below(at int) place {
	s.m.marginal(at, s.o, s.pool)
	for i, p := range s.o {
		s.pi[i] = p[1]
	}
	t := s.m.f.t
	h := s.fit()
	t.through(&h, s.in, s.fv)
	x := place{at: at, hop: h}
	sum := s.total(&x, func(i int) float64 {
		o, f := s.o[i], s.fv[i]
		return t.either(i, pair{o[0] * f[0], o[1] * f[1]}) / t.either(i, o)
	})
	x.score = sum - h.cost + s.rest(s.v, at)
	return x
}

// total adds up the logarithms of a place's likelihood ratios by trait.
func (s *placer) total(x *place, ratio func(i int) float64) float64 {
	w := s.m.f.t.weight
	var l logSum
	if !s.trace {
		for i := range w {
			l.add(ratio(i), w[i])
		}
		return l.value()
	}
	x.parts = make([]float64, len(w))
	for i := range w {
		x.parts[i] = math.Log(max(ratio(i), 1e-300))
	}
	return dot(w, x.parts)
}

// known is the copy's own states, nil for a hidden one.
func (s *placer) known() []uint8 { return s.m.f.states(s.v) }

// fit fits the hop to the subtree from a parent with the probabilities pi.
func (s *placer) fit() hop { return s.m.f.fit(s.v, s.pi, s.pi, s.in, s.free) }

// above weighs v as a child of a new hidden node between t and its parent,
// which took its rows at random, or by a filter.
func (s *placer) above(t int) place {
	s.m.beside(t, s.o, s.pool)
	in := s.m.feed(t)
	for i, o := range s.o {
		s.pi[i] = o[1]
	}
	best := place{at: t, above: true, hop: s.fit(), other: s.m.f.hop[t], hidden: hop{}}
	s.between(&best, in)
	better := func(x place) {
		if x.score > best.score {
			best = x
		}
	}
	for _, h := range s.filtered(in).fewer() {
		x := place{at: t, above: true, hidden: h}
		s.between(&x, in)
		better(x)
		y := place{at: t, above: true, hidden: h}
		s.further(x, &y, in)
		s.between(&y, in)
		better(y)
	}
	return best
}

// further fits filters by which the two subtrees took their rows from the new
// hidden node of x.
func (s *placer) further(x place, y *place, in []pair) {
	t := s.m.f.t
	r := s.owned
	for i := range t.foreign {
		r[i] = s.has(&x, in, i)
	}
	y.hop = t.choose(r, s.in, s.known())
	y.other = t.choose(r, in, s.m.f.states(x.at))
}

// filtered fits a hop to the rows of either of two subtrees.
func (s *placer) filtered(in []pair) hop {
	for i, p := range in {
		s.ft[i] = pair{min(p[0], s.in[i][0]), max(p[1], s.in[i][1])}
		if holds(p) == 0 && holds(s.in[i]) == 0 {
			s.ft[i] = pair{1, 0}
		}
	}
	return s.m.f.t.choose(s.pi, s.ft, nil)
}

// between fits the three hops around a new hidden node and sets the score: at
// first by the size that two random samples tell of what they were drawn from
// (Lincoln and Petersen), then by steps of expectation and maximisation.
func (s *placer) between(x *place, in []pair) {
	t := s.m.f.t
	x.hidden.keep, x.other.keep, x.hop.keep = s.captured(x, in, 0, t.rows)
	x.hidden.foreign, x.other.foreign, x.hop.foreign = s.captured(x, in, t.rows, t.foreign)
	for range 2 {
		x.hidden.keep, x.other.keep, x.hop.keep = s.improve(x, in, 0, t.rows)
		x.hidden.foreign, x.other.foreign, x.hop.foreign = s.improve(x, in, t.rows, t.foreign)
	}
	t.through(&x.hop, s.in, s.fv)
	t.through(&x.other, in, s.ft)
	for i := range s.ft {
		s.ft[i] = pair{s.ft[i][0] * s.fv[i][0], s.ft[i][1] * s.fv[i][1]}
	}
	t.through(&x.hidden, s.ft, s.fv)
	up := s.m.up[x.at]
	sum := s.total(x, func(i int) float64 {
		o := s.o[i]
		before := t.either(i, pair{o[0] * up[i][0], o[1] * up[i][1]})
		return t.either(i, pair{o[0] * s.fv[i][0], o[1] * s.fv[i][1]}) / max(before, 1e-300)
	})
	x.score = sum - x.hop.cost - x.other.cost - x.hidden.cost + s.m.f.hop[x.at].cost - costHidden + s.rest(s.v, -x.at)
}

func (t *traits) keepOf(h *hop, i int) float64 {
	switch {
	case i < t.rows:
		return h.of(t, i)
	case i < t.foreign:
		return h.foreign
	}
	return t.keep[i]
}

// captured gives the shares kept by the three hops as the sizes of two random
// samples and of what both have tell them.
func (s *placer) captured(x *place, in []pair, from, to int) (hidden, other, own float64) {
	var n, a, b, both, either float64
	for i := from; i < to; i++ {
		if i < s.m.f.t.rows && x.hidden.of(s.m.f.t, i) == leaked {
			continue
		}
		w := s.m.f.t.weight[i] * s.free(i)
		if w == 0 {
			continue
		}
		ht, hv := holds(in[i])*w, holds(s.in[i])*w
		n += w * max(s.pi[i], holds(in[i]), holds(s.in[i]))
		a, b, both, either = a+ht, b+hv, both+ht*hv/w, either+max(ht, hv)
	}
	size := min(max(a*b/max(both, 1e-9), either), n)
	return ratio(size, n), ratio(a, size), ratio(b, size)
}

// holds is 1 when something below a node has the trait, so that the node had
// it too.
func holds(in pair) float64 {
	if in[1] > in[0] {
		return 1
	}
	return 0
}

// The least share that a hop keeps, and the most.
const (
	minShare = 1e-5
	maxShare = 1 - minShare
)

func ratio(a, b float64) float64 { return min(max((a+0.5)/(b+1), minShare), maxShare) }

// has is the probability that the new hidden node has a trait.
func (s *placer) has(x *place, in []pair, i int) float64 {
	t := s.m.f.t
	q, qt, qv := t.keepOf(&x.hidden, i), t.keepOf(&x.other, i), t.keepOf(&x.hop, i)
	t1, v1 := qt*in[i][1]+(1-qt)*in[i][0], qv*s.in[i][1]+(1-qv)*s.in[i][0]
	t0, v0 := in[i][0]+t.birth[i]*in[i][1], s.in[i][0]+t.birth[i]*s.in[i][1]
	has := s.pi[i] * q * t1 * v1
	return has / max(has+s.pi[i]*(1-q)*t0*v0+(1-s.pi[i])*(t0*v0+t.birth[i]*t1*v1), 1e-300)
}

// improve is a step of expectation and maximisation for the hops around a
// hidden node.
func (s *placer) improve(x *place, in []pair, from, to int) (hidden, other, own float64) {
	t := s.m.f.t
	var n, u, a, b, at, av float64
	for i := from; i < to; i++ {
		w, q, r := t.weight[i], t.keepOf(&x.hidden, i), s.has(x, in, i)
		qt, qv := t.keepOf(&x.other, i), t.keepOf(&x.hop, i)
		t1, v1 := qt*in[i][1]+(1-qt)*in[i][0], qv*s.in[i][1]+(1-qv)*s.in[i][0]
		if q != leaked {
			n += w * max(s.pi[i], r)
			u += w * r
		}
		if qt > leaked {
			at += w * r
			a += w * r * qt * in[i][1] / max(t1, 1e-300)
		}
		if qv > leaked {
			av += w * r
			b += w * r * qv * s.in[i][1] / max(v1, 1e-300)
		}
	}
	return ratio(u, n), ratio(a, at), ratio(b, av)
}

// fit finds how a copy's rows were taken from a parent that has each trait
// with probability pi, and with prior beside what the copy tells: at random,
// or by the values of a column when that is the shorter description.
func (t *traits) fit(pi, prior []float64, in []pair, known []uint8) hop {
	h := t.chooseFrom(pi, prior, in, known)
	if known == nil {
		t.refine(&h, pi, in)
	}
	return h
}

func (t *traits) choose(pi []float64, in []pair, known []uint8) hop {
	return t.chooseFrom(pi, pi, in, known)
}

func (t *traits) chooseFrom(pi, prior []float64, in []pair, known []uint8) hop {
	h := hop{}
	f := t.fitting(pi, prior, in, known)
	var n, k float64
	for _, r := range f.rows {
		n, k = n+r.n, k+r.k
	}
	h.keep = ratio(k, n)
	foreign, kept := t.taken(pi, in, known, t.rows, t.foreign)
	share := (kept + 8*h.keep) / (foreign + 8) // what holds for our rows holds for others, mostly
	h.foreign = min(max(share, 1e-3), 1-1e-3)
	f.plain = subset(n, k)
	for f.add(&h) {
	}
	return h
}

func (t *traits) fitting(pi, prior []float64, in []pair, known []uint8) *fitting {
	f := &fitting{t: t, rows: make([]tried, 0, t.rows)}
	for i := range t.rows {
		if w := t.weight[i] * pi[i]; w > 0 || prior[i] > likely {
			f.rows = append(f.rows, tried{int32(i), w, w * has(in[i], known, i), prior[i] > likely})
		}
	}
	return f
}

// taken counts the rows of a parent, and those of them that a copy has.
func (t *traits) taken(pi []float64, in []pair, known []uint8, from, to int) (n, k float64) {
	for i := from; i < to; i++ {
		w := t.weight[i] * pi[i]
		n += w
		k += w * has(in[i], known, i)
	}
	return n, k
}

func has(in pair, known []uint8, i int) float64 {
	if known != nil {
		return float64(bit(known[i] == present))
	}
	return holds(in)
}

// refine estimates what share a hidden copy kept, its unseen rows included.
func (t *traits) refine(h *hop, pi []float64, in []pair) {
	for range 4 {
		n, k := 0.0, 0.0
		for i := range t.rows {
			q := t.keepOf(h, i)
			if q <= leaked {
				continue
			}
			w := t.weight[i] * pi[i]
			a := q * in[i][1]
			n += w
			k += w * a / max(a+(1-q)*in[i][0], 1e-300)
		}
		h.keep = ratio(k, n)
	}
}
