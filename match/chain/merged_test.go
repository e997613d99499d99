package chain

import (
	"context"
	"slices"
	"testing"
)

// merging is a trade in which one hop in twelve merges two copies, and what is
// found of it.
func merging(t *testing.T, seed uint64) (truth, Graph) {
	t.Helper()
	trade := simulate(seed, 5000, tradeOf(seed, 0, 0.08), true, true)
	g, err := Reconstruct(context.Background(), trade.nodes, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return trade, g
}

// TestMergeFromUnseen has a copy that was merged from one that was seen and one
// that was not. Without such merges it pulls four unseen copies into the chain
// that never were.
func TestMergeFromUnseen(t *testing.T) {
	const seed = 90_009
	trade, g := merging(t, seed)
	var a tally
	a.add(trade, g)
	if a.edgesRight != a.edges || a.invented > 0 {
		t.Errorf("%d of %d edges right and %d unseen copies invented, want all and none", a.edgesRight, a.edges, a.invented)
	}
	v := viewGraph(trade, g)
	if !slices.ContainsFunc(v.parents["copy09"], func(p string) bool { return v.unseen[p] }) {
		t.Errorf("copy09 comes from %v, want an unseen source too", v.parents["copy09"])
	}
}

// TestUnseenCopiesAreLikely: an unseen copy of which the draws do not agree that
// it is needed is not given.
func TestUnseenCopiesAreLikely(t *testing.T) {
	const seed = 700_027
	trade := simulate(seed, 5000, tradeOf(seed, 0, 0.08), true, true)
	r := &reconstruction{given: trade.nodes}
	r.prepare()
	ctx := context.Background()
	if err := r.find(ctx); err != nil {
		t.Fatal(err)
	}
	before := len(r.f.unseen())
	if err := r.believe(ctx); err != nil {
		t.Fatal(err)
	}
	after := r.f.unseen()
	if len(after) == 0 || len(after) == before {
		t.Errorf("%d of %d unseen copies are given, want some and not all", len(after), before)
	}
	for _, u := range after {
		if p := r.odds[u].there; p < asserted {
			t.Errorf("an unseen copy is given that is needed with a probability of %.3f, want at least %.2f", p, asserted)
		}
	}
}

// TestMergeOfUnseenPart has a copy that was merged from one that was seen and
// from what an unseen hand took of an unseen copy of another.
func TestMergeOfUnseenPart(t *testing.T) {
	checkMerges(t, 700_011)
}

// TestMergeByDepartures has a copy whose second source has all of its rows: only
// cells and junk rows tell of the first one.
func TestMergeByDepartures(t *testing.T) {
	checkMerges(t, 1_200_119)
}

// TestUnseenMerge has an unseen copy that was merged before it was sold on.
func TestUnseenMerge(t *testing.T) {
	v := checkMerges(t, 1_200_058)
	for id := range v.unseen {
		if len(v.parents[id]) == 2 {
			return
		}
	}
	t.Error("no unseen copy has two sources")
}

// TestUnseenMergeOfKin has unseen copies one below the other, which one unseen copy
// merged from what was issued and a part of it would explain as well.
func TestUnseenMergeOfKin(t *testing.T) {
	v := checkMerges(t, 1_200_126)
	if len(v.unseen) != 2 {
		t.Errorf("%d unseen copies are given, want 2", len(v.unseen))
	}
	for id := range v.unseen {
		if len(v.parents[id]) != 1 {
			t.Errorf("an unseen copy comes from %v", v.parents[id])
		}
	}
}

// TestReversedMerge has a copy that is first found to be a source of the one that it
// was merged from.
func TestReversedMerge(t *testing.T) {
	checkMerges(t, 1_300_033)
}

// mergedFrom is a forest of the copies 3 and 4 of the export 2, and of 5, which was
// merged from 3 and another node.
func mergedFrom(second int) *forest {
	f := newForest(&traits{}, 6)
	f.link(2, virtualRoot, nearlyAll)
	for v, p := range map[int]int{3: 2, 4: 2, 5: 3} {
		f.link(v, p, hop{keep: 0.5})
	}
	f.second[5], f.blend[5] = second, blend{take: hop{keep: 0.25}, own: nearlyAll}
	return f
}

// TestReverse has 5, merged from 3 and 4, become a source of 4.
func TestReverse(t *testing.T) {
	f := mergedFrom(4)
	if !f.reverse(5, 5) {
		t.Fatal("it cannot be reversed")
	}
	if f.parent[5] != 3 || f.second[5] >= 0 || f.parent[4] != 2 || f.second[4] != 5 || f.blend[4].take.keep != 0.25 {
		t.Errorf("5 comes from %d and %d, 4 from %d and %d by %+v", f.parent[5], f.second[5], f.parent[4], f.second[4], f.blend[4])
	}
	if f.second[5] = 2; f.reverse(5, 5) {
		t.Error("a copy is made a source of an export")
	}
}

// TestMergeFromUnseenSibling has a copy that was merged from one that was seen and
// from an unseen copy of the issued table, of which one other copy tells: the issued
// table explains it nearly as well.
func TestMergeFromUnseenSibling(t *testing.T) {
	checkMerges(t, 1_300_061)
}

// TestMergeOfWholeLists has a copy that was merged from two unseen ones, which it had
// whole: three of the five unseen copies are missed where a second source costs as much
// as one of parts.
func TestMergeOfWholeLists(t *testing.T) {
	checkMerges(t, 1_300_049)
}

// TestPart has 5, merged from 3 and 2, come from 3 and from an unseen copy of which 4
// is a part as well.
func TestPart(t *testing.T) {
	f := mergedFrom(2)
	if !f.part(5, 4) {
		t.Fatal("no unseen copy takes part")
	}
	u := f.parent[4]
	if !f.hidden(u) || f.parent[u] != 2 || f.parent[5] != 3 || f.second[5] != u || f.hop[u].keep != 0.25 || f.blend[5].take.keep != maxShare {
		t.Errorf("4 comes from %d, that from %d by %+v, 5 from %d and %d by %+v", u, f.parent[u], f.hop[u], f.parent[5], f.second[5], f.blend[5])
	}
}

// TestLoneSourceIsKin has 5, merged from 3 and from an unseen copy of 2, from which 3
// comes, too: unless another copy comes from the unseen one, it is not there.
func TestLoneSourceIsKin(t *testing.T) {
	f := mergedFrom(2)
	u := f.grow()
	f.link(u, 2, hop{keep: 0.5})
	if f.second[5] = u; !f.mixesKin(5) {
		t.Error("an unseen copy from which nothing else comes is no kin")
	}
	if f.hang(4, u); f.mixesKin(5) {
		t.Error("an unseen copy from which 4 comes is kin")
	}
}

// checkMerges wants every edge of a trade right, no more, and no unseen copy invented.
func checkMerges(t *testing.T, seed uint64) *graphView {
	t.Helper()
	trade, g := merging(t, seed)
	var a tally
	a.add(trade, g)
	if a.edgesRight != a.edges || a.edgesGot != a.edges || a.invented > 0 {
		t.Errorf("%d of %d edges right, %d given, and %d unseen copies invented, want all, no more and none", a.edgesRight, a.edges, a.edgesGot, a.invented)
	}
	return viewGraph(trade, g)
}
