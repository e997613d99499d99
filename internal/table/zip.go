package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// inMemory is how much of an archive that cannot be read in any order is kept
// in memory before a temporary file takes it.
const inMemory = 32 << 20

// spool makes the whole of m readable in any order.
func (f *File) spool(m *member) (r io.ReaderAt, size int64, shut func(), err error) {
	if f.file != nil && m.depth == 0 {
		if _, err := io.Copy(io.Discard, m.stream); err != nil {
			return nil, 0, nil, err
		}
		return f.file, f.in.n.Load(), func() {}, nil
	}
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, m.stream, inMemory); err == io.EOF || archiveEnd(err) {
		return bytes.NewReader(buf.Bytes()), int64(buf.Len()), func() {}, nil
	} else if err != nil {
		return nil, 0, nil, err
	}
	tmp, err := os.CreateTemp("", "telltale-*")
	if err != nil {
		return nil, 0, nil, err
	}
	os.Remove(tmp.Name())
	n, err := io.Copy(tmp, io.MultiReader(&buf, m.stream))
	if err != nil && !archiveEnd(err) {
		tmp.Close()
		return nil, 0, nil, err
	}
	return tmp, n, func() { tmp.Close() }, nil
}

// openZip opens a zip archive; a workbook is given on as it is.
func (f *File) openZip(m, inner *member) (container, error) {
	r, size, shut, err := f.spool(m)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil || len(z.File) == 0 {
		if size <= 22 {
			shut()
			return nil, fmt.Errorf("%s: empty archive: %w", f.label(m.name), ErrEmpty)
		}
		return &zipWalk{f: f, outer: inner, r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10), shut: shut}, nil
	}
	for _, entry := range z.File {
		if entry.Name == "xl/workbook.xml" {
			return &single{&member{name: m.name, compression: m.compression, depth: -1,
				stream: &stream{r: &workbookBytes{r, size}}}, shut}, nil
		}
	}
	return &zipDirectory{f: f, outer: inner, files: z.File, shut: shut}, nil
}

// workbookBytes marks a stream that is a workbook.
type workbookBytes struct {
	io.ReaderAt
	size int64
}

func (*workbookBytes) Read([]byte) (int, error) { return 0, io.EOF }

// zipDirectory gives the members that the archive's directory lists.
type zipDirectory struct {
	f     *File
	outer *member
	files []*zip.File
	open  io.Closer
	shut  func()
}

func (z *zipDirectory) next() (*member, error) {
	z.closeMember()
	for len(z.files) > 0 {
		entry := z.files[0]
		z.files = z.files[1:]
		if strings.HasSuffix(entry.Name, "/") {
			continue
		}
		if note := irregularMode(entry.Mode()); note != "" {
			z.f.irregular.add(memberName(entry.Name, entry.NonUTF8), note)
			continue
		}
		if err := z.f.countMember(); err != nil {
			return nil, err
		}
		if entry.Flags&1 != 0 {
			return nil, fmt.Errorf("%s: member is encrypted: %w", z.f.label(entry.Name), ErrNotTable)
		}
		r, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", z.f.label(entry.Name), archiveError(err))
		}
		z.open = r
		m := *z.outer
		size := int64(entry.CompressedSize64)
		m.name = memberName(entry.Name, entry.NonUTF8)
		m.stream = &stream{r: &bounded{r: r, in: func() int64 { return size }, file: z.f}}
		return &m, nil
	}
	return nil, io.EOF
}

// irregularMode says what a member is that is no file; the text of a link is
// its target's name.
func irregularMode(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "link"
	case mode&fs.ModeDevice != 0:
		return "device"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	}
	return ""
}

// memberName decodes the name of a member from an archive that does not say
// how names are written.
func memberName(name string, legacy bool) string {
	if !legacy {
		return name
	}
	return detectCoding([]byte(name), true).decode([]byte(name), true)
}

func (z *zipDirectory) closeMember() {
	if z.open != nil {
		z.open.Close()
		z.open = nil
	}
}

func (z *zipDirectory) close() {
	z.closeMember()
	z.shut()
}

// zipWalk gives the members of an archive whose directory is lost, as one that
// was cut short, by their own headers.
type zipWalk struct {
	f     *File
	outer *member
	r     *bufio.Reader
	last  io.Reader
	ended bool
	shut  func()
}

func (z *zipWalk) next() (*member, error) {
	if z.ended {
		return nil, io.EOF
	}
	if z.last != nil {
		if _, err := io.Copy(io.Discard, z.last); err != nil {
			z.ended = true
			return nil, err
		}
		z.last = nil
	}
	if err := z.toHeader(); err != nil {
		z.ended = true
		return nil, fmt.Errorf("%s: archive has no directory: %w", z.f.label(z.outer.name), ErrTruncated)
	}
	return z.entry()
}

// toHeader goes to the next local header, past a data descriptor.
func (z *zipWalk) toHeader() error {
	for range 1 << 16 {
		b, err := z.r.Peek(4)
		if err != nil {
			return err
		}
		if string(b) == "PK\x03\x04" {
			return nil
		}
		z.r.Discard(1)
	}
	return io.ErrUnexpectedEOF
}

func (z *zipWalk) entry() (*member, error) {
	var h [30]byte
	if _, err := io.ReadFull(z.r, h[:]); err != nil {
		z.ended = true
		return nil, fmt.Errorf("%s: archive is %w", z.f.label(z.outer.name), ErrTruncated)
	}
	flags, method := binary.LittleEndian.Uint16(h[6:]), binary.LittleEndian.Uint16(h[8:])
	size := int64(binary.LittleEndian.Uint32(h[18:]))
	name := make([]byte, binary.LittleEndian.Uint16(h[26:]))
	io.ReadFull(z.r, name)
	z.r.Discard(int(binary.LittleEndian.Uint16(h[28:])))
	if err := z.f.countMember(); err != nil {
		z.ended = true
		return nil, err
	}
	if flags&1 != 0 || method != zip.Store && method != zip.Deflate || method == zip.Store && flags&8 != 0 {
		z.ended = true
		return nil, fmt.Errorf("%s: %w and this member cannot be read without its directory", z.f.label(string(name)), ErrTruncated)
	}
	m := *z.outer
	m.name = memberName(string(name), flags&0x800 == 0)
	var r io.Reader = &short{r: z.r, left: size}
	if method == zip.Deflate {
		r = flate.NewReader(z.r)
	}
	z.last = &bounded{r: r, in: z.f.in.n.Load, file: z.f}
	m.stream = &stream{r: z.last}
	return &m, nil
}

func (z *zipWalk) close() { z.shut() }

// short is a member of known length in an archive that may end before it.
type short struct {
	r    io.Reader
	left int64
}

func (s *short) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err == io.EOF && s.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
