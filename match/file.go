package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"telltale/internal/table"
	"telltale/match/chain"
)

// windowRows is how many rows are read, and linked, at a time.
const windowRows = 4096

// File reads one file with all its tables. Rows that cannot be read are
// counted, not fatal; a file of which nothing can be read is an error.
func (e *Engine) File(ctx context.Context, f *table.File, s Seen) (*Reading, error) {
	r := newReading(s)
	sketcher := chain.NewSketcher(e.master.Derive("sketch").Hasher())
	in := Input{Name: s.Name}
	var broken error
	lines := true // all tables have one column
	for broken == nil {
		t, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			broken = err
			break
		}
		schema := t.Schema()
		if n := len(schema.Columns); n > maxColumns {
			schema.Columns = schema.Columns[:maxColumns]
			in.Unreadable++
			in.Problem = fmt.Sprintf("a table of %d columns, of which the first %d were looked into", n, maxColumns)
		}
		run := e.newTableRun(r, sketcher, schema)
		lines = lines && oneColumn(t.Schema())
		if s.Text != nil && t.Schema().Format == table.XLSX {
			run.cells = s.Text.Watch("")
		}
		broken = run.read(ctx, f, t, &in)
		if run.cells != nil {
			run.cells.Close()
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.Text != nil {
		if err := s.Text.err; err != nil {
			return nil, err
		}
		s.Text.take(e, r)
		in.Searched = s.Text.searched
		if r.skipped > 0 {
			in.Unreadable++
			in.Problem = fmt.Sprintf("%d bytes stand encoded in one another too often to be decoded", r.skipped)
		}
		if lines && !r.linked() {
			in.asText(f.Passed())
		}
	}
	info := f.Info()
	if in.Name == "" {
		in.Name = info.Name
	}
	in.SHA256, in.Bytes, in.Encoding = info.SHA256, info.Bytes, info.Encoding
	in.Format = cmp.Or(in.Format, string(info.Format))
	if broken != nil {
		if in.Rows == 0 {
			return nil, fmt.Errorf("%s: %w", in.Name, broken)
		}
		in.Unreadable++
		in.Problem = broken.Error()
	}
	in.noteIrregular(f.Irregular())
	r.Inputs = []Input{in}
	r.Sketch = sketcher.Sketch()
	r.Sketch.Kind, r.Sketch.Holder, r.Sketch.FirstSeen = "file", s.Holder, s.At
	return r, nil
}

// read reads one table. Its error ends the file.
func (t *tableRun) read(ctx context.Context, f *table.File, from table.Reader, in *Input) error {
	for {
		var windows []window
		var end error
		for range runtime.GOMAXPROCS(0) {
			var w window
			w, end = readWindow(from)
			if in.Rows += int64(len(w.rows)); len(w.rows) > 0 {
				windows = append(windows, w)
			}
			if end != nil || t.due() {
				break
			}
		}
		if err := t.take(ctx, windows, in); err != nil {
			return err
		}
		if p := t.engine.options.Progress; p != nil {
			p(in.Rows, f.Read())
		}
		if errors.Is(end, io.EOF) {
			return nil
		}
		if end != nil {
			return end
		}
	}
}

// maxColumns is how many columns of a table are looked into, as many as a
// workbook has. Each takes some kilobytes of memory to be told.
const maxColumns = 16384

// window is a run of rows. Those that were not as they should be have an entry
// in bad.
type window struct {
	rows  [][]string
	shown [][]string // as they were read, where rows have contacts in the places of aliases
	bad   map[int]*table.SyntaxError
}

// unalias puts the contacts behind aliases into the rows.
func (w *window) unalias(e *Engine, r *Reading) {
	w.shown = slices.Clone(w.rows)
	for k, cells := range w.rows {
		w.rows[k] = e.unaliasRow(r, cells)
	}
}

// asShown puts the aliases of a row back into its cells, which may have been
// put right since.
func (w *window) asShown(row int, cells []string) []string {
	if w.shown == nil {
		return cells
	}
	out := slices.Clone(cells)
	for i, contact := range w.rows[row] {
		if alias := w.shown[row][i]; alias != contact {
			for k := range out {
				out[k] = strings.ReplaceAll(out[k], contact, alias)
			}
		}
	}
	return out
}

func readWindow(from table.Reader) (w window, err error) {
	for len(w.rows) < windowRows {
		row, err := from.Read()
		var bad *table.SyntaxError
		if err != nil && !errors.As(err, &bad) {
			return w, err
		}
		if bad != nil {
			if w.bad == nil {
				w.bad = map[int]*table.SyntaxError{}
			}
			w.bad[len(w.rows)] = bad
		}
		if bad != nil || len(row.Cells) > 0 {
			w.rows = append(w.rows, row.Cells[:min(len(row.Cells), maxColumns)])
		}
	}
	return w, nil
}

// take recognises columns where that is still open, links the rows of the
// windows at once, and collects what they gave in their order. A bad row counts
// as unreadable unless it links as it stands.
func (t *tableRun) take(ctx context.Context, windows []window, in *Input) error {
	if len(windows) == 0 {
		return nil
	}
	if t.engine.anyAliases() {
		for i := range windows {
			windows[i].unalias(t.engine, t.reading)
		}
	}
	if t.due() {
		if err := t.recognise(windows[0].rows); err != nil {
			return err
		}
	}
	t.windows += len(windows)
	results := make([][]rowResult, len(windows))
	g, ctx := errgroup.WithContext(ctx)
	for i, window := range windows {
		rows := window.rows
		for len(t.workers) <= i {
			t.workers = append(t.workers, t.newWorker())
		}
		w := t.workers[i]
		g.Go(func() error {
			results[i] = make([]rowResult, len(rows))
			for k, cells := range rows {
				if k%256 == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				results[i][k] = w.row(cells)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, window := range windows {
		for k := range window.rows {
			t.tell(&window, k, results[i][k])
			t.collect(results[i][k])
			if bad := window.bad[k]; bad != nil && results[i][k].target == nil {
				in.Unreadable++
				if in.Problem == "" {
					in.Problem = bad.Error()
				}
			}
		}
	}
	return nil
}

// habits are the ways in which a table is written.
func habits(s table.Schema) []chain.Habit {
	return []chain.Habit{
		{Name: "format", Value: string(s.Format)},
		{Name: "encoding", Value: s.Encoding},
		{Name: "bom", Value: strconv.FormatBool(s.BOM)},
		{Name: "delimiter", Value: string(s.Delimiter)},
		{Name: "quote", Value: string(s.Quote)},
		{Name: "line-end", Value: s.LineEnd},
		{Name: "header", Value: strconv.FormatBool(s.Header)},
	}
}
