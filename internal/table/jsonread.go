package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// looksLikeJSON reports whether a text is one or more objects, or an array of them.
func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	if rest, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimLeft(rest, " \t\r\n")
	}
	if !strings.HasPrefix(text, "{") {
		return false
	}
	n := 0
	_, wrong, short := members(text, func(string, string, int) { n++ })
	return n > 0 && (wrong == "" || short)
}

// jsonReader reads objects: one a line, or anyhow.
type jsonReader struct {
	schema Schema
	how    *manner
	src    io.Reader
	file   string
	max    int
	lines  bool
	index  map[string]int
	text   string // what is not yet cut
	eof    bool
	err    error
	line   int64
	bad    bool // the text was decoded and may hold U+FFFD
	long   bool // the record last cut is the beginning of one that is too long
}

func (f *File) openJSON(r io.Reader, s sample, base Schema) (tableSet, error) {
	base.Quote, base.Delimiter, base.Header = NoQuote, NoDelimiter, true
	base.LineEnd, _ = lineEnds(s.text)
	first, _, _ := strings.Cut(strings.TrimLeft(s.text, " \t\r\n"), "\n")
	if _, wrong, _ := members(first, func(string, string, int) {}); wrong != "" && f.o.Format == "" {
		base.Format = JSON // objects over several lines
	}
	jr := &jsonReader{src: r, file: f.name, max: f.maxRecord(), lines: base.Format == JSONL, line: 1, bad: base.Encoding != "utf-8"}
	base.Head = s.text[:skipBlank(s.text, 0)]
	jr.learn(s, &base)
	if len(base.Columns) == 0 {
		return nil, fmt.Errorf("%s: no object with members: %w", f.name, ErrNotTable)
	}
	if jr.lines {
		io.CopyN(io.Discard, r, int64(len(base.Head)))
		jr.line += int64(countBreaks(base.Head, false))
	}
	jr.schema = base
	how := base.manner()
	jr.how = &how
	return &one{jr, func() { jr.eof, jr.text, jr.err = true, "", errClosed }}, nil
}

