package chain

import "slices"

// Which copy was merged, and from which two, is found one thing after the other;
// these changes move each by one step.

// mergeMoves are the changes of a merge: another second source near by, another
// copy that was merged, or one of its sources merged from it.
func (s *search) mergeMoves(v int) []func(*forest) bool {
	if s.f.second[v] < 0 {
		return nil
	}
	return slices.Concat(s.reseatings(v), s.shiftings(v), s.reversals(v))
}

// reseatings have a merged node come from a neighbour of its second source, or from an
// unseen copy between it and a neighbour, as its second one or as its first: of the
// first alone the merged copy tells what it had.
func (s *search) reseatings(v int) (out []func(*forest) bool) {
	b := s.f.second[v]
	to := func(n int) {
		out = append(out, func(f *forest) bool { return s.mayLend(v, n) && f.reseat(v, n) }, s.swapping(v, n))
	}
	out = append(out, s.swapping(v, b))
	to(s.f.parent[b])
	for _, t := range s.f.kids[b] {
		to(t)
		if !s.noHidden {
			part := func(f *forest) bool {
				return f.alive(v) && f.second[v] == b && f.parent[t] == b && s.movable(t) && s.mayLend(v, t) && f.part(v, t)
			}
			out = append(out, part, func(f *forest) bool { return part(f) && s.swapping(v, f.second[v])(f) })
		}
	}
	return out
}

// shiftings have a child of a merged node that is unseen merged in its place, or its
// unseen parent.
func (s *search) shiftings(v int) (out []func(*forest) bool) {
	swapped := s.swapping(v, s.f.second[v])
	if s.f.hidden(v) {
		for _, c := range s.f.kids[v] {
			out = append(out, func(f *forest) bool { return f.alive(v) && f.parent[c] == v && f.lower(v, c) })
			out = append(out, func(f *forest) bool {
				return f.alive(v) && f.parent[c] == v && swapped(f) && f.lower(v, c)
			})
		}
	}
	if u := s.f.parent[v]; s.f.hidden(u) {
		out = append(out, func(f *forest) bool { return f.parent[v] == u && s.mayLend(u, f.second[v]) && f.raise(v) })
	}
	return out
}

// reversals have either source of a merged node merged from the node, or from a new
// unseen copy above it.
func (s *search) reversals(v int) (out []func(*forest) bool) {
	swapped := s.swapping(v, s.f.second[v])
	by := func(reverse func(f *forest) bool) {
		out = append(out, func(f *forest) bool { return f.alive(v) && reverse(f) })
		out = append(out, func(f *forest) bool { return f.alive(v) && swapped(f) && reverse(f) })
	}
	if s.f.hidden(v) || !s.spam[v] {
		by(func(f *forest) bool { return f.reverse(v, v) })
	}
	if !s.f.hidden(v) && !s.noHidden {
		by(func(f *forest) bool { return f.second[v] >= 0 && f.reverse(v, f.insert(v, f.hop[v], nearlyAll)) })
	}
	return out
}

func (s *search) swapping(v, n int) func(*forest) bool {
	return func(f *forest) bool { return s.movable(v) && s.mayLend(v, n) && f.swap(v, n) }
}

// mayLend reports whether a node may be the second source of another. One in a
// subtree that is out of the forest for now may not.
func (s *search) mayLend(v, n int) bool {
	return n > unknownSource && s.f.alive(v) && s.f.below(n, virtualRoot) && s.f.parent[v] != n && !s.f.above(v, n) && (s.f.hidden(n) || !s.spam[n])
}

// reseat gives a merged copy another second source.
func (f *forest) reseat(v, n int) bool {
	b := f.second[v]
	if b < 0 || b == n {
		return false
	}
	f.second[v] = n
	f.contract(b)
	return f.second[v] >= 0
}

// part has what a merged copy took from its second source be an unseen copy, from
// which a child of that source comes as well.
func (f *forest) part(v, child int) bool {
	above := f.blend[v].take
	above.keep, above.foreign = min(above.keep, 0.8), min(above.foreign, 0.8)
	f.blend[v].take = whole
	return f.reseat(v, f.insert(child, above, f.hop[child]))
}

// swap makes the first source of a merged copy its second one, and another node
// its first.
func (f *forest) swap(v, n int) bool {
	b, p := f.second[v], f.parent[v]
	if b < 0 || p <= unknownSource {
		return false
	}
	h := f.hop[v]
	f.second[v] = p
	f.cut(v)
	f.link(v, n, f.blend[v].take)
	f.blend[v].take = h
	f.contract(p)
	f.contract(b)
	return f.second[v] >= 0
}

// lower has a child of a merged hidden node merged in its place.
func (f *forest) lower(u, c int) bool {
	if f.second[u] < 0 || f.second[c] >= 0 {
		return false
	}
	f.second[c], f.blend[c] = f.second[u], blend{take: f.blend[u].take, own: f.hop[c]}
	f.hop[c] = nearlyAll
	f.second[u] = -1
	return true
}

// raise has the hidden parent of a merged node merged in its place.
func (f *forest) raise(c int) bool {
	u := f.parent[c]
	if f.second[c] < 0 || f.second[u] >= 0 || f.second[c] == u {
		return false
	}
	f.second[u], f.blend[u] = f.second[c], blend{take: f.blend[c].take, own: nearlyAll}
	f.hop[c] = f.hop[c].then(f.blend[c].own)
	f.second[c] = -1
	return true
}

// reverse has the second source of a merged node v come from its own source and from
// w, which is v or hangs above it, and v from its first source alone.
func (f *forest) reverse(v, w int) bool {
	b, p := f.second[v], f.parent[w]
	if b < 0 || f.parent[b] <= virtualRoot || f.above(b, p) {
		return false
	}
	f.second[v] = -1
	if f.hidden(b) && len(f.kids[b]) == 0 && !f.isSecond(b) {
		return false
	}
	old := f.second[b]
	f.second[b], f.blend[b] = w, blend{take: f.blend[v].take, own: nearlyAll}
	if old >= 0 {
		f.contract(old)
	}
	return f.second[b] == w && f.parent[b] != w
}
