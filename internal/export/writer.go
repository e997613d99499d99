package export

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"telltale/internal/table"
)

// Writer renders one copy in the dialect of the table it was made from.
type Writer struct {
	rows  RowWriter
	close []func() error // in order
}

// NewWriter writes a table like s to w, compressed as the table was. buffer is
// how many bytes are gathered before they are handed on.
func NewWriter(w io.Writer, s table.Schema, buffer int) (*Writer, error) {
	out := &Writer{}
	w, err := out.compress(w, s.Compression)
	if err != nil {
		return nil, err
	}
	if appender, ok := table.NewAppender(s); ok {
		a := &appending{to: w, appender: appender, limit: buffer, narrow: !strings.HasPrefix(s.Encoding, "utf-") && s.Encoding != "gb18030"}
		a.buffer = appender.AppendHeader(nil)
		out.rows, out.close = a, append([]func() error{a.flush}, out.close...)
		return out, nil
	}
	rows, err := table.NewWriter(w, s)
	if err != nil {
		return nil, err
	}
	out.rows, out.close = rows, append([]func() error{rows.Close}, out.close...)
	return out, nil
}

// Write adds a row.
func (w *Writer) Write(r table.Row) error { return w.rows.Write(r) }

// Close hands on what is left. It does not close what the Writer writes to.
func (w *Writer) Close() error {
	for _, f := range w.close {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) compress(to io.Writer, how string) (io.Writer, error) {
	switch how {
	case "":
		return to, nil
	case "gzip":
		z := gzip.NewWriter(to)
		w.close = append(w.close, z.Close)
		return z, nil
	case "zstd":
		z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		w.close = append(w.close, z.Close)
		return z, nil
	}
	return nil, fmt.Errorf("compression %s: copies can be written plain, as gzip or as zstd; unpack the file first", how)
}

// appending gathers rendered rows.
type appending struct {
	to       io.Writer
	appender table.Appender
	buffer   []byte
	limit    int
	open     bool // the last row has no line end
	narrow   bool // the encoding cannot write every character
}

func (a *appending) Write(r table.Row) error {
	if a.narrow {
		for _, cell := range r.Cells {
			if err := a.appender.Fits(cell); err != nil {
				return fmt.Errorf("a mark or a canary: %w; convert the file to UTF-8 first", err)
			}
		}
	}
	if a.open {
		a.buffer = a.appender.AppendLineEnd(a.buffer)
	}
	a.buffer = a.appender.AppendRow(a.buffer, r)
	a.open = !a.appender.Ends(r)
	if len(a.buffer) >= a.limit {
		return a.flush()
	}
	return nil
}

func (a *appending) flush() error {
	_, err := a.to.Write(a.buffer)
	a.buffer = a.buffer[:0]
	return err
}
