package recognise

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"telltale/internal/identity"
)

// wideReach is how much text around a zero byte is read as UTF-16 with it:
// Chinese text has none between one digit or end of line and the next.
const wideReach = 1024

// nulAt returns where a zero byte stands.
func nulAt(raw []byte, i int) (at, length int) {
	if i >= len(raw) {
		return -1, 0
	}
	k := bytes.IndexByte(raw[i:], 0)
	if k < 0 {
		return -1, 0
	}
	return i + k, 1
}

// wide scans a stretch as UTF-16, in the byte order that makes more sense of it.
func (w *worker) wide(raw []byte, p place) {
	var zeros [2]int
	for i, b := range raw {
		if b == 0 {
			zeros[i&1]++
		}
	}
	if zeros[0]+zeros[1] < 4 {
		return
	}
	// Zero bytes at odd places: little endian from 0 on, or big endian from 1.
	odd := 0
	if zeros[1] >= zeros[0] {
		odd = 1
	}
	first, last := bytes.IndexByte(raw, 0)&^1, bytes.LastIndexByte(raw, 0)
	little, big := sense(raw[first+1-odd:last+1], 1), sense(raw[first+odd:min(len(raw), last+2)], 0)
	if little+2 >= big {
		w.utf16(raw, 1-odd, false, p)
	}
	if big+2 >= little {
		w.utf16(raw, odd, true, p)
	}
}

// sense counts the code units that are ASCII, full-width or unified ideographs; high is the
// place of the high byte.
func sense(raw []byte, high int) (n int) {
	for i := 0; i+1 < len(raw); i += 2 {
		if h, l := raw[i+high], raw[i+1-high]; h == 0 && l >= '\t' && l < 0x7f || h >= 0x4e && h <= 0x9f || h == 0xff {
			n++
		}
	}
	return n
}

// utf16 scans raw from start on, as UTF-16.
func (w *worker) utf16(raw []byte, start int, big bool, p place) {
	order := unicode.LittleEndian
	if big {
		order = unicode.BigEndian
	}
	p.inside = within(p.inside, "utf-16")
	p.before, p.behind = 0, 0
	if start < len(raw) {
		w.decoded(len(raw), p, func(dst []byte) []byte {
			return transcode(dst, raw[start:], unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder())
		})
	}
}

// transcode appends raw in UTF-8, in which a byte takes up to three.
func transcode(dst, raw []byte, d *encoding.Decoder) []byte {
	d.Reset()
	for room := 3*len(raw) + utf8.UTFMax; ; room *= 2 {
		dst = slices.Grow(dst, room)
		n, read, err := d.Transform(dst[len(dst):cap(dst)], raw, true)
		dst, raw = dst[:len(dst)+n], raw[read:]
		if !errors.Is(err, transform.ErrShortDst) {
			return dst
		}
	}
}

// legacy is an encoding that is tried where a stream is no UTF-8.
type legacy struct {
	name string
	e    encoding.Encoding
}

// encodings are those of a locale's writing; western ones need none, see fold.
func (x *Index) encodings() []legacy {
	gb := legacy{"gb18030", simplifiedchinese.GB18030}
	big5 := legacy{"big5", traditionalchinese.Big5}
	language, _, _ := strings.Cut(strings.ToLower(x.o.Locale), "-")
	switch {
	case language == "zh":
		return []legacy{gb, big5}
	case language == "ja":
		return []legacy{{"shift-jis", japanese.ShiftJIS}, {"euc-jp", japanese.EUCJP}}
	case x.anyHan():
		return []legacy{gb, big5, {"shift-jis", japanese.ShiftJIS}}
	}
	return nil
}

func (x *Index) anyHan() bool {
	for _, p := range x.planted {
		for _, id := range p.Canary.Identities {
			if (id.Kind == identity.Name || id.Kind == identity.Address) && isHan(id.Value) {
				return true
			}
		}
	}
	return false
}

// strayAt returns where a byte stands that is no UTF-8.
func strayAt(raw []byte, i int) (at, length int) {
	for i = beyondASCII.next(raw, i); i < len(raw); i = beyondASCII.next(raw, i) {
		for i+2 < len(raw) && ideographic(raw[i], raw[i+1], raw[i+2]) {
			i += 3
		}
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			return i, 1
		}
		i += n
	}
	return -1, 0
}

var beyondASCII = func() (s byteSet) {
	for c := range s {
		s[c] = byte(c) >> 7
	}
	return s
}()

// old decodes raw by the encoding that leaves the fewest bytes unread. Where raw
// was cut it begins at the first ASCII sign: no character of two bytes has one.
func (w *worker) old(raw []byte, p place) {
	for i, b := range raw[:min(len(raw), reach)] {
		if p.cutLeft && b < '0' {
			raw = raw[i:]
			break
		}
	}
	var text []byte
	name, fewest := "", len(raw)
	for i, l := range w.legacy {
		t := transcode(w.attempts[i][:0], raw, w.decoders[i])
		w.attempts[i] = t
		if bad := bytes.Count(t, []byte("\uFFFD")); bad < fewest {
			text, name, fewest = t, l.name, bad
		}
	}
	p.inside = within(p.inside, name)
	p.before, p.behind, p.older = 0, 0, true
	w.decoded(len(raw), p, func(dst []byte) []byte { return append(dst, text...) })
}
