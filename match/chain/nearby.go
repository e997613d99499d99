package chain

import (
	"cmp"
	"slices"
)

const (
	manyNodes = 70 // from which on only places near by are weighed
	nearest12 = 12
)

// measure counts what copies share: rows of one that another lacks, and
// departures that both have.
func (s *search) measure() {
	n, t := s.f.given, s.f.t
	s.size, s.added, s.shared = make([]float64, n), make([][]float64, n), make([][]float64, n)
	for v := range n {
		s.added[v], s.shared[v] = make([]float64, n), make([]float64, n)
		for i, x := range t.state[v] {
			if x != present {
				continue
			}
			w := t.weight[i]
			if i < t.rows {
				s.size[v] += w
			}
			for u := range n {
				switch y := t.state[u][i]; {
				case i < t.rows && y == absent:
					s.added[v][u] += w
				case i >= t.rows && y == present && t.root[i] == absent:
					s.shared[v][u] += w
				}
			}
		}
	}
}

// around lists the nodes at which a subtree is weighed: all, or when there are
// many the likeliest copies and everything above them.
func (s *search) around(v int) []int {
	all := s.f.nodes()[1:]
	if len(all) < manyNodes {
		return all
	}
	for s.f.hidden(v) {
		v = s.f.kids[v][0]
	}
	var seen []int
	for _, u := range all {
		if !s.f.hidden(u) && u != v {
			seen = append(seen, u)
		}
	}
	worth := func(u int) float64 { return s.shared[v][u] - min(s.added[v][u], s.added[u][v])/10 }
	slices.SortStableFunc(seen, func(a, b int) int { return cmp.Compare(worth(b), worth(a)) })
	near := map[int]bool{}
	for i, u := range seen {
		if i >= nearest12 && !s.fixed[u] {
			continue
		}
		for ; u > 0; u = s.f.parent[u] {
			near[u] = true
		}
	}
	return slices.DeleteFunc(all, func(u int) bool { return !near[u] })
}
