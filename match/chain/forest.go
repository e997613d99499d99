package chain

import (
	"math"
	"slices"
)

// forest is a tree over copies: those that were given, numbered as the traits
// are, and hidden ones with higher numbers. Node 0 is the root: the table as
// issued. Its children never move: exports and the unknown source.
type forest struct {
	t      *traits
	parent []int   // -1 for the root and for nodes that are out of the tree
	kids   [][]int // ascending
	hop    []hop   // by which a node came from its parent
	second []int   // another parent of a merged copy, -1 for none
	blend  []blend // of merged copies
	given  int
}

// hop says how a copy's rows were taken from its parent's: each with
// probability keep, but none whose value in a column is not one that was
// asked for. A hop may stand for several hands in a line, so there may be
// several such columns. Foreign rows have a share of their own: their values
// are not known.
type hop struct {
	keep    float64
	foreign float64
	filters []filter
	cost    float64
}

// nearlyAll is a hop that keeps all rows, as far as is known.
var nearlyAll = hop{keep: 1 - 1e-3, foreign: 1 - 1e-3}

// filter keeps the rows with some values of a column.
type filter struct {
	column int     // into traits.groups
	in     []bool  // by value
	pass   float64 // the share of rows that pass, of those whose value is not known
}

// then is a hop and another one as one.
func (h hop) then(next hop) hop {
	out := hop{keep: h.keep * next.keep, foreign: h.foreign * next.foreign, cost: h.cost + next.cost, filters: slices.Clone(h.filters)}
	for _, f := range next.filters {
		i := out.filterOf(f.column)
		if i < 0 {
			out.filters = append(out.filters, f)
			continue
		}
		x := &out.filters[i]
		x.in = slices.Clone(x.in)
		for g := range x.in {
			x.in[g] = x.in[g] && f.in[g]
		}
		x.pass *= f.pass
	}
	return out
}

// fewer are a hop that has filters, and the same without each of them.
func (h hop) fewer() (out []hop) {
	if h.filters == nil {
		return nil
	}
	out = append(out, h)
	for k := range h.filters {
		out = append(out, h.without(k))
	}
	return out
}

// without is a hop without one of its filters.
func (h hop) without(k int) hop {
	h.filters = slices.Delete(slices.Clone(h.filters), k, k+1)
	return h
}

// leaked is the probability that a row passes a filter that it should not.
const leaked = 1e-3

func newForest(t *traits, given int) *forest {
	f := &forest{t: t, given: given}
	for range given {
		f.grow()
	}
	return f
}

// grow adds a node that is out of the tree.
func (f *forest) grow() int {
	f.parent, f.kids = append(f.parent, -1), append(f.kids, nil)
	f.hop, f.second, f.blend = append(f.hop, hop{keep: 0.5, foreign: 0.5}), append(f.second, -1), append(f.blend, blend{})
	return len(f.parent) - 1
}

func (f *forest) clone() *forest {
	g := &forest{t: f.t, given: f.given, parent: slices.Clone(f.parent), hop: slices.Clone(f.hop), second: slices.Clone(f.second), blend: slices.Clone(f.blend)}
	for _, k := range f.kids {
		g.kids = append(g.kids, slices.Clone(k))
	}
	return g
}

func (f *forest) hidden(v int) bool { return v >= f.given }

// alive reports whether a node is in the tree.
func (f *forest) alive(v int) bool { return v == 0 || f.parent[v] >= 0 }

// nodes lists the nodes in the tree, each after its parent.
func (f *forest) nodes() []int {
	out := []int{0}
	for i := 0; i < len(out); i++ {
		out = append(out, f.kids[out[i]]...)
	}
	return out
}

// subtree lists a node and all below it.
func (f *forest) subtree(v int) []int {
	out := []int{v}
	for i := 0; i < len(out); i++ {
		out = append(out, f.kids[out[i]]...)
	}
	return out
}

// below reports whether v is in the subtree of a; second parents do not count.
func (f *forest) below(v, a int) bool {
	for ; v >= 0; v = f.parent[v] {
		if v == a {
			return true
		}
	}
	return false
}

// above reports whether a is an ancestor of v or v itself, by any parent.
func (f *forest) above(a, v int) bool {
	if v < 0 {
		return false
	}
	return a == v || f.above(a, f.parent[v]) || f.above(a, f.second[v])
}

