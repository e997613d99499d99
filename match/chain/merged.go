package chain

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// A merged copy has what its first source has, and of the second one all, or a
// part when what was merged is an unseen copy of it. It is judged by itself:
// its sources are not inferred from it.

// join sets o to the probability of a merged copy's states. A row that both
// sources have is the first one's: where its states are known they count, else
// the second one's.
func (t *traits) join(h *hop, first []uint8, a, b, o []pair) {
	for i := range t.foreign {
		q, has := h.foreign, h.either(a[i], b[i])
		if i < t.rows {
			q = h.of(t, i)
		}
		o[i] = pair{1 - q*has, q*has + t.birth[i]*(1-has)}
	}
	for i := t.foreign; i < len(o); i++ {
		no, yes := b[i][0], b[i][1]
		switch {
		case first == nil:
			no, yes = max(a[i][0], no), max(a[i][1], yes)
		case first[i] != unknown:
			no, yes = seen[first[i]][0], seen[first[i]][1]
		}
		o[i] = pair{max(no, yes*(1-t.keep[i])), max(yes*t.keep[i], no*t.birth[i])}
	}
}

// either is the probability that a row is in what was merged.
func (h *hop) either(a, b pair) float64 { return a[1] + a[0]*b[1]*h.part }

// merged is the log likelihood of a merged copy and what is below it.
func (m *messages) merged(v int, pool *pool) float64 {
	out := m.outward(v, pool)
	var l logSum
	for i, p := range m.in[v] {
		l.add(m.f.t.either(i, pair{out[i][0] * p[0], out[i][1] * p[1]}), m.f.t.weight[i])
	}
	return l.value()
}

// sources sets o to the states of a merged copy by its two parents.
func (m *messages) sources(v int, o []pair, pool *pool) {
	a, b := pool.get(), pool.get()
	m.marginal(m.f.parent[v], a, pool)
	m.marginal(m.f.second[v], b, pool)
	m.f.t.join(&m.f.hop[v], m.f.states(m.f.parent[v]), a, b, o)
	pool.free = append(pool.free, a, b)
}

// merges gives a second parent to copies that one does not explain. It
// reports whether anything changed.
func (s *search) merges(ctx context.Context) (bool, error) {
	changed := false
	for v := 1; v < s.f.given; v++ {
		if !s.movable(v) || !s.mergeable(v) || s.f.feeds(v) {
			continue
		}
		merged, err := s.mergeInto(ctx, v)
		if err != nil {
			return changed, err
		}
		changed = merged || changed
	}
	return changed, nil
}

// mergeable leaves out copies whose parent has their rows.
func (s *search) mergeable(v int) bool {
	p := s.f.parent[v]
	return !s.spam[v] && (s.f.hidden(p) || s.fixed[p] || s.added[v][p] >= 0.05*s.size[v])
}

// feeds reports whether a merged copy elsewhere has its second source in the
// subtree of v.
func (f *forest) feeds(v int) bool {
	return slices.ContainsFunc(f.subtree(v), func(u int) bool {
		i := slices.Index(f.second, u)
		return i >= 0 && !f.below(i, v)
	})
}

// promising is by how many nats a merge may be worse than one source and is
// looked at again in a forest that was improved without the copy.
const promising = 30.0

// mergeInto looks for the two sources of a copy. While it hangs below one of
// them it pulls other copies to a wrong place, so the forest is improved
// without it first.
func (s *search) mergeInto(ctx context.Context, v int) (bool, error) {
	old, single := s.f, s.value()
	s.f = old.clone()
	s.f.detach(v)
	bare := s.f.clone()
	if !s.pairUp(v) || s.value() <= single-promising {
		s.f = old
		return false, nil
	}
	s.f = bare
	if err := s.improve(ctx); err != nil {
		return false, err
	}
	if s.pairUp(v) && s.settled() > single+enough {
		s.now = s.value()
		return true, nil
	}
	s.f, s.now = old, single
	return false, nil
}

