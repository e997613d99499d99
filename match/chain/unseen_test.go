package chain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"telltale/internal/attack"
)

// TestUnseenCopies has trades each of which shows what one part of the search
// is for: all steps and all unseen copies but the missing ones are found, and
// none is invented. The seeds are among those that the model was made on.
func TestUnseenCopies(t *testing.T) {
	for _, c := range []struct {
		why     string
		seed    uint64
		missing int
	}{
		{"days that three lists have in common are named once: adopt", 700_058, 1},
		{"the days of one list are those of two others: gather", 700_020, 0},
		{"what hung at a copy that was taken out moves: rehang", 700_053, 0},
		{"an unseen copy stays though its own source is in doubt: there", 700_006, 0},
		{"values that two lists lack by chance make no unseen copy: leaked", 700_017, 0},
	} {
		t.Run(c.why, func(t *testing.T) {
			trade := simulate(c.seed, 5000, tradeOf(c.seed, 0, 0), true, true)
			g, err := Reconstruct(context.Background(), trade.nodes, nil, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var a tally
			a.add(trade, g)
			if a.edgesRight < a.edges || a.hiddenFound < a.hidden-c.missing || a.invented > 0 {
				t.Errorf("seed %d: %d of %d edges, %d of %d unseen copies found and %d invented; want all, all but %d, and none",
					c.seed, a.edgesRight, a.edges, a.hiddenFound, a.hidden, a.invented, c.missing)
			}
		})
	}
}

// TestRefitPricesChoices: a price of naming values that comes from another place is
// forgotten where the hop is now.
func TestRefitPricesChoices(t *testing.T) {
	const seed = 700_058
	r := &reconstruction{given: simulate(seed, 2000, tradeOf(seed, 0, 0), true, true).nodes}
	r.prepare()
	if err := r.build(t.Context()); err != nil {
		t.Fatal(err)
	}
	for v := range r.f.hop {
		r.f.hop[v].cost = 0
	}
	r.refit()
	choices := 0
	for _, v := range r.f.nodes()[1:] {
		if n := len(r.f.hop[v].filters); n > 0 {
			choices += n
			if r.f.hop[v].cost < 3 {
				t.Errorf("seed %d: %d choices by values cost %.1f nats", seed, n, r.f.hop[v].cost)
			}
		}
	}
	if choices < 2 {
		t.Errorf("seed %d: %d choices by values, want some", seed, choices)
	}
}

// TestUnseenThoughMessagesAreInDoubt: a dozen messages may come from the unseen
// copy or from what was issued, and that two lists come from it is as sure as
// without them. Where its posterior is low for that, the step says so.
func TestUnseenThoughMessagesAreInDoubt(t *testing.T) {
	const trades = 12
	said := 0
	for seed := range uint64(trades) {
		r := rand.New(rand.NewPCG(seed, 9))
		issued := people(3000, r)
		reseller := attack.Sample(0.6).Run(issued, r)
		messages := attack.Chain(attack.Sample(0.5), attack.SampleN(12), attack.Keep("phone")).Run(reseller, r)
		hops := []attack.Hop{
			{Parent: -1, Other: -1, Table: reseller},
			{Parent: 0, Other: -1, Seen: true, Table: attack.Sample(0.5).Run(reseller, r)},
			{Parent: 0, Other: -1, Seen: true, Table: attack.Chain(attack.Sample(0.4), attack.Keep("name", "phone")).Run(reseller, r)},
			{Parent: 0, Other: -1, Seen: true, Spam: true, Table: messages},
		}
		trade := truthOf(issued, hops, true, false, r)
		g, err := Reconstruct(context.Background(), trade.nodes, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := viewGraph(trade, g)
		for _, e := range g.Edges {
			told := strings.HasPrefix(e.Why, "somebody unseen had a copy (0.99); undecided whether just these come from it")
			if v.unseen[e.To] && e.Posterior < undecided && !told {
				t.Errorf("seed %d: an unseen copy with a posterior of %.2f is explained by %q", seed, e.Posterior, e.Why)
			}
			said += int(bit(told))
		}
		got := map[string]bool{}
		for id := range v.unseen {
			got[v.descendants(id)] = true
		}
		if !got[fmt.Sprint([]string{copyID(1), copyID(2)})] && !got[fmt.Sprint([]string{copyID(1), copyID(2), copyID(3)})] {
			t.Errorf("seed %d: the unseen copies are of %v, want one of both lists", seed, got)
		}
	}
	if said == 0 {
		t.Error("no trade has messages in doubt, want some")
	}
}

// TestColumnOrders: copies whose columns stand in one order that is not the
// issued one share a departure, those with too few columns say nothing.
func TestColumnOrders(t *testing.T) {
	copyOf := func(names ...string) *copied {
		h := &held{rows: roaring.New()}
		for _, n := range names {
			h.cols = append(h.cols, Column{Name: n})
		}
		h.reindex()
		return &copied{tables: map[string]*held{"t": h}}
	}
	issued := copyOf("a", "b", "c", "d", "e", "f")
	issued.export = "acme"
	items := []*copied{issued,
		copyOf("f", "e", "a", "b", "c", "d"),
		copyOf("f", "e", "a", "b"),
		copyOf("f", "e", "a"),
		copyOf("a", "b", "c", "e", "f"),
		copyOf("b", "a", "d", "c", "f", "e"),
	}
	l := &traitList{index: map[string]int{}}
	l.t.state = make([][]uint8, len(items))
	u := unionOf(items)
	l.addColumnOrders(items, "t", u.layout["t"])
	var got [][]uint8
	for i := range l.t.weight {
		var states []uint8
		for v := range items {
			states = append(states, l.t.state[v][i])
		}
		got = append(got, states)
	}
	want := [][]uint8{
		{absent, present, present, unknown, absent, unknown},
		{absent, unknown, unknown, unknown, absent, present},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the states are %v, want %v", got, want)
	}
	for child, want := range map[int]bool{2: true, 3: false, 4: false, 5: false} {
		if got := u.compare(items[1], items[child]).columnsKept; got != want {
			t.Errorf("copy %d keeps the changed order of copy 1: %v, want %v", child, got, want)
		}
	}
	if first, second := l.t.birth[0], l.t.birth[1]; first <= second {
		t.Errorf("an order of four columns arises with %g, one of six with %g: want it likelier", first, second)
	}
}

// TestNamingValuesCostsWhereTheCopyHangs: to name 80 days of 300 costs more than
// 80 of 90, however the copy came to choose them.
func TestNamingValuesCostsWhereTheCopyHangs(t *testing.T) {
	const days, chosen = 300, 80
	tr := &traits{rows: days, groups: [][]int32{make([]int32, days)}, values: []int{days}, ordered: []bool{false}}
	in, f := make([]pair, days), filter{in: make([]bool, days), pass: 1}
	for i := range days {
		tr.groups[0][i] = int32(i)
		tr.weight = append(tr.weight, 1)
		f.in[i] = i*chosen/days != (i+1)*chosen/days
		in[i] = seen[bit(f.in[i])]
	}
	cost := func(there int) float64 {
		prior, left := make([]float64, days), there-chosen
		for i := range prior {
			if f.in[i] {
				prior[i] = 1
			} else if left > 0 {
				prior[i], left = 1, left-1
			}
		}
		h := hop{keep: 1, filters: []filter{f}, cost: 1}
		tr.reprice(&h, prior, in, nil)
		return h.cost
	}
	for _, there := range []int{90, days} {
		if got, want := cost(there), subset(float64(there), chosen)+math.Log(2); math.Abs(got-want) > 1e-6 {
			t.Errorf("%d of %d values cost %.1f nats, want %.1f", chosen, there, got, want)
		}
	}
}