// link hangs a node below another one. One that is its second source already is
// its only one then.
func (f *forest) link(v, p int, h hop) {
	f.parent[v], f.hop[v] = p, h
	if f.second[v] == p {
		f.second[v] = -1
	}
	i, _ := slices.BinarySearch(f.kids[p], v)
	f.kids[p] = slices.Insert(f.kids[p], i, v)
}

// hang moves a node below another one, by the same hop.
func (f *forest) hang(v, p int) {
	h := f.hop[v]
	f.cut(v)
	f.link(v, p, h)
}

func (f *forest) cut(v int) {
	p := f.parent[v]
	if i, ok := slices.BinarySearch(f.kids[p], v); ok {
		f.kids[p] = slices.Delete(f.kids[p], i, i+1)
	}
	f.parent[v] = -1
}

// detach takes a subtree out, and the hidden parent with it that is left with
// one child: that child then hangs where its parent hung. It returns the
// child, or -1.
func (f *forest) detach(v int) int {
	u := f.parent[v]
	f.cut(v)
	return f.contract(u)
}

// contract removes a hidden node that has fewer than two children.
func (f *forest) contract(u int) int {
	if !f.hidden(u) || !f.alive(u) || len(f.kids[u]) > 1 || f.isSecond(u) || f.mergesBelow(u) {
		return -1
	}
	p := f.parent[u]
	left := -1
	if len(f.kids[u]) == 1 {
		left = f.kids[u][0]
		f.inherit(u, left)
	}
	f.drop(u)
	if left < 0 {
		return f.contract(p)
	}
	return left
}

// inherit hangs a child of a hidden node where that hangs, below both sources of
// a merged one.
func (f *forest) inherit(u, c int) {
	h := f.hop[u].then(f.hop[c])
	if f.second[u] >= 0 {
		f.second[c], f.blend[c] = f.second[u], blend{take: f.blend[u].take, own: f.blend[u].own.then(f.hop[c])}
		h = f.hop[u]
	}
	f.cut(c)
	f.link(c, f.parent[u], h)
}

// drop takes a hidden node out for good.
func (f *forest) drop(u int) {
	f.cut(u)
	f.second[u] = -1
}

// mixesKin reports whether a node was merged from two of which one comes from the
// other.
func (f *forest) mixesKin(v int) bool {
	a, b := f.parent[v], f.second[v]
	if b >= 0 && f.lone(b) {
		b = f.parent[b]
	}
	return b >= 0 && f.kin(a, b)
}

// kin reports whether one of two nodes comes from the other.
func (f *forest) kin(a, b int) bool { return f.above(a, b) || f.above(b, a) }

// lone reports whether an unseen copy is the second source of one copy, and nothing
// else comes from it: of its own source it then says no more than the merge does.
func (f *forest) lone(u int) bool {
	merged := 0
	for _, b := range f.second {
		merged += int(bit(b == u))
	}
	return f.hidden(u) && len(f.kids[u]) == 0 && merged == 1
}

func (f *forest) isSecond(u int) bool { return slices.Contains(f.second, u) }

// insert puts a new hidden node between a node and its parent.
func (f *forest) insert(t int, above, under hop) int {
	u := f.spare()
	p := f.parent[t]
	f.cut(t)
	f.link(u, p, above)
	f.link(t, u, under)
	return u
}

// spare is a hidden node that is out of the tree.
func (f *forest) spare() int {
	for v := f.given; v < len(f.parent); v++ {
		if f.parent[v] < 0 && len(f.kids[v]) == 0 {
			return v
		}
	}
	return f.grow()
}

// unseen lists the copies that nobody saw.
func (f *forest) unseen() (out []int) {
	for v := f.given; v < len(f.parent); v++ {
		if f.alive(v) {
			out = append(out, v)
		}
	}
	return out
}

// exportOf is the child of the root that a node comes from.
func (f *forest) exportOf(v int) int {
	for f.parent[v] > 0 {
		v = f.parent[v]
	}
	return v
}

// subset is ln((n+1) C(n,k)): the cost of saying which k of n when every share
// is as likely.
func subset(n, k float64) float64 {
	k = min(max(k, 0), n)
	return math.Log(n+1) + lchoose(n, k)
}

func lchoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}
