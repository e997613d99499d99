package match

import (
	"slices"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/match/link"
)

// worker links rows; each goroutine has one.
type worker struct {
	t       *tableRun
	cells   map[string]*link.Cells // by locale
	wide    map[*target]*wideRow   // of targets whose mapping has a view
	markers map[*layer]*fingerprint.Marker
	buffer  []canary.Cell
}

// wideRow is a row with the columns of a view.
type wideRow struct {
	row   []string
	cells *link.Cells
}

func (t *tableRun) newWorker() *worker {
	w := &worker{t: t, cells: map[string]*link.Cells{}, wide: map[*target]*wideRow{}, markers: map[*layer]*fingerprint.Marker{}}
	for _, g := range t.targets {
		if w.cells[g.layer.scheme.Locale] == nil {
			w.cells[g.layer.scheme.Locale] = link.NewCells(g.layer.scheme.Locale)
		}
		if w.cells[g.dataset.locale] == nil {
			w.cells[g.dataset.locale] = link.NewCells(g.dataset.locale)
		}
		if w.markers[g.layer] == nil {
			w.markers[g.layer] = g.layer.marker.Fork()
		}
	}
	return w
}

func (w *worker) row(raw []string) rowResult {
	raw = w.realigned(raw)
	out := rowResult{cells: raw}
	for _, c := range w.cells {
		c.Reset(raw)
	}
	for _, g := range w.t.targets {
		row, cells := w.cellsOf(g, raw)
		w.lookForCanaries(g, cells, &out)
		if out.target != nil {
			continue
		}
		if k, ok := g.mapping.Link(cells); ok {
			out.target, out.link = g, k
			w.readMarks(g, row, cells, &out)
		}
	}
	if g := w.t.leading(); out.target == nil && g != nil {
		_, cells := w.cellsOf(g, raw)
		out.contacts = g.mapping.Contacts(cells, ^uint64(0))
	}
	return out
}

// realigned puts a row with too many cells right, if a target knows how.
func (w *worker) realigned(raw []string) []string {
	width := len(w.t.schema.Columns)
	if len(raw) <= width || w.t.schema.Delimiter <= 0 {
		return raw
	}
	for _, g := range w.t.targets {
		if row, ok := g.mapping.Realign(w.cells[g.layer.scheme.Locale], raw, width, string(w.t.schema.Delimiter)); ok {
			return row
		}
	}
	return raw
}

// cellsOf gives a row, of whose cells the workers' have been reset, as a target
// looks at it.
func (w *worker) cellsOf(g *target, raw []string) ([]string, *link.Cells) {
	if !g.mapping.Wide() {
		return raw, w.cells[g.layer.scheme.Locale]
	}
	x := w.wide[g]
	if x == nil {
		x = &wideRow{cells: link.NewCells(g.layer.scheme.Locale)}
		w.wide[g] = x
	}
	x.row = g.mapping.Widen(x.row, raw)
	x.cells.Reset(x.row)
	return x.row, x.cells
}

// leading is the snapshot of which most rows of the sample linked, nil when
// none did.
func (t *tableRun) leading() (best *target) {
	for _, g := range t.targets {
		if g.mapping.Linked > 0 && (best == nil || g.mapping.Linked > best.mapping.Linked) {
			best = g
		}
	}
	return best
}

func (w *worker) lookForCanaries(g *target, cells *link.Cells, out *rowResult) {
	if g.asked == nil {
		return
	}
	w.buffer = w.buffer[:0]
	for _, a := range g.asked {
		if a.column >= cells.Len() {
			continue
		}
		for _, k := range a.kinds {
			v, ok := cells.Canonical(a.column, k)
			if !ok {
				continue
			}
			w.buffer = append(w.buffer, canary.Cell{Column: a.column, Kind: k, Value: v})
			if g.dataset.controls != nil && slices.Contains(a.control, k) && g.dataset.controls.Has(k, v) {
				out.controls = append(out.controls, rowControl{g.dataset, k, v})
			}
		}
	}
	for _, h := range g.dataset.finder.Row(w.buffer) {
		out.sights = append(out.sights, rowSight{g.dataset, h})
	}
}

// readMarks reads the marks of a linked row, and notes which of its cells were
// edited as far as the index tells.
func (w *worker) readMarks(g *target, raw []string, cells *link.Cells, out *rowResult) {
	out.reads = w.symbols(g, out.link.Row, raw)
	for _, l := range g.dataset.layers {
		if l == g.layer {
			continue
		}
		if o, row, shown, ok := w.counterpart(g, out, l); ok {
			out.more = append(out.more, layerReads{o, w.symbols(o, row, shown)})
		}
	}
	out.edited, out.known = g.mapping.Edits(cells, out.link.Row)
	out.tags = g.mapping.Tags(cells, nil)
	out.contacts = g.mapping.Contacts(cells, out.edited)
}

// counterpart finds a linked row in a snapshot of another layer, and how that
// one looks at its cells.
func (w *worker) counterpart(g *target, x *rowResult, l *layer) (o *target, row uint32, shown []string, ok bool) {
	key := g.snapshot.linker.Key(x.link.Row)
	for _, o := range w.t.targets {
		if o.layer != l || o.mapping == nil {
			continue
		}
		shown, cells := w.cellsOf(o, x.cells)
		if found, ok := o.mapping.Link(cells); ok && o.snapshot.linker.Key(found.Row) == key {
			return o, found.Row, shown, true
		}
	}
	return nil, 0, nil, false
}

// symbols reads the marks of a row of a target.
func (w *worker) symbols(g *target, row uint32, raw []string) (reads []symbolRead) {
	m := w.markers[g.layer]
	others := w.elsewhere(g, row)
	for i, column := range g.layer.carriers {
		c := g.mapping.Columns[column]
		if c < 0 || c >= len(raw) || g.layer.contradicted(g.snapshot, row, column, others) {
			continue
		}
		if site, symbol, ok := g.layer.read(m, g.snapshot, row, column, raw[c]); ok && site.U < g.layer.threshold {
			reads = append(reads, symbolRead{i, symbol})
		}
	}
	return reads
}

// tries is how many rows a row counts for: one with far more cells than tables
// have tries many combinations at once.
func tries(cells int) int64 {
	const usual = 16
	n := int64(max(1, (cells+usual-1)/usual))
	return n * n
}
