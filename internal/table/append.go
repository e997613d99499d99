package table

import (
	"strings"
)

// Appender renders rows as bytes in a table's dialect and encoding. It keeps
// no state and may be used by several goroutines at once.
//
// The last row of a file that has no line end there is written without one.
// Where another row follows it in the same dst the line end is put between
// them; whoever renders that row into a dst of its own asks Ends first and
// writes the line end with AppendLineEnd.
type Appender interface {
	AppendHeader(dst []byte) []byte     // all that stands before the first row, byte order mark included
	AppendRow(dst []byte, r Row) []byte // a character without place in the encoding becomes '?': see Fits
	AppendLineEnd(dst []byte) []byte    // the habitual line end alone
	Ends(r Row) bool                    // whether r is written with a line end behind it
	Fits(value string) error            // *EncodingError if the value cannot be written
}

// NewAppender returns an Appender for CSV and JSONL; ok is false for formats
// whose rows cannot be rendered one by one.
func NewAppender(s Schema) (a Appender, ok bool) {
	enc, err := encoderFor(s.Encoding)
	if err != nil {
		return nil, false
	}
	switch s.Format {
	case CSV:
		return newCSVAppender(s, enc), true
	case JSONL:
		return newJSONAppender(s, enc), true
	}
	return nil, false
}

// lines is what appenders of line-based formats share.
type lines struct {
	schema Schema
	how    manner
	enc    encoder
	habit  string
	brk    []byte // habit encoded
	last   []byte // the last character of a line end, encoded: LF or CR
	head   string
}

func newLines(s Schema, enc encoder) lines {
	l := lines{schema: s, how: s.manner(), enc: enc, habit: s.LineEnd, head: s.Head}
	if l.habit == "" {
		l.habit = "\n"
	}
	l.brk = enc.append(nil, l.habit)
	l.last = enc.append(nil, l.habit[len(l.habit)-1:])
	return l
}

// reuse reports whether raw stands in this dialect.
func (l *lines) reuse(r *Row) bool {
	return r.how != nil && len(r.Cells) == int(r.cells) && *r.how == l.how
}

func (l *lines) AppendLineEnd(dst []byte) []byte { return append(dst, l.brk...) }

func (l *lines) Ends(r Row) bool { return !l.reuse(&r) || r.body < len(r.raw) }

// join puts a line end behind a row that came without one.
func (l *lines) join(dst []byte) []byte {
	if n, k := len(dst), len(l.last); n > 0 && (n < k || string(dst[n-k:]) != string(l.last)) && !l.endsLine(dst) {
		return append(dst, l.brk...)
	}
	return dst
}

// endsLine is the slow answer: rows may end in another way than by habit, and
// a byte order mark may be all that was written.
func (l *lines) endsLine(dst []byte) bool {
	for _, end := range []string{"\n", "\r"} {
		if e := l.enc.append(nil, end); len(dst) >= len(e) && string(dst[len(dst)-len(e):]) == string(e) {
			return true
		}
	}
	return l.schema.BOM && len(dst) <= 4 && string(dst) == string(l.enc.append(nil, bom))
}

const bom = "\uFEFF"

// header appends byte order mark and head; text makes a head where there is none.
func (l *lines) header(dst []byte, text func([]byte) []byte) []byte {
	if l.schema.BOM {
		dst = l.enc.append(dst, bom)
	}
	if l.head != "" || text == nil {
		return l.enc.append(dst, l.head)
	}
	return l.enc.append(dst, string(text(nil)))
}

// csvAppender writes delimited text.
type csvAppender struct {
	lines
	*dialect
	delimiter string
	special   string // a cell with one of these is quoted
}

func newCSVAppender(s Schema, enc encoder) *csvAppender {
	a := &csvAppender{lines: newLines(s, enc), dialect: newDialect(&s, s.LineEnd == "\r")}
	if s.Delimiter != NoDelimiter {
		a.delimiter = string(s.Delimiter)
	}
	a.special = "\r\n" + a.delimiter
	if a.quotes {
		a.special += a.quoteStr
	}
	if s.Padded {
		a.delimiter += " "
	}
	return a
}

func (a *csvAppender) AppendHeader(dst []byte) []byte {
	if !a.schema.Header {
		return a.header(dst, nil)
	}
	return a.header(dst, func(dst []byte) []byte {
		names := a.schema.RawHeader
		if names == nil {
			names = a.schema.Columns
		}
		return append(a.fresh(dst, Row{Cells: names}), a.habit...)
	})
}

func (a *csvAppender) AppendRow(dst []byte, r Row) []byte {
	dst = a.join(dst)
	if a.enc.utf8() {
		return a.row(dst, &r)
	}
	s := borrow()
	s.b = a.row(s.b[:0], &r)
	dst = a.enc.append(dst, s.text())
	s.giveBack()
	return dst
}

