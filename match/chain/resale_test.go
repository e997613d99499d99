package chain

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"time"

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
// With issued, it also says which cells differ from what was issued, and rows
// are ours only as long as one of their contacts is.
func sketchOf(t attack.Table, issued *attack.Table) *Sketch {
	s := NewSketcher(testHasher{})
	s.Begin(Source{Dataset: "d", Snapshot: "s", Columns: t.Names, Header: t.Header})
	for i, row := range t.Rows {
		in := Row{Linked: t.Origin[i] >= 0, Cells: canonical(t.Names, row), Raw: row}
		if issued != nil && in.Linked {
			base := canonical(issued.Names, issued.Rows[t.Origin[i]])
			in.Linked = false
			for c, name := range t.Names {
				k := issued.Column(name)
				in.Known |= 1 << c
				in.Linked = in.Linked || in.Cells[c] == base[k] && slices.Contains(trade.Contacts, name)
				if fold(in.Cells[c]) != fold(base[k]) {
					in.Edited |= 1 << c
				}
			}
		}
		if in.Linked {
			in.Row = uint32(t.Origin[i])
		}
		for c, name := range t.Names {
			if slices.Contains(trade.Contacts, name) && (!in.Linked || in.Edited>>c&1 == 1) {
				in.Keys = append(in.Keys, name+":"+in.Cells[c])
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

// truth is what a simulated trade should be reconstructed as. Ancestors are
// looked for among the copies that were seen, through those that were not.
type truth struct {
	nodes  []Node
	edges  map[[2]string]bool // nearest seen ancestors, or "export", and copies
	above  map[[2]string]bool // all seen ancestors and copies
	hidden map[string]bool    // unseen copies with two or more lines of seen descendants, as the sets of these
	shown  map[string]bool    // the same, where every merged copy comes from one of its sources alone
	root   string             // the copy from which all seen ones come, "" when it was not seen
}

var firstDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func simulate(seed uint64, rows int, s attack.Resale, known, times bool) truth {
	r := rand.New(rand.NewPCG(seed, 7))
	issued := people(rows, r)
	return truthOf(issued, attack.Resell(issued, s, r), known, times, r)
}

func truthOf(issued attack.Table, hops []attack.Hop, known, times bool, r *rand.Rand) truth {
	t := truth{edges: map[[2]string]bool{}, above: map[[2]string]bool{}}
	export := Node{ID: "export", Kind: Export, Label: "export", Recipient: "acme"}
	var base *attack.Table
	if known {
		base = &issued
		export.Sketch = sketchOf(issued, base)
	}
	t.nodes = append(t.nodes, export)
	for i, h := range hops {
		if !h.Seen {
			continue
		}
		sk := sketchOf(h.Table, base)
		sk.Recipients = []Share{{Recipient: "acme", Accused: true, LogE: 50, Share: 1}}
		n := Node{ID: copyID(i), Kind: Sighting, Label: copyID(i), Sketch: sk}
		if h.Spam {
			n.Kind = Campaign
		}
		if times {
			n.FirstSeen = firstDay.AddDate(0, 0, h.SeenDay)
		}
		t.nodes = append(t.nodes, n)
		for _, a := range nearest(hops, i) {
			t.edges[[2]string{a, n.ID}] = true
		}
		for a := range hops {
			if a != i && hops[a].Seen && comesFrom(hops, i, a) {
				t.above[[2]string{copyID(a), n.ID}] = true
			}
		}
	}
	t.hidden, t.shown, t.root = hiddenOf(hops), map[string]bool{}, rootOf(hops)
	for _, tree := range displayed(hops) {
		maps.Copy(t.shown, hiddenOf(tree))
	}
	r.Shuffle(len(t.nodes), func(i, j int) { t.nodes[i], t.nodes[j] = t.nodes[j], t.nodes[i] })
	return t
}

func copyID(i int) string { return fmt.Sprintf("copy%02d", i) }

// nearest lists the nearest seen ancestors of a copy.
func nearest(hops []attack.Hop, i int) (out []string) {
	for _, p := range []int{hops[i].Parent, hops[i].Other} {
		switch {
		case p < 0 && p == hops[i].Parent:
			out = append(out, "export")
		case p >= 0 && hops[p].Seen:
			out = append(out, copyID(p))
		case p >= 0:
			out = append(out, nearest(hops, p)...)
		}
	}
	return out
}

func comesFrom(hops []attack.Hop, i, a int) bool {
	if i < 0 {
		return false
	}
	return i == a || comesFrom(hops, hops[i].Parent, a) || comesFrom(hops, hops[i].Other, a)
}

// hiddenOf lists the unseen copies that can be told at all: those from which
// seen copies come by two different hops.
func hiddenOf(hops []attack.Hop) map[string]bool {
	out := map[string]bool{}
	for i := range hops {
		if hops[i].Seen {
			continue
		}
		lines := 0
		var below []string
		for k := range hops {
			if k == i || !comesFrom(hops, k, i) {
				continue
			}
			if hops[k].Seen {
				below = append(below, copyID(k))
			}
			if (hops[k].Parent == i || hops[k].Other == i) && seenBelow(hops, k) {
				lines++
			}
		}
		if lines > 1 {
			out[fmt.Sprint(below)] = true
		}
	}
	return out
}

// displayed are the trees that are left of a trade when every merged copy loses one
// of its sources.
func displayed(hops []attack.Hop) [][]attack.Hop {
	for i, h := range hops {
		if h.Other >= 0 {
			first, second := slices.Clone(hops), slices.Clone(hops)
			first[i].Other = -1
			second[i].Parent, second[i].Other = h.Other, -1
			return append(displayed(first), displayed(second)...)
		}
	}
	return [][]attack.Hop{hops}
}

func seenBelow(hops []attack.Hop, i int) bool {
	for k := range hops {
		if hops[k].Seen && comesFrom(hops, k, i) {
			return true
		}
	}
	return false
}

func rootOf(hops []attack.Hop) string {
	for i := range hops {
		all := hops[i].Seen
		for k := range hops {
			all = all && (!hops[k].Seen || comesFrom(hops, k, i))
		}
		if all {
			return copyID(i)
		}
	}
	return ""
}

// tally counts what was reconstructed right.
type tally struct {
	trees, roots                int
	edges, edgesRight, edgesGot int // all, of them found, and given
	copyEdges, copyRight        int // of these, between copies: not from the export
	above, aboveRight, aboveGot int
	hidden, hiddenFound         int
	invented, partly            int     // given and not there; of these, there but for merged copies that come from them as well
	bins                        [11]bin // by posterior, in tenths
	near                        bin     // of the posteriors from 0.85 to 0.95
}

type bin struct {
	n, right int
	sum      float64
}

func (b *bin) add(p float64, right bool) {
	b.n++
	b.sum += p
	if right {
		b.right++
	}
}

func (a *tally) add(t truth, g Graph) {
	a.trees++
	v := viewGraph(t, g)
	if v.root() == t.root {
		a.roots++
	}
	got := map[[2]string]bool{}
	for child := range v.seen {
		for _, p := range v.nearest(child) {
			got[[2]string{p, child}] = true
		}
	}
	for e := range t.edges {
		a.edges++
		a.edgesRight += int(bit(got[e]))
		a.copyEdges += int(bit(e[0] != "export"))
		a.copyRight += int(bit(e[0] != "export" && got[e]))
	}
	a.edgesGot += len(got)
	for x := range v.seen {
		for y := range v.seen {
			if x != y && v.above(x, y) {
				a.aboveGot++
				a.aboveRight += int(bit(t.above[[2]string{x, y}]))
			}
		}
	}
	a.above += len(t.above)
	a.hidden += len(t.hidden)
	a.addHidden(t, v)
	a.addPosteriors(t, v)
}

func (a *tally) addHidden(t truth, v *graphView) {
	found := map[string]bool{}
	for id := range v.unseen {
		key := v.descendants(id)
		if t.hidden[key] && !found[key] {
			found[key] = true
			a.hiddenFound++
		} else {
			a.invented++
			a.partly += int(bit(!t.hidden[key] && t.shown[key]))
		}
	}
}

// addPosteriors asks of every edge that the graph gives whether it is right:
// of one into a seen copy, whether its nearest seen ancestor is; of one into
// an unseen copy, whether there is such a copy below that ancestor.
func (a *tally) addPosteriors(t truth, v *graphView) {
	for _, e := range v.g.Edges {
		right := true
		if v.unseen[e.To] {
			right = t.hidden[v.descendants(e.To)]
		} else if v.unseen[e.From] {
			for _, p := range v.nearest(e.From) {
				right = right && t.edges[[2]string{p, e.To}]
			}
		} else {
			right = t.edges[[2]string{e.From, e.To}]
		}
		a.bins[int(e.Posterior*10)].add(e.Posterior, right)
		if e.Posterior >= 0.85 && e.Posterior < 0.95 {
			a.near.add(e.Posterior, right)
		}
	}
}

// graphView reads a graph as truth has it.
type graphView struct {
	g            Graph
	seen, unseen map[string]bool
	parents      map[string][]string
}

func viewGraph(t truth, g Graph) *graphView {
	v := &graphView{g: g, seen: map[string]bool{}, unseen: map[string]bool{}, parents: map[string][]string{}}
	for _, n := range t.nodes {
		v.seen[n.ID] = n.Kind != Export
	}
	delete(v.seen, "export")
	for _, n := range g.Nodes {
		if n.Kind == Hidden && n.ID != "unknown" {
			v.unseen[n.ID] = true
		}
	}
	for _, e := range g.Edges {
		v.parents[e.To] = append(v.parents[e.To], e.From)
	}
	return v
}

func (v *graphView) nearest(id string) (out []string) {
	for _, p := range v.parents[id] {
		if v.unseen[p] {
			out = append(out, v.nearest(p)...)
		} else {
			out = append(out, p)
		}
	}
	return out
}

func (v *graphView) above(a, b string) bool {
	for _, p := range v.parents[b] {
		if p == a || v.above(a, p) {
			return true
		}
	}
	return false
}

func (v *graphView) descendants(id string) string {
	var out []string
	for s := range v.seen {
		if v.above(id, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return fmt.Sprint(out)
}

func (v *graphView) root() string {
	for x := range v.seen {
		all := true
		for y := range v.seen {
			all = all && (x == y || v.above(x, y))
		}
		if all {
			return x
		}
	}
	return ""
}

func share(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

func (a *tally) root() float64     { return share(a.roots, a.trees) }
func (a *tally) edge() float64     { return share(a.edgesRight, a.edges) }
func (a *tally) copyEdge() float64 { return share(a.copyRight, a.copyEdges) }

// ancestry is the share of the pairs of ancestor and descendant, among those
// that are true or given, that are both (the measure of image phylogeny:
// Dias, Rocha and Goldenstein, 2012).
func (a *tally) ancestry() float64 {
	return share(a.aboveRight, a.above+a.aboveGot-a.aboveRight)
}

func (a *tally) String() string {
	return fmt.Sprintf("%d trees: root %d (%.3f), edges %d/%d (%.3f; given %d; between copies %d/%d, %.3f), ancestry %d of %d, %d given (%.3f; recall %.3f, precision %.3f), hidden %d of %d found (%.3f) and %d invented (%.3f), %d of them there but for merged copies, near 0.9: %d of %d (%.3f)",
		a.trees, a.roots, a.root(), a.edgesRight, a.edges, a.edge(), a.edgesGot, a.copyRight, a.copyEdges, a.copyEdge(), a.aboveRight, a.above, a.aboveGot, a.ancestry(), share(a.aboveRight, a.above), share(a.aboveRight, a.aboveGot),
		a.hiddenFound, a.hidden, share(a.hiddenFound, a.hidden), a.invented, share(a.invented, a.hiddenFound+a.invented), a.partly, a.near.right, a.near.n, share(a.near.right, a.near.n))
}

func (a *tally) calibration() string {
	s := ""
	for i, b := range a.bins {
		if b.n > 0 {
			low, high := wilson(b.right, b.n)
			s += fmt.Sprintf("%.1f: %d of %d right (%.3f, %.3f-%.3f; mean posterior %.3f)\n", float64(i)/10, b.right, b.n, share(b.right, b.n), low, high, b.sum/float64(b.n))
		}
	}
	return s
}

// wilson is the interval for a share of which k of n were seen, at 95 %.
func wilson(k, n int) (low, high float64) {
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return (mid - half) / (1 + z*z/m), (mid + half) / (1 + z*z/m)
}

var trade = attack.Resale{Contacts: []string{"phone", "email"}, Region: "city", Date: "date", Phone: "phone", Name: "name", Edit: 0.8}

// tradeOf varies what a tree is made of with its seed.
func tradeOf(seed uint64, spam, merge float64) attack.Resale {
	s := trade
	s.Copies, s.Unseen, s.Merge, s.Spam = 8+int(seed%13), 0.25+0.05*float64(seed%3), merge, spam
	return s
}
