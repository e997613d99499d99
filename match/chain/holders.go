package chain

import (
	"fmt"
	"slices"
)

// placement is a holder who is known by statement only.
type placement struct {
	name   string
	parent int // item, or
	above  int // another placement; -1 for none
	fact   int // that states how it got there, -1 when only inferred
	copies []int
	facts  []int // per copy
}

// placeHolders puts the parties that facts name, and that no copy was found
// with, into the tree.
func (r *reconstruction) placeHolders() {
	at := map[string]int{}
	for i, f := range r.facts {
		for _, name := range []string{f.From, f.To} {
			if _, ok := at[name]; !ok && name != "" && len(r.copiesOf(name)) == 0 {
				at[name] = len(r.hold)
				r.hold = append(r.hold, placement{name: name, parent: -1, above: -1, fact: -1})
			}
		}
		r.placeFact(i, f, at)
	}
	for i := range r.hold {
		h := &r.hold[i]
		if h.fact < 0 && len(h.copies) > 0 {
			h.parent = r.parent[h.copies[0]]
		}
	}
}

func (r *reconstruction) placeFact(i int, f Fact, at map[string]int) {
	from, fromUnseen := at[f.From]
	to, toUnseen := at[f.To]
	switch {
	case fromUnseen && toUnseen:
		if r.hold[to].fact < 0 && !r.holdsAbove(to, from) {
			r.hold[to].above, r.hold[to].fact = from, i
		}
	case toUnseen:
		if h := &r.hold[to]; h.fact < 0 {
			h.parent, h.fact = r.outermost(r.copiesOf(f.From)), i
		}
	case fromUnseen:
		h := &r.hold[from]
		for _, c := range r.copiesOf(f.To) {
			if !slices.Contains(h.copies, c) && !r.isTop(c) {
				h.copies, h.facts = append(h.copies, c), append(h.facts, i)
			}
		}
	default:
		r.checkFact(f)
	}
}

// holdsAbove reports whether holder a is above holder b by what was stated.
func (r *reconstruction) holdsAbove(a, b int) bool {
	for ; b >= 0; b = r.hold[b].above {
		if a == b {
			return true
		}
	}
	return false
}

// checkFact warns when the content tells otherwise than a statement.
func (r *reconstruction) checkFact(f Fact) {
	for _, a := range r.copiesOf(f.From) {
		for _, b := range r.copiesOf(f.To) {
			if r.above(a, b) {
				return
			}
		}
	}
	r.warn = append(r.warn, fmt.Sprintf("%s: that %s passed a copy to %s is stated, but no copy found with %s comes from one of %s by its content", f.Basis, f.From, f.To, f.To, f.From))
}

func (r *reconstruction) copiesOf(name string) (out []int) {
	for i := range r.items {
		if r.isParty(i, name) {
			out = append(out, i)
		}
	}
	return out
}

// outermost is the copy of a party that is nearest to the root.
func (r *reconstruction) outermost(copies []int) int {
	best, depth := -1, 0
	for _, c := range copies {
		d := 0
		for p := c; p >= 0; p = r.parent[p] {
			d++
		}
		if best < 0 || d < depth {
			best, depth = c, d
		}
	}
	return best
}
