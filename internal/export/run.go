// Package export is the streaming pass that turns one table into one marked
// copy for each recipient.
//
// A pass reads the table once. For each row it computes the row key, the
// entries of the link index and the plan of marks; all of that is the same for
// every recipient. Then each copy is rendered from the plan: the row is left
// out where the recipient's withholding says so, marked cells are exchanged
// where the recipient's word wants it, and canaries are planted in between.
// Memory grows with the number of copies but not with the number of rows,
// except for what the link index needs to sort.
//
// The package knows tables, marks, canaries and the link index; it knows
// nothing of the registry, of files' final names or of the clock.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/table"
	"telltale/match/link"
)

// batchRows is how many rows travel together: enough to make the hand-over
// between goroutines cheap, few enough to keep memory small with many columns.
const batchRows = 512

// RowWriter receives one copy's rows in order.
type RowWriter interface {
	Write(table.Row) error
}

// Copy is what differs between recipients.
type Copy struct {
	Word        fingerprint.Word
	Withholding fingerprint.Withholding
	Canaries    *canary.Planter // nil for none
	Aliases     []Alias
	Out         RowWriter
}

// Alias is a column of the scheme whose cells a copy shows otherwise. Of is
// called by one goroutine at a time; cells for which it is not ok stay.
// Meet, unless it is nil, is told before that of every cell that the copy will
// hold: batch by batch, of each copy in turn, and by no two goroutines, so that
// what it hands out goes to the same rows in every run.
type Alias struct {
	Column int
	Meet   func(cell string)
	Of     func(cell string) (string, bool)
}

// Plan is one pass: the same marks for all copies.
type Plan struct {
	Marker    *fingerprint.Marker
	Indexer   *link.Indexer
	Builder   *link.Builder
	Columns   []int             // position in the file of each of the scheme's columns
	Threshold uint32            // of the density, see fingerprint.Threshold
	Withhold  float64           // rate, 0 <= Withhold < 1
	Vacancies *canary.Vacancies // rows that no copy gets; nil for none
	Cover     *canary.Cover     // rows that few copies get; nil for none
	Copies    []Copy
	// Progress is told the number of rows done; it may be nil.
	Progress func(rows int64)
}

// Count is what one copy holds.
type Count struct {
	Rows     int64 // canaries included
	Marked   int64 // cells that carry a mark
	Changed  int64 // marked cells that differ from the original
	Withheld int64
	Canaries int
}

// Result is what a pass made.
type Result struct {
	Rows   int64 // of the table
	Vacant int64 // of these, in no copy
	Counts []Count
}

// RowError tells at which row of the table a pass stopped.
type RowError struct {
	File string
	Line int64
	Err  error
}

func (e *RowError) Error() string { return fmt.Sprintf("%s, line %d: %v", e.File, e.Line, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// Run makes all copies in one pass over r. The first bad row, unusable key or
// failing writer ends it; the caller then throws away what was written. A key
// that occurs twice is found at the end, as *link.DuplicateKeyError.
func Run(ctx context.Context, name string, r table.Reader, p Plan) (Result, error) {
	group, ctx := errgroup.WithContext(ctx)
	workers := max(1, runtime.GOMAXPROCS(0))
	work := make(chan *batch, workers)
	ordered := make(chan *batch, 2*workers)
	used := make(chan *batch, 4*workers) // rendered, to be filled again
	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		return produce(ctx, r, p.Columns, used, work, ordered)
	})
	for range workers {
		group.Go(func() error { return planBatches(ctx, name, p, work) })
	}
	s := newSink(p)
	group.Go(func() error { return s.consume(ctx, ordered, used) })
	if err := group.Wait(); err != nil {
		return Result{}, err
	}
	if _, err := p.Builder.Close(); err != nil {
		return Result{}, err
	}
	return Result{Rows: s.rows, Vacant: s.vacant, Counts: s.counts}, nil
}

