package chain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Reconstruct orders the sightings among nodes below the exports among them.
// Holder nodes need not be given: those that facts name are made. A node's ID
// must be unique.
func Reconstruct(ctx context.Context, nodes []Node, facts []Fact, o Options) (Graph, error) {
	g := Graph{Schema: Schema, Case: o.Case, Nodes: []GraphNode{}, Edges: []Edge{}, Warnings: []string{}}
	ids := map[string]bool{}
	for _, n := range nodes {
		if n.ID == "" || ids[n.ID] {
			return g, fmt.Errorf("chain: node id %q is empty or used twice", n.ID)
		}
		ids[n.ID] = true
	}
	r := &reconstruction{given: nodes, facts: facts, o: o}
	r.prepare()
	if err := r.find(ctx); err != nil {
		return g, err
	}
	if err := r.believe(ctx); err != nil {
		return g, err
	}
	r.adopt()
	r.placeHolders()
	r.render(&g)
	return g, nil
}

// reconstruction is the state of one run. Items 0 and 1 are the virtual root
// and the unknown source; exports and sightings follow, then hidden copies.
type reconstruction struct {
	given []Node
	facts []Fact
	o     Options
	u     *union
	items []*copied
	search
	parent []int           // by item, -1 for the root
	second map[int]int     // merges: item -> its other source
	odds   []belief        // by item
	joint  map[int]float64 // posterior of the second source, by merged item
	hold   []placement
	pools  []*pool // by core
	warn   []string
}

const (
	virtualRoot   = 0
	unknownSource = 1
)

func (r *reconstruction) prepare() {
	r.items = []*copied{{node: -1, all: true}, {node: -1, all: true}}
	for i, n := range r.given {
		if n.Kind != Holder {
			r.items = append(r.items, newCopied(i, n))
		}
	}
	readdress(r.items)
	r.u = unionOf(r.items)
	t := traitsOf(r.items, r.u)
	r.search = search{f: newForest(t, len(r.items)), pool: &pool{n: len(t.weight)}, known: r.known, noHidden: r.o.NoHidden, noUnknown: r.o.Known}
	for v, c := range r.items {
		r.fixed = append(r.fixed, v == virtualRoot || r.isTop(v))
		r.spam = append(r.spam, c.spam)
	}
	for v := range r.items {
		row := make([]float64, len(r.items))
		for e := range r.items {
			if r.isTop(e) {
				row[e] = r.markOf(v, e)
			}
		}
		r.marks = append(r.marks, row)
	}
}

// find searches the forest, at first with merges allowed that cost more in the end:
// they lead to others that are not found without. If some are left, it goes on from
// there, and once more without them, and the shorter description counts.
func (r *reconstruction) find(ctx context.Context) error {
	if err := r.build(ctx); err != nil {
		return err
	}
	if err := r.improve(ctx); err != nil {
		return err
	}
	plain := r.f.clone()
	r.lenient = true
	err := r.merging(ctx)
	r.lenient = false
	if err != nil || !slices.ContainsFunc(r.f.unseen(), r.f.mixesKin) {
		return err
	}
	if err := r.improve(ctx); err != nil {
		return err
	}
	if err := r.merging(ctx); err != nil {
		return err
	}
	again, value := r.f, r.settled()
	r.f = plain
	if err := r.merging(ctx); err != nil {
		return err
	}
	if r.settled() < value {
		r.f = again
	}
	return nil
}

// merging looks for merged copies, and for a shorter description after each.
func (r *reconstruction) merging(ctx context.Context) error {
	for range maxMerges {
		more, err := r.merges(ctx)
		if err != nil || !more {
			return err
		}
		if err := r.improve(ctx); err != nil {
			return err
		}
	}
	return nil
}

// adopt takes the forest as the answer.
func (r *reconstruction) adopt() {
	r.parent, r.second = r.f.parent, map[int]int{}
	for v, q := range r.f.second {
		if q >= 0 && r.f.alive(v) {
			r.second[v] = q
		}
	}
	r.imagine()
}

// imagine makes for every hidden node the least copy that it can have been.
func (r *reconstruction) imagine() {
	order := r.f.nodes()
	for len(r.items) < len(r.parent) {
		r.items = append(r.items, &copied{node: -1, tables: map[string]*held{}})
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := order[i]
		if !r.f.hidden(v) {
			continue
		}
		var c *copied
		for _, k := range r.f.kids[v] {
			if c == nil {
				c = r.items[k]
			} else {
				c = join(c, r.items[k])
			}
		}
		if c == nil {
			continue
		}
		lone := *c
		lone.node = -1
		r.items[v] = &lone
	}
}

// isTop reports whether an item hangs below the virtual root.
func (r *reconstruction) isTop(i int) bool { return i == unknownSource || r.isExport(i) }

func (r *reconstruction) isExport(i int) bool {
	return r.items[i].node >= 0 && r.given[r.items[i].node].Kind == Export
}

// known is what is known of a step between two copies beside its content.
func (r *reconstruction) known(v, parent int) float64 {
	sum := r.timing(parent, v)
	for _, f := range r.facts {
		if r.isParty(parent, f.From) && r.isParty(v, f.To) {
			sum += grade(f.Basis)
		}
	}
	return sum
}

// grade is the weight of a statement in nats, by its source: what a bank or a
// log shows is worth more than what somebody says.
func grade(basis string) float64 {
	switch basis {
	case "confession":
		return 5
	case "payment", "log":
		return 4
	case "chat":
		return 3
	}
	return 1.5
}

const (
	costUnknown = 8.0  // an unknown source instead of an export
	maxMarks    = 80.0 // the most that the marks of an export are counted
	costEarlier = 1.0  // the child was seen first: a copy exists before it is seen
	costBefore  = 200  // seen before the export was issued
)

// markOf is what a copy's marks say of its being below an export.
func (r *reconstruction) markOf(v, e int) float64 {
	if e == unknownSource {
		return -costUnknown
	}
	return min(max(r.items[v].logE[r.items[e].export], -10), maxMarks)
}

func (r *reconstruction) timing(from, to int) float64 {
	p, c := r.seen(from), r.seen(to)
	switch {
	case p.IsZero() || c.IsZero() || !c.Before(p):
		return 0
	case r.isExport(from):
		return -costBefore
	}
	return -costEarlier
}

func (r *reconstruction) seen(i int) time.Time {
	if n := r.items[i].node; n >= 0 {
		return r.given[n].FirstSeen
	}
	return time.Time{}
}

// isParty reports whether an item is a copy that a party named in a fact
// holds or was issued.
func (r *reconstruction) isParty(i int, name string) bool {
	if r.items[i].node < 0 || name == "" {
		return false
	}
	n := r.given[r.items[i].node]
	return n.ID == name || n.Label == name || n.Holder == name || n.Kind == Export && n.Recipient == name
}

// above reports whether a is an ancestor of b, or b itself; merges count.
func (r *reconstruction) above(a, b int) bool { return r.f.above(a, b) }

func (r *reconstruction) children(p int) []int { return r.f.kids[p] }

// sigmoid is the logistic function.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
