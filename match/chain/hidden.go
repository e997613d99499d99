package chain

import (
	"context"
	"math"
	"slices"
)

const (
	costHidden = 20.0 // what an unseen copy has to save
	costMerge  = 20.0 // what a second source has to save
	maxPairs   = 400  // pairs examined for a common ancestor, the most promising first
)

// insertHidden adds unseen copies between a parent and two of its
// descendants as long as the description gets shorter by more than
// costHidden. What both share and the parent lacks is then said once.
func (r *reconstruction) insertHidden(ctx context.Context) error {
	for range 2 * len(r.given) {
		if err := ctx.Err(); err != nil {
			return err
		}
		best, found := candidate{gain: costHidden}, false
		for _, c := range r.candidates() {
			if c = r.examine(c); c.gain > best.gain {
				best, found = c, true
			}
		}
		if !found {
			return nil
		}
		r.insert(best)
	}
	return nil
}

// candidate is an unseen copy below parent and above a and b.
type candidate struct {
	parent, a, b int
	copy         *copied
	gain         float64
}

// candidates lists pairs that may have an unseen common ancestor: two
// children of one parent, or a child and its own child. Those that share most
// come first.
func (r *reconstruction) candidates() []candidate {
	type ranked struct {
		candidate
		promise int
	}
	var list []ranked
	add := func(p, a, b int) {
		d := &r.s.steps[a][b]
		list = append(list, ranked{candidate{parent: p, a: a, b: b}, d.inherited*8 + d.foreignKept*8 + int(d.kept)})
	}
	for p := range r.parent {
		kids := r.children(p)
		if p == virtualRoot {
			continue
		}
		for i, a := range kids {
			for _, b := range kids[i+1:] {
				add(p, a, b)
			}
			if r.fixed(a) {
				continue
			}
			for _, b := range r.children(a) {
				if r.items[a].node >= 0 {
					add(p, a, b)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(x, y ranked) int { return y.promise - x.promise })
	var out []candidate
	for _, c := range list[:min(len(list), maxPairs)] {
		out = append(out, c.candidate)
	}
	return out
}

// examine works out what an unseen copy above a and b would save.
func (r *reconstruction) examine(c candidate) candidate {
	c.copy = join(r.items[c.a], r.items[c.b], false)
	r.estimate(c)
	before := r.s.cost[r.parent[c.a]][c.a] + r.s.cost[r.parent[c.b]][c.b]
	after := r.step(r.items[c.parent], c.copy) + r.marksOf(c.parent, c.copy) +
		r.step(c.copy, r.items[c.a]) + r.step(c.copy, r.items[c.b]) + r.inside(c.copy, c.a) + r.inside(c.copy, c.b)
	c.gain = before - after
	return c
}

// estimate sets how many rows the unseen copy had: two random samples of a and
// b rows that share s came from a*b/s rows (Lincoln and Petersen).
func (r *reconstruction) estimate(c candidate) {
	for _, key := range c.copy.keys() {
		h, a, b := c.copy.tables[key], r.items[c.a].tables[key], r.items[c.b].tables[key]
		h.extra = 0
		if a == nil || b == nil {
			continue
		}
		na, nb := a.rows.GetCardinality()+a.extra, b.rows.GetCardinality()+b.extra
		shared, union := a.rows.AndCardinality(b.rows), h.rows.GetCardinality()
		room := r.m.rowsOf[key]
		if p := r.items[c.parent].tables[key]; p != nil && !r.items[c.parent].all {
			room = p.rows.GetCardinality() + p.extra
		}
		if size := min(na*nb/max(shared, 1), room); shared > 0 && size > union {
			h.extra = size - union
		}
	}
}

func (r *reconstruction) step(a, b *copied) float64 {
	d := r.m.derive(a, b)
	return d.cost
}

// marksOf is the marks' part of a step to a copy that has no number yet.
func (r *reconstruction) marksOf(parent int, child *copied) float64 {
	r.items = append(r.items, child)
	defer func() { r.items = r.items[:len(r.items)-1] }()
	return r.marks(parent, len(r.items)-1)
}

func (r *reconstruction) inside(parent *copied, child int) float64 {
	r.items = append(r.items, parent)
	defer func() { r.items = r.items[:len(r.items)-1] }()
	return r.marks(len(r.items)-1, child)
}

// insert makes the candidate an item and moves below it what is cheaper there.
func (r *reconstruction) insert(c candidate) {
	h := len(r.items)
	r.items = append(r.items, c.copy)
	r.parent = append(r.parent, c.parent)
	r.grow(h)
	r.parent[c.a], r.parent[c.b] = h, h
	for i := range r.parent {
		if i != h && !r.fixed(i) && i != virtualRoot && r.parent[i] != h && !r.above(i, h) && r.s.cost[h][i] < r.s.cost[r.parent[i]][i] {
			r.parent[i] = h
		}
	}
}

// grow accounts for all steps to and from a new item.
func (r *reconstruction) grow(h int) {
	r.s.items = r.items
	for i := range h {
		r.s.steps[i] = append(r.s.steps[i], derivation{})
		r.s.cost[i] = append(r.s.cost[i], math.Inf(1))
	}
	r.s.steps = append(r.s.steps, make([]derivation, h+1))
	r.s.cost = append(r.s.cost, make([]float64, h+1))
	r.s.cost[h][h] = math.Inf(1)
	for i := range h {
		r.s.cost[h][i] = math.Inf(1)
		if r.allowed(i, h) {
			r.s.steps[i][h] = r.m.derive(r.items[i], r.items[h])
			r.s.cost[i][h] = r.s.steps[i][h].cost + r.prior(i, h)
		}
		if r.allowed(h, i) {
			r.s.steps[h][i] = r.m.derive(r.items[h], r.items[i])
			r.s.cost[h][i] = r.s.steps[h][i].cost + r.prior(h, i)
		}
	}
}

// findMerges gives a copy a second source where its parent leaves much
// unexplained that another copy has.
func (r *reconstruction) findMerges() {
	for i, c := range r.items {
		p := r.parent[i]
		if i == virtualRoot || r.fixed(i) || p < 0 || c.node < 0 || r.items[p].all {
			continue
		}
		best, bestGain := -1, costMerge
		for q := range r.items {
			if q == virtualRoot || q == p || q == i || r.items[q].all || r.above(i, q) || r.above(q, p) {
				continue
			}
			both := join(r.items[p], r.items[q], true)
			r.prefer(both, c, r.items[p], r.items[q])
			if gain := r.s.cost[p][i] - r.step(both, c) - r.inside(both, i); gain > bestGain {
				best, bestGain = q, gain
			}
		}
		if best >= 0 {
			r.second[i], r.gain[i] = best, bestGain
		}
	}
}

// prefer sets the cells of a merged copy to the source's that the child has.
func (r *reconstruction) prefer(both, child, a, b *copied) {
	for key, h := range both.tables {
		c := child.tables[key]
		if c == nil || a.tables[key] == nil || b.tables[key] == nil {
			continue
		}
		h.hashes = slices.Clone(h.hashes)
		for i, row := range h.sample {
			at, ok := slices.BinarySearch(c.sample, row)
			if !ok {
				continue
			}
			for k, col := range h.cols {
				v, ok := c.cell(at, col.Name)
				if !ok {
					continue
				}
				for _, s := range []*held{a.tables[key], b.tables[key]} {
					if j, ok := slices.BinarySearch(s.sample, row); ok {
						if w, ok := s.cell(j, col.Name); ok && w.hash == v.hash {
							h.hashes[i*len(h.cols)+k] = w.hash
							h.edited[i] = h.edited[i]&^(1<<k) | bit(w.edited)<<k
							h.known[i] = h.known[i]&^(1<<k) | bit(w.known)<<k
						}
					}
				}
			}
		}
	}
}