// row appends r in UTF-8.
func (a *csvAppender) row(dst []byte, r *Row) []byte {
	if a.reuse(r) {
		if out, ok := a.changed(dst, r); ok {
			return out
		}
		return append(a.fresh(dst, *r), r.raw[r.body:]...)
	}
	return append(a.fresh(dst, *r), a.habit...)
}

// changed appends the record as it stood, but for the cells that differ from
// it; ok is false if the cells of r are not its cells one by one.
func (a *csvAppender) changed(dst []byte, r *Row) (out []byte, ok bool) {
	raw, pos, copied, last := r.raw, 0, 0, len(r.Cells)-1
	body := raw[:r.body]
	for i, cell := range r.Cells {
		if pos > len(body) {
			return dst, false
		}
		quoted := r.IsQuoted(i)
		e := a.same(body, pos, cell, quoted)
		if e < 0 {
			e = a.cellEnd(body, pos, quoted)
			dst = append(dst, raw[copied:pos]...)
			dst = a.cell(dst, cell, quoted, len(r.Cells) == 1)
			copied = e
		}
		if i == last {
			return append(dst, raw[copied:]...), e == len(body)
		}
		if e == len(body) {
			return dst, false
		}
		pos = e + 1 + len(a.rest)
		if a.pad && pos < len(body) && body[pos] == ' ' {
			pos++
		}
	}
	return dst, false
}

// same returns where the cell at pos of body ends if it is cell, else -1.
func (a *csvAppender) same(body string, pos int, cell string, quoted bool) int {
	e := pos + len(cell)
	if quoted {
		e += 2
		if pos < len(body) && body[pos] == a.quote && strings.IndexByte(cell, a.quote) >= 0 || a.escape != a.quote && a.quotes {
			return a.sameEscaped(body, pos, cell)
		}
		if e > len(body) || body[pos] != a.quote || body[e-1] != a.quote || body[pos+1:e-1] != cell {
			return -1
		}
	} else if e > len(body) || body[pos:e] != cell {
		return -1
	}
	if e < len(body) && (body[e] != a.delim || !strings.HasPrefix(body[e+1:], a.rest)) {
		return -1
	}
	return e
}

// sameEscaped is same for a cell that may hold escape sequences.
func (a *csvAppender) sameEscaped(body string, pos int, cell string) int {
	q := a.scanQuoted(bytesOf(body), pos, true)
	if q.state != closed || pos == len(body) || body[pos] != a.quote {
		return -1
	}
	inner, k := body[pos+1:pos+1+q.text], 0
	for i := 0; i < len(inner); i++ {
		if q.escaped && i+1 < len(inner) && a.escapes(inner[i], inner[i+1]) {
			i++
		}
		if k == len(cell) || cell[k] != inner[i] {
			return -1
		}
		k++
	}
	if k < len(cell) {
		return -1
	}
	return pos + q.text + 2
}

// cellEnd returns where the cell at pos of body ends.
func (a *csvAppender) cellEnd(body string, pos int, quoted bool) int {
	b := bytesOf(body)
	if quoted {
		if q := a.scanQuoted(b, pos, true); q.state == closed {
			return pos + q.text + 2
		}
	}
	for {
		e := a.end(b, pos)
		if e == len(b) || a.isDelim(b, e) {
			return e
		}
		pos = e + 1
	}
}

// fresh appends the cells of a row that does not stand in the input.
func (a *csvAppender) fresh(dst []byte, r Row) []byte {
	for i, cell := range r.Cells {
		if i > 0 {
			dst = append(dst, a.delimiter...)
		}
		quoted := r.IsQuoted(i)
		if r.Quoted == nil && i < len(a.schema.QuotedColumns) && a.schema.QuotedColumns[i] {
			quoted = cell != "" || a.schema.QuotedEmpty
		}
		dst = a.cell(dst, cell, quoted, len(r.Cells) == 1)
	}
	return dst
}

func (a *csvAppender) cell(dst []byte, v string, quoted, alone bool) []byte {
	if !a.quotes || !quoted && !strings.ContainsAny(v, a.special) && (!alone || v != "") {
		return append(dst, v...)
	}
	dst = append(dst, a.quote)
	for {
		i := strings.IndexByte(v, a.quote)
		if a.escape != a.quote {
			i = indexEither(v, a.quote, a.escape)
		}
		if i < 0 {
			break
		}
		dst = append(append(append(dst, v[:i]...), a.escape), v[i])
		v = v[i+1:]
	}
	return append(append(dst, v...), a.quote)
}

func indexEither(v string, x, y byte) int {
	for i := 0; i < len(v); i++ {
		if v[i] == x || v[i] == y {
			return i
		}
	}
	return -1
}

func (a *csvAppender) Fits(value string) error {
	if !a.quotes {
		if i := strings.IndexAny(value, a.special); i >= 0 {
			return &EncodingError{"a table without quotes", value, rune(value[i])}
		}
	}
	return a.enc.fits(value)
}
