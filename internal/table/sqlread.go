package table

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// looksLikeSQL reports whether a text begins like a dump and holds tables.
func looksLikeSQL(text string) bool {
	t := &tokens{r: bufio.NewReader(strings.NewReader(text[:min(len(text), sampleSize)])), line: 1}
	first := t.next()
	if !first.is("create", "insert", "replace", "set", "drop", "begin", "start", "copy", "pragma", "use", "lock", "alter", "select", "if", "go", "delete", "truncate", "commit", "declare") {
		return false
	}
	prev := token{}
	for cur := first; cur.kind != endToken; prev, cur = cur, t.next() {
		if cur.is("into") && prev.is("insert", "replace", "ignore") || cur.is("table") && prev.is("create", "temporary") ||
			cur.is("stdin") && prev.is("from") {
			return true
		}
	}
	return false
}

// sqlSet gives a reader for every run of rows of one table: where statements
// for two tables alternate, a table comes again.
type sqlSet struct {
	f       *File
	base    Schema
	t       *tokens
	columns map[string][]string // of CREATE TABLE
	now     *sqlReader
	ahead   *sqlReader
	ended   error
}

func (f *File) openSQL(r io.Reader, s sample, base Schema) (tableSet, error) {
	base.Quote, base.Escape, base.Delimiter = '\'', '\'', ','
	base.LineEnd, _ = lineEnds(s.text)
	t := &tokens{r: bufio.NewReaderSize(r, 256<<10), line: 1, max: f.maxRecord()}
	t.backslash = !strings.Contains(s.text, "standard_conforming_strings = on") &&
		(strings.Contains(s.text, "`") || strings.Contains(s.text, `\'`))
	return &sqlSet{f: f, base: base, t: t, columns: map[string][]string{}}, nil
}

func (s *sqlSet) close() {
	if s.now != nil {
		s.now.ended = errClosed
	}
	s.ended = errClosed
}

func (s *sqlSet) next() (Reader, error) {
	for s.now != nil && s.now.ended == nil { // pass over what was not read
		if _, err := s.now.Read(); err == io.EOF {
			break
		}
	}
	if s.ahead == nil && s.ended == nil {
		s.ahead, s.ended = s.find()
	}
	if s.ahead == nil {
		return nil, s.ended
	}
	s.now, s.ahead = s.ahead, nil
	return s.now, nil
}

// find goes to the next statement that holds rows.
func (s *sqlSet) find() (*sqlReader, error) {
	for {
		switch tok := s.t.next(); {
		case tok.kind == endToken:
			return nil, s.t.end()
		case tok.is("create"):
			s.create()
		case tok.is("insert", "replace"):
			if r := s.insert(); r != nil {
				return r, nil
			}
		case tok.is("copy"):
			if r := s.copy(); r != nil {
				return r, nil
			}
		case tok.kind == punct && tok.text == ";":
		default:
			s.t.skipStatement(tok)
		}
	}
}

// create reads the column names of CREATE TABLE.
func (s *sqlSet) create() {
	tok := s.t.next()
	for tok.is("global", "local", "temporary", "temp", "unlogged", "external") {
		tok = s.t.next()
	}
	if !tok.is("table") {
		s.t.skipStatement(tok)
		return
	}
	tok = s.t.next()
	for tok.is("if", "not", "exists") {
		tok = s.t.next()
	}
	name, tok := s.t.name(tok)
	if tok.text != "(" || tok.kind != punct {
		s.t.skipStatement(tok)
		return
	}
	var names []string
	depth, first := 1, true
	for depth > 0 {
		tok = s.t.next()
		if tok.kind == endToken {
			return
		}
		switch {
		case tok.kind == punct && tok.text == "(":
			depth++
		case tok.kind == punct && tok.text == ")":
			depth--
		case tok.kind == punct && tok.text == "," && depth == 1:
			first = true
			continue
		case first && depth == 1 && (tok.kind == quotedName || tok.kind == word && !isConstraint(tok)):
			if len(names) < maxCells>>4 {
				names = append(names, tok.text)
			}
		}
		first = false
	}
	if len(s.columns) < 1<<16 {
		s.columns[strings.ToLower(name)] = names
	}
	s.t.skipStatement(token{})
}

