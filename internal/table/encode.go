package table

import (
	"fmt"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// encoder turns UTF-8 into an encoding. It is safe for concurrent use.
type encoder interface {
	append(dst []byte, s string) []byte
	fits(s string) error
	utf8() bool
}

// encoderFor returns the encoder of an encoding by its WHATWG name.
func encoderFor(name string) (encoder, error) {
	switch name {
	case "", "utf-8":
		return utf8Encoder{}, nil
	case "utf-16le":
		return utf16Encoder{low: 0, high: 1}, nil
	case "utf-16be":
		return utf16Encoder{low: 1, high: 0}, nil
	}
	enc, err := encodingByName(name)
	if err != nil {
		return nil, err
	}
	return &legacyEncoder{name: name, pool: sync.Pool{New: func() any { return enc.NewEncoder() }}}, nil
}

// encodingByName knows the encodings of the WHATWG list; the Chinese ones of
// the mainland are all read as their superset.
func encodingByName(name string) (encoding.Encoding, error) {
	switch name {
	case "gbk", "gb2312", "gb18030", "hz-gb-2312":
		return simplifiedchinese.GB18030, nil
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("encoding %q is not known: give a name of the WHATWG list, such as utf-8, windows-1252, gb18030 or utf-16le", name)
	}
	return enc, nil
}

type utf8Encoder struct{}

func (utf8Encoder) append(dst []byte, s string) []byte { return append(dst, s...) }
func (utf8Encoder) fits(string) error                  { return nil }
func (utf8Encoder) utf8() bool                         { return true }

type utf16Encoder struct{ low, high int }

func (e utf16Encoder) append(dst []byte, s string) []byte {
	for _, r := range s {
		if r < 0x10000 {
			dst = e.unit(dst, uint16(r))
			continue
		}
		a, b := utf16.EncodeRune(r)
		dst = e.unit(e.unit(dst, uint16(a)), uint16(b))
	}
	return dst
}

func (e utf16Encoder) unit(dst []byte, u uint16) []byte {
	n := len(dst)
	dst = append(dst, 0, 0)
	dst[n+e.low], dst[n+e.high] = byte(u), byte(u>>8)
	return dst
}

func (utf16Encoder) fits(string) error { return nil }
func (utf16Encoder) utf8() bool        { return false }

type legacyEncoder struct {
	name string
	pool sync.Pool
}

func (e *legacyEncoder) utf8() bool { return false }

func (e *legacyEncoder) append(dst []byte, s string) []byte {
	t := e.pool.Get().(*encoding.Encoder)
	defer e.pool.Put(t)
	for len(s) > 0 {
		dst = grow(dst, len(s)+16)
		t.Reset()
		n, k, err := t.Transform(dst[len(dst):cap(dst)], bytesOf(s), true)
		dst, s = dst[:len(dst)+n], s[k:]
		if err != nil && err != transform.ErrShortDst {
			_, size := utf8.DecodeRuneInString(s)
			dst, s = append(dst, '?'), s[size:]
		}
	}
	return dst
}

func (e *legacyEncoder) fits(s string) error {
	t := e.pool.Get().(*encoding.Encoder)
	defer e.pool.Put(t)
	var buf [8]byte
	for i, r := range s {
		if r < utf8.RuneSelf {
			continue
		}
		t.Reset()
		_, size := utf8.DecodeRuneInString(s[i:])
		if _, _, err := t.Transform(buf[:], bytesOf(s[i:i+size]), true); err != nil {
			return &EncodingError{e.name, s, r}
		}
	}
	return nil
}

func grow(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	bigger := make([]byte, len(dst), 2*cap(dst)+n)
	copy(bigger, dst)
	return bigger
}

// bytesOf gives the bytes of s, which must not be written to.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// scratch is a buffer that is lent to one call.
type scratch struct{ b []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func borrow() *scratch          { return scratches.Get().(*scratch) }
func (s *scratch) giveBack()    { scratches.Put(s) }
func (s *scratch) text() string { return unsafe.String(unsafe.SliceData(s.b), len(s.b)) }
