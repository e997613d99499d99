package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// chunkSize is how much text is cut at once.
const chunkSize = 256 << 10

// maxFailures is after how many quotes of one line that are not closed quotes
// are no longer tried, as every try costs the length of the line.
const maxFailures = 8

// batch is the records of one chunk.
type batch struct {
	rows []Row
	bad  []badRow // by ascending row
	err  error    // ends the table
}

type badRow struct {
	at  int
	err *SyntaxError
}

// scanner cuts decoded text into batches. The text of a chunk becomes one
// string, never written again, and cells are substrings of it.
type scanner struct {
	*dialect
	src     io.Reader
	file    string
	table   string
	columns []string // to name them in messages; nil without header
	want    int      // cells of a record, 0: any number
	how     *manner
	coding  string
	decoded bool // the text was decoded, U+FFFD in it stands for bytes that could not be
	max     int
	chunk   int // bytes cut at once, 0: chunkSize

	line    int64
	rest    []byte // begun but not finished
	eof     bool
	srcErr  error
	dropped bool // in the midst of a record that was too long
	cells   int  // of a chunk, from experience

	b      []byte // the chunk
	s      string // the same
	final  bool
	check  bool // some bytes of the chunk are bad
	slab   []string
	start  int // where the record's cells begin in slab
	bits   []uint64
	bit0   int // where its quoted bits begin in bits
	fault  fault
	quoted bool
}

type fault struct {
	column    int
	msg, hint string
}

func (f *fault) set(column int, msg, hint string) {
	if f.msg == "" {
		*f = fault{column, msg, hint}
	}
}

// next cuts the next chunk into bt, whose slices it uses again.
func (sc *scanner) next(bt *batch) {
	bt.rows, bt.bad, bt.err = bt.rows[:0], bt.bad[:0], nil
	chunk := sc.chunk
	if chunk == 0 {
		chunk = chunkSize
	}
	for size := chunk; len(bt.rows) == 0 && bt.err == nil; size *= 2 {
		sc.fill(size)
		sc.cut(bt)
		if sc.final {
			bt.err = sc.srcErr
			return
		}
		if len(bt.rows) == 0 && len(sc.rest) > sc.max {
			sc.giveUp(bt)
		}
		if len(sc.rest) == 0 {
			size = max(chunk/2, 1)
		}
	}
}

// fill makes a chunk of what was left and size more bytes.
func (sc *scanner) fill(size int) {
	n := len(sc.rest)
	b := make([]byte, n+size)
	copy(b, sc.rest)
	for !sc.eof && n < len(b) {
		k, err := sc.src.Read(b[n:])
		n += k
		if err != nil {
			sc.eof, sc.srcErr = true, err
		}
	}
	sc.load(b[:n], sc.eof)
}

// load takes b, which nobody writes to from here on, as the chunk.
func (sc *scanner) load(b []byte, final bool) {
	sc.b, sc.rest, sc.final = b, nil, final
	sc.s = unsafe.String(unsafe.SliceData(b), len(b))
	sc.check = bytes.IndexByte(b, 0) >= 0
	if sc.decoded {
		sc.check = sc.check || strings.Contains(sc.s, "\uFFFD")
	} else {
		sc.check = sc.check || !utf8.ValidString(sc.s)
	}
}

// cut appends the records of the chunk to bt and keeps what is not finished.
func (sc *scanner) cut(bt *batch) {
	p := 0
	if sc.dropped {
		p = sc.skipDropped()
	}
	sc.slab = make([]string, 0, sc.cells+sc.cells/8+64)
	sc.bits = nil
	simple := !sc.anyCR && !sc.pad && sc.dialect.rest == "" && sc.delim != '\n'
	for p < len(sc.b) {
		if simple {
			p = sc.plain(p, bt)
		}
		row, end, ok := sc.record(p)
		if !ok {
			break
		}
		if row.cells > 0 {
			sc.emit(bt, row)
		}
		sc.line += sc.lines(p, end, row)
		p = end
	}
	sc.cells = max(countCells(bt.rows), sc.cells/2)
	sc.rest = sc.b[p:]
}

func countCells(rows []Row) int {
	n := 0
	for _, r := range rows {
		n += len(r.Cells)
	}
	return n
}

// record cuts the record at p and returns where the one behind it begins; ok
// is false if the chunk ends before that can be told. Blank lines belong to
// the record before them.
func (sc *scanner) record(p int) (row Row, end int, ok bool) {
	sc.start, sc.bit0, sc.quoted, sc.fault = len(sc.slab), len(sc.bits), false, fault{}
	body, ok := sc.cellsAt(p)
	if !ok {
		return row, p, false
	}
	end = body
	for n := -1; n != 0 && end < len(sc.b); end += n {
		n = sc.lineEnd(sc.b, end)
	}
	if end == len(sc.b) && !sc.final && end-p < sc.max {
		return row, p, false
	}
	n := len(sc.slab)
	if body == p && n-sc.start == 1 && !sc.quoted {
		sc.slab = sc.slab[:sc.start]
		return row, end, true
	}
	row = Row{Line: sc.line, Cells: sc.slab[sc.start:n:n], raw: sc.s[p:end], body: body - p,
		cells: int32(n - sc.start), how: sc.how}
	if sc.quoted {
		row.Quoted = sc.bits[sc.bit0:len(sc.bits):len(sc.bits)]
	}
	return row, end, true
}

