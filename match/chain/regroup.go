package chain

import "slices"

// Where a choice by values stands, above or below an unseen copy, decides who
// can hang there, and no move of a single subtree changes it: a copy that lacks
// the values hangs elsewhere, and while it does, the choice stays.

// regroupings are the changes of where the choices of a node stand.
func (s *search) regroupings(v int) (out []func(*forest) bool) {
	if !s.movable(v) {
		return nil
	}
	for k := range s.f.hop[v].filters {
		if s.f.hidden(v) {
			out = append(out, func(f *forest) bool { return f.alive(v) && f.postpone(v, k) })
		}
		if !s.noHidden {
			out = append(out, func(*forest) bool { return s.movable(v) && s.gather(v, k) })
		}
	}
	if !s.f.hidden(v) {
		return out
	}
	for _, w := range s.f.kids[s.f.parent[v]] {
		if w != v && s.movable(w) && s.f.hop[v].shares(&s.f.hop[w]) {
			out = append(out, func(f *forest) bool { return f.alive(v) && f.parent[v] == f.parent[w] && f.adopt(v, w) })
		}
	}
	return out
}

// shares reports whether two hops have a filter of one column.
func (h *hop) shares(o *hop) bool {
	return slices.ContainsFunc(h.filters, func(f filter) bool { return o.uses(f.column) })
}

// postpone has the copies below a hidden node choose by the values by which it
// chose.
func (f *forest) postpone(u, k int) bool {
	h := f.hop[u]
	if k >= len(h.filters) || f.isSecond(u) || f.second[u] >= 0 {
		return false
	}
	f.hop[u] = h.without(k)
	for _, c := range f.kids[u] {
		f.hop[c] = hop{keep: 1, foreign: 1, filters: h.filters[k : k+1]}.then(f.hop[c])
	}
	return true
}

// gather puts a hidden node above a node and those of its siblings that pass one
// of its filters, and has the filter there.
func (s *search) gather(v, k int) bool {
	f := s.f
	if k >= len(f.hop[v].filters) {
		return false
	}
	x := f.hop[v].filters[k]
	var with []int
	for _, w := range f.kids[f.parent[v]] {
		if w != v && s.movable(w) && s.passing(w, &x) {
			with = append(with, w)
		}
	}
	if len(with) == 0 || len(with) == len(f.kids[f.parent[v]])-1 {
		return false
	}
	u := f.insert(v, hop{keep: 1 - 1e-3, foreign: 1 - 1e-3, filters: []filter{x}}, f.hop[v].without(k))
	for _, w := range with {
		f.hang(w, u)
	}
	return true
}

// stray is the share of a copy's rows that may lack the values by which an
// unseen copy above it is tried to have chosen.
const stray = 0.01

// passing reports whether nearly all rows that were seen at a node and below
// pass a filter.
func (s *search) passing(v int, x *filter) bool {
	t := s.f.t
	groups := t.groups[x.column]
	out, all := 0.0, 0.0
	for _, u := range s.f.subtree(v) {
		if s.f.hidden(u) {
			continue
		}
		for i, state := range t.state[u][:t.rows] {
			if g := groups[i]; state == present && g >= 0 {
				all += t.weight[i]
				out += t.weight[i] * float64(bit(!x.in[g]))
			}
		}
	}
	return out <= stray*all
}

// adopt hangs a node below its hidden sibling, which then chose by the values of
// both in the columns by which both chose; by others its children chose.
func (f *forest) adopt(u, w int) bool {
	if f.second[w] >= 0 || f.second[u] >= 0 || f.isSecond(u) {
		return false
	}
	h := f.hop[w]
	for k := len(f.hop[u].filters) - 1; k >= 0; k-- {
		x := f.hop[u].filters[k]
		i := h.filterOf(x.column)
		if i < 0 {
			f.postpone(u, k)
			continue
		}
		f.hop[u].filters = slices.Clone(f.hop[u].filters)
		f.hop[u].filters[k] = f.t.widened(&x, &h.filters[i])
	}
	f.hang(w, u)
	return true
}

// widened lets through what either of two filters of a column does, and what is
// between where the order of the values is known.
func (t *traits) widened(x, y *filter) filter {
	out := filter{column: x.column, in: slices.Clone(x.in), pass: max(x.pass, y.pass)}
	lo, hi := len(out.in), 0
	for g := range out.in {
		if out.in[g] = out.in[g] || y.in[g]; out.in[g] {
			lo, hi = min(lo, g), g
		}
	}
	for g := lo; t.ordered[x.column] && g < hi; g++ {
		out.in[g] = true
	}
	return out
}
