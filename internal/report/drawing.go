package report

import (
	"cmp"
	"fmt"
	"slices"

	"telltale/match/chain"
)

// drawing is a chain laid out from left to right: a column for each step from
// what has no source that is known, a line for each end.
type drawing struct {
	Width, Height int
	Boxes         []box
	Lines         []arrow
}

type box struct {
	X, Y, W, H  int
	Kind        string
	Title, Name string // what it is; its label, cut to fit
	Full        string
}

type arrow struct {
	X1, Y1, X2, Y2 int
	X, Y           int // of its label
	Posterior      string
	Weak           bool // below 0.8
	Why            string
}

// Sizes of a drawing, in units of SVG.
const (
	boxWidth, boxHeight = 180, 46
	columnGap, lineGap  = 90, 18
	labelRunes          = 24
)

func draw(g chain.Graph) *drawing {
	depth, line := depths(g), lines(g)
	d := &drawing{}
	at := map[string]box{}
	for _, n := range g.Nodes {
		b := box{X: depth[n.ID] * (boxWidth + columnGap), Y: line[n.ID] * (boxHeight + lineGap), W: boxWidth, H: boxHeight,
			Kind: n.Kind, Title: kindTitle(n), Name: shorten(nodeName(n)), Full: nodeTitle(n)}
		at[n.ID] = b
		d.Boxes = append(d.Boxes, b)
		d.Width, d.Height = max(d.Width, b.X+b.W), max(d.Height, b.Y+b.H)
	}
	for _, e := range g.Edges {
		from, to := at[e.From], at[e.To]
		l := arrow{X1: from.X + from.W, Y1: from.Y + from.H/2, X2: to.X, Y2: to.Y + to.H/2, Posterior: fmt.Sprintf("%.2f", e.Posterior), Weak: e.Posterior < 0.8, Why: e.Why}
		l.X, l.Y = l.X1+(l.X2-l.X1)*2/3, l.Y1+(l.Y2-l.Y1)*2/3-5
		d.Lines = append(d.Lines, l)
	}
	d.Width, d.Height = d.Width+8, d.Height+8 // room for strokes
	return d
}

// depths are the lengths of the longest ways to each node.
func depths(g chain.Graph) map[string]int {
	depth := map[string]int{}
	for range g.Nodes {
		for _, e := range g.Edges {
			depth[e.To] = max(depth[e.To], min(depth[e.From]+1, len(g.Nodes)))
		}
	}
	return depth
}

// lines gives each node the line of the first of those below it.
func lines(g chain.Graph) map[string]int {
	below := map[string][]string{}
	isBelow := map[string]bool{}
	for _, e := range g.Edges {
		below[e.From] = append(below[e.From], e.To)
		isBelow[e.To] = true
	}
	line := map[string]int{}
	next := 0
	var place func(id string)
	place = func(id string) {
		line[id] = next
		first := true
		for _, to := range below[id] {
			if _, placed := line[to]; placed {
				continue
			}
			if !first {
				next++
			}
			first = false
			place(to)
		}
	}
	nodes := slices.Clone(g.Nodes)
	slices.SortStableFunc(nodes, func(a, b chain.GraphNode) int { return cmp.Compare(bit(isBelow[a.ID]), bit(isBelow[b.ID])) })
	for _, n := range nodes {
		if _, placed := line[n.ID]; !placed {
			place(n.ID)
			next++
		}
	}
	return line
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func nodeOf(g *chain.Graph, id string) chain.GraphNode {
	for _, n := range g.Nodes {
		if n.ID == id {
			return n
		}
	}
	return chain.GraphNode{Label: id}
}

// kindTitle says what a node stands for, and when it was seen.
func kindTitle(n chain.GraphNode) string {
	title := map[string]string{chain.Export: "copy issued", chain.Sighting: "found", chain.Campaign: "messages", chain.Holder: "party", chain.Hidden: "never seen"}[n.Kind]
	if n.FirstSeen != "" {
		title += " " + n.FirstSeen[:min(10, len(n.FirstSeen))]
	}
	return title
}

func nodeName(n chain.GraphNode) string {
	if n.Kind == chain.Export && n.Recipient != "" {
		return "to " + n.Recipient
	}
	return n.Label
}

func nodeTitle(n chain.GraphNode) string { return kindTitle(n) + ": " + nodeName(n) }

func shorten(s string) string {
	if runes := []rune(s); len(runes) > labelRunes {
		return string(runes[:labelRunes-1]) + "…"
	}
	return s
}
