package chain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// render writes the reconstruction as a graph: nodes from the root down, each
// edge after the one to its parent.
func (r *reconstruction) render(g *Graph) {
	ids := r.name()
	var walk func(i int)
	used := map[int]bool{}
	walk = func(i int) {
		if used[i] {
			return
		}
		used[i] = true
		kids := r.children(i)
		slices.SortStableFunc(kids, func(a, b int) int { return cmp.Compare(r.when(a), r.when(b)) })
		if i == virtualRoot {
			for _, k := range kids {
				if len(r.children(k)) > 0 || r.f.isSecond(k) || r.isExport(k) && r.statedFrom(k) {
					walk(k)
				}
			}
			return
		}
		g.Nodes = append(g.Nodes, r.graphNode(i, ids))
		for _, k := range kids {
			g.Edges = append(g.Edges, r.edge(i, k, ids))
			walk(k)
		}
	}
	walk(virtualRoot)
	for i := range r.items {
		if s, ok := r.second[i]; ok {
			g.Edges = append(g.Edges, r.mergeEdge(s, i, ids))
		}
	}
	r.renderHolders(g, ids)
	g.Next = r.question()
	g.Warnings = append(g.Warnings, r.warn...)
	r.warnings(g)
}

func (r *reconstruction) when(i int) int64 {
	if t := r.seen(i); !t.IsZero() {
		return t.UnixNano()
	}
	return math.MaxInt64
}

func (r *reconstruction) statedFrom(i int) bool {
	return slices.ContainsFunc(r.hold, func(h placement) bool { return h.parent == i })
}

// name gives every item its id.
func (r *reconstruction) name() map[int]string {
	ids := map[int]string{unknownSource: "unknown"}
	n := 0
	for i, c := range r.items {
		switch {
		case c.node >= 0:
			ids[i] = r.given[c.node].ID
		case i > unknownSource:
			n++
			ids[i] = fmt.Sprintf("hidden-%d", n)
		}
	}
	return ids
}

func (r *reconstruction) graphNode(i int, ids map[int]string) GraphNode {
	n := r.items[i].node
	switch {
	case i == unknownSource:
		return GraphNode{ID: ids[i], Kind: Hidden, Label: "unknown source"}
	case n < 0:
		return GraphNode{ID: ids[i], Kind: Hidden, Label: "at least one unknown holder", Recipient: r.recipient(i)}
	}
	v := r.given[n].graph()
	v.Recipient = cmp.Or(v.Recipient, r.recipient(i))
	return v
}

