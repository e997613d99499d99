package table

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
)

// Info describes a file as a whole. SHA256 and Bytes are of the file as it was
// given and are complete once Next has returned io.EOF. Format and Encoding
// are those of the first table.
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

func (l Limits) withDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = 4
	}
	if l.Members == 0 {
		l.Members = 10_000
	}
	if l.Ratio == 0 {
		l.Ratio = 250
	}
	if l.Total == 0 {
		l.Total = 1 << 40
	}
	return l
}

// Passed is a member of an archive that holds no table, and why.
type Passed struct {
	Name string
	Err  error
}

// File is an open input with its tables.
type File struct {
	name   string
	o      Options
	limits Limits
	in     *input
	file   *os.File // the input, if it is a regular file
	closer io.Closer
	size   int64
	digest string

	stack    []container
	members  int
	expanded atomic.Int64
	tables   tableSet
	watched  *watched // the stream of tables, nil when nobody watches
	first    Reader   // found by Open
	found    int
	passed   []Passed

	irregular irregular
	info      Info
	ended     bool
}

// tableSet gives the tables of one stream.
type tableSet interface {
	next() (Reader, error) // io.EOF
	close()
}

// Open opens the file at path and finds its first table.
func Open(path string, o Options) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := NewFile(filepath.Base(path), r, o)
	if err != nil {
		r.Close()
		return nil, err
	}
	return f, nil
}

// NewFile reads a file from r and finds its first table; name is for messages.
// If r is an io.Closer, Close closes it.
func NewFile(name string, r io.Reader, o Options) (*File, error) {
	f := &File{name: name, o: o, limits: o.Limits.withDefaults(), in: newInput(r), size: -1}
	f.info.Name = name
	f.closer, _ = r.(io.Closer)
	if file, ok := r.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			f.file, f.size = file, info.Size()
		}
	}
	f.stack = []container{&single{m: &member{stream: &stream{r: f.in}}}}
	first, err := f.next()
	if err != nil && err != io.EOF {
		f.closer = nil
		f.Close()
		return nil, err
	}
	f.first = first
	return f, nil
}

// Next returns the next table, or io.EOF. The reader before it ends. Members
// of an archive that hold no table are passed over, see Passed.
func (f *File) Next() (Reader, error) {
	if f.first != nil {
		r := f.first
		f.first = nil
		return r, nil
	}
	return f.next()
}

func (f *File) next() (Reader, error) {
	for !f.ended {
		if f.tables != nil {
			r, err := f.tables.next()
			if err == nil {
				f.note(r.Schema())
				return r, nil
			}
			f.tables.close()
			f.tables = nil
			if end := f.watched.finish(); err == io.EOF && end != nil {
				return nil, fmt.Errorf("%s: %w", f.name, end)
			}
			if err != io.EOF {
				if err = f.pass("", err); err != nil {
					return nil, err
				}
			}
		}
		if err := f.descend(); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// descend goes to the next stream that may hold tables.
func (f *File) descend() error {
	if len(f.stack) == 0 {
		return f.finish()
	}
	top := f.stack[len(f.stack)-1]
	m, err := top.next()
	if err != nil {
		if err == io.EOF || !errors.Is(err, ErrNotTable) {
			top.close()
			f.stack = f.stack[:len(f.stack)-1]
		}
		if err == io.EOF {
			return nil
		}
		return f.pass("", err)
	}
	if book, ok := m.r.(*workbookBytes); ok {
		f.tables, err = f.openWorkbook(m, book)
		return f.pass(m.name, err)
	}
	if kind := compressionOf(m.stream); kind != "" {
		c, err := f.expand(m, kind)
		if err == nil {
			f.stack = append(f.stack, c)
		}
		return f.pass(m.name, err)
	}
	f.watched = f.watch(m)
	f.tables, err = f.openTables(m)
	if err != nil {
		if end := f.watched.finish(); end != nil {
			return fmt.Errorf("%s: %w", f.label(m.name), end)
		}
	}
	return f.pass(m.name, err)
}

// pass passes over a member that is no table, unless it is the whole file.
func (f *File) pass(name string, err error) error {
	passable := errors.Is(err, ErrNotTable) && (f.inArchive() || f.o.Watch != nil) || errors.Is(err, ErrEmpty) && f.inArchive()
	if err == nil || !passable {
		return err
	}
	f.passed = append(f.passed, Passed{name, err})
	return nil
}

func (f *File) inArchive() bool {
	for _, c := range f.stack {
		if _, ok := c.(*single); !ok {
			return true
		}
	}
	return false
}

// finish reads the input to its end, so that its digest is of all of it.
func (f *File) finish() error {
	f.ended = true
	if _, err := io.Copy(io.Discard, f.in); err != nil && f.digest == "" {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	f.digest = hex.EncodeToString(f.in.hash.Sum(nil))
	if f.found == 0 && len(f.passed) > 0 && f.o.Watch == nil {
		return fmt.Errorf("%s: none of %s: %w", f.name, plural(len(f.passed), "member"), f.passed[0].Err)
	}
	return io.EOF
}

// note remembers what the first table is.
func (f *File) note(s Schema) {
	if f.found == 0 {
		f.info.Format, f.info.Encoding, f.info.Compression = s.Format, s.Encoding, s.Compression
	}
	f.found++
}

func (f *File) countMember() error {
	f.members++
	if f.members > f.limits.Members {
		return fmt.Errorf("%s: more than %d members: %w", f.name, f.limits.Members, ErrLimit)
	}
	return nil
}

// label names a member for messages.
func (f *File) label(member string) string {
	if member == "" || member == f.name {
		return f.name
	}
	return f.name + ": " + member
}

// Read returns how many bytes of the input have been consumed.
func (f *File) Read() int64 { return f.in.n.Load() }

// Size returns the size of the input in bytes, or -1.
func (f *File) Size() int64 { return f.size }

// Passed returns the members of archives that were passed over so far.
func (f *File) Passed() []Passed { return f.passed }

// Irregular returns how many entries of archives so far were links, devices or
// pipes, which hold no data there, and describes the first of them.
func (f *File) Irregular() (n int, first []string) { return f.irregular.n, f.irregular.names }

// Info describes the file.
func (f *File) Info() Info {
	info := f.info
	info.Bytes, info.SHA256 = f.in.n.Load(), f.digest
	return info
}

// Close stops all reading and closes the input. It may be called twice.
func (f *File) Close() error {
	f.ended = true
	f.watched.stop()
	if f.tables != nil {
		f.tables.close()
		f.tables = nil
	}
	for i := len(f.stack) - 1; i >= 0; i-- {
		f.stack[i].close()
	}
	f.stack, f.first = nil, nil
	if f.closer == nil {
		return nil
	}
	c := f.closer
	f.closer = nil
	return c.Close()
}