// cellsAt appends the cells of the record at p to the slab and returns where
// the last of them ends.
func (sc *scanner) cellsAt(p int) (body int, ok bool) {
	b, literal, failures := sc.b, false, 0
	for {
		if sc.quotes && p < len(b) && b[p] == sc.quote && failures < maxFailures {
			next, state := sc.quotedCell(b, p, sc.final || literal)
			if state == unfinished {
				return 0, false
			}
			if state == closed {
				if next >= len(b) || !sc.isDelim(b, next) {
					return next, true
				}
				p = sc.afterDelim(b, next)
				continue
			}
			if !literal {
				e, ok := sc.restOfLine(p)
				if !ok {
					return 0, false
				}
				b, literal = b[:e], true
				sc.fault.set(sc.count()+1, "quote is opened and not closed", "the cell ends with its line")
				continue
			}
			failures++
		}
		e := sc.end(b, p)
		if e == len(b) && !sc.final && !literal {
			return 0, false
		}
		if e == len(b) || !sc.isDelim(b, e) {
			e = sc.trimCR(b, p, e)
			sc.add(sc.s[p:e])
			return e, true
		}
		sc.add(sc.s[p:e])
		p = sc.afterDelim(b, e)
		if sc.count() >= maxCells {
			sc.fault.set(0, fmt.Sprintf("more than %d cells", maxCells), "the line is split there")
			return p, true
		}
	}
}

// trimCR takes the CR of a CRLF at e, or one that ends the file, off the cell.
func (sc *scanner) trimCR(b []byte, p, e int) int {
	if e > p && b[e-1] == '\r' && (e == len(sc.b) || sc.b[e] == '\n') {
		return e - 1
	}
	return e
}

// quotedCell adds the quoted cell at p and returns where its closing quote was.
func (sc *scanner) quotedCell(b []byte, p int, final bool) (next, state int) {
	if e, ok := sc.plainQuoted(b, p); ok {
		sc.mark(sc.count())
		sc.add(sc.s[p+1 : e-1])
		return e, closed
	}
	q := sc.scanQuoted(b, p, final)
	if q.state != closed {
		return 0, q.state
	}
	text := sc.s[p+1 : p+1+q.text]
	if q.escaped {
		text = sc.unescape(text)
	}
	if q.stray {
		sc.fault.set(sc.count()+1, "quote inside a quoted cell is not escaped", "")
	}
	sc.mark(sc.count())
	sc.add(text)
	return p + q.text + 2, closed
}

// plainQuoted returns the end of the quoted cell at p if it is as most are: its
// next quote closes it.
func (sc *scanner) plainQuoted(b []byte, p int) (e int, ok bool) {
	k := bytes.IndexByte(b[p+1:], sc.quote)
	e = p + 2 + k
	if k < 0 || k > maxQuoted || e >= len(b) || b[e] != '\n' && !sc.isDelim(b, e) {
		return 0, false
	}
	return e, sc.escape == sc.quote
}

// restOfLine returns where the line of p ends.
func (sc *scanner) restOfLine(p int) (e int, ok bool) {
	e = sc.lineBreak(p)
	if e == len(sc.b) {
		return e, sc.final
	}
	if e > p && sc.b[e] == '\n' && sc.b[e-1] == '\r' {
		e--
	}
	return e, true
}

// lineBreak returns where the next line end at or behind p stands, or len(b).
func (sc *scanner) lineBreak(p int) int {
	k := bytes.IndexByte(sc.b[p:], '\n')
	if sc.anyCR {
		k = bytes.IndexAny(sc.b[p:], "\r\n")
	}
	if k < 0 {
		return len(sc.b)
	}
	return p + k
}

func (sc *scanner) count() int { return len(sc.slab) - sc.start }

func (sc *scanner) add(cell string) {
	if len(sc.slab) == cap(sc.slab) {
		begun := sc.slab[sc.start:]
		sc.slab = append(make([]string, 0, 2*len(begun)+2048), begun...)
		sc.start = 0
	}
	sc.slab = append(sc.slab, cell)
}

// mark notes that cell i of the record is quoted.
func (sc *scanner) mark(i int) {
	sc.quoted = true
	for len(sc.bits)-sc.bit0 <= i>>6 {
		if len(sc.bits) == cap(sc.bits) {
			begun := sc.bits[sc.bit0:]
			sc.bits = append(make([]uint64, 0, 2*len(begun)+1024), begun...)
			sc.bit0 = 0
		}
		sc.bits = append(sc.bits, 0)
	}
	sc.bits[sc.bit0+i>>6] |= 1 << (i & 63)
}

// lines returns how many line ends stand between p and end.
func (sc *scanner) lines(p, end int, row Row) int64 {
	if !sc.quoted && row.body > 0 && end-p <= row.body+1 {
		return 1
	}
	b := sc.b[p:end]
	n := bytes.Count(b, []byte{'\n'})
	if sc.anyCR {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return int64(n)
}

// giveUp takes the beginning of an unfinished record that is longer than
// allowed and drops the remainder of its line.
func (sc *scanner) giveUp(bt *batch) {
	text := string(sc.rest[:min(len(sc.rest), 1<<16)])
	cells := strings.SplitN(text, string(rune(sc.delim)), 1<<10)
	bt.rows = append(bt.rows, Row{Line: sc.line, Cells: cells})
	msg := fmt.Sprintf("record is longer than %d bytes", sc.max)
	bt.bad = append(bt.bad, badRow{len(bt.rows) - 1, sc.syntax(fault{0, msg, "only its beginning was read"})})
	sc.rest, sc.dropped = nil, true
}

// skipDropped passes over the remainder of a record that was too long.
func (sc *scanner) skipDropped() int {
	p := sc.lineBreak(0)
	if p == len(sc.b) {
		return p
	}
	sc.dropped = false
	sc.line++
	return p + sc.lineEnd(sc.b, p)
}