func (n Node) graph() GraphNode {
	return GraphNode{ID: n.ID, Kind: n.Kind, Label: cmp.Or(n.Label, n.ID), Recipient: n.Recipient, FirstSeen: timeText(n.FirstSeen)}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// recipient is the one recipient accused for a copy, "" for none or several.
func (r *reconstruction) recipient(i int) string {
	if len(r.items[i].accused) != 1 {
		return ""
	}
	for name := range r.items[i].accused {
		return name
	}
	return ""
}

func (r *reconstruction) edge(from, to int, ids map[int]string) Edge {
	e := Edge{From: ids[from], To: ids[to], Basis: r.basis(from, to), Posterior: round(r.odds[to].posterior), Why: r.why(from, to)}
	if s := r.undecidedOf(to); s != "" {
		e.Why = s + "; " + e.Why
	}
	return e
}

func round(p float64) float64 { return math.Round(p*1e4) / 1e4 }

// basis names what an edge rests on, the firmest first.
func (r *reconstruction) basis(from, to int) []string {
	out := []string{}
	if r.isExport(from) {
		if _, ok := r.items[to].accused[r.items[from].export]; ok {
			out = append(out, Marked)
		}
	}
	d := r.u.compare(r.items[from], r.items[to])
	if !r.isTop(from) && (d.inherited > 0 || d.foreignKept > 0 || d.orderKept || d.columnsKept) {
		out = append(out, Inherited)
	}
	for _, f := range r.facts {
		if r.isParty(from, f.From) && r.isParty(to, f.To) && !slices.Contains(out, Stated) {
			out = append(out, Stated)
		}
	}
	if len(out) == 0 {
		out = append(out, Inferred)
	}
	return out
}

func (r *reconstruction) mergeEdge(from, to int, ids map[int]string) Edge {
	d := r.u.compare(r.items[from], r.items[to])
	why := fmt.Sprintf("%s was merged from two sources: %s also accounts for %s and %s that its other source lacks", r.label(to), r.label(from),
		count(d.kept, "row", "rows"), count(d.foreignKept, "foreign row", "foreign rows"))
	return Edge{From: ids[from], To: ids[to], Basis: []string{Inherited}, Posterior: round(r.joint[to]), Why: why}
}

func (r *reconstruction) label(i int) string {
	if n := r.items[i].node; n >= 0 {
		return cmp.Or(r.given[n].Label, r.given[n].ID)
	}
	if i == unknownSource {
		return "an unknown source"
	}
	return "the unseen copy"
}

// renderHolders adds the holders that are known by statement only. A holder
// between a copy and its parent replaces the edge between them.
func (r *reconstruction) renderHolders(g *Graph, ids map[int]string) {
	id := func(h int) string { return "holder:" + r.hold[h].name }
	for k, h := range r.hold {
		g.Nodes = append(g.Nodes, GraphNode{ID: id(k), Kind: Holder, Label: h.name})
		parent := r.contentParent(k)
		switch {
		case h.above >= 0:
			g.Edges = append(g.Edges, r.statedEdge(id(h.above), id(k), h.fact))
		case h.fact >= 0 && h.parent >= 0:
			g.Edges = append(g.Edges, r.statedEdge(ids[h.parent], id(k), h.fact))
		case h.parent > virtualRoot:
			g.Edges = append(g.Edges, Edge{ids[h.parent], id(k), []string{Inferred}, 0.5,
				fmt.Sprintf("%s passed on a copy that comes from %s by its content", h.name, r.label(h.parent))})
		}
		for c, to := range h.copies {
			e := r.statedEdge(id(k), ids[to], h.facts[c])
			if parent == r.parent[to] || parent >= 0 && r.above(parent, r.parent[to]) && r.between(parent, to) {
				e = r.replace(g, ids, to, e)
			} else if parent >= 0 {
				r.warn = append(r.warn, fmt.Sprintf("%s is stated to have passed on %s, which comes from %s by its content", h.name, r.label(to), r.label(r.parent[to])))
			}
			g.Edges = append(g.Edges, e)
		}
	}
}

// contentParent is the copy from which a stated holder's copies come.
func (r *reconstruction) contentParent(k int) int {
	for seen := 0; r.hold[k].above >= 0 && seen < len(r.hold); seen++ {
		k = r.hold[k].above
	}
	return r.hold[k].parent
}

// between reports whether only unseen copies lie between an ancestor and a copy.
func (r *reconstruction) between(ancestor, i int) bool {
	for p := r.parent[i]; p != ancestor; p = r.parent[p] {
		if p < 0 || r.items[p].node >= 0 {
			return false
		}
	}
	return true
}

// replace takes the edge from the content's parent out of the graph where
// that parent is where the holder's copy came from, and keeps its reasons.
func (r *reconstruction) replace(g *Graph, ids map[int]string, to int, stated Edge) Edge {
	for i, e := range g.Edges {
		if e.To != ids[to] || e.From != ids[r.parent[to]] {
			continue
		}
		if r.items[r.parent[to]].node < 0 && r.parent[to] != unknownSource {
			break // an unseen copy has its own content to account for
		}
		stated.Why += "; by content: " + e.Why
		for _, b := range e.Basis {
			if !slices.Contains(stated.Basis, b) && b != Inferred {
				stated.Basis = append(stated.Basis, b)
			}
		}
		stated.Posterior = max(stated.Posterior, e.Posterior)
		g.Edges = slices.Delete(g.Edges, i, i+1)
		break
	}
	return stated
}

func (r *reconstruction) statedEdge(from, to string, fact int) Edge {
	f := r.facts[fact]
	why := fmt.Sprintf("stated (%s): %s passed it to %s", cmp.Or(f.Basis, "other"), f.From, f.To)
	if !f.At.IsZero() {
		why += " on " + f.At.UTC().Format(time.DateOnly)
	}
	if f.Note != "" {
		why += ": " + f.Note
	}
	p := sigmoid(grade(f.Basis))
	return Edge{From: from, To: to, Basis: []string{Stated}, Posterior: round(p), Why: why}
}

// warnings says what a reader must know about these numbers.
func (r *reconstruction) warnings(g *Graph) {
	hidden, weak := 0, 0
	for _, n := range g.Nodes {
		if n.Kind == Hidden && n.ID != "unknown" {
			hidden++
		}
	}
	for _, e := range g.Edges {
		if e.Posterior < 0.8 {
			weak++
		}
	}
	if len(g.Edges) > 0 {
		g.Warnings = append(g.Warnings, "posteriors were calibrated on simulated resale (docs/chains.md); real sellers may do what the simulation does not")
	}
	if hidden > 0 {
		g.Warnings = append(g.Warnings, fmt.Sprintf("%s inferred: what several copies share shows that somebody held it, not who or how many passed it on", count(hidden, "unseen copy is", "unseen copies are")))
	}
	if weak > 0 {
		g.Warnings = append(g.Warnings, fmt.Sprintf("%s undecided (posterior under 0.8)", count(weak, "edge is", "edges are")))
	}
}
