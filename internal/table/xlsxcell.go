package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// cellLength is the longest cell or shared string that is read, in bytes as
// they stand in the workbook. Excel allows 32,767 characters.
const cellLength = 1 << 20

// guardCells refuses a part of a workbook with a cell that is too long: the
// library would hold it several times over.
func guardCells(z *zip.Reader, part string) error {
	r, err := z.Open(part)
	if err != nil {
		return nil // the library says what is missing
	}
	defer r.Close()
	if longCell(r) {
		return fmt.Errorf("%w: a cell or string of %s is longer than %d bytes", ErrLimit, part, cellLength)
	}
	return nil
}

// longCell reports whether an element c or si is longer than cellLength.
func longCell(r io.Reader) bool {
	s := extents{r: bufio.NewReaderSize(r, 64<<10), from: -1}
	for s.next() {
		if s.from >= 0 && s.at-s.from > cellLength {
			return true
		}
	}
	return false
}

// extents walks over the tags of a part and knows where the element it is in
// began.
type extents struct {
	r        *bufio.Reader
	at, from int // from: -1 outside of an element
}

// next goes past the next tag, comment or CDATA section.
func (s *extents) next() bool {
	if !s.past([]byte{'<'}) {
		return false
	}
	head, _ := s.r.Peek(32)
	switch {
	case bytes.HasPrefix(head, []byte("!--")):
		return s.past([]byte("-->"))
	case bytes.HasPrefix(head, []byte("![CDATA[")):
		return s.past([]byte("]]>"))
	}
	name, closing := bytes.CutPrefix(head, []byte{'/'})
	if k := bytes.IndexAny(name, " \t\r\n/>"); k >= 0 {
		name = name[:k]
	}
	if k := bytes.LastIndexByte(name, ':'); k >= 0 {
		name = name[k+1:]
	}
	if n := string(name); n == "c" || n == "si" {
		s.from = s.at
		if closing {
			s.from = -1
		}
	}
	return s.past([]byte{'>'})
}

// past reads up to and past end.
func (s *extents) past(end []byte) bool {
	last := end[len(end)-1]
	var tail []byte
	for {
		b, err := s.r.ReadSlice(last)
		s.at += len(b)
		if tail = append(tail, b[max(0, len(b)-len(end)):]...); len(tail) > len(end) {
			tail = tail[len(tail)-len(end):]
		}
		switch {
		case err == nil && bytes.HasSuffix(tail, end):
			return true
		case err != nil && err != bufio.ErrBufferFull:
			return false
		}
	}
}
