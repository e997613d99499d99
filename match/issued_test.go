package match

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"telltale/internal/table"
	"telltale/match/chain"
	"telltale/store"
)

// TestOlderStates puts files of two states of a table, which share four rows in
// five, below exports of both states to one recipient. Parts of files are drawn
// from them; some have no row but those that both states have, and are linked to
// the newer one. The key and the seeds are fixed: there is no chance of a false
// alarm.
func TestOlderStates(t *testing.T) {
	const rows = 400
	w := newWorld(t)
	header, state := people(rand.New(rand.NewPCG(14, 1)), rows)
	_, fresh := people(rand.New(rand.NewPCG(14, 2)), rows)
	recipient := names("r", 5)[2]
	var copies [][][]string
	for k := range 2 {
		made := w.make(issue{dataset: "people", scheme: peopleScheme(), rows: state, recipients: names("r", 5), at: issued.Add(time.Duration(k) * 24 * time.Hour)})
		copies = append(copies, made[recipient])
		for i := 0; i < rows; i += 5 {
			state[i] = fresh[i]
		}
	}
	r := rand.New(rand.NewPCG(14, 3))
	part := func(rows [][]string, share float64, keep func(i int) bool) [][]string {
		out := make([][]string, len(rows))
		for i, row := range rows {
			if row != nil && keep(i) && r.Float64() < share {
				out[i] = row
			}
		}
		return out
	}
	any := func(int) bool { return true }
	common := func(i int) bool { return i%5 != 0 }
	files := map[string][][]string{"old": part(copies[0], 0.8, any), "new": part(copies[1], 0.8, any)}
	files["part of old"], files["part of new"] = part(files["old"], 0.6, any), part(files["new"], 0.6, any)
	files["common part of old"], files["common part of new"] = part(files["old"], 0.6, common), part(files["new"], 0.6, common)

	e := w.engine(Options{})
	nodes := exportsOf(w, e, recipient)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		filled := slices.DeleteFunc(slices.Clone(files[name]), func(row []string) bool { return row == nil })
		nodes = append(nodes, sightingOf(w, e, name, csvOf(',', header, filled)))
	}
	g, err := chain.Reconstruct(background, nodes, nil, chain.Options{})
	w.must(err)
	got := map[string]string{}
	for _, edge := range g.Edges {
		got[edge.To] = edge.From
		t.Logf("%s: from %s, %.2f", edge.To, edge.From, edge.Posterior)
	}
	want := map[string]string{"old": "export 1", "new": "export 2", "part of old": "old", "part of new": "new", "common part of old": "old", "common part of new": "new"}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// exportsOf are the exports to a recipient, oldest first.
func exportsOf(w *world, e *Engine, recipient string) (nodes []chain.Node) {
	w.must(w.st.View(background, func(tx store.Tx) error {
		exports, err := tx.Exports("people")
		for _, x := range exports {
			if x.Recipient == recipient {
				nodes = append(nodes, chain.Node{ID: "export " + fmt.Sprint(len(nodes)+1), Kind: chain.Export, Recipient: x.Recipient, FirstSeen: x.IssuedAt, Sketch: e.Issued(x)})
			}
		}
		return err
	}))
	return nodes
}

// sightingOf reads a file, decides whose it is, and makes its node.
func sightingOf(w *world, e *Engine, name string, text []byte) chain.Node {
	f, err := table.NewFile(name, bytes.NewReader(text), table.Options{})
	w.must(err)
	defer f.Close()
	r, err := e.File(background, f, Seen{Name: name})
	w.must(err)
	result, err := e.Decide(background, []*Reading{r})
	w.must(err)
	s := *e.Aligned(r.Sketch)
	s.Recipients = nil
	for _, x := range result.Suspects {
		s.Recipients = append(s.Recipients, chain.Share{Recipient: x.Recipient, Accused: x.Accused, LogE: x.LogE, Share: x.Share})
	}
	return chain.Node{ID: name, Kind: chain.Sighting, Label: name, Sketch: &s}
}
