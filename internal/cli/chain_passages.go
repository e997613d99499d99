package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/match"
	"telltale/match/chain"
	"telltale/store"
)

// attribution is whose copies a sighting is attributed to.
type attribution struct {
	label   string
	exports []string   // of those who are accused: that hold most rows, or whose canaries were seen
	shown   [][]string // per canary seen that is theirs alone, the exports that carry it
}

func attribute(label string, result *match.Result) attribution {
	a := attribution{label: label}
	for _, s := range result.Suspects {
		if !s.Accused {
			continue
		}
		shown := shownOf(result, s.Recipient)
		a.shown = append(a.shown, shown...)
		a.exports = append(append(a.exports, s.Exports...), slices.Concat(shown...)...)
	}
	return a
}

// shownOf lists, per canary of a recipient's own, the exports that carry it.
// His exports' canaries of one slot can have contacts in common: of these, the
// one counts of which most was seen, and all where as much was seen of several.
func shownOf(result *match.Result, recipient string) (out [][]string) {
	type seen struct {
		matched int
		exports []string
	}
	best := map[int]seen{}
	for _, c := range result.Canaries {
		if c.Recipient != recipient || c.Shared {
			continue
		}
		switch b := best[c.Slot]; {
		case len(c.Matched) > b.matched:
			best[c.Slot] = seen{len(c.Matched), c.Exports}
		case len(c.Matched) == b.matched:
			best[c.Slot] = seen{b.matched, append(slices.Clone(b.exports), c.Exports...)}
		}
	}
	for _, slot := range slices.Sorted(maps.Keys(best)) {
		out = append(out, best[slot].exports)
	}
	return out
}

func accusedOf(list []attribution) (out []string) {
	for _, a := range list {
		out = append(out, a.exports...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// passing looks for the steps that lead to the exports of attributions.
type passing struct {
	tx           store.Tx
	engine       *match.Engine
	attributions []attribution
}

// passages are the steps between exports that lead to those that sightings are
// attributed to.
func (r *registry) passages(ctx context.Context, engine *match.Engine, attributions []attribution) (out []chain.Passage, err error) {
	todo := accusedOf(attributions)
	err = r.View(ctx, func(tx store.Tx) error {
		p := passing{tx, engine, attributions}
		for i := 0; i < len(todo); i++ { // grows
			x, err := tx.Export(todo[i])
			if err != nil {
				return err
			}
			found, err := p.to(x)
			if err != nil {
				return err
			}
			for _, p := range found {
				if !slices.Contains(todo, p.From.ID) {
					todo = append(todo, p.From.ID)
				}
			}
			out = append(out, found...)
		}
		return nil
	})
	return out, err
}

// to lists the steps to one export: from the copies that its table was made
// from, or else from that of its recipient's parent.
func (p *passing) to(x store.Export) (out []chain.Passage, err error) {
	told, err := p.told(x)
	if err != nil {
		return nil, err
	}
	if told {
		for _, o := range nearestOrigins(p.engine, x) {
			out = append(out, chain.Passage{From: exportNode(o.Export), To: exportNode(x), Basis: chain.Nested, Why: p.whyNested(x, o)})
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	y, ok, err := parentsExport(p.tx, x)
	if ok {
		why := fmt.Sprintf("the registry names %s as the parent of %s, and %s was issued a copy of %s too, on %s; nothing that was found tells whether one was made from the other",
			y.Recipient, x.Recipient, y.Recipient, x.Dataset, day(y.IssuedAt))
		out = append(out, chain.Passage{From: exportNode(y), To: exportNode(x), Basis: chain.Registered, Why: why})
	}
	return out, err
}

// told reports whether it is this table that leaked, and not another one that
// the recipient was issued: by a canary, or because there is no other.
func (p *passing) told(x store.Export) (bool, error) {
	exports, err := p.tx.Exports("")
	if err != nil {
		return false, err
	}
	other := map[string]bool{} // exports of another table
	alone := true
	for _, y := range exports {
		other[y.ID] = y.Dataset != x.Dataset || y.Snapshot != x.Snapshot
		alone = alone && (y.Recipient != x.Recipient || !other[y.ID])
	}
	for _, a := range p.attributions {
		for _, carriers := range a.shown {
			if slices.Contains(carriers, x.ID) && !slices.ContainsFunc(carriers, func(id string) bool { return other[id] }) {
				return true, nil
			}
		}
	}
	return alone, nil
}

func (p *passing) whyNested(x store.Export, o match.Origin) string {
	why := fmt.Sprintf("the table issued to %s was made from the copy issued to %s: %d of the %d canaries of that copy are rows of it", x.Recipient, o.Export.Recipient, o.Found, o.Of)
	var both []string
	for _, a := range p.attributions {
		if slices.Contains(a.exports, x.ID) && slices.Contains(a.exports, o.Export.ID) {
			both = append(both, a.label)
		}
	}
	if len(both) > 0 {
		why += "; marks of both copies were read in " + strings.Join(both, ", ")
	}
	return why
}

// nearestOrigins leaves out those that another one was made from.
func nearestOrigins(engine *match.Engine, x store.Export) []match.Origin {
	all := engine.Origins(x)
	further := map[string]bool{}
	for _, o := range all {
		for _, before := range engine.Origins(o.Export) {
			further[before.Export.ID] = true
		}
	}
	return slices.DeleteFunc(all, func(o match.Origin) bool { return further[o.Export.ID] })
}

// parentsExport is the last export of a dataset, up to the time of x, that the
// registered parent of x's recipient was issued.
func parentsExport(tx store.Tx, x store.Export) (last store.Export, ok bool, err error) {
	recipient, err := tx.Recipient(x.Recipient)
	if err != nil || recipient.Parent == "" {
		return last, false, err
	}
	exports, err := tx.Exports(x.Dataset)
	for _, y := range exports {
		if y.Recipient == recipient.Parent && !y.IssuedAt.After(x.IssuedAt) {
			last, ok = y, true
		}
	}
	return last, ok, err
}
