package report

import (
	"fmt"
	"io"
	"strings"

	"telltale/match/chain"
)

// Chain writes a reconstruction as an indented tree with the reason for every
// edge.
func Chain(w io.Writer, g chain.Graph) {
	c := chainPrinter{printer{w}, map[string]chain.GraphNode{}, map[string][]chain.Edge{}, map[string]bool{}}
	child := map[string]bool{}
	for _, n := range g.Nodes {
		c.nodes[n.ID] = n
	}
	for _, e := range g.Edges {
		c.below[e.From] = append(c.below[e.From], e)
		child[e.To] = true
	}
	c.line("case %s", g.Case)
	for _, n := range g.Nodes {
		if !child[n.ID] {
			c.node(n, "", nil)
		}
	}
	for _, n := range g.Nodes {
		if !c.done[n.ID] {
			c.node(n, "", nil)
		}
	}
	for _, warning := range g.Warnings {
		c.line("warning   %s", warning)
	}
}

type chainPrinter struct {
	printer
	nodes map[string]chain.GraphNode
	below map[string][]chain.Edge
	done  map[string]bool
}

func (c chainPrinter) node(n chain.GraphNode, indent string, by *chain.Edge) {
	again := ""
	if c.done[n.ID] {
		again = " (see above)"
	}
	c.line("%s%s%s", indent, describeNode(n), again)
	if by != nil {
		c.line("%s    %s, posterior %.2f: %s", indent, strings.Join(by.Basis, " and "), by.Posterior, by.Why)
	}
	if c.done[n.ID] {
		return
	}
	c.done[n.ID] = true
	for _, e := range c.below[n.ID] {
		c.node(c.nodes[e.To], indent+"  -> ", &e)
	}
}

func describeNode(n chain.GraphNode) string {
	var s string
	switch n.Kind {
	case chain.Export:
		s = fmt.Sprintf("the copy issued to %s (%s)", n.Recipient, n.Label)
	case chain.Hidden:
		s = "at least one unknown holder"
	case chain.Holder:
		s = n.Label + " (stated)"
	default:
		s = n.Label
	}
	if n.FirstSeen != "" {
		s += ", " + n.FirstSeen
	}
	return s
}
