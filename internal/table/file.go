package table

import (
	"io"
)

// Info describes a file as a whole. SHA256 and Bytes are of the file as it was
// given and are complete once Next has returned io.EOF.
type Info struct {
	Name        string
	SHA256      string
	Bytes       int64
	Format      Format
	Encoding    string
	Compression string
}

// Limits bound what a hostile file may cost. A zero field means its default.
type Limits struct {
	Depth   int     // nested archives, default 4
	Members int     // members of all archives together, default 10,000
	Ratio   float64 // expanded to compressed size, watched from 64 MiB on, default 250
	Total   int64   // bytes expanded, default 1 TiB
}

// File is an open input with its tables.
type File struct {
	name string
}

// Open opens the file at path.
func Open(path string, o Options) (*File, error) {
	return nil, ErrNotTable
}

// NewFile reads a file from r; name is for messages. If r is an io.Closer,
// Close closes it.
func NewFile(name string, r io.Reader, o Options) (*File, error) {
	return nil, ErrNotTable
}

// Next returns the next table, or io.EOF. The reader before it ends.
func (f *File) Next() (Reader, error) { return nil, io.EOF }

// Read returns how many bytes of the input have been consumed.
func (f *File) Read() int64 { return 0 }

// Size returns the size of the input in bytes, or -1.
func (f *File) Size() int64 { return -1 }

// Info describes the file.
func (f *File) Info() Info { return Info{Name: f.name} }

// Close stops all reading and closes the input. It may be called twice.
func (f *File) Close() error { return nil }
