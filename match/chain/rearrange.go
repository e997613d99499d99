package chain

import "slices"

// rearrange tries what no single move of a subtree does: a copy instead of the
// hidden one above it, a hidden one instead of a copy, a copy and its parent
// the other way round, and a hidden copy less.
func (s *search) rearrange() {
	for _, change := range s.changes() {
		old := s.f
		s.f = old.clone()
		if change(s.f) {
			s.keep(old)
		} else {
			s.f = old
		}
	}
}

// changes are functions that change a forest, and report whether they could.
func (s *search) changes() (out []func(*forest) bool) {
	for _, v := range s.f.nodes()[1:] {
		out = append(out, s.regroupings(v)...)
		out = append(out, s.mergeMoves(v)...)
		switch {
		case s.f.hidden(v):
			if s.f.second[v] >= 0 {
				out = append(out, func(*forest) bool { return s.f.alive(v) && s.unmerge(v) })
			}
			out = append(out, func(f *forest) bool { return f.alive(v) && f.dissolve(v) })
			for _, w := range s.f.kids[s.f.parent[v]] {
				if w > v && s.f.hidden(w) {
					out = append(out, func(f *forest) bool { return f.alive(v) && f.alive(w) && f.parent[v] == f.parent[w] && f.unite(v, w) })
				}
			}
			for _, c := range s.f.kids[v] {
				if !s.f.hidden(c) && !s.spam[c] {
					out = append(out, func(f *forest) bool { return f.parent[c] == v && f.parent[v] >= 0 && f.promote(c) })
				}
			}
		case s.f.second[v] >= 0:
			out = append(out, func(*forest) bool { return s.unmerge(v) })
			if len(s.f.kids[v]) > 0 && !s.noHidden {
				out = append(out, func(f *forest) bool { return s.movable(v) && f.demote(v) })
			}
			for w, b := range s.f.second {
				if w > v && b == s.f.second[v] && s.f.parent[w] == s.f.parent[v] && !s.noHidden {
					out = append(out, func(f *forest) bool { return f.common(v, w) })
				}
			}
		case s.movable(v):
			if len(s.f.kids[v]) > 0 && !s.noHidden {
				out = append(out, func(f *forest) bool { return s.movable(v) && f.demote(v) })
			}
			if p := s.f.parent[v]; !s.f.hidden(p) && s.movable(p) && !s.spam[v] {
				out = append(out, func(f *forest) bool { return f.parent[v] == p && f.turn(v) })
			}
		}
	}
	return out
}

// dissolve hangs the children of a hidden node below its parent.
func (f *forest) dissolve(u int) bool {
	p := f.parent[u]
	if f.mergesBelow(u) || f.isSecond(u) && (f.second[u] >= 0 || !f.repoint(u, p, f.hop[u])) {
		return false
	}
	for _, c := range slices.Clone(f.kids[u]) {
		f.inherit(u, c)
	}
	f.drop(u)
	return true
}

// unite makes one of two hidden nodes with the same parent.
func (f *forest) unite(v, w int) bool {
	if f.second[v] >= 0 || f.second[w] >= 0 {
		return false
	}
	if f.isSecond(w) {
		f.repoint(w, v, hop{keep: 1, foreign: 1})
	}
	for _, c := range slices.Clone(f.kids[w]) {
		f.hang(c, v)
	}
	f.drop(w)
	return true
}

// mergesBelow reports whether a merged node has a child that is merged as well.
func (f *forest) mergesBelow(u int) bool {
	return f.second[u] >= 0 && slices.ContainsFunc(f.kids[u], func(c int) bool { return f.second[c] >= 0 })
}

// promote puts a copy in the place of the hidden one above it.
func (f *forest) promote(c int) bool {
	u := f.parent[c]
	if f.isSecond(u) || f.second[c] >= 0 {
		return false
	}
	p, h := f.parent[u], f.hop[u]
	f.cut(c)
	for _, k := range slices.Clone(f.kids[u]) {
		f.hang(k, c)
	}
	f.second[c], f.blend[c] = f.second[u], f.blend[u]
	f.drop(u)
	f.link(c, p, h)
	return true
}

// demote puts a hidden copy in the place of one that was seen, above it and
// its children.
func (f *forest) demote(v int) bool {
	u := f.insert(v, f.hop[v], hop{keep: 0.7, foreign: 0.7})
	f.second[u], f.blend[u] = f.second[v], f.blend[v]
	f.second[v] = -1
	for _, k := range slices.Clone(f.kids[v]) {
		f.hang(k, u)
	}
	return len(f.kids[u]) > 1
}

// common has two copies that were merged from the same sources come from one
// hidden copy that was.
func (f *forest) common(v, w int) bool {
	if f.second[v] < 0 || f.second[v] != f.second[w] || f.parent[v] != f.parent[w] {
		return false
	}
	u := f.insert(v, f.hop[v], f.blend[v].own)
	f.second[u], f.blend[u] = f.second[v], blend{take: f.blend[v].take, own: nearlyAll}
	h := f.blend[w].own
	f.second[v], f.second[w] = -1, -1
	f.cut(w)
	f.link(w, u, h)
	return true
}

// turn puts a copy above its parent; each keeps its other children.
func (f *forest) turn(v int) bool {
	p := f.parent[v]
	g, h := f.parent[p], f.hop[p]
	if f.second[p] >= 0 || f.second[v] >= 0 {
		return false
	}
	f.cut(v)
	f.cut(p)
	f.link(v, g, h)
	f.link(p, v, h)
	return true
}
