package table

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// input is the file as it was given: it counts and digests what is read.
type input struct {
	r    io.Reader
	n    atomic.Int64
	hash hash.Hash
}

func newInput(r io.Reader) *input { return &input{r: r, hash: sha256.New()} }

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.hash.Write(p[:n])
	in.n.Add(int64(n))
	return n, err
}

// stream is a reader whose beginning can be looked at.
type stream struct {
	r    io.Reader
	head []byte
	err  error
}

// peek returns the next n bytes, fewer only where the stream ends.
func (s *stream) peek(n int) []byte {
	if n > len(s.head) && s.err == nil {
		grown := make([]byte, n)
		k := copy(grown, s.head)
		for k < n && s.err == nil {
			var m int
			m, s.err = s.r.Read(grown[k:])
			k += m
		}
		s.head = grown[:k]
	}
	return s.head[:min(n, len(s.head))]
}

func (s *stream) Read(p []byte) (int, error) {
	if len(s.head) > 0 {
		n := copy(p, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.r.Read(p)
}

// bounded watches what expands: its ratio and its total, and gives the errors
// of decompressors one form.
type bounded struct {
	r    io.Reader
	in   func() int64 // bytes of the file read so far
	file *File
	n    int64
}

// quietStart is how much may be expanded before the ratio is looked at.
const quietStart = 64 << 20

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	total := b.file.expanded.Add(int64(n))
	l := b.file.limits
	if total > l.Total {
		return n, fmt.Errorf("%w: %d bytes", ErrLimit, l.Total)
	}
	if in := b.in(); b.n > quietStart && float64(b.n) > l.Ratio*float64(in) {
		return n, fmt.Errorf("%w: %d times its size", ErrLimit, int64(l.Ratio))
	}
	if in := b.file.in.n.Load(); total > 2*quietStart && float64(total) > l.Ratio*float64(in) {
		return n, fmt.Errorf("%w: all members together %d times the file's size", ErrLimit, int64(l.Ratio))
	}
	return n, archiveError(err)
}

// archiveError tells a cut archive from a damaged one.
func archiveError(err error) error {
	if err == nil || err == io.EOF || errors.Is(err, ErrLimit) || errors.Is(err, ErrTruncated) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("archive is %w", ErrTruncated)
	}
	return fmt.Errorf("%w: %v", ErrDamaged, err)
}

var magics = []struct{ name, magic string }{
	{"gzip", "\x1f\x8b\x08"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"xz", "\xfd7zXZ\x00"},
	{"bzip2", "BZh"},
	{"zip", "PK\x03\x04"},
	{"zip", "PK\x05\x06"},
}

// compressionOf tells the compression or archive by its first bytes.
func compressionOf(s *stream) string {
	head := s.peek(265)
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) && (m.name != "bzip2" || isBzip2(head)) {
			return m.name
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "tar"
	}
	return ""
}

func isBzip2(head []byte) bool {
	return len(head) > 9 && head[3] >= '1' && head[3] <= '9' && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90")
}

// container gives the members of an archive in turn; a compressed stream is
// one with a single member.
type container interface {
	next() (*member, error) // io.EOF
	close()
}

type member struct {
	name        string
	compression string
	*stream
	depth int
}

// single is a container of one stream.
type single struct {
	m    *member
	shut func()
}

func (s *single) next() (*member, error) {
	m := s.m
	s.m = nil
	if m == nil {
		return nil, io.EOF
	}
	return m, nil
}

func (s *single) close() {
	if s.shut != nil {
		s.shut()
	}
}

// expand opens the container that m is.
func (f *File) expand(m *member, kind string) (container, error) {
	if m.depth >= f.limits.Depth {
		return nil, fmt.Errorf("%s: archives in archives, %d deep: %w", f.label(m.name), m.depth, ErrLimit)
	}
	compression := kind
	if m.compression != "" {
		compression = m.compression + "+" + kind
	}
	inner := &member{name: m.name, compression: compression, depth: m.depth + 1}
	switch kind {
	case "zip":
		return f.openZip(m, inner)
	case "tar":
		return &tarball{f: f, tar: tar.NewReader(m.stream), outer: inner}, nil
	}
	r, shut, err := decompressor(kind, m.stream)
	if err == io.EOF { // within the header
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.label(m.name), archiveError(err))
	}
	inner.stream = &stream{r: f.bound(r)}
	return &single{inner, shut}, nil
}

func (f *File) bound(r io.Reader) io.Reader {
	return &bounded{r: r, in: f.in.n.Load, file: f}
}

func decompressor(kind string, r io.Reader) (io.Reader, func(), error) {
	switch kind {
	case "gzip":
		z, err := gzip.NewReader(r)
		return z, nil, err
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	case "xz":
		w := &whole{in: tail{r: r}}
		z, err := xz.NewReader(&w.in)
		w.z = z
		return w, nil, err
	}
	return bzip2.NewReader(r), nil, nil
}

// whole reads xz. A stream that is cut between two blocks is no end to the
// library: the last two bytes, but for padding, must be those of a footer.
type whole struct {
	in tail
	z  io.Reader
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.z.Read(p)
	if err == io.EOF && string(w.in.last[:]) != "YZ" {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// tail keeps the last two bytes read before any zeros.
type tail struct {
	r    io.Reader
	last [2]byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	data := bytes.TrimRight(p[:n], "\x00")
	for _, c := range data[max(0, len(data)-2):] {
		t.last[0], t.last[1] = t.last[1], c
	}
	return n, err
}

// tarball gives the regular files of a tar archive.
type tarball struct {
	f     *File
	tar   *tar.Reader
	outer *member
}

func (t *tarball) next() (*member, error) {
	for {
		h, err := t.tar.Next()
		if err != nil {
			return nil, archiveError(err)
		}
		if note, data := entryOf(h); !data {
			t.f.irregular.add(h.Name, note)
		} else {
			if err := t.f.countMember(); err != nil {
				return nil, err
			}
			m := *t.outer
			m.name, m.stream = h.Name, &stream{r: &bounded{r: t.tar, in: t.f.in.n.Load, file: t.f}}
			return &m, nil
		}
	}
}

func (t *tarball) close() {}

// entryOf reports whether an entry of a tar archive holds data, as all kinds do
// that are not known to hold none; note is for one that is passed over.
func entryOf(h *tar.Header) (note string, data bool) {
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return "", false
	case tar.TypeLink, tar.TypeSymlink:
		return "link", false
	case tar.TypeChar, tar.TypeBlock:
		return "device", false
	case tar.TypeFifo:
		return "named pipe", false
	}
	return "", true
}

// irregular counts the entries of archives that are no files, and names some.
type irregular struct {
	n     int
	names []string
}

func (i *irregular) add(name, note string) {
	const most = 5
	if note == "" {
		return
	}
	if i.n++; i.n <= most {
		i.names = append(i.names, fmt.Sprintf("%s (%s)", name, note))
	}
}

// archiveEnd reports whether err is an archive's early end, up to which it can
// still be used.
func archiveEnd(err error) bool {
	return errors.Is(err, ErrTruncated) || errors.Is(err, ErrDamaged)
}