// learn reads the keys and habits from the sample.
func (jr *jsonReader) learn(s sample, base *Schema) {
	jr.index = map[string]int{}
	type habit struct{ text, bare, empty int }
	var habits []habit
	probe := &jsonReader{text: s.text, eof: true, lines: jr.lines, line: 1, max: len(s.text) + 1}
	for n := 0; n < 2000; n++ {
		rec, _, ok := probe.cut()
		if !ok {
			break
		}
		members(rec, func(key, value string, at int) {
			name, _ := unquote(key)
			i, known := jr.index[name]
			if !known {
				if len(habits) >= maxCells>>4 {
					return
				}
				i = len(habits)
				jr.index[name] = i
				base.RawHeader = append(base.RawHeader, name)
				habits = append(habits, habit{})
			}
			switch {
			case value == `""`:
				habits[i].empty++
			case value[0] == '"':
				habits[i].text++
			case value != "null":
				habits[i].bare++
			}
			base.Padded = base.Padded || n == 0 && at > 0 && rec[at-1] == ' '
		})
	}
	base.Columns = uniqueNames(base.RawHeader, len(base.RawHeader))
	base.QuotedColumns = make([]bool, len(habits))
	for i, h := range habits {
		base.QuotedColumns[i] = h.text+h.empty > 0 && h.bare == 0
		base.QuotedEmpty = base.QuotedEmpty || h.empty > 0
	}
	base.Escaped = strings.Contains(s.text, `\u`) && isASCII(s.text)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (jr *jsonReader) Schema() Schema { return jr.schema }

func (jr *jsonReader) Read() (Row, error) {
	for {
		line := jr.line
		text, body, ok := jr.cut()
		if !ok {
			return Row{}, jr.err
		}
		if body == 0 {
			continue
		}
		return jr.row(text, body, line)
	}
}

// row makes the cells of one record.
func (jr *jsonReader) row(text string, body int, line int64) (Row, error) {
	n := len(jr.schema.Columns)
	row := Row{Line: line, Cells: make([]string, n), Quoted: make([]uint64, (n+63)>>6), raw: text, body: body, cells: int32(n), how: jr.how}
	var f fault
	if jr.long {
		row.how = nil
		f = fault{0, fmt.Sprintf("record is longer than %d bytes", jr.max), "only its beginning was read"}
	}
	seen := 0
	end, wrong, _ := members(text[:body], func(key, value string, at int) {
		name, _ := unquote(key)
		i, ok := jr.index[name]
		if !ok {
			f.set(0, fmt.Sprintf("key %q is not in the objects before", name), "")
			return
		}
		seen++
		jr.cell(&row, i, value, &f)
	})
	if wrong == "" && skipBlank(text[:body], end) < body {
		wrong = "text behind the object"
	}
	if wrong != "" && !jr.long {
		f = fault{0, fmt.Sprintf("%s (byte %d of the line)", wrong, end+1), ""}
		row.how = nil
	}
	if f.msg == "" {
		return row, nil
	}
	e := &SyntaxError{File: jr.file, Table: jr.schema.Name, Line: line, Column: f.column, Msg: f.msg, Hint: f.hint}
	if f.column > 0 {
		e.ColumnName = jr.schema.Columns[f.column-1]
	}
	return row, e
}

func (jr *jsonReader) cell(row *Row, i int, value string, f *fault) {
	switch {
	case value[0] == '"':
		v, ok := unquote(value[1 : len(value)-1])
		if !ok || !utf8.ValidString(v) || jr.bad && strings.Contains(v, "\uFFFD") {
			f.set(i+1, "no valid "+jr.schema.Encoding+" or escape in a string", "")
		}
		if strings.IndexByte(v, 0) >= 0 {
			f.set(i+1, "NUL byte", "")
		}
		row.Cells[i] = v
		row.Quoted[i>>6] |= 1 << (i & 63)
	case value != "null":
		row.Cells[i] = value
	}
}

// cut takes the next record off the text: with its line end and the blank
// lines behind it where records are lines.
func (jr *jsonReader) cut() (text string, body int, ok bool) {
	if jr.long {
		jr.skipLine()
	}
	for {
		n := 0
		if jr.lines {
			n, body = jr.cutLine()
		} else {
			n, body = jr.cutObject()
		}
		if n > 0 {
			text, jr.text = jr.text[:n], jr.text[n:]
			jr.long = body > jr.max && !strings.Contains(text, "\n")
			jr.line += int64(strings.Count(text, "\n"))
			return text, body, true
		}
		if jr.eof && jr.text == "" {
			return "", 0, false
		}
		jr.fill()
	}
}

// skipLine passes over what is left of a record that is too long.
func (jr *jsonReader) skipLine() {
	for jr.long = false; ; jr.fill() {
		if k := strings.IndexByte(jr.text, '\n'); k >= 0 {
			jr.text = jr.text[k+1:]
			jr.line++
			return
		}
		if jr.text = ""; jr.eof {
			return
		}
	}
}

// cutLine returns the length of the record with and without its line end, 0 if
// more text is needed.
func (jr *jsonReader) cutLine() (n, body int) {
	s := jr.text
	i := strings.IndexByte(s, '\n')
	if i < 0 {
		if jr.eof || len(s) > jr.max {
			return len(s), len(s)
		}
		return 0, 0
	}
	body = i
	if i > 0 && s[i-1] == '\r' {
		body--
	}
	for n = i + 1; n < len(s); n++ {
		if c := s[n]; c != '\n' && (c != '\r' || n+1 < len(s) && s[n+1] != '\n') {
			return n, body
		}
	}
	if jr.eof || len(s) > jr.max {
		return n, body
	}
	return 0, 0
}

// cutObject is cutLine for objects that stand anyhow, with commas and brackets
// between them, which are passed over.
func (jr *jsonReader) cutObject() (n, body int) {
	p := 0
	for p < len(jr.text) && strings.IndexByte(" \t\r\n,[]", jr.text[p]) >= 0 {
		p++
	}
	jr.line += int64(strings.Count(jr.text[:p], "\n"))
	jr.text = jr.text[p:]
	if jr.text == "" {
		return 0, 0
	}
	e := valueShort
	if jr.text[0] == '{' {
		e = nestedEnd(jr.text, 0)
	} else if k := strings.IndexByte(jr.text, '\n'); k >= 0 || jr.eof {
		e = valueWrong
	}
	switch {
	case e > 0:
		return e, e
	case e == valueShort && !jr.eof && len(jr.text) <= jr.max:
		return 0, 0
	}
	if k := strings.Index(jr.text, "\n"); k > 0 { // give up this line only
		return k + 1, k
	}
	return len(jr.text), len(jr.text)
}

func (jr *jsonReader) fill() {
	if jr.eof {
		return
	}
	b := make([]byte, len(jr.text)+max(chunkSize, len(jr.text)))
	n := copy(b, jr.text)
	for n < len(b) && !jr.eof {
		k, err := jr.src.Read(b[n:])
		n += k
		if err != nil {
			jr.eof, jr.err = true, err
		}
	}
	jr.text = string(b[:n])
}
