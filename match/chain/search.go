package chain

import (
	"cmp"
	"context"
	"math"
	"slices"
)

const (
	costHidden = 11.0 // what an unseen copy has to save, in nats
	maxMerges  = 8    // copies that are taken for merged, at most
	maxSweeps  = 8
	maxRefits  = 8
	enough     = 0.2 // nats by which a change has to shorten the description
)

// search looks for the forest with the shortest description: every subtree is
// weighed at every other place, until nothing gets shorter.
type search struct {
	f      *forest
	pool   *pool
	known  func(v, parent int) float64 // nats for v as a child of parent beside the content, for copies that were seen
	marks  [][]float64                 // per copy and child of the root: nats of its marks
	fixed  []bool                      // children of the root, and the root
	spam   []bool                      // copies of which only messages are known: nothing comes from them
	added  [][]float64                 // rows of a copy that another lacks
	size   []float64                   // rows of a copy
	shared [][]float64                 // departures that two copies have

	noHidden bool // never insert copies that were not seen

	noUnknown bool // everything comes from the exports

	lenient bool // costUnseenKin is not asked for: such a merge may lead to another

	trace  bool    // whether places keep the parts of their scores
	now    float64 // the value of the forest
	tries  int     // places that are tried for a subtree
	refits int     // rounds of estimation after a change, at most
}

// build hangs the copies one after the other, those with most rows first.
func (s *search) build(ctx context.Context) error {
	var order []int
	for v := 1; v < s.f.given; v++ {
		if s.fixed[v] {
			s.f.link(v, 0, hop{keep: 1 - 1e-6, foreign: 1 - 1e-6})
		} else {
			order = append(order, v)
		}
	}
	s.measure()
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.size[b], s.size[a]) })
	for _, v := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.settle(v)
	}
	return nil
}

// settle hangs a subtree that is out of the forest where it fits best, and
// returns the place's score.
func (s *search) settle(v int) float64 {
	best := place{score: math.Inf(-1)}
	s.places(v, func(x place) {
		if x.score > best.score {
			best = x
		}
	})
	s.attach(v, best)
	return best.score
}

func (s *search) attach(v int, x place) {
	if x.above {
		s.f.link(v, s.f.insert(x.at, x.hidden, x.other), x.hop)
		return
	}
	s.f.link(v, x.at, x.hop)
}

// places weighs every place for a subtree that is out of the forest.
func (s *search) places(v int, yield func(place)) {
	m := s.f.messages(s.pool)
	defer m.release(s.pool)
	sub := s.f.subtree(v)
	for i := len(sub) - 1; i >= 0; i-- {
		m.inward(sub[i], s.pool)
	}
	p := newPlacer(m, s.pool, v, m.feed(v), s.prior(v, sub))
	defer p.release()
	p.trace = s.trace
	for _, t := range s.around(v) {
		if s.f.above(v, t) {
			continue // a merged copy that comes from v
		}
		if s.possible(v, t) {
			yield(p.below(t))
		}
		if s.f.parent[t] > 0 && !s.noHidden {
			yield(p.above(t))
		}
	}
}

// possible leaves out parents that lack a large part of a copy's rows.
func (s *search) possible(v, t int) bool {
	if t == unknownSource && s.noUnknown {
		return false
	}
	if s.f.hidden(t) {
		return true
	}
	if s.spam[t] {
		return false
	}
	if s.f.hidden(v) || s.f.second[v] >= 0 {
		return true
	}
	return s.added[v][t] <= 30+0.3*s.size[v]
}

// prior is what is known beside the content of a subtree at a place.
func (s *search) prior(v int, sub []int) prior {
	return func(_, at int) float64 {
		t := max(at, -at)
		sum := 0.0
		e := s.f.exportOf(t)
		for _, u := range sub {
			if !s.f.hidden(u) {
				sum += s.marks[u][e]
			}
		}
		if at > 0 && !s.f.hidden(v) && !s.f.hidden(t) {
			sum += s.known(v, t)
		}
		return sum
	}
}

// value is the log likelihood of the forest with all that is known, less what
// it takes to describe it.
func (s *search) value() float64 {
	m := s.f.messages(s.pool)
	defer m.release(s.pool)
	sum := m.total() - costHidden*float64(len(s.f.unseen()))
	for _, v := range s.f.nodes()[1:] {
		p := s.f.parent[v]
		if p == 0 {
			continue
		}
		sum -= s.f.hop[v].cost
		b := s.f.second[v]
		if b >= 0 {
			sum -= s.mergeCost(v)
		}
		if s.f.hidden(v) {
			continue
		}
		sum += s.marks[v][s.f.exportOf(v)]
		if !s.f.hidden(p) {
			sum += s.known(v, p)
		}
		if b >= 0 && !s.f.hidden(b) {
			sum += s.known(v, b)
		}
	}
	return sum
}

// refit estimates every hop anew, from the root down, each by what the others
// are then. The description gets no longer, but for choices by values that cost
// more to name where they are now.
func (s *search) refit() {
	r := &refitting{search: s, m: s.f.messages(s.pool), o: s.pool.get(), up: s.pool.get(), pi: make([]float64, s.pool.n), prior: make([]float64, s.pool.n)}
	defer func() {
		r.m.release(s.pool)
		s.pool.free = append(s.pool.free, r.o, r.up)
	}()
	for _, top := range s.f.kids[virtualRoot] {
		r.below(top)
	}
}

