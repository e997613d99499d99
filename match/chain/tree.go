package chain

import (
	"fmt"
	"io"
	"strings"
)

// WriteTree writes the graph as an indented tree for people.
func WriteTree(w io.Writer, g Graph) error {
	var b strings.Builder
	nodes := map[string]GraphNode{}
	out := map[string][]Edge{}
	in := map[string]bool{}
	for _, n := range g.Nodes {
		nodes[n.ID] = n
	}
	for _, e := range g.Edges {
		out[e.From] = append(out[e.From], e)
		in[e.To] = true
	}
	written := map[string]bool{}
	var walk func(id, indent string)
	walk = func(id, indent string) {
		written[id] = true
		for i, e := range out[id] {
			branch, next := "├─ ", "│  "
			if i == len(out[id])-1 {
				branch, next = "└─ ", "   "
			}
			fmt.Fprintf(&b, "%s%s%s  [%s, %.2f]\n", indent, branch, describe(nodes[e.To]), strings.Join(e.Basis, "+"), e.Posterior)
			fmt.Fprintf(&b, "%s%s     %s\n", indent, next, e.Why)
			if !written[e.To] {
				walk(e.To, indent+next)
			}
		}
	}
	for _, n := range g.Nodes {
		if !in[n.ID] {
			b.WriteString(describe(n) + "\n")
			walk(n.ID, "")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func describe(n GraphNode) string {
	s := n.Label
	if n.Kind == Export && n.Recipient != "" && !strings.Contains(s, n.Recipient) {
		s += " (issued to " + n.Recipient + ")"
	}
	if n.FirstSeen != "" {
		s += "  " + n.FirstSeen[:min(10, len(n.FirstSeen))]
	}
	return n.Kind + " " + s
}

// WriteDOT writes the graph in the language of Graphviz.
func WriteDOT(w io.Writer, g Graph) error {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n\trankdir=TB;\n\tnode [fontname=\"sans-serif\"];\n", quoteDOT(g.Case))
	for _, n := range g.Nodes {
		label := strings.TrimPrefix(describe(n), n.Kind+" ")
		fmt.Fprintf(&b, "\t%s [label=%s, shape=%s%s];\n", quoteDOT(n.ID), quoteDOT(label), dotShape(n.Kind), dotStyle(n.Kind))
	}
	for _, e := range g.Edges {
		label := fmt.Sprintf("%s\n%.2f", strings.Join(e.Basis, ", "), e.Posterior)
		style := ""
		if e.Posterior < 0.8 {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "\t%s -> %s [label=%s, tooltip=%s%s];\n", quoteDOT(e.From), quoteDOT(e.To), quoteDOT(label), quoteDOT(e.Why), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func dotShape(kind string) string {
	switch kind {
	case Export:
		return "folder"
	case Holder, Hidden:
		return "ellipse"
	}
	return "note"
}

func dotStyle(kind string) string {
	if kind == Hidden {
		return ", style=dashed"
	}
	return ""
}

// quoteDOT writes a DOT string: a line end becomes the escape \n, and
// characters that are not printed are left out.
func quoteDOT(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r >= ' ' && r != 0x7f:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
