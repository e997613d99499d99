package table

import (
	"fmt"
	"io"
)

// Writer writes one table. Close ends it and does not close what is below.
type Writer interface {
	Write(Row) error
	Close() error
}

// NewWriter returns a Writer for the dialect of s. The header is written at
// once. SQL dumps cannot be written.
func NewWriter(w io.Writer, s Schema) (Writer, error) {
	return nil, fmt.Errorf("format %q cannot be written", s.Format)
}
