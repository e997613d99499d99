package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
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
		engine, err := r.engine(c.Context, match.Options{Alpha: defaultAlpha})
		if err != nil {
			return err
		}
		graph, err := r.chainOf(c.Context, engine, args[0])
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
func (r *registry) chainOf(ctx context.Context, engine *match.Engine, name string) (chain.Graph, error) {
	records, sealed, err := r.sightings(ctx, name)
	if err != nil {
		return chain.Graph{}, err
	}
	if len(records) == 0 {
		return chain.Graph{}, inputError("add sightings with match --case or trace --case", "case %s: it has no sightings", name)
	}
	var nodes []chain.Node
	var attributions []attribution
	groups, err := campaigns(records, sealed)
	if err != nil {
		return chain.Graph{}, fmt.Errorf("case %s: %w", name, err)
	}
	for _, group := range groups {
		node, a, err := group.node(ctx, engine)
		if err != nil {
			return chain.Graph{}, fmt.Errorf("case %s, sighting %s: %w", name, group.records[0].Name, err)
		}
		nodes, attributions = append(nodes, node), append(attributions, a)
	}
	exports, err := r.exportNodes(ctx, engine, accusedOf(attributions))
	if err != nil {
		return chain.Graph{}, err
	}
	facts, err := r.statedFacts(ctx, name)
	if err != nil {
		return chain.Graph{}, err
	}
	graph, err := chain.Reconstruct(ctx, append(exports, nodes...), facts, chain.Options{Case: name})
	if err != nil {
		return graph, err
	}
	passages, err := r.passages(ctx, engine, attributions)
	graph.Pass(passages)
	return graph, err
}

// group is a file, or the messages of one campaign: a list that shows itself
// message by message.
type group struct {
	records  []sightingRecord
	sealed   []store.Sighting
	readings []*match.Reading
}

func (g *group) add(record sightingRecord, s store.Sighting, r *match.Reading) {
	g.records, g.sealed, g.readings = append(g.records, record), append(g.sealed, s), append(g.readings, r)
}

// campaigns puts the messages together that share a sender, a link, a number or
// their text, and those that were found with one holder. Of a campaign that was
// found with several, each has his own; messages without a holder stay
// together.
func campaigns(records []sightingRecord, sealed []store.Sighting) ([]*group, error) {
	readings := make([]*match.Reading, len(records))
	for i, record := range records {
		readings[i] = new(match.Reading)
		if err := readings[i].UnmarshalBinary(record.Reading); err != nil {
			return nil, fmt.Errorf("sighting %s: %w", record.Name, err)
		}
	}
	holders := holdersOf(records, sealed, match.Campaigns(readings))
	var groups []*group
	of := map[string]*group{}
	for i, record := range records {
		g := of[holders[i]]
		if g == nil || holders[i] == "" {
			g = &group{}
			groups = append(groups, g)
			of[holders[i]] = g
		}
		g.add(record, sealed[i], readings[i])
	}
	return groups, nil
}

// holdersOf names for each message the group that it belongs to: its holder, or
// the only holder of its campaign, or its campaign; "" for a file.
func holdersOf(records []sightingRecord, sealed []store.Sighting, campaign []int) []string {
	of := map[int][]string{}
	for i, r := range records {
		if c := campaign[i]; sealed[i].Kind == "message" && r.Holder != "" && !slices.Contains(of[c], r.Holder) {
			of[c] = append(of[c], r.Holder)
		}
	}
	out := make([]string, len(records))
	for i, r := range records {
		c := campaign[i]
		switch {
		case sealed[i].Kind != "message":
		case r.Holder != "":
			out[i] = "holder " + r.Holder
		case len(of[c]) == 1:
			out[i] = "holder " + of[c][0]
		default:
			out[i] = fmt.Sprint("campaign ", c)
		}
	}
	return out
}

// holder is the holder of the first record that has one.
func (g *group) holder() string {
	for _, r := range g.records {
		if r.Holder != "" {
			return r.Holder
		}
	}
	return ""
}

// label names a file, or how many messages there are and whose: the holder's,
// or the commonest sender's.
func (g *group) label() string {
	if len(g.records) == 1 {
		return g.records[0].Name
	}
	n := fmt.Sprintf("%d messages", len(g.records))
	if h := g.holder(); h != "" {
		return n + " of " + h
	}
	count := map[string]int{}
	for _, r := range g.records {
		if r.Sender != "" {
			count[r.Sender]++
		}
	}
	senders := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	switch len(senders) {
	case 0:
		return n
	case 1:
		return n + " of " + senders[0]
	}
	return fmt.Sprintf("%s of %s and %d other senders", n, senders[0], len(senders)-1)
}

// node decides by itself what one group is made of.
func (g *group) node(ctx context.Context, engine *match.Engine) (chain.Node, attribution, error) {
	var sketch *chain.Sketch
	for _, r := range g.readings {
		sketch = chain.Merge(sketch, r.Sketch)
	}
	result, err := engine.Decide(ctx, g.readings)
	if err != nil {
		return chain.Node{}, attribution{}, err
	}
	sketch = engine.Aligned(sketch)
	node := chain.Node{ID: g.sealed[0].ID, Kind: chain.Sighting, Label: g.label(), Holder: g.holder(), FirstSeen: g.firstSeen(), Sketch: sketch}
	if g.sealed[0].Kind == "message" {
		node.Kind = chain.Campaign
	}
	sketch.Kind, sketch.Recipients = node.Kind, nil
	for _, s := range result.Suspects {
		sketch.Recipients = append(sketch.Recipients, chain.Share{Recipient: s.Recipient, Accused: s.Accused, LogE: s.LogE, Share: s.Share})
	}
	return node, attribute(node.Label, &result), nil
}

func (g *group) firstSeen() (at time.Time) {
	for _, r := range g.records {
		if !r.At.IsZero() && (at.IsZero() || r.At.Before(at)) {
			at = r.At
		}
	}
	return at
}

func (r *registry) exportNodes(ctx context.Context, engine *match.Engine, wanted []string) ([]chain.Node, error) {
	var nodes []chain.Node
	err := r.View(ctx, func(tx store.Tx) error {
		for _, id := range wanted {
			e, err := tx.Export(id)
			if err != nil {
				return err
			}
			node := exportNode(e)
			node.Sketch = engine.Issued(e)
			nodes = append(nodes, node)
		}
		return nil
	})
	return nodes, err
}

func exportNode(e store.Export) chain.Node {
	return chain.Node{ID: e.ID, Kind: chain.Export, Label: "export " + e.ID, Recipient: e.Recipient, FirstSeen: e.IssuedAt}
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
