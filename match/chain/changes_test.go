package chain

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestChangesKeepForest applies changes at random, good ones and bad ones, to a
// trade with merges: what comes out must be a forest of the same copies, in which
// no copy comes from itself by either source.
func TestChangesKeepForest(t *testing.T) {
	const seed = 700_011
	trade := simulate(seed, 300, tradeOf(seed, 0, 0.08), true, true)
	r := &reconstruction{given: trade.nodes}
	r.prepare()
	if err := r.build(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.tries = maxTries
	d := rand.New(rand.NewPCG(seed, 1))
	merged, changed := 0, 0
	for range 300 {
		if v := d.IntN(len(r.f.parent)); d.IntN(4) == 0 && r.f.alive(v) && r.movable(v) && r.f.second[v] < 0 {
			bare := r.f.clone()
			r.f = bare.clone()
			r.f.detach(v)
			if r.pairUp(v) {
				merged++
			} else {
				r.f = bare
			}
		}
		list := r.changes()
		old := r.f
		r.f = old.clone()
		if list[d.IntN(len(list))](r.f) {
			changed++
		} else {
			r.f = old
		}
		checkForest(t, r.f)
	}
	if merged < 20 || changed < 100 {
		t.Errorf("seed %d: %d copies were merged and %d changes made, want more", seed, merged, changed)
	}
}

func checkForest(t *testing.T, f *forest) {
	t.Helper()
	order := f.nodes()
	if s := slices.Sorted(slices.Values(order)); len(slices.Compact(s)) != len(order) {
		t.Fatalf("a node hangs twice: %v", order)
	}
	for v := range f.parent {
		if !f.hidden(v) && !slices.Contains(order, v) {
			t.Fatalf("copy %d is out of the forest", v)
		}
		b := f.second[v]
		if b < 0 {
			continue
		}
		if !f.alive(v) || !f.alive(b) || b == f.parent[v] || f.above(v, f.parent[v]) || f.above(v, b) {
			t.Fatalf("node %d comes from %d and %d", v, f.parent[v], b)
		}
	}
}
