package export

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
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
}

// NewSpool makes a spool in dir. It has no name there, so that a process that
// is killed leaves nothing behind.
func NewSpool(dir string) (*Spool, error) {
	f, err := os.CreateTemp(dir, ".index-*.part")
	if err != nil {
		return nil, err
	}
	return &Spool{f, bufio.NewWriterSize(f, 1<<16)}, os.Remove(f.Name())
}

// Put adds a chunk: its segment, column, part and data, each but the first
// with its length before it.
func (s *Spool) Put(c link.Chunk) error {
	head := binary.AppendUvarint(nil, uint64(c.Segment))
	head = appendString(head, c.Column)
	head = appendString(head, c.Part)
	head = binary.AppendUvarint(head, uint64(len(c.Data)))
	if _, err := s.out.Write(head); err != nil {
		return fmt.Errorf("link index: %w", err)
	}
	if _, err := s.out.Write(c.Data); err != nil {
		return fmt.Errorf("link index: %w", err)
	}
	return nil
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// Chunks returns a function that gives the chunks in the order in which they
// were put, and then io.EOF.
func (s *Spool) Chunks() (func() (link.Chunk, error), error) {
	if err := s.out.Flush(); err != nil {
		return nil, fmt.Errorf("link index: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(s.file, 1<<16)
	return func() (link.Chunk, error) {
		segment, err := binary.ReadUvarint(in)
		if err != nil {
			return link.Chunk{}, err
		}
		column, err1 := readBytes(in)
		part, err2 := readBytes(in)
		data, err3 := readBytes(in)
		return link.Chunk{Segment: int(segment), Column: string(column), Part: string(part), Data: data}, errors.Join(err1, err2, err3)
	}, nil
}

func readBytes(in *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	data := make([]byte, n)
	_, err = io.ReadFull(in, data)
	return data, err
}

// Close lets go of the spool, and it is gone.
func (s *Spool) Close() error { return s.file.Close() }
