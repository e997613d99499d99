package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is the kind of a table.
type Format string

// The formats. CSV stands for every delimited text, whatever its delimiter.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	JSON  Format = "json" // one array of objects
	XLSX  Format = "xlsx"
	SQL   Format = "sql"
)

// NoQuote as Schema.Quote or Options.Quote says that cells are never quoted.
const NoQuote rune = -1

// NoDelimiter as Schema.Delimiter or Options.Delimiter says that every line is
// one cell.
const NoDelimiter rune = -1

// Schema is what is known of a table before its first row.
type Schema struct {
	Name      string   // sheet, SQL table or archive member; "" for the only table of a file
	Columns   []string // trimmed, never empty, unique
	RawHeader []string // the header's cells as written; nil without one
	Header    bool
	Format    Format

	Encoding    string // "utf-8", "utf-16le", "windows-1252", "gb18030", ...: lower case, as in the WHATWG list
	BOM         bool
	Delimiter   rune
	Padded      bool   // a blank follows every delimiter (JSON: colon and comma) and is no part of the cell
	Quote       rune   // NoQuote if there is none
	Escape      rune   // what stands before a quote inside a quoted cell; 0 or Quote: quotes are doubled
	LineEnd     string // the habit; single rows may differ
	Compression string // outermost first, "" or for example "zip+gzip"

	Head    string // what stands before the first row, header line included, decoded and without BOM
	Skipped int    // lines of Head that are neither header nor blank

	QuotedColumns []bool // columns whose cells are quoted as a habit; in JSON and XLSX: are text
	QuotedEmpty   bool   // the habit holds for empty cells too
	Escaped       bool   // JSON: what is not ASCII is written as \\u escapes
}

// Row is one record. It is never modified after it was returned: a consumer
// may keep it and must not change its Cells in place.
type Row struct {
	Line   int64    // line (CSV, JSON, SQL) or row number (XLSX) where it begins, from 1
	Cells  []string // as written, decoded to UTF-8, quotes removed, blanks kept
	Quoted []uint64 // bit i: cell i was quoted (JSON, XLSX, SQL: is text); nil: none was

	raw   string // the record as it stood with its line end and blank lines after it, decoded
	body  int    // length of the record in raw without line end
	cells int32  // number of cells in raw
	how   *manner
}

// IsQuoted reports whether cell i was quoted, or was text where cells have kinds.
func (r Row) IsQuoted(i int) bool {
	return i>>6 < len(r.Quoted) && r.Quoted[i>>6]>>(i&63)&1 == 1
}

// manner is the part of a dialect that makes raw text reusable by a writer.
type manner struct {
	format                   Format
	delimiter, quote, escape rune
	padded                   bool
	lineEnd                  string
}

func (s *Schema) manner() manner {
	return manner{s.Format, s.Delimiter, s.Quote, s.Escape, s.Padded, s.LineEnd}
}

// Reader gives the rows of one table. The error is io.EOF at the end, a
// *SyntaxError for a row that is not as it should be (the Row holds what was
// found, reading goes on), or something that ends the table.
type Reader interface {
	Schema() Schema
	Read() (Row, error)
}

// Options override what would be detected. The zero value detects everything.
type Options struct {
	Format        Format
	Encoding      string
	Delimiter     rune
	Quote         rune
	Escape        rune
	Header        *bool
	NoHeaderGuess bool // without Header: the first row is a row like any other
	MaxRecord     int  // bytes of one record, 0: DefaultMaxRecord
	Limits        Limits

	// Watch, if not nil, is called for every stream of a file that is no archive:
	// the file itself, or a member. All bytes of the stream are written to what
	// it returns, whether a table is found in them or not, and then it is closed.
	// A stream without a table is then passed over, see File.Passed, rather than
	// an error. Workbooks are not watched: their cells are all read as rows.
	Watch func(name string) io.WriteCloser
}

// DefaultMaxRecord is the longest record that is read as one, in bytes.
const DefaultMaxRecord = 16 << 20

// Errors that end a file or a table.
var (
	ErrEmpty     = errors.New("no data")
	ErrNotTable  = errors.New("not a table")
	ErrForeign   = fmt.Errorf("%w", ErrNotTable) // text that there may be does not stand in its bytes
	ErrTruncated = errors.New("cut short")
	ErrDamaged   = errors.New("damaged archive")
	ErrLimit     = errors.New("expands beyond the limit")
	errClosed    = errors.New("table is closed")
)

// SyntaxError is a place in a table that is not as it should be.
type SyntaxError struct {
	File, Table string
	Line        int64  // from 1
	Column      int    // from 1; 0: the whole row
	ColumnName  string // "" without header
	Msg, Hint   string
}

func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Table != "" {
		b.WriteString(" (" + e.Table + ")")
	}
	b.WriteString(": line " + strconv.FormatInt(e.Line, 10))
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	if e.ColumnName != "" {
		fmt.Fprintf(&b, " (%s)", e.ColumnName)
	}
	b.WriteString(": " + e.Msg)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// EncodingError says that an encoding has no place for a character.
type EncodingError struct {
	Encoding string
	Value    string
	Rune     rune
}

func (e *EncodingError) Error() string {
	return fmt.Sprintf("value %q cannot be written in %s: no place for %q (U+%04X)", e.Value, e.Encoding, e.Rune, e.Rune)
}
