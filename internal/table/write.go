package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Writer writes one table. Close ends it and does not close what is below.
type Writer interface {
	Write(Row) error
	Close() error
}

// NewWriter returns a Writer for the format and dialect of s. SQL dumps cannot
// be written. A workbook has one sheet, at most 1,048,576 rows, 16,384 columns
// and 32,767 characters in a cell; what does not fit is an error.
func NewWriter(w io.Writer, s Schema) (Writer, error) {
	switch s.Format {
	case XLSX:
		return newBookWriter(w, s)
	case JSON:
		return newArrayWriter(w, s)
	case SQL:
		return nil, errors.New("sql dumps can be read and not written: export the table as csv, jsonl or xlsx")
	}
	a, ok := NewAppender(s)
	if !ok {
		return nil, fmt.Errorf("format %q in encoding %q cannot be written", s.Format, s.Encoding)
	}
	t := &textWriter{w: w, a: a, buf: a.AppendHeader(nil)}
	return t, nil
}

// writeSize is how much is gathered before it is written.
const writeSize = 256 << 10

type textWriter struct {
	w    io.Writer
	a    Appender
	buf  []byte
	open bool // the last row was written without its line end
}

func (t *textWriter) Write(r Row) error {
	for _, c := range r.Cells {
		if err := t.a.Fits(c); err != nil {
			return err
		}
	}
	if t.open {
		t.buf = t.a.AppendLineEnd(t.buf)
	}
	t.open = !t.a.Ends(r)
	t.buf = t.a.AppendRow(t.buf, r)
	if len(t.buf) < writeSize {
		return nil
	}
	return t.flush()
}

func (t *textWriter) flush() error {
	_, err := t.w.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

func (t *textWriter) Close() error { return t.flush() }

// arrayWriter writes an array of objects, one a line.
type arrayWriter struct {
	w   io.Writer
	a   *jsonAppender
	buf []byte
	n   int
}

func newArrayWriter(w io.Writer, s Schema) (Writer, error) {
	enc, err := encoderFor(s.Encoding)
	if err != nil {
		return nil, err
	}
	a := newJSONAppender(s, utf8Encoder{})
	a.enc = enc
	a.single = true
	t := &arrayWriter{w: w, a: a}
	if s.BOM {
		t.buf = enc.append(nil, bom)
	}
	return t, nil
}

func (t *arrayWriter) Write(r Row) error {
	for _, c := range r.Cells {
		if err := t.a.enc.fits(c); err != nil {
			return err
		}
	}
	text := []byte("[" + t.a.habit)
	if t.n > 0 {
		text = []byte("," + t.a.habit)
	}
	t.n++
	t.buf = t.a.enc.append(t.buf, string(t.a.row(text, &r)))
	if len(t.buf) < writeSize {
		return nil
	}
	_, err := t.w.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

func (t *arrayWriter) Close() error {
	end := t.a.habit + "]" + t.a.habit
	if t.n == 0 {
		end = "[]" + t.a.habit
	}
	_, err := t.w.Write(t.a.enc.append(t.buf, end))
	return err
}

// bookWriter writes a workbook of one sheet. Cells that were text stay text;
// what was a number and still reads as one stays a number.
type bookWriter struct {
	w      io.Writer
	schema Schema
	book   *excelize.File
	sheet  *excelize.StreamWriter
	row    int
}

const (
	maxSheetRows    = 1 << 20
	maxSheetColumns = 1 << 14
	maxSheetCell    = 32767
)

func newBookWriter(w io.Writer, s Schema) (Writer, error) {
	if len(s.Columns) > maxSheetColumns {
		return nil, fmt.Errorf("table has %d columns: a workbook takes %d", len(s.Columns), maxSheetColumns)
	}
	book := excelize.NewFile()
	name := "Sheet1"
	if s.Name != "" && book.SetSheetName(name, s.Name) == nil {
		name = s.Name
	}
	sheet, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	b := &bookWriter{w: w, schema: s, book: book, sheet: sheet}
	if !s.Header {
		return b, nil
	}
	names := s.RawHeader
	if names == nil {
		names = s.Columns
	}
	return b, b.put(names, func(int) bool { return true })
}

func (b *bookWriter) Write(r Row) error {
	return b.put(r.Cells, func(i int) bool {
		if r.Quoted == nil {
			return i < len(b.schema.QuotedColumns) && b.schema.QuotedColumns[i]
		}
		return r.IsQuoted(i)
	})
}

func (b *bookWriter) put(cells []string, text func(int) bool) error {
	b.row++
	if b.row > maxSheetRows {
		return fmt.Errorf("row %d: a workbook takes %d rows", b.row, maxSheetRows)
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		if utf8.RuneCountInString(c) > maxSheetCell {
			return fmt.Errorf("row %d, column %d: cell is longer than the %d characters that a workbook takes", b.row, i+1, maxSheetCell)
		}
		switch n, ok := plainNumber(c); {
		case c == "":
			values[i] = nil
		case ok && !text(i):
			values[i] = n
		default:
			values[i] = c
		}
	}
	return b.sheet.SetRow("A"+strconv.Itoa(b.row), values)
}

// plainNumber returns the number that s is, if it is written just as a
// workbook would store it.
func plainNumber(s string) (float64, bool) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || strconv.FormatFloat(n, 'f', -1, 64) != s {
		return 0, false
	}
	return n, true
}

func (b *bookWriter) Close() error {
	if err := b.sheet.Flush(); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	defer b.book.Close()
	_, err := b.book.WriteTo(b.w)
	return err
}
