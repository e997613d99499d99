package chain

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"telltale/internal/attack"
)

// testHasher is a hasher without a key.
type testHasher struct{}

func (testHasher) Sum64(parts ...string) uint64 {
	h := fnv.New64a()
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// people makes a table of made-up persons.
func people(n int, r *rand.Rand) attack.Table {
	header := []string{"id", "name", "phone", "email", "city", "street", "amount", "date"}
	rows := make([][]string, n)
	for i := range rows {
		name := fmt.Sprintf("%c%s %c%s", 'A'+r.IntN(26), word(r), 'A'+r.IntN(26), word(r))
		rows[i] = []string{fmt.Sprint(10000 + i), name, fmt.Sprintf("+44 7%03d %06d", r.IntN(1000), r.IntN(1000000)), fmt.Sprintf("%s%d@mail.test", word(r), r.IntN(1000)),
			fmt.Sprintf("City %d", r.IntN(12)), fmt.Sprintf("%d %s Street", 1+r.IntN(200), word(r)), fmt.Sprintf("%d.%02d", r.IntN(500), r.IntN(100)),
			fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))}
	}
	return attack.New(header, rows)
}

func word(r *rand.Rand) string {
	b := make([]byte, 3+r.IntN(5))
	for i := range b {
		b[i] = 'a' + byte(r.IntN(26))
	}
	return string(b)
}

// sketchOf makes the sketch that match makes of a table that it linked.
// With issued, it also says which cells differ from what was issued.
func sketchOf(t attack.Table, issued *attack.Table) *Sketch {
	s := NewSketcher(testHasher{})
	s.Begin(Source{Dataset: "d", Snapshot: "s", Columns: t.Names, Header: t.Header})
	for i, row := range t.Rows {
		in := Row{Linked: t.Origin[i] >= 0, Cells: canonical(t.Names, row), Raw: row}
		if in.Linked {
			in.Row = uint32(t.Origin[i])
		}
		if issued != nil && in.Linked {
			base := canonical(issued.Names, issued.Rows[t.Origin[i]])
			for c, name := range t.Names {
				if k := issued.Column(name); k >= 0 {
					in.Known |= 1 << c
					if in.Cells[c] != base[k] {
						in.Edited |= 1 << c
					}
				}
			}
		}
		s.Add(in)
	}
	return s.Sketch()
}

// canonical evens out the spelling of phones as match does.
func canonical(names, row []string) []string {
	out := append([]string{}, row...)
	for c, n := range names {
		if n == "phone" {
			d := ""
			for _, ch := range row[c] {
				if ch >= '0' && ch <= '9' {
					d += string(ch)
				}
			}
			out[c] = d
		}
	}
	return out
}

// truth is what a simulated trade should be reconstructed as.
type truth struct {
	nodes  []Node
	parent map[string]string // seen copy -> nearest seen ancestor or "export"
	above  map[[2]string]bool
	hidden map[string]bool // unseen copies with two or more lines of seen descendants, as the sets of these
	merged int
}

func simulate(seed uint64, rows int, s attack.Resale, known bool) truth {
	r := rand.New(rand.NewPCG(seed, 7))
	issued := people(rows, r)
	hops := attack.Resell(issued, s, r)
	t := truth{hidden: map[string]bool{}, parent: map[string]string{}, above: map[[2]string]bool{}}
	t.nodes = append(t.nodes, Node{ID: "export", Kind: Export, Label: "export", Recipient: "acme"})
	var base *attack.Table
	if known {
		base = &issued
	}
	id := func(i int) string { return fmt.Sprintf("copy%02d", i) }
	lines := make([]int, len(hops))
	for i := len(hops) - 1; i >= 0; i-- {
		if p := hops[i].Parent; p >= 0 && (hops[i].Seen || lines[i] > 0) {
			lines[p]++
		}
	}
	for i, h := range hops {
		if !h.Seen {
			if lines[i] >= 2 {
				var below []string
				for k := range hops {
					for a := k; a >= 0; a = hops[a].Parent {
						if a == i && hops[k].Seen {
							below = append(below, id(k))
						}
					}
				}
				t.hidden[fmt.Sprint(below)] = true
			}
			continue
		}
		sk := sketchOf(h.Table, base)
		sk.Recipients = []Share{{Recipient: "acme", Accused: true, LogE: 50, Share: 1}}
		t.nodes = append(t.nodes, Node{ID: id(i), Kind: Sighting, Label: id(i), Sketch: sk})
		up := h.Parent
		for up >= 0 && !hops[up].Seen {
			up = hops[up].Parent
		}
		t.parent[id(i)] = "export"
		if up >= 0 {
			t.parent[id(i)] = id(up)
		}
		if h.Other >= 0 {
			t.merged++
		}
		for a := h.Parent; a >= 0; a = hops[a].Parent {
			if hops[a].Seen {
				t.above[[2]string{id(a), id(i)}] = true
			}
		}
	}
	r.Shuffle(len(t.nodes), func(i, j int) { t.nodes[i], t.nodes[j] = t.nodes[j], t.nodes[i] })
	return t
}

// tally counts what was reconstructed right.
type tally struct {
	trees, edges, edgesRight, ancestry, ancestryFound, ancestryWrong int
	hidden, hiddenFound, invented, top, topRight                     int
}

