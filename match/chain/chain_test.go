package chain

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/internal/attack"
	cost "telltale/internal/budget"
	"telltale/internal/material"
)

// cheapest tries every choice of parents.
func cheapest(cost [][]float64, root int) float64 {
	n := len(cost)
	parent := make([]int, n)
	best := math.Inf(1)
	var try func(v int, sum float64)
	try = func(v int, sum float64) {
		if v == n {
			for s := range n {
				u, steps := s, 0
				for u != root && steps <= n {
					u, steps = parent[u], steps+1
				}
				if u != root {
					return
				}
			}
			best = min(best, sum)
			return
		}
		if v == root {
			try(v+1, sum)
			return
		}
		for u := range n {
			if u != v {
				parent[v] = u
				try(v+1, sum+cost[u][v])
			}
		}
	}
	try(0, 0)
	return best
}

func TestBranchingAgainstBruteForce(t *testing.T) {
	const seed = 11
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 3000 {
		n := 2 + r.IntN(4)
		cost := make([][]float64, n)
		for u := range cost {
			cost[u] = make([]float64, n)
			for v := range cost[u] {
				cost[u][v] = float64(r.IntN(8) - 2)
				if u != 0 && r.IntN(6) == 0 {
					cost[u][v] = math.Inf(1)
				}
			}
		}
		root := 0
		want := cheapest(cost, root)
		parent, ok := branching(cost, root)
		if !ok {
			t.Fatalf("no branching of %v", cost)
		}
		got := 0.0
		for v, p := range parent {
			if v != root {
				got += cost[p][v]
			}
			for u, steps := v, 0; u != root; u, steps = parent[u], steps+1 {
				if steps > n {
					t.Fatalf("cycle in %v for %v", parent, cost)
				}
			}
		}
		if got != want {
			t.Fatalf("cost %v, want %v, of %v", got, want, cost)
		}
	}
}

func TestSketchSurvivesStorage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	issued := people(500, r)
	leak := attack.Chain(attack.Sample(0.5), attack.Edit(0.01), attack.Junk(0.1), attack.Shuffle()).Run(issued, r)
	s := sketchOf(leak, &issued)
	s.Kind, s.Holder, s.FirstSeen = "file", "forum", time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	s.Recipients = []Share{{"acme", true, 31.5, 0.75}}
	data, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Sketch
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	again, err := back.MarshalBinary()
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("the sketch changed in storage: %d and %d bytes, %v", len(data), len(again), err)
	}
	for _, row := range leak.Rows[:20] {
		for c, v := range row {
			if leak.Names[c] != "id" && len(v) > 5 && bytes.Contains(data, []byte(v)) {
				t.Errorf("the sketch holds %q", v)
			}
		}
	}
	for cut := range len(data) {
		if err := new(Sketch).UnmarshalBinary(data[:cut]); err == nil {
			t.Fatalf("a sketch cut at %d of %d bytes was accepted", cut, len(data))
		}
	}
}

func FuzzSketch(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	issued := people(20, r)
	data, _ := sketchOf(issued, nil).MarshalBinary()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		cost.Check(t, len(data), func() {
			var s Sketch
			if s.UnmarshalBinary(data) == nil {
				_, _ = s.MarshalBinary()
			}
		})
	})
}

// TestMergeOfParts reads a table in two halves.
func TestMergeOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	issued := people(300, r)
	odd, even := attack.Sample(0.5).Run(issued, r), attack.Sample(0.5).Run(issued, r)
	m := Merge(sketchOf(odd, &issued), sketchOf(even, &issued))
	union := map[int]bool{}
	for _, o := range append(slices.Clone(odd.Origin), even.Origin...) {
		union[o] = true
	}
	if got := int(m.Tables[0].Rows.GetCardinality()); got != len(union) || len(m.Tables[0].Cells.Rows) != len(union) {
		t.Errorf("got %d rows and %d with cells, want %d", got, len(m.Tables[0].Cells.Rows), len(union))
	}
	if _, err := m.MarshalBinary(); err != nil {
		t.Error(err)
	}
}

