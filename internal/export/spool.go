package export

import (
	"bufio"
	"encoding/gob"
	"errors"
	"io"
	"os"

	"telltale/match/link"
)

// Spool keeps the chunks of a link index on disk between the pass, which makes
// them, and the transaction, which stores them. They are keyed hashes: the
// file tells nothing without the key.
type Spool struct {
	file *os.File
	out  *bufio.Writer
	enc  *gob.Encoder
}

// NewSpool makes a spool in dir. The caller closes it, and it is gone.
func NewSpool(dir string) (*Spool, error) {
	f, err := os.CreateTemp(dir, ".index-*.part")
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	return &Spool{f, out, gob.NewEncoder(out)}, nil
}

// Put adds a chunk.
func (s *Spool) Put(c link.Chunk) error { return s.enc.Encode(c) }

// Chunks returns a function that gives the chunks in the order in which they
// were put, and then io.EOF.
func (s *Spool) Chunks() (func() (link.Chunk, error), error) {
	if err := s.out.Flush(); err != nil {
		return nil, err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	dec := gob.NewDecoder(bufio.NewReaderSize(s.file, 1<<20))
	return func() (link.Chunk, error) {
		var c link.Chunk
		err := dec.Decode(&c)
		return c, err
	}, nil
}

// Close removes the spool.
func (s *Spool) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
