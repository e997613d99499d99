package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"telltale/internal/table"
)

// inputFlags override what is detected of a table.
func inputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Usage: "csv, jsonl, json, xlsx or sql, instead of what is detected"},
		&cli.StringFlag{Name: "encoding", Usage: "such as utf-8, windows-1252, gb18030, utf-16le"},
		&cli.StringFlag{Name: "delimiter", Usage: "one character, or tab"},
		&cli.StringFlag{Name: "header", Usage: "yes or no: whether the first row holds the columns' names"},
	}
}

func inputOptions(c *cli.Context) (table.Options, error) {
	o := table.Options{Format: table.Format(c.String("format")), Encoding: c.String("encoding")}
	switch d := c.String("delimiter"); {
	case d == "tab" || d == `\t`:
		o.Delimiter = '\t'
	case utf8.RuneCountInString(d) == 1:
		o.Delimiter, _ = utf8.DecodeRuneInString(d)
	case d != "":
		return o, usageError("give one character, or tab", "--delimiter: %q is no delimiter", d)
	}
	switch h := c.String("header"); h {
	case "yes", "no":
		yes := h == "yes"
		o.Header = &yes
	case "":
	default:
		return o, usageError("give yes or no", "--header: %q", h)
	}
	return o, nil
}

// openTable opens a file, or standard input for "-".
func (p *program) openTable(name string, o table.Options) (*table.File, error) {
	if name == "-" {
		return table.NewFile("standard input", io.NopCloser(p.In), o)
	}
	if err := checkRegular(name); err != nil {
		return nil, err
	}
	return table.Open(name, o)
}

// oneTable returns the only table of f.
func oneTable(name string, f *table.File) (table.Reader, error) {
	r, err := f.Next()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, table.ErrEmpty)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// onlyTable fails if f holds another table after the one that was read.
func onlyTable(name string, f *table.File) error {
	switch next, err := f.Next(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return inputError("give a file with one table", "%s: it holds more than one table; the second is %q", name, next.Schema().Name)
	}
}

// describeInput says what was detected.
func describeInput(s table.Schema) string {
	parts := []string{string(s.Format), s.Encoding}
	if s.BOM {
		parts = append(parts, "byte order mark")
	}
	if s.Format == table.CSV {
		parts = append(parts, "delimiter "+delimiterName(s.Delimiter), "lines end with "+lineEndName(s.LineEnd))
	}
	if s.Header {
		parts = append(parts, "header")
	} else {
		parts = append(parts, "no header")
	}
	if s.Compression != "" {
		parts = append(parts, s.Compression)
	}
	return strings.Join(parts, ", ")
}

func delimiterName(r rune) string {
	switch r {
	case '\t':
		return "tab"
	case 0, table.NoDelimiter:
		return "none"
	}
	return fmt.Sprintf("%q", r)
}

func lineEndName(s string) string {
	return strings.NewReplacer("\r", "CR", "\n", "LF").Replace(s)
}

// splitName cuts orders.csv.gz into orders and .csv.gz.
func splitName(path string) (name, ext string) {
	base := filepath.Base(path)
	ext = filepath.Ext(base)
	switch ext {
	case ".gz", ".zst", ".zstd":
		ext = filepath.Ext(strings.TrimSuffix(base, ext)) + ext
	}
	return strings.TrimSuffix(base, ext), ext
}
