package match

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match/chain"
	"telltale/match/link"
)

// tableRun is the reading of one table of a file.
type tableRun struct {
	engine   *Engine
	reading  *Reading
	sketcher *chain.Sketcher
	schema   table.Schema
	header   []string
	settled  bool
	windows  int // taken so far
	next     int // window at which columns are looked at again
	targets  []*target
	workers  []*worker
	hasher   *key.Hasher
	cells    io.WriteCloser // the search for canaries in cells that no stream shows; nil for none
	begun    *target        // whose source the sketcher is at
	begunAt  uint64         // and which state of its columns
}

// target is a snapshot that rows may link to.
type target struct {
	dataset  *dataset
	layer    *layer
	snapshot *snapshot
	mapping  *link.Mapping
	state    uint64 // changes with mapping
	first    bool   // the first of its dataset: it looks for canaries
	asked    []cellKinds
}

// cellKinds are the kinds under which a column of the leak is shown to the
// canary finder, and whether controls are looked for in it.
type cellKinds struct {
	column  int
	kinds   []identity.Kind
	control []identity.Kind
}

// rowResult is what one row gave.
type rowResult struct {
	cells         []string // of the row, put right
	target        *target
	link          link.Link
	reads         []symbolRead
	more          []layerReads // what other layers of the dataset read in the row
	edited, known uint64
	tags          []uint16 // for the sketch
	contacts      []string // of a foreign row all, of a linked one those that were not issued
	sights        []rowSight
	controls      []rowControl
}

type symbolRead struct {
	carrier int // index into layer.carriers
	symbol  uint8
}

// layerReads is what a layer other than the target's read in a row: copies of
// the same rows that were marked under another secret.
type layerReads struct {
	target *target
	reads  []symbolRead
}

type rowSight struct {
	dataset *dataset
	hit     canary.Hit
}

type rowControl struct {
	dataset *dataset
	kind    identity.Kind
	value   string
}

func (e *Engine) newTableRun(r *Reading, s *chain.Sketcher, schema table.Schema) *tableRun {
	t := &tableRun{engine: e, reading: r, sketcher: s, schema: schema, hasher: e.master.Derive("canary-lookup").Hasher()}
	if schema.Header {
		t.header = schema.Columns
	}
	for _, d := range e.datasets {
		first := true
		for _, l := range d.layers {
			for _, snap := range l.snapshots {
				t.targets = append(t.targets, &target{dataset: d, layer: l, snapshot: snap, first: first})
				first = false
			}
		}
	}
	return t
}

// enoughLinked is how many rows of a sample must link before the columns count
// as recognised for good.
const enoughLinked = 64

// due reports whether columns are to be looked at: in the first window, and
// until enough rows linked again at twice the distance.
func (t *tableRun) due() bool { return !t.settled && t.windows >= t.next }

// recognise finds out what the columns are, for every snapshot, and settles
// when enough rows linked or there is little hope.
func (t *tableRun) recognise(rows [][]string) error {
	t.settled = len(t.targets) == 0
	t.next = 2*t.windows + 1
	for _, g := range t.targets {
		m, err := g.snapshot.linker.Recognise(rows, t.header)
		if err != nil {
			return fmt.Errorf("dataset %s, snapshot %s: %w", g.dataset.name, g.snapshot.id, err)
		}
		if g.mapping == nil || m.Linked > g.mapping.Linked {
			g.mapping = m
			g.state++
		}
		t.settled = t.settled || g.mapping.Linked >= enoughLinked
		g.asked = g.columnsFor(g.widened(rows))
	}
	t.disownBare()
	slices.SortStableFunc(t.targets, func(a, b *target) int { return cmp.Compare(b.mapping.Linked, a.mapping.Linked) })
	return nil
}

// disownBare gives up links by bare numbers where another dataset has links
// too: numbers from 1 on are everybody's.
func (t *tableRun) disownBare() {
	linked := map[*dataset]bool{}
	for _, g := range t.targets {
		if g.mapping.Linked > 0 {
			linked[g.dataset] = true
		}
	}
	if len(linked) < 2 {
		return
	}
	for _, g := range t.targets {
		if g.mapping.Linked > 0 && g.mapping.Bare() {
			t.reading.bare(g.dataset.name)
			g.mapping.Disown()
			g.state++
		}
	}
}

// widened shows rows as the mapping looks at them.
func (g *target) widened(rows [][]string) [][]string {
	if !g.mapping.Wide() {
		return rows
	}
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = g.mapping.Widen(nil, row)
	}
	return out
}

// columnsFor chooses the kinds under which cells are looked up among canaries:
// a recognised column's own, else those that many of its cells could be.
func (g *target) columnsFor(rows [][]string) []cellKinds {
	if !g.first || len(g.dataset.planted) == 0 {
		return nil
	}
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	wanted := g.dataset.canaryKinds()
	var out []cellKinds
	for c := range width {
		// Controls measure how often strangers reach a contact of ours without
		// a copy. Names of the mint's model are no contacts: real people have them.
		k := cellKinds{column: c, kinds: g.kindsOf(c, rows, wanted)}
		for _, kind := range k.kinds {
			if kind == identity.Email || kind == identity.Phone {
				k.control = append(k.control, kind)
			}
		}
		out = append(out, k)
	}
	return out
}