func isConstraint(t token) bool {
	return t.is("constraint", "primary", "foreign", "unique", "key", "check", "index", "fulltext", "spatial", "exclude", "like")
}

// insert reads INSERT up to its first row; nil if it holds none.
func (s *sqlSet) insert() *sqlReader {
	tok := s.t.next()
	for tok.is("into", "ignore", "or", "replace", "low_priority", "delayed", "high_priority", "overwrite", "table") {
		tok = s.t.next()
	}
	name, tok := s.t.name(tok)
	var names []string
	if tok.kind == punct && tok.text == "(" {
		names, tok = s.t.nameList()
	}
	for tok.is("overriding", "system", "user", "value") {
		tok = s.t.next()
	}
	if !tok.is("values") {
		s.t.skipStatement(tok)
		return nil
	}
	if names == nil {
		names = s.columns[strings.ToLower(name)]
	}
	return s.reader(name, names, false)
}

// copy reads COPY name (columns) FROM stdin.
func (s *sqlSet) copy() *sqlReader {
	name, tok := s.t.name(s.t.next())
	var names []string
	if tok.kind == punct && tok.text == "(" {
		names, tok = s.t.nameList()
	}
	if !tok.is("from") || !s.t.next().is("stdin") {
		s.t.skipStatement(token{})
		return nil
	}
	s.t.skipStatement(token{})
	s.t.restOfLine()
	if names == nil {
		names = s.columns[strings.ToLower(name)]
	}
	return s.reader(name, names, true)
}

func (s *sqlSet) reader(name string, names []string, copied bool) *sqlReader {
	schema := s.base
	schema.Name = name
	if s.base.Name != "" {
		schema.Name = s.base.Name + ": " + name
	}
	schema.Header = len(names) > 0
	schema.RawHeader = names
	schema.Columns = uniqueNames(names, len(names))
	r := &sqlReader{set: s, name: name, names: names, copied: copied, schema: schema}
	if len(names) == 0 {
		r.peeked, r.peekErr = r.read()
		r.hasPeeked = true
		r.schema.Columns = uniqueNames(nil, len(r.peeked.Cells))
	}
	return r
}

// sqlReader gives the rows of consecutive statements for one table.
type sqlReader struct {
	set       *sqlSet
	name      string
	names     []string
	copied    bool
	schema    Schema
	peeked    Row
	peekErr   error
	hasPeeked bool
	ended     error
}

func (r *sqlReader) Schema() Schema { return r.schema }

func (r *sqlReader) Read() (Row, error) {
	if r.hasPeeked {
		r.hasPeeked = false
		return r.peeked, r.peekErr
	}
	return r.read()
}

func (r *sqlReader) read() (Row, error) {
	if r.ended != nil {
		return Row{}, r.ended
	}
	for {
		row, f, more := r.set.t.row(r.copied)
		if more {
			return r.checked(row, f)
		}
		if r.copied {
			r.ended = io.EOF
			return Row{}, io.EOF
		}
		next, err := r.set.find()
		switch {
		case next == nil:
			r.ended, r.set.ended = err, io.EOF
			return Row{}, err
		case next.copied || next.name != r.name || !equalCells(next.names, r.names):
			r.set.ahead, r.ended = next, io.EOF
			return Row{}, io.EOF
		case next.hasPeeked:
			return next.peeked, next.peekErr
		}
	}
}

func (r *sqlReader) checked(row Row, f fault) (Row, error) {
	if n, want := len(row.Cells), len(r.schema.Columns); want > 0 && n != want {
		f.set(0, fmt.Sprintf("row has %s, want %d", plural(n, "value"), want), "")
	}
	for i, c := range row.Cells {
		if !utf8.ValidString(c) || r.schema.Encoding != "utf-8" && strings.Contains(c, "\uFFFD") {
			f.set(i+1, "no valid "+r.schema.Encoding, "is the encoding another one?")
		} else if strings.IndexByte(c, 0) >= 0 {
			f.set(i+1, "NUL byte", "")
		}
	}
	if f.msg == "" {
		return row, nil
	}
	e := &SyntaxError{File: r.set.f.name, Table: r.schema.Name, Line: row.Line, Column: f.column, Msg: f.msg, Hint: f.hint}
	if f.column > 0 && f.column <= len(r.schema.Columns) {
		e.ColumnName = r.schema.Columns[f.column-1]
	}
	return row, e
}

