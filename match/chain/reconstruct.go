package chain

import (
	"context"
	"fmt"
	"math"
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
	if err := r.prepare(ctx); err != nil {
		return g, err
	}
	if err := r.tree(); err != nil {
		return g, err
	}
	switch {
	case o.NoHidden:
	case !r.m.knowsIssued():
		r.warn = append(r.warn, "it is not known which cells were edited after the export: unseen copies were not looked for, and directions are less certain")
	default:
		if err := r.insertHidden(ctx); err != nil {
			return g, err
		}
	}
	r.findMerges()
	r.placeHolders()
	r.render(&g)
	return g, nil
}

// reconstruction is the state of one run. Items 0 and 1 are the virtual root
// and the unknown source; exports and sightings follow, then hidden copies.
type reconstruction struct {
	given  []Node
	facts  []Fact
	o      Options
	m      *model
	items  []*copied
	s      *scores
	parent []int           // by item, -1 for the root
	second map[int]int     // merges: item -> its other source
	gain   map[int]float64 // of the other source
	hold   []placement
	warn   []string
}

const (
	virtualRoot   = 0
	unknownSource = 1
)

func (r *reconstruction) prepare(ctx context.Context) error {
	unknown := &copied{node: -1, all: true}
	r.items = []*copied{{node: -1, all: true}, unknown}
	for i, n := range r.given {
		if n.Kind == Holder {
			continue
		}
		r.items = append(r.items, newCopied(i, n))
	}
	r.m = newModel(r.items)
	var err error
	r.s, err = r.m.score(ctx, r.items, r.allowed, r.prior)
	r.second, r.gain = map[int]int{}, map[int]float64{}
	return err
}

// fixed reports whether an item hangs below the virtual root.
func (r *reconstruction) fixed(i int) bool { return i == unknownSource || r.isExport(i) }

func (r *reconstruction) isExport(i int) bool {
	return r.items[i].node >= 0 && r.given[r.items[i].node].Kind == Export
}

func (r *reconstruction) allowed(from, to int) bool {
	return from != virtualRoot && to != virtualRoot && !r.fixed(to)
}

// prior is the cost of a step beside its content.
func (r *reconstruction) prior(from, to int) float64 {
	cost := r.marks(from, to) + r.timing(from, to)
	for _, f := range r.facts {
		if r.isParty(from, f.From) && r.isParty(to, f.To) {
			cost -= grade(f.Basis)
		}
	}
	return cost
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

// marks credits a step with the marks that it explains.
func (r *reconstruction) marks(from, to int) float64 {
	child := r.items[to]
	if from == unknownSource {
		return costUnknown
	}
	hidden := child.node < 0 // of a copy that was not seen no marks were read
	if r.isExport(from) {
		if hidden {
			return 0
		}
		return -clamp(child.logE[r.items[from].export])
	}
	parent := r.items[from]
	best, strange := 0.0, 0
	for name, e := range child.logE {
		if _, ok := parent.accused[name]; ok || len(parent.accused) == 0 {
			best = max(best, clamp(e))
		}
	}
	for name := range child.accused {
		if _, ok := parent.accused[name]; !ok && len(parent.accused) > 0 {
			strange++
		}
	}
	if hidden {
		best = 0
	}
	return costStrange*float64(strange) - best
}

// clamp bounds the credit of marks, so that they decide between exports and
// leave the order below an export to the content.
func clamp(logE float64) float64 { return min(max(logE, -10), maxMarks) }

func (r *reconstruction) timing(from, to int) float64 {
	p, c := r.seen(from), r.seen(to)
	switch {
	case p.IsZero() || c.IsZero() || !c.Before(p):
		return 0
	case r.isExport(from):
		return costBefore
	}
	return costEarlier
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

// tree finds the cheapest tree.
func (r *reconstruction) tree() error {
	n := len(r.items)
	cost := make([][]float64, n)
	for i := range cost {
		cost[i] = make([]float64, n)
		copy(cost[i], r.s.cost[i])
		if i == virtualRoot {
			for j := range cost[i] {
				if cost[i][j] = math.Inf(1); r.below(j) {
					cost[i][j] = 0
				}
			}
		}
	}
	var ok bool
	if r.parent, ok = branching(cost, virtualRoot); !ok {
		return fmt.Errorf("chain: no tree reaches every sighting")
	}
	return nil
}

func (r *reconstruction) below(i int) bool { return i != virtualRoot && r.fixed(i) }

// above reports whether a is an ancestor of b, or b itself; merges count.
func (r *reconstruction) above(a, b int) bool {
	if b < 0 {
		return false
	}
	if a == b {
		return true
	}
	if s, ok := r.second[b]; ok && r.above(a, s) {
		return true
	}
	return r.above(a, r.parent[b])
}

func (r *reconstruction) children(p int) (out []int) {
	for i, q := range r.parent {
		if q == p {
			out = append(out, i)
		}
	}
	return out
}