func (g *target) kindsOf(column int, rows [][]string, wanted []identity.Kind) []identity.Kind {
	if f := slices.Index(g.mapping.Columns, column); f >= 0 && g.mapping.Linked >= enoughLinked {
		return []identity.Kind{g.layer.scheme.Columns[f].Kind}
	}
	var kinds []identity.Kind
	for _, k := range wanted {
		seen, fit := 0, 0
		for i := 0; i < len(rows) && seen < 100; i += 1 + len(rows)/200 {
			if column < len(rows[i]) && strings.TrimSpace(rows[i][column]) != "" {
				seen++
				if _, ok := identity.Canonical(k, rows[i][column], g.dataset.locale); ok {
					fit++
				}
			}
		}
		if fit*5 >= seen {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// canaryKinds are the kinds of all columns that canaries' identities are in.
func (d *dataset) canaryKinds() []identity.Kind {
	var kinds []identity.Kind
	for _, p := range d.planted {
		for _, id := range p.canary.Identities {
			kinds = append(kinds, id.Kind)
			for _, c := range id.Columns {
				for _, l := range d.layers {
					if c >= 0 && c < len(l.scheme.Columns) {
						kinds = append(kinds, l.scheme.Columns[c].Kind)
					}
				}
			}
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// collect adds what a row gave to the reading. It is called in the order of
// the rows.
func (t *tableRun) collect(x rowResult) {
	raw := x.cells
	t.reading.looked += tries(len(raw))
	if t.cells != nil {
		io.WriteString(t.cells, strings.Join(raw, "\t")+"\n")
	}
	for _, s := range x.sights {
		p := s.dataset.planted[s.hit.Planted]
		t.reading.observed(s.dataset.name).sight(p.id, sighted{Bits: s.hit.Bits, Matched: s.hit.Matched})
	}
	if x.target == nil {
		for _, c := range x.controls {
			t.reading.observed(c.dataset.name).control(t.hasher, c.kind, c.value)
		}
		t.sketcher.Add(chain.Row{Cells: raw, Keys: x.contacts})
		return
	}
	t.reading.observed(x.target.dataset.name).take(x, unixOf(t.reading.at))
	t.begin(x.target)
	t.sketcher.Add(chain.Row{Linked: true, Row: x.link.Row, Cells: raw, Edited: x.edited, Known: x.known, Tags: x.tags, Keys: x.contacts})
}

// tell shows a row to who asked for all of them.
func (t *tableRun) tell(w *window, at int, x rowResult) {
	if t.engine.options.Rows == nil {
		return
	}
	row := FileRow{Cells: w.asShown(at, x.cells)}
	if g := x.target; g != nil {
		row.Dataset, row.Key = g.dataset.name, g.snapshot.linker.Key(x.link.Row)
		row.Columns = map[int][]int{g.layer.version: g.mapping.Columns}
		for _, other := range x.more {
			row.Columns[other.target.layer.version] = other.target.mapping.Columns
		}
	}
	t.engine.options.Rows(row)
}

// take adds a linked row.
func (o *observed) take(x rowResult, at int64) {
	g := x.target
	o.Rows++
	layer := o.layer(g.layer.version, g.layer.carrierNames())
	row, isNew := layer.row(g.snapshot.linker.Key(x.link.Row), at)
	for _, s := range x.reads {
		layer.read(row, s.carrier, s.symbol, 1)
	}
	for _, other := range x.more {
		layer := o.layer(other.target.layer.version, other.target.layer.carrierNames())
		row, _ := layer.row(g.snapshot.linker.Key(x.link.Row), at)
		for _, s := range other.reads {
			layer.read(row, s.carrier, s.symbol, 1)
		}
	}
	if isNew {
		o.By[byKey(x.link.Way, g.layer.names(x.link.By), g.layer.names(x.link.Similar))]++
	}
}

func (l *layer) names(columns []int) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = l.scheme.Columns[c].Name
	}
	return names
}

func (l *layer) carrierNames() []string {
	names := make([]string, len(l.carriers))
	for i, c := range l.carriers {
		names[i] = l.scheme.Columns[c].Name
	}
	return names
}

// begin tells the sketcher which table the next row belongs to.
func (t *tableRun) begin(g *target) {
	if t.begun == g && t.begunAt == g.state {
		return
	}
	t.begun, t.begunAt = g, g.state
	var names []string
	for f, c := range g.mapping.Columns {
		if c < 0 {
			continue
		}
		for len(names) <= c {
			names = append(names, "")
		}
		names[c] = g.layer.scheme.Columns[f].Name
	}
	t.sketcher.Begin(chain.Source{Dataset: g.dataset.name, Snapshot: g.snapshot.id, Columns: names, Header: t.schema.RawHeader, Habits: habits(t.schema)})
}