// story is the tax bureau's: employee, first buyer who is known by confession
// only, second buyer whose file was found.
func TestStatedHolder(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	issued := people(400, r)
	found := sketchOf(attack.Chain(attack.Sample(0.6), attack.Round(0, "amount")).Run(issued, r), &issued)
	found.Recipients = []Share{{"employee", true, 60, 1}}
	nodes := []Node{{ID: "e1", Kind: Export, Label: "export to employee", Recipient: "employee"}, {ID: "e2", Kind: Export, Label: "export to clerk", Recipient: "clerk"},
		{ID: "s1", Kind: Sighting, Label: "leak.csv", Holder: "second buyer", FirstSeen: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Sketch: found}}
	facts := []Fact{{From: "employee", To: "first buyer", Basis: "confession", Note: "sold for cash"}, {From: "first buyer", To: "second buyer", Basis: "payment"}}
	g, err := Reconstruct(context.Background(), nodes, facts, Options{Case: "tax"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range g.Edges {
		got = append(got, e.From+" > "+e.To+" "+strings.Join(e.Basis, "+"))
		if e.Why == "" || e.Posterior <= 0 || e.Posterior > 1 {
			t.Errorf("edge %+v", e)
		}
	}
	want := []string{"e1 > holder:first buyer stated", "holder:first buyer > s1 stated+marked"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var tree, dot strings.Builder
	if err := WriteTree(&tree, g); err != nil || !strings.Contains(tree.String(), "first buyer") || strings.Count(tree.String(), "leak.csv") == 0 {
		t.Errorf("tree:\n%s", tree.String())
	}
	if err := WriteDOT(&dot, g); err != nil || strings.Count(dot.String(), "->") != 2 {
		t.Errorf("dot:\n%s", dot.String())
	}
}

func TestEmptyGraphHasLists(t *testing.T) {
	g, err := Reconstruct(context.Background(), nil, nil, Options{Case: "c"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(g)
	want := `{"schema":"telltale.chain/1","case":"c","nodes":[],"edges":[],"next_question":"","warnings":[]}`
	if err != nil || string(data) != want {
		t.Errorf("got %s, want %s", data, want)
	}
}

// TestRealLineage gives the eight yearly versions of a public table in random
// order, without times. Each version lacks rows of the one before it and has
// new ones: the neighbours are determined by the data, and so is the line;
// which end is the older one is not, and the first version is named as issued.
func TestRealLineage(t *testing.T) {
	dir := material.Dir(t, "cn_areas_chain")
	files, _ := filepath.Glob(filepath.Join(dir, "areas_v*.csv"))
	if len(files) != 8 {
		t.Fatalf("%d versions, want 8", len(files))
	}
	row, first := map[string]uint32{}, map[string][]string{}
	var nodes []Node
	for i, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		list, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		s := NewSketcher(testHasher{})
		s.Begin(Source{Dataset: "areas", Snapshot: "1", Columns: list[0], Header: list[0]})
		for _, cells := range list[1:] {
			k := cells[0]
			if _, ok := row[k]; !ok {
				row[k] = uint32(len(row))
			}
			in := Row{Linked: true, Row: row[k], Cells: cells}
			if v1, ok := first[k]; ok {
				in.Known = 1<<len(cells) - 1
				for c := range cells {
					in.Edited |= bit(cells[c] != v1[c]) << c
				}
			} else if i == 0 {
				first[k] = cells
			}
			s.Add(in)
		}
		kind := Sighting
		if i == 0 {
			kind = Export
		}
		nodes = append(nodes, Node{ID: fmt.Sprintf("v%d", i+1), Kind: kind, Label: filepath.Base(file), Recipient: "public", Sketch: s.Sketch()})
	}
	r := rand.New(rand.NewPCG(4, 4))
	right := 0
	r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	g, err := Reconstruct(context.Background(), nodes, nil, Options{NoHidden: true, Known: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range g.Edges {
		var a, b int
		fmt.Sscanf(e.From+" "+e.To, "v%d v%d", &a, &b)
		if b == a+1 {
			right++
		} else {
			t.Logf("%s -> %s: %s", e.From, e.To, e.Why)
		}
	}
	t.Logf("%d of 7 steps", right)
	if right < 6 {
		t.Errorf("%d of 7 true steps found, want at least 6", right)
	}
}

// TestRealFamily gives copies of one public table as strangers put them into
// their repositories. The data determine that all come from the download, and
// not through whom: nobody may be invented between them.
func TestRealFamily(t *testing.T) {
	dir := material.Dir(t, "uk500_family")
	names := []string{"univocity.csv", "markmbadham.csv", "underq.csv", "kiennguyenquoc_data-orginal.csv", "kiennguyenquoc_data.csv", "kiennguyenquoc_uk-500.csv"}
	row, issued := map[string]uint32{}, map[string][]string{}
	var nodes []Node
	for i, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
		r := csv.NewReader(strings.NewReader(lines))
		r.FieldsPerRecord, r.LazyQuotes = -1, true
		list, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		kind := Sighting
		if i == 0 {
			kind = Export
		}
		nodes = append(nodes, Node{ID: name, Kind: kind, Label: name, Recipient: "public", Sketch: contactsSketch(list, row, issued, i == 0)})
	}
	r := rand.New(rand.NewPCG(6, 6))
	r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	g, err := Reconstruct(context.Background(), nodes, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range g.Edges {
		t.Logf("%s -> %s %.2f: %s", e.From, e.To, e.Posterior, e.Why)
		if e.To == names[0] {
			t.Errorf("the download comes from %s", e.From)
		}
	}
	for _, n := range g.Nodes {
		if n.Kind == Hidden {
			t.Errorf("%s was invented", n.ID)
		}
	}
	if len(g.Edges) != len(names)-1 {
		t.Errorf("%d edges, want %d", len(g.Edges), len(names)-1)
	}
}

// contactsSketch links rows of the contact table by their e-mail address.
func contactsSketch(list [][]string, row map[string]uint32, issued map[string][]string, original bool) *Sketch {
	columns := []string{"first_name", "last_name", "company_name", "address", "city", "county", "postal", "phone1", "phone2", "email", "web"}
	s := NewSketcher(testHasher{})
	s.Begin(Source{Dataset: "contacts", Snapshot: "1", Columns: columns, Header: columns})
	for _, cells := range list {
		cells = cells[max(len(cells)-len(columns), 0):]
		if len(cells) < len(columns) || !strings.Contains(cells[9], "@") {
			continue
		}
		if original {
			row[cells[9]], issued[cells[9]] = uint32(len(row)), cells
		}
		in := Row{Cells: cells, Keys: []string{"email:" + cells[9]}}
		if was, ok := issued[cells[9]]; ok {
			in.Linked, in.Row, in.Keys, in.Known = true, row[cells[9]], nil, 1<<len(columns)-1
			for c := range cells {
				in.Edited |= bit(fold(cells[c]) != fold(was[c])) << c
			}
		}
		s.Add(in)
	}
	return s.Sketch()
}
