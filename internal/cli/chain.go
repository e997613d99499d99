package cli

import (
	"context"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/internal/report"
	"telltale/match"
	"telltale/match/chain"
	"telltale/store"
)

func (p *program) chainCommand() *cli.Command {
	return &cli.Command{
		Name: "chain", Usage: "order a case's sightings: who had the data from whom", ArgsUsage: "CASE",
		Description: "Sightings are ordered below the exports they come from by what they kept, lost and inherited, by time, and by\n" +
			"the facts that were stated with case state. Every edge says why.",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "dot", Usage: "write a graph for Graphviz"}},
		Action: p.runChain,
	}
}

func (p *program) runChain(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the case's name")
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		graph, err := r.chainOf(c.Context, args[0])
		if err != nil {
			return err
		}
		if c.Bool("dot") && !p.json {
			return chain.WriteDOT(p.Out, graph)
		}
		return p.print(graph, func(w io.Writer) { _ = report.Chain(w, graph) })
	})
}

// chainOf reconstructs a case.
func (r *registry) chainOf(ctx context.Context, name string) (chain.Graph, error) {
	records, sealed, err := r.sightings(ctx, name)
	if err != nil {
		return chain.Graph{}, err
	}
	if len(records) == 0 {
		return chain.Graph{}, inputError("add sightings with match --case or trace --case", "case %s: it has no sightings", name)
	}
	engine, err := r.engine(ctx, match.Options{Alpha: defaultAlpha})
	if err != nil {
		return chain.Graph{}, err
	}
	var nodes []chain.Node
	suspects := map[string]bool{} // exports that some sighting is attributed to
	for _, group := range campaigns(records, sealed) {
		node, accused, err := group.node(ctx, engine)
		if err != nil {
			return chain.Graph{}, fmt.Errorf("case %s, sighting %s: %w", name, group.records[0].Name, err)
		}
		for _, id := range accused {
			suspects[id] = true
		}
		nodes = append(nodes, node)
	}
	exports, err := r.exportNodes(ctx, engine, suspects)
	if err != nil {
		return chain.Graph{}, err
	}
	facts, err := r.statedFacts(ctx, name)
	if err != nil {
		return chain.Graph{}, err
	}
	return chain.Reconstruct(ctx, append(exports, nodes...), facts, chain.Options{Case: name})
}

// group is a file, or the messages of one holder or sender: a list that shows
// itself message by message.
type group struct {
	records []sightingRecord
	sealed  []store.Sighting
}

// campaigns puts the messages of one holder, or else of one sender, together.
func campaigns(records []sightingRecord, sealed []store.Sighting) []*group {
	var groups []*group
	of := map[string]*group{}
	for i, record := range records {
		from := first(record.Holder, record.Sender)
		g := of[from]
		if sealed[i].Kind != "message" || from == "" || g == nil {
			g = &group{}
			groups = append(groups, g)
			if sealed[i].Kind == "message" && from != "" {
				of[from] = g
			}
		}
		g.records, g.sealed = append(g.records, record), append(g.sealed, sealed[i])
	}
	return groups
}

// node decides by itself what one group is made of.
func (g *group) node(ctx context.Context, engine *match.Engine) (chain.Node, []string, error) {
	var readings []*match.Reading
	var sketch *chain.Sketch
	for _, record := range g.records {
		reading := new(match.Reading)
		if err := reading.UnmarshalBinary(record.Reading); err != nil {
			return chain.Node{}, nil, err
		}
		readings = append(readings, reading)
		if sketch == nil {
			sketch = reading.Sketch
		} else {
			sketch = chain.Merge(sketch, reading.Sketch)
		}
	}
	result, err := engine.Decide(ctx, readings)
	if err != nil {
		return chain.Node{}, nil, err
	}
	node := chain.Node{ID: g.sealed[0].ID, Kind: chain.Sighting, Label: g.records[0].Name, Holder: g.records[0].Holder, FirstSeen: g.firstSeen(), Sketch: sketch}
	if g.sealed[0].Kind == "message" {
		node.Kind = chain.Campaign
	}
	if n := len(g.records); n > 1 {
		node.Label = fmt.Sprintf("%d messages of %s", n, first(g.records[0].Holder, g.records[0].Sender))
	}
	var exports []string
	sketch.Kind, sketch.Recipients = node.Kind, nil
	for _, s := range result.Suspects {
		sketch.Recipients = append(sketch.Recipients, chain.Share{Recipient: s.Recipient, Accused: s.Accused, LogE: s.LogE, Share: s.Share})
		if s.Accused {
			exports = append(exports, s.Exports...)
		}
	}
	return node, exports, nil
}

func (g *group) firstSeen() (at time.Time) {
	for _, r := range g.records {
		if !r.At.IsZero() && (at.IsZero() || r.At.Before(at)) {
			at = r.At
		}
	}
	return at
}

func (r *registry) exportNodes(ctx context.Context, engine *match.Engine, wanted map[string]bool) ([]chain.Node, error) {
	var nodes []chain.Node
	err := r.View(ctx, func(tx store.Tx) error {
		for id := range wanted {
			e, err := tx.Export(id)
			if err != nil {
				return err
			}
			nodes = append(nodes, chain.Node{ID: e.ID, Kind: chain.Export, Label: "export " + e.ID, Recipient: e.Recipient, FirstSeen: e.IssuedAt, Sketch: engine.Issued(e)})
		}
		return nil
	})
	sort.Slice(nodes, func(i, k int) bool { return nodes[i].ID < nodes[k].ID })
	return nodes, err
}

func (r *registry) statedFacts(ctx context.Context, name string) ([]chain.Fact, error) {
	var out []chain.Fact
	err := r.View(ctx, func(tx store.Tx) error {
		facts, err := r.facts(tx, name)
		for _, f := range facts {
			out = append(out, chain.Fact{From: f.From, To: f.To, Basis: f.Basis, Note: f.Note, At: f.At})
		}
		return err
	})
	return out, err
}
