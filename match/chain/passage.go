package chain

import "slices"

// Passage is a step between two exports that was not inferred from what was
// found: the registry names the recipient of one as the parent of the other's,
// or the table of one was made from the copy of the other.
type Passage struct {
	From, To Node
	Basis    string // Registered or Nested
	Why      string // a sentence
}

// Pass puts the exports from which those in the graph came above them. Passages
// to exports that are not in the graph change nothing, and neither do those that
// would lead round in a circle. What was inferred stays as it is.
func (g *Graph) Pass(passages []Passage) {
	for i := 0; i < len(g.Nodes); i++ { // grows
		for _, p := range passages {
			if p.To.ID == g.Nodes[i].ID && !g.leads(p.To.ID, p.From.ID) {
				g.pass(p)
			}
		}
	}
}

func (g *Graph) pass(p Passage) {
	if !slices.ContainsFunc(g.Nodes, func(n GraphNode) bool { return n.ID == p.From.ID }) {
		g.Nodes = append(g.Nodes, p.From.graph())
	}
	posterior := calibrated(1)
	if p.Basis == Registered {
		posterior = sigmoid(grade("other")) // what somebody entered, and nothing that was read
	}
	g.Edges = append(g.Edges, Edge{From: p.From.ID, To: p.To.ID, Basis: []string{p.Basis}, Posterior: round(posterior), Why: p.Why})
}

// leads reports whether edges lead from one node to another, or they are one.
func (g *Graph) leads(from, to string) bool {
	return from == to || slices.ContainsFunc(g.Edges, func(e Edge) bool { return e.From == from && g.leads(e.To, to) })
}
