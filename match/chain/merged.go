package chain

import (
	"cmp"
	"math"
	"slices"
)

// A merged copy has what either of its sources has. It is judged by itself:
// its sources are not inferred from it.

// join sets o to the probability of a merged copy's states. A row that both
// sources have is the first one's: where its states are known they count, else
// the second one's.
func (t *traits) join(h *hop, first []uint8, a, b, o []pair) {
	for i := range o {
		if i < t.rows {
			q, has := h.of(t, i), 1-a[i][0]*b[i][0]
			o[i] = pair{1 - q*has, q*has + t.birth[i]*(1-has)}
			continue
		}
		if i < t.foreign {
			has := 1 - a[i][0]*b[i][0]
			o[i] = pair{1 - h.foreign*has, h.foreign*has + t.birth[i]*(1-has)}
			continue
		}
		no, yes := b[i][0], b[i][1]
		if first[i] != unknown {
			no, yes = seen[first[i]][0], seen[first[i]][1]
		}
		o[i] = pair{max(no, yes*(1-t.keep[i])), max(yes*t.keep[i], no*t.birth[i])}
	}
}

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
	m.f.t.join(&m.f.hop[v], m.f.t.state[m.f.parent[v]], a, b, o)
	pool.free = append(pool.free, a, b)
}

// merges gives a second parent to copies that one does not explain. It
// reports whether anything changed.
func (s *search) merges() bool {
	changed := false
	for v := 1; v < s.f.given; v++ {
		if s.movable(v) && s.mergeable(v) && !s.f.feeds(v) {
			changed = s.mergeInto(v) || changed
		}
	}
	return changed
}

// mergeable reports whether there are two copies from which one may have been
// merged.
func (s *search) mergeable(v int) bool {
	if p := s.f.parent[v]; !s.f.hidden(p) && !s.fixed[p] && s.added[v][p] < 0.05*s.size[v] {
		return false
	}
	for a := 1; a < s.f.given; a++ {
		for b := 1; b < a; b++ {
			if !s.fixed[a] && !s.fixed[b] && a != v && b != v && s.speaks(v, a, b) {
				return true
			}
		}
	}
	return false
}

// feeds reports whether a merged copy elsewhere has its second source in the
// subtree of v.
func (f *forest) feeds(v int) bool {
	return slices.ContainsFunc(f.subtree(v), func(u int) bool {
		i := slices.Index(f.second, u)
		return i >= 0 && !f.below(i, v)
	})
}

// mergeInto looks for the two sources of a copy.
func (s *search) mergeInto(v int) bool {
	old := s.f
	single := s.value()
	s.f = old.clone()
	s.f.detach(v)
	rest := s.value()
	best, a, b := s.bestPair(v)
	if a < 0 || rest+best-costMerge <= single {
		s.f = old
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
			for k := range pi {
				pi[k] = 1 - a.states[k][0]*b.states[k][0]
			}
			h := s.f.t.choose(pi, m.in[v], s.states(v))
			s.f.t.join(&h, s.states(a.node), a.states, b.states, o)
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

// speaks reports whether a copy may have been merged from two others that were
// seen: together they have its rows, neither of them has, and neither comes
// from the other.
func (s *search) speaks(v, first, other int) bool {
	n := s.size[v]
	if min(s.added[v][first], s.added[v][other]) < 0.05*n || s.added[v][first]+s.added[v][other] > n {
		return false
	}
	if s.spam[v] || s.f.above(first, other) || s.f.above(other, first) {
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
		if s.f.hidden(n) || s.fixed[n] || s.spam[n] || s.f.above(v, n) {
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