func (a *tally) add(t truth, g Graph) {
	a.trees++
	seen := map[string]bool{}
	for _, n := range t.nodes {
		seen[n.ID] = true
	}
	first := map[string]string{}
	for _, e := range g.Edges {
		if _, ok := first[e.To]; !ok {
			first[e.To] = e.From
		}
	}
	up := func(id string) string {
		id = first[id]
		for id != "" && !seen[id] {
			id = first[id]
		}
		return id
	}
	for child, parent := range t.parent {
		a.edges++
		if up(child) == parent {
			a.edgesRight++
		}
		if parent == "export" {
			a.top++
			if up(child) == "export" {
				a.topRight++
			}
		}
		for p := up(child); p != "" && p != "export"; p = up(p) {
			if t.above[[2]string{p, child}] {
				a.ancestryFound++
			} else {
				a.ancestryWrong++
			}
		}
	}
	a.ancestry += len(t.above)
	a.hidden += len(t.hidden)
	for _, n := range g.Nodes {
		if n.Kind != Hidden {
			continue
		}
		var below []string
		for child := range t.parent {
			for p := first[child]; p != ""; p = first[p] {
				if p == n.ID {
					below = append(below, child)
				}
			}
		}
		slices.Sort(below)
		if key := fmt.Sprint(below); t.hidden[key] {
			delete(t.hidden, key)
			a.hiddenFound++
		} else {
			a.invented++
		}
	}
}

func (a *tally) edge() float64 { return float64(a.edgesRight) / float64(a.edges) }

// f1 of ancestor pairs among seen copies.
func (a *tally) f1() float64 {
	if a.ancestry+a.ancestryWrong == 0 {
		return 1
	}
	return 2 * float64(a.ancestryFound) / float64(a.ancestry+a.ancestryFound+a.ancestryWrong)
}

func (a *tally) String() string {
	return fmt.Sprintf("%d trees: edges %d/%d (%.3f), below the export %d/%d, ancestor pairs %d of %d found and %d wrong (F1 %.3f), hidden %d of %d found and %d invented",
		a.trees, a.edgesRight, a.edges, a.edge(), a.topRight, a.top, a.ancestryFound, a.ancestry, a.ancestryWrong, a.f1(), a.hiddenFound, a.hidden, a.invented)
}

var trade = attack.Resale{Identity: []string{"phone", "email"}, Region: "city", Phone: "phone"}

func run(t testing.TB, seeds, rows int, unseen, merge, messages float64, known bool) *tally {
	a := &tally{}
	for seed := range uint64(seeds) {
		s := trade
		s.Copies, s.Unseen, s.Merge, s.Messages = 8+int(seed%5), unseen, merge, messages
		tr := simulate(1000+seed, rows, s, known)
		g, err := Reconstruct(context.Background(), tr.nodes, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a.add(tr, g)
	}
	return a
}

// TestResaleTrees reconstructs fifty trades. The seeds are fixed, so the
// figures only move when the code does. The floors are far below what is
// measured: if a right edge has a probability of 0.95 and the trees are
// independent, other seeds would break one of them in fewer than one run of
// 1,000.
func TestResaleTrees(t *testing.T) {
	for _, c := range trades {
		t.Run(c.name, func(t *testing.T) {
			a := run(t, 10, 1000, c.unseen, c.merge, c.messages, c.known)
			t.Log(a)
			if a.edge() < 0.85 || a.f1() < 0.75 {
				t.Errorf("edges %.3f and ancestry %.3f, want at least 0.85 and 0.75", a.edge(), a.f1())
			}
			if float64(a.topRight) < 0.9*float64(a.top) {
				t.Errorf("%d of %d copies made from the export are placed there, want nine of ten", a.topRight, a.top)
			}
			if a.invented > a.trees {
				t.Errorf("%d unseen copies invented in %d trees, want at most one a tree", a.invented, a.trees)
			}
		})
	}
}

var trades = []struct {
	name                    string
	unseen, merge, messages float64
	known                   bool // the link index tells which cells were edited
}{
	{"all seen", 0, 0, 0, true},
	{"issued state unknown", 0, 0, 0, false},
	{"a quarter unseen", 0.25, 0, 0, true},
	{"with merges", 0.25, 0.2, 0, true},
	{"half of the leaves known by messages", 0.25, 0.1, 0.5, true},
}

// BenchmarkResaleTrees is the larger run: 40 trees of 5,000 rows for each
// trade, with the figures as metrics.
//
//	go test ./match/chain -run - -bench ResaleTrees -benchtime 1x
func BenchmarkResaleTrees(b *testing.B) {
	for _, c := range trades {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				a := run(b, 40, 5000, c.unseen, c.merge, c.messages, c.known)
				b.ReportMetric(a.edge(), "edges")
				b.ReportMetric(a.f1(), "ancestry-F1")
				b.ReportMetric(float64(a.hiddenFound)/float64(max(a.hidden, 1)), "hidden-found")
				b.ReportMetric(float64(a.invented)/float64(max(a.hidden, 1)), "hidden-invented")
				b.Log(a)
			}
		})
	}
}
