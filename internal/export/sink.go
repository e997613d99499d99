package export

import (
	"context"
	"errors"
	"runtime"

	"golang.org/x/sync/errgroup"

	"telltale/canary"
	"telltale/internal/table"
)

// sink takes the planned batches in order and renders every copy.
type sink struct {
	plan   Plan
	rows   int64
	vacant int64
	last   []string // cells of the last row seen
	counts []Count
	width  int // cells of a row in the file
	row    []table.Row
	places []int // file position of the scheme's columns
}

func newSink(p Plan) *sink {
	return &sink{plan: p, counts: make([]Count, len(p.Copies)), row: make([]table.Row, len(p.Copies)), places: p.Columns}
}

func (s *sink) consume(ctx context.Context, ordered <-chan *batch, used chan<- *batch) error {
	for b := range ordered {
		select {
		case <-b.planned:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.take(b); err != nil {
			return err
		}
		select {
		case used <- b:
		default:
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.each(s.tail)
}

func (s *sink) take(b *batch) error {
	if s.width == 0 {
		s.width = len(b.rows[0].Cells)
	}
	if err := s.plan.Builder.Add(&b.entries); err != nil {
		return err
	}
	for i := range s.plan.Copies {
		s.meet(&s.plan.Copies[i], b)
	}
	if err := s.each(func(i int) error { return s.render(i, b) }); err != nil {
		return err
	}
	s.rows += int64(len(b.rows))
	for _, vacant := range b.vacant {
		if vacant {
			s.vacant++
		}
	}
	s.last = b.cells[len(b.cells)-1]
	if s.plan.Progress != nil {
		s.plan.Progress(s.rows)
	}
	return nil
}

// meet tells the aliases of a copy which cells are to come.
func (s *sink) meet(c *Copy, b *batch) {
	for _, a := range c.Aliases {
		if a.Meet == nil {
			continue
		}
		for j, cells := range b.cells {
			if !b.vacant[j] && !b.withheld(c, j) {
				a.Meet(cells[a.Column])
			}
		}
	}
}

// withheld reports whether copy c lacks row j.
func (b *batch) withheld(c *Copy, j int) bool {
	return b.rates[j] > 0 && c.Withholding.Withheld(b.keys[j], b.rates[j])
}

// each runs f for every copy, on all processors when there are several.
func (s *sink) each(f func(i int) error) error {
	n := min(runtime.GOMAXPROCS(0), len(s.counts))
	if n <= 1 {
		for i := range s.counts {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	var group errgroup.Group
	for lane := range n {
		group.Go(func() error {
			for i := lane; i < len(s.counts); i += n {
				if err := f(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// render writes one copy of a batch.
func (s *sink) render(i int, b *batch) error {
	c, count := &s.plan.Copies[i], &s.counts[i]
	for j := range b.rows {
		if c.Canaries != nil {
			for _, k := range c.Canaries.Due(b.first + int64(j)) {
				if err := s.plant(i, k, b.before(j), nil, b.cells[j]); err != nil {
					return err
				}
			}
		}
		if b.vacant[j] {
			if err := s.fill(i, b, j); err != nil {
				return err
			}
			continue
		}
		if b.withheld(c, j) {
			count.Withheld++
		} else if err := c.Out.Write(s.mark(i, b, j)); err != nil {
			return err
		}
	}
	return nil
}

// mark is row j as copy i has it.
func (s *sink) mark(i int, b *batch, j int) table.Row {
	c, count := &s.plan.Copies[i], &s.counts[i]
	row := b.rows[j]
	count.Rows++
	copied := false
	for _, m := range b.marksOf(j) {
		count.Marked++
		cell, changed := m.Cell(c.Word)
		if !changed {
			continue
		}
		count.Changed++
		if !copied {
			s.row[i].Cells = append(s.row[i].Cells[:0], row.Cells...)
			row.Cells, copied = s.row[i].Cells, true
		}
		row.Cells[s.place(m.Site.Column)] = cell
	}
	for _, a := range c.Aliases {
		at := s.place(a.Column)
		v, ok := a.Of(row.Cells[at])
		if !ok {
			continue
		}
		if !copied {
			s.row[i].Cells = append(s.row[i].Cells[:0], row.Cells...)
			row.Cells, copied = s.row[i].Cells, true
		}
		row.Cells[at] = v
	}
	return row
}

func (s *sink) place(column int) int {
	if s.places == nil {
		return column
	}
	return s.places[column]
}

// fill puts into the place of a row that no copy gets what canaries stand there.
func (s *sink) fill(i int, b *batch, j int) error {
	c := &s.plan.Copies[i]
	if c.Canaries == nil {
		return nil
	}
	for _, k := range c.Canaries.Instead(b.before(j), b.cells[j], b.after(j)) {
		if err := s.plant(i, k, b.before(j), b.cells[j], b.after(j)); err != nil {
			return err
		}
	}
	return nil
}

// plant writes canary k between two rows, or in the place of row gone; where
// there is no gap for its key the planter offers it again at the next row.
func (s *sink) plant(i, k int, prev, gone, next []string) error {
	planter := s.plan.Copies[i].Canaries
	var cells []string
	var err error
	if gone != nil {
		cells, err = planter.Replace(k, prev, gone, next)
	} else {
		cells, err = planter.Fit(k, prev, next)
	}
	if errors.Is(err, canary.ErrNoGap) && (next != nil || gone != nil) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.write(i, cells)
}

func (s *sink) write(i int, cells []string) error {
	s.counts[i].Rows++
	s.counts[i].Canaries++
	row := make([]string, max(s.width, len(cells)))
	for column, cell := range cells {
		row[s.place(column)] = cell
	}
	for _, a := range s.plan.Copies[i].Aliases { // canaries must not stand out
		if v, ok := a.Of(row[s.place(a.Column)]); ok {
			row[s.place(a.Column)] = v
		}
	}
	return s.plan.Copies[i].Out.Write(table.Row{Cells: row})
}

// tail plants what found no place among the rows.
func (s *sink) tail(i int) error {
	c := s.plan.Copies[i].Canaries
	if c == nil {
		return nil
	}
	prev := s.last
	for _, k := range c.Tail() {
		if err := s.plant(i, k, prev, nil, nil); err != nil {
			return err
		}
		planted, _ := c.Planted(k)
		prev = planted.Cells
	}
	return nil
}