// row reads the next row of VALUES, or of a COPY block.
func (t *tokens) row(copied bool) (row Row, f fault, more bool) {
	if copied {
		return t.copyRow()
	}
	tok := t.next()
	for tok.kind == punct && tok.text == "," || tok.is("row") {
		tok = t.next()
	}
	if tok.kind != punct || tok.text != "(" {
		t.skipStatement(tok)
		return row, f, false
	}
	v := values{max: t.max, depth: 1}
	v.row.Line = t.line
	for v.depth > 0 {
		tok = t.next()
		if tok.kind == endToken || tok.kind == punct && tok.text == ";" {
			v.f.set(len(v.row.Cells)+1, "row is not closed", "")
			v.add()
			t.unread(tok)
			break
		}
		v.take(tok)
	}
	return v.row, v.f, true
}

// values gathers a row of VALUES from its tokens.
type values struct {
	row   Row
	f     fault
	max   int
	depth int // of brackets

	cell      []byte
	set, text bool // something, or a string, was there
}

func (v *values) add() {
	if len(v.row.Cells) >= maxCells {
		v.f.set(0, "too many values", "")
		return
	}
	if v.text {
		v.row.Quoted = setBit(v.row.Quoted, len(v.row.Cells))
	}
	v.row.Cells = append(v.row.Cells, string(v.cell))
	v.cell, v.set, v.text = v.cell[:0], false, false
}

func (v *values) take(tok token) {
	switch {
	case tok.kind == punct && tok.text == "(":
		v.depth++
		v.cell = append(v.cell, '(')
	case tok.kind == punct && tok.text == ")":
		if v.depth--; v.depth > 0 {
			v.cell = append(v.cell, ')')
		} else if v.set || len(v.row.Cells) > 0 {
			v.add()
		}
	case tok.kind == punct && tok.text == "," && v.depth == 1:
		v.add()
	case tok.kind == stringToken:
		v.str(tok)
	case v.text && v.depth == 1: // ::type and the like behind a string
	case tok.is("null") && v.depth == 1 && !v.set:
		v.set = true
	default:
		v.cell = append(v.cell, tok.text...)
		v.set = true
	}
	if len(v.cell) > v.max {
		v.f.set(len(v.row.Cells)+1, "value is too long", "only its beginning was read")
		v.cell = v.cell[:1<<16]
	}
}

func (v *values) str(tok token) {
	if v.depth == 1 && !v.text {
		v.cell = v.cell[:0] // a function's or cast's name before it goes
	}
	v.cell = append(v.cell, tok.text...)
	v.set, v.text = true, true
	if tok.broken {
		v.f.set(len(v.row.Cells)+1, "string is opened and not closed", "")
	}
}

// copyRow reads a line of a COPY block, which ends with \.
func (t *tokens) copyRow() (row Row, f fault, more bool) {
	row.Line = t.line
	line, whole, ok := t.readLine()
	if !ok || line == `\.` {
		return row, f, false
	}
	if !whole {
		f.set(0, "line is too long", "only its beginning was read")
	}
	for i, c := range strings.Split(line, "\t") {
		if c == `\N` {
			row.Cells = append(row.Cells, "")
			continue
		}
		row.Cells = append(row.Cells, uncopy(c))
		row.Quoted = setBit(row.Quoted, i)
	}
	return row, f, true
}

// uncopy decodes the escapes of a COPY block.
func uncopy(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case strings.IndexByte("bfnrtv", c) >= 0:
			b.WriteByte("\b\f\n\r\t\v"[strings.IndexByte("bfnrtv", c)])
		case c == 'x' && i+2 < len(s):
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 2
				continue
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func setBit(bits []uint64, i int) []uint64 {
	for len(bits) <= i>>6 {
		bits = append(bits, 0)
	}
	bits[i>>6] |= 1 << (i & 63)
	return bits
}
