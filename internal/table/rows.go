package table

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// emit appends the row to bt, with what is wrong with it.
func (sc *scanner) emit(bt *batch, row Row) {
	bt.rows = append(bt.rows, row)
	if n := len(row.Cells); sc.want > 0 && n != sc.want {
		sc.fault.set(0, fmt.Sprintf("row has %s, want %d", plural(n, "cell"), sc.want), "is a delimiter or a quote missing?")
	}
	if sc.check {
		sc.checkBytes(row)
	}
	if sc.fault.msg != "" {
		e := sc.syntax(sc.fault)
		bt.bad = append(bt.bad, badRow{len(bt.rows) - 1, e})
	}
}

func (sc *scanner) syntax(f fault) *SyntaxError {
	e := &SyntaxError{File: sc.file, Table: sc.table, Line: sc.line, Column: f.column, Msg: f.msg, Hint: f.hint}
	if f.column > 0 && f.column <= len(sc.columns) {
		e.ColumnName = sc.columns[f.column-1]
	}
	return e
}

// checkBytes looks for NUL and for what is no character in the encoding.
func (sc *scanner) checkBytes(row Row) {
	for i, cell := range row.Cells {
		if k := strings.IndexByte(cell, 0); k >= 0 {
			sc.fault.set(i+1, fmt.Sprintf("NUL byte, byte %d of the cell", k+1), "")
			return
		}
		if k := sc.badByte(cell); k >= 0 {
			sc.fault.set(i+1, fmt.Sprintf("no valid %s at byte %d of the cell", sc.coding, k+1), "is the encoding another one?")
			return
		}
	}
}

func (sc *scanner) badByte(cell string) int {
	if sc.decoded {
		return strings.Index(cell, "\uFFFD")
	}
	if utf8.ValidString(cell) {
		return -1
	}
	for i, r := range cell {
		if r == utf8.RuneError && !strings.HasPrefix(cell[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// rowReader hands out the rows of batches that another goroutine cuts.
type rowReader struct {
	schema Schema
	sc     *scanner
	now    *batch
	i      int
	bad    int
	full   chan *batch
	empty  chan *batch
	stop   chan struct{}
	done   chan struct{}
	ahead  *ahead
	ended  error
}

// batchesAhead is how far cutting runs ahead of reading, but for tables with
// more than wide columns, of which every batch takes megabytes.
const (
	batchesAhead = 3
	wide         = 1 << 14
)

func newRowReader(s Schema, sc *scanner) *rowReader {
	return &rowReader{schema: s, sc: sc, now: &batch{}}
}

func (r *rowReader) Schema() Schema { return r.schema }

func (r *rowReader) Read() (Row, error) {
	for r.i >= len(r.now.rows) {
		if r.ended != nil {
			return Row{}, r.ended
		}
		r.ended = r.now.err
		if r.ended == nil {
			r.advance()
		}
	}
	row := r.now.rows[r.i]
	r.i++
	if r.bad < len(r.now.bad) && r.now.bad[r.bad].at == r.i-1 {
		r.bad++
		return row, r.now.bad[r.bad-1].err
	}
	return row, nil
}

// advance takes the next batch. The first is cut at once, so that a small
// table costs no goroutine.
func (r *rowReader) advance() {
	switch {
	case r.full != nil:
		r.empty <- r.now
		r.now = <-r.full
	case r.sc.eof || r.now.rows == nil || len(r.schema.Columns) > wide:
		r.sc.next(r.now)
	default:
		r.start()
		r.now = <-r.full
	}
	r.i, r.bad = 0, 0
}

func (r *rowReader) start() {
	r.full, r.empty = make(chan *batch, batchesAhead), make(chan *batch, batchesAhead+1)
	r.stop, r.done = make(chan struct{}), make(chan struct{})
	r.ahead = newAhead(r.sc.src)
	r.sc.src = r.ahead
	r.empty <- r.now
	for range batchesAhead {
		r.empty <- &batch{}
	}
	go r.run()
}

func (r *rowReader) run() {
	defer close(r.done)
	for {
		var bt *batch
		select {
		case bt = <-r.empty:
		case <-r.stop:
			return
		}
		r.sc.next(bt)
		err := bt.err
		select {
		case r.full <- bt:
		case <-r.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// close stops the goroutine and waits for it.
func (r *rowReader) close() {
	if r.full != nil && r.stop != nil {
		close(r.stop)
		r.ahead.close()
		<-r.done
		r.stop = nil
	}
	r.ended = errClosed
	r.now = &batch{}
	r.i = 0
}