// pairUp hangs a copy that is out of the forest below its two likeliest sources.
func (s *search) pairUp(v int) bool {
	_, a, b := s.bestPair(v)
	if a < 0 {
		return false
	}
	s.f.link(v, a, s.pairHop)
	s.f.second[v] = b
	return true
}

// maxSources is how many nodes are tried as the sources of a merged copy, in
// pairs.
const maxSources = 8

// bestPair weighs all pairs of likely sources.
func (s *search) bestPair(v int) (score float64, first, other int) {
	score, first, other = math.Inf(-1), -1, -1
	m := s.f.messages(s.pool)
	defer m.release(s.pool)
	sub := s.f.subtree(v)
	for i := len(sub) - 1; i >= 0; i-- {
		m.inward(sub[i], s.pool)
	}
	list := s.likelySources(m, v)
	known := s.prior(v, sub)
	o, pi := s.pool.get(), make([]float64, s.pool.n)
	for _, a := range list {
		for _, b := range list {
			if a.node == b.node || !s.speaks(v, a.node, b.node) {
				continue
			}
			h := s.mixed(v, a, b, m.in[v], pi)
			s.f.t.join(&h, s.f.states(a.node), a.states, b.states, o)
			var l logSum
			for k, p := range m.in[v] {
				l.add(s.f.t.either(k, pair{o[k][0] * p[0], o[k][1] * p[1]}), s.f.t.weight[k])
			}
			if x := l.value() - h.cost + max(known(v, a.node), known(v, b.node)); x > score {
				score, first, other, s.pairHop = x, a.node, b.node, h
			}
		}
	}
	s.pool.free = append(s.pool.free, o)
	for _, c := range list {
		s.pool.free = append(s.pool.free, c.states)
	}
	return score, first, other
}

// mixed fits how the rows of two sources were taken. What is missing of a
// second source of which an unseen copy may have been taken is its part.
func (s *search) mixed(v int, a, b source, in []pair, pi []float64) hop {
	t, known := s.f.t, s.f.states(v)
	part := 1.0
	if s.unseen(b.node) {
		var n, k, rest, more float64
		for i, w := range t.weight[:t.rows] {
			x := has(in[i], known, i)
			n, k = n+w*a.states[i][1], k+w*a.states[i][1]*x
			rest, more = rest+w*a.states[i][0]*b.states[i][1], more+w*a.states[i][0]*b.states[i][1]*x
		}
		part = min(ratio(more, rest)/ratio(k, n), 1)
	}
	h := hop{part: part}
	for i := range pi {
		pi[i] = h.either(a.states[i], b.states[i])
	}
	h = t.choose(pi, in, known)
	h.part = part
	return h
}

// speaks reports whether a copy may have been merged from two nodes. Of those
// that were seen none has its rows, and two have them together. Where the
// second one was not, a part of it may have been merged, and it may stand above
// the first one.
func (s *search) speaks(v, first, other int) bool {
	if !s.f.hidden(first) && s.fixed[first] || s.f.above(first, other) || !s.lacks(v, first) {
		return false
	}
	if s.unseen(other) {
		return true
	}
	n := s.size[v]
	if s.f.hidden(first) || s.f.above(other, first) || !s.lacks(v, other) || s.added[v][first]+s.added[v][other] > n {
		return false
	}
	t, missing := s.f.t, 0.0
	for i, x := range t.state[v][:t.rows] {
		if x == present && t.state[first][i] == absent && t.state[other][i] == absent {
			missing += t.weight[i]
		}
	}
	return missing <= 0.03*n
}

// unseen reports whether of a node a part may have been merged: an unseen copy,
// or what was issued.
func (s *search) unseen(v int) bool { return s.f.hidden(v) || s.fixed[v] }

// lacks reports whether a source that was seen lacks some of a copy's rows,
// and has others.
func (s *search) lacks(v, source int) bool {
	if s.f.hidden(source) {
		return true
	}
	part := s.added[v][source] / s.size[v]
	return part >= 0.05 && part <= 0.95
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
		for i, x := range t.state[v] {
			if x != present || i >= t.rows && i < t.foreign && carriers[i] < 2 {
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
