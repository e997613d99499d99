package table

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// sampleSize is how much of a text is looked at before it is read; where its
// lines are longer, up to sampleMax.
const (
	sampleSize = 256 << 10
	sampleMax  = 8 << 20
)

// sample is the beginning of a text.
type sample struct {
	text     string // decoded, without byte order mark
	complete bool   // it is all of it
	coding   coding
}

// openTables tells what kind of text m is and opens its tables.
func (f *File) openTables(m *member) (tableSet, error) {
	raw := m.peek(sampleSize)
	for n := 2 * sampleSize; n <= sampleMax && m.err == nil && bytes.Count(raw, []byte{'\n'})+bytes.Count(raw, []byte{'\r'}) < 4; n *= 2 {
		raw = m.peek(n)
	}
	complete := len(raw) < sampleSize || m.err != nil && len(raw) == len(m.head)
	if err := f.refuse(m, raw); err != nil {
		return nil, err
	}
	c := detectCoding(raw, complete)
	if f.o.Encoding != "" {
		var err error
		if c, err = asked(f.o.Encoding, raw); err != nil {
			return nil, fmt.Errorf("%s: %w", f.label(m.name), err)
		}
	}
	s := sample{text: c.decode(raw, complete), complete: complete, coding: c}
	if len(strings.TrimSpace(s.text)) == 0 && complete {
		return nil, f.emptyError(m)
	}
	why := noise(s.text, raw)
	if f.o.Encoding == "" && foreign(c, raw) {
		why = "binary data"
	}
	if why != "" {
		return nil, fmt.Errorf("%s: %s: %w", f.label(m.name), why, ErrForeign)
	}
	base := Schema{Name: f.tableName(m), Encoding: c.name, BOM: c.mark > 0, Compression: m.compression}
	return f.openText(m, s, base)
}

func (f *File) tableName(m *member) string {
	if f.inArchive() {
		return m.name
	}
	return ""
}

func (f *File) emptyError(m *member) error {
	if m.err != nil && m.err != io.EOF {
		return fmt.Errorf("%s: %w", f.label(m.name), m.err)
	}
	return fmt.Errorf("%s: %w", f.label(m.name), ErrEmpty)
}

// openText opens the tables of a decoded text.
func (f *File) openText(m *member, s sample, base Schema) (tableSet, error) {
	format := f.o.Format
	if format == "" {
		format = textFormat(s.text)
	}
	r := s.coding.reader(m.stream)
	base.Format = format
	switch format {
	case JSONL, JSON:
		return f.openJSON(r, s, base)
	case SQL:
		return f.openSQL(r, s, base)
	case CSV:
		return f.openCSV(m, r, s, base)
	}
	return nil, fmt.Errorf("%s: is text, not %s: %w", f.label(m.name), format, ErrNotTable)
}

// textFormat tells JSON and SQL from delimited text.
func textFormat(text string) Format {
	switch {
	case looksLikeJSON(text):
		if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "[") {
			return JSON
		}
		return JSONL
	case looksLikeSQL(text):
		return SQL
	}
	return CSV
}

// one is a tableSet of one reader.
type one struct {
	r    Reader
	shut func()
}

func (o *one) next() (Reader, error) {
	r := o.r
	o.r = nil
	if r == nil {
		return nil, io.EOF
	}
	return r, nil
}

func (o *one) close() {
	if o.shut != nil {
		o.shut()
	}
}

func (f *File) openCSV(m *member, r io.Reader, s sample, base Schema) (tableSet, error) {
	found, err := f.sniff(s, base)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.label(m.name), err)
	}
	if _, err := io.CopyN(io.Discard, r, int64(len(found.schema.Head))); err != nil {
		return nil, fmt.Errorf("%s: %w", f.label(m.name), err)
	}
	sc := f.scanner(r, found)
	rows := newRowReader(found.schema, sc)
	return &one{rows, rows.close}, nil
}

func (f *File) scanner(r io.Reader, found sniffed) *scanner {
	how := found.schema.manner()
	sc := &scanner{
		dialect: newDialect(&found.schema, found.anyCR),
		src:     r, file: f.name, table: found.schema.Name,
		want: len(found.schema.Columns), how: &how,
		coding: found.schema.Encoding, decoded: found.schema.Encoding != "utf-8",
		max:  f.maxRecord(),
		line: found.line,
	}
	if found.schema.Header {
		sc.columns = found.schema.Columns
	}
	return sc
}

func (f *File) maxRecord() int {
	if f.o.MaxRecord > 0 {
		return f.o.MaxRecord
	}
	return DefaultMaxRecord
}