type refitting struct {
	*search
	m     *messages
	o, up []pair
	pi    []float64
	prior []float64
}

// below estimates the hops below a node.
func (r *refitting) below(v int) {
	for _, k := range r.f.kids[v] {
		r.hop(k)
		r.m.fresh[k] = false
		r.below(k)
	}
	r.m.inward(v, r.pool)
}

// hop estimates the hop to a node: as before with another share, or with other
// filters when that is more likely.
func (r *refitting) hop(v int) {
	r.m.beside(v, r.o, r.pool)
	for i, p := range r.o {
		z := pair{p[0] * r.m.up[v][i][0], p[1] * r.m.up[v][i][1]}.scaled()
		r.pi[i], r.prior[i] = z[1], p[1]
	}
	if r.f.second[v] >= 0 {
		r.blend(v)
		return
	}
	t, in := r.f.t, r.m.in[v]
	old := r.f.hop[v]
	t.reprice(&old, r.prior, in, r.f.states(v))
	best, most := old, r.score(&old, in)
	again := old
	t.refine(&again, r.pi, in)
	for _, h := range []hop{again, t.fit(r.pi, r.prior, in, r.f.states(v))} {
		if x := r.score(&h, in); x > most {
			best, most = h, x
		}
	}
	r.f.hop[v] = best
	t.through(&best, in, r.m.up[v])
}

// score is the log likelihood of what is below a hop, less its cost.
func (r *refitting) score(h *hop, in []pair) float64 {
	t := r.f.t
	t.through(h, in, r.up)
	var l logSum
	for i, p := range r.o {
		l.add(t.either(i, pair{p[0] * r.up[i][0], p[1] * r.up[i][1]}), t.weight[i])
	}
	return l.value() - h.cost
}

// states are what is known of what came by a node's hop, nil for a hidden copy
// and a merged one.
func (f *forest) states(v int) []uint8 {
	if f.hidden(v) || f.second[v] >= 0 {
		return nil
	}
	return f.t.state[v]
}

// improve moves subtrees and turns edges until nothing gets better.
func (s *search) improve(ctx context.Context) error {
	sweeps := maxSweeps
	s.tries, s.refits = maxTries, maxRefits
	if len(s.f.nodes()) >= manyNodes {
		sweeps, s.tries, s.refits = 1, 1, 0
	}
	s.now = s.settled()
	for range sweeps {
		before := s.now
		for _, v := range s.f.nodes()[1:] {
			if err := ctx.Err(); err != nil {
				return err
			}
			if s.movable(v) {
				s.move(v)
			}
		}
		if sweeps == 1 {
			s.refit()
			return nil
		}
		s.rearrange()
		if s.now < before+enough {
			return nil
		}
	}
	return nil
}

// move hangs a subtree where it fits best, if that makes the description
// shorter. Places that are nearly as good are tried too: their shares have not
// settled.
func (s *search) move(v int) {
	old, shape := s.f, s.f.shape()
	taken := old.clone()
	taken.detach(v)
	s.f = taken
	for _, x := range s.best(v, s.tries) {
		s.f = taken.clone()
		s.attach(v, x)
		if !slices.Equal(shape, s.f.shape()) && s.keep(old) {
			return
		}
	}
	s.f = old
}

const (
	maxTries = 3
	near     = 40.0 // nats by which a place may be worse than the best and is tried
)

// best lists the likeliest places, at most tries of them, for a subtree that is
// out of the forest.
func (s *search) best(v, tries int) []place {
	var list []place
	s.places(v, func(x place) { list = append(list, x) })
	slices.SortStableFunc(list, func(a, b place) int { return cmp.Compare(b.score, a.score) })
	for i, x := range list {
		if i == tries || x.score < list[0].score-near {
			return list[:i]
		}
	}
	return list
}

// keep keeps a changed forest if its description is shorter, and reports
// whether it is.
func (s *search) keep(old *forest) bool {
	if x := s.settling(s.now + enough); x > s.now+enough {
		s.now = x
		return true
	}
	s.f = old
	return false
}

// settled refits until the description hardly gets shorter, and returns its
// log likelihood.
func (s *search) settled() float64 { return s.settling(math.Inf(-1)) }

// hopeless is by how many times what the last round of estimation gained a forest
// may fall short of a goal; beyond, it is given up.
const hopeless = 8

// settling settles, but stops early when the log likelihood will hardly reach a
// goal.
func (s *search) settling(goal float64) float64 {
	now := s.value()
	for k := range s.refits {
		s.refit()
		x := s.value()
		if x < now+enough/2 || k > 0 && x+hopeless*(x-now) < goal {
			return x
		}
		now = x
	}
	return now
}

// movable reports whether a subtree may hang elsewhere. An unseen copy from which
// nothing comes is no subtree.
func (s *search) movable(v int) bool {
	return v > 0 && s.f.parent[v] > 0 && !s.f.feeds(v) && !(s.f.hidden(v) && len(s.f.kids[v]) == 0)
}

// shape is the same for forests that differ in the numbers of hidden nodes
// alone: per copy, its parent, or the smallest copy below a hidden parent.
func (f *forest) shape() []int {
	out := make([]int, f.given)
	for v := range out {
		if out[v] = f.parent[v]; f.hidden(out[v]) {
			low := f.given
			for _, u := range f.subtree(out[v]) {
				low = min(low, u)
			}
			out[v] = f.given + low
		}
	}
	return out
}
