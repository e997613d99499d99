package chain

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

// TestChangesKeepForest applies changes at random, good ones and bad ones, to a
// trade with merges: what comes out must be a forest of the same copies, in which
// no copy comes from itself by either source.
func TestChangesKeepForest(t *testing.T) {
	merged, changed := 0, 0
	for seed := range uint64(8) {
		m, c := changeAtRandom(t, seed)
		merged, changed = merged+m, changed+c
	}
	if merged < 100 || changed < 500 {
		t.Errorf("%d copies were merged and %d changes made, want more", merged, changed)
	}
}

// outdated is how many changes are made of those that were listed for one forest: the
// later ones find another than they were listed for, as in a search.
const outdated = 8

func changeAtRandom(t *testing.T, seed uint64) (merged, changed int) {
	t.Helper()
	trade := simulate(seed, 300, tradeOf(seed, 0, 0.08), true, true)
	r := &reconstruction{given: trade.nodes}
	r.prepare()
	if err := r.build(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.tries = maxTries
	d := rand.New(rand.NewPCG(seed, 1))
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
			if err := wrong(r.f); err != "" {
				t.Fatalf("seed %d: after pairUp of %d: %s", seed, v, err)
			}
		}
		list := r.changes()
		for range min(len(list), outdated) {
			old := r.f
			r.f = old.clone()
			change := list[d.IntN(len(list))]
			if change(r.f) {
				changed++
			} else {
				r.f = old
			}
			if err := wrong(r.f); err != "" {
				t.Fatalf("seed %d: after %s: %s", seed, runtime.FuncForPC(reflect.ValueOf(change).Pointer()).Name(), err)
			}
		}
	}
	return merged, changed
}

// wrong says what is wrong with a forest.
func wrong(f *forest) string {
	hung := map[int]bool{0: true}
	for list := []int{0}; len(list) > 0; list = list[1:] {
		for _, k := range f.kids[list[0]] {
			if hung[k] || f.parent[k] != list[0] {
				return fmt.Sprintf("node %d hangs at %d and at %d", k, list[0], f.parent[k])
			}
			hung[k] = true
			list = append(list, k)
		}
	}
	for v, b := range f.second {
		switch {
		case hung[v] != f.alive(v) || !f.hidden(v) && !hung[v]:
			return fmt.Sprintf("node %d is out of the forest", v)
		case b >= 0 && (!hung[v] || !hung[b] || b == f.parent[v]):
			return fmt.Sprintf("node %d comes from %d and %d", v, f.parent[v], b)
		case hung[v] && fromItself(f, v):
			return fmt.Sprintf("node %d comes from itself", v)
		}
	}
	return ""
}

func fromItself(f *forest, v int) bool {
	known := map[int]bool{}
	for list := []int{f.parent[v], f.second[v]}; len(list) > 0; list = list[1:] {
		u := list[0]
		if u == v {
			return true
		}
		if u >= 0 && !known[u] {
			known[u] = true
			list = append(list, f.parent[u], f.second[u])
		}
	}
	return false
}