// batch is a run of consecutive rows with everything that is planned of them.
type batch struct {
	first int64 // 0-based number of its first row
	rows  []table.Row
	cells [][]string // of rows, in the scheme's order
	prev  []string   // cells of the row before the first, nil at the start
	next  []string   // cells of the row after the last, nil at the end

	keys    []fingerprint.RowKey
	entries link.Batch
	vacant  []bool    // in no copy
	rates   []float64 // at which each row is withheld
	marks   []fingerprint.Mark
	ends    []int // end of each row's marks
	planned chan struct{}
}

// nextBatch is an empty batch, made of a used one where there is one.
func nextBatch(used <-chan *batch, first int64, prev []string) *batch {
	select {
	case b := <-used:
		b.entries.Reset()
		clear(b.rows)
		*b = batch{first: first, prev: prev, rows: b.rows[:0], cells: b.cells[:0], keys: b.keys[:0], vacant: b.vacant[:0], rates: b.rates[:0], entries: b.entries,
			marks: b.marks[:0], ends: b.ends[:0], planned: make(chan struct{})}
		return b
	default:
		return &batch{first: first, prev: prev, rows: make([]table.Row, 0, batchRows), cells: make([][]string, 0, batchRows),
			planned: make(chan struct{})}
	}
}

func (b *batch) marksOf(i int) []fingerprint.Mark {
	start := 0
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.marks[start:b.ends[i]]
}

func (b *batch) before(i int) []string {
	if i == 0 {
		return b.prev
	}
	return b.cells[i-1]
}

func (b *batch) after(i int) []string {
	if i == len(b.cells)-1 {
		return b.next
	}
	return b.cells[i+1]
}

// produce cuts the table into batches. A batch is sent when the row after it
// is known, because sorted columns are marked between their neighbours.
func produce(ctx context.Context, r table.Reader, columns []int, used <-chan *batch, work, ordered chan<- *batch) error {
	b := nextBatch(used, 0, nil)
	var waiting *batch
	send := func(b *batch) error {
		for _, to := range []chan<- *batch{work, ordered} {
			select {
			case to <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		cells := pick(row.Cells, columns)
		if waiting != nil {
			waiting.next = cells
			if err := send(waiting); err != nil {
				return err
			}
			waiting = nil
		}
		b.rows, b.cells = append(b.rows, row), append(b.cells, cells)
		if len(b.rows) == batchRows {
			waiting = b
			b = nextBatch(used, b.first+batchRows, cells)
		}
	}
	for _, last := range []*batch{waiting, b} {
		if last != nil && len(last.rows) > 0 {
			if err := send(last); err != nil {
				return err
			}
		}
	}
	return nil
}

// pick puts a row's cells into the scheme's order; nil columns mean that they
// are in it already.
func pick(cells []string, columns []int) []string {
	if columns == nil {
		return cells
	}
	out := make([]string, len(columns))
	for i, at := range columns {
		out[i] = cells[at]
	}
	return out
}

func planBatches(ctx context.Context, name string, p Plan, work <-chan *batch) error {
	marker, indexer := p.Marker.Fork(), p.Indexer.Fork()
	var notes []fingerprint.Note
	for b := range work {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, cells := range b.cells {
			key, err := marker.RowKey(cells)
			if err != nil {
				return &RowError{name, b.rows[i].Line, err}
			}
			b.keys = append(b.keys, key)
			b.rates = append(b.rates, max(p.Withhold, p.Cover.Rate(key)))
			vacant := p.Vacancies.Vacant(cells)
			if b.vacant = append(b.vacant, vacant); !vacant {
				indexer.Entry(&b.entries, key, cells)
				notes = marker.Notes(notes[:0], key, b.before(i), cells, b.after(i))
				b.entries.Note(notes)
			}
			b.marks = marker.Plan(b.marks, key, b.before(i), cells, b.after(i), p.Threshold)
			b.ends = append(b.ends, len(b.marks))
		}
		close(b.planned)
	}
	return nil
}
