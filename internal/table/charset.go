package table

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	textunicode "golang.org/x/text/encoding/unicode"
)

// coding is how the bytes of a text are read.
type coding struct {
	name string
	mark int // bytes of the byte order mark
	enc  encoding.Encoding
}

func (c coding) utf8() bool { return c.name == "utf-8" }

// reader decodes r, which stands at the beginning of the text.
func (c coding) reader(r io.Reader) io.Reader {
	if c.mark > 0 {
		var b [4]byte
		io.ReadFull(r, b[:c.mark])
	}
	if c.utf8() {
		return r
	}
	return transform.NewReader(r, c.enc.NewDecoder())
}

// decode decodes the beginning of a text; complete says that it is all of it.
func (c coding) decode(b []byte, complete bool) string {
	b = b[c.mark:]
	if c.utf8() {
		if !complete {
			b = b[:len(b)-incomplete(b)]
		}
		return string(b)
	}
	out, _, _ := transform.Bytes(c.enc.NewDecoder(), b)
	if !complete {
		out = bytes.TrimSuffix(out, []byte("\uFFFD"))
	}
	return string(out)
}

// incomplete returns how many bytes at the end of b begin a character that
// does not end in it.
func incomplete(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

var (
	utf16LE = coding{name: "utf-16le", enc: textunicode.UTF16(textunicode.LittleEndian, textunicode.IgnoreBOM)}
	utf16BE = coding{name: "utf-16be", enc: textunicode.UTF16(textunicode.BigEndian, textunicode.IgnoreBOM)}
)

var marks = []struct {
	bytes string
	coding
}{
	{"\xEF\xBB\xBF", coding{name: "utf-8"}},
	{"\xFF\xFE\x00\x00", coding{name: "utf-32le", enc: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)}},
	{"\x00\x00\xFE\xFF", coding{name: "utf-32be", enc: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)}},
	{"\xFF\xFE", utf16LE},
	{"\xFE\xFF", utf16BE},
	{"\x84\x31\x95\x33", named("gb18030")},
}

func named(name string) coding {
	enc, err := encodingByName(name)
	if err != nil {
		return coding{}
	}
	return coding{name: name, enc: enc}
}

// asked returns the coding that the user named.
func asked(name string, sample []byte) (coding, error) {
	name = strings.ToLower(name)
	for _, m := range marks {
		if bytes.HasPrefix(sample, []byte(m.bytes)) && (m.name == name || strings.HasPrefix(m.name, name) && strings.HasPrefix(name, "utf")) {
			m.coding.mark = len(m.bytes)
			return m.coding, nil
		}
	}
	switch name {
	case "utf-8", "utf8", "ascii":
		return coding{name: "utf-8"}, nil
	case "utf-16le", "utf-16":
		return utf16LE, nil
	case "utf-16be":
		return utf16BE, nil
	case "gbk", "gb2312", "gb18030":
		return named("gb18030"), nil
	case "latin1", "latin-1", "iso-8859-1", "cp1252":
		name = "windows-1252"
	}
	if _, err := encodingByName(name); err != nil {
		return coding{}, err
	}
	return named(name), nil
}

// detectCoding tells the encoding of a text by its beginning.
func detectCoding(b []byte, complete bool) coding {
	for _, m := range marks {
		if bytes.HasPrefix(b, []byte(m.bytes)) {
			m.coding.mark = len(m.bytes)
			return m.coding
		}
	}
	if c, ok := detectUTF16(b); ok {
		return c
	}
	if !complete {
		b = b[:len(b)-incomplete(b)]
	}
	if utf8.Valid(b) || mostlyUTF8(b) {
		return coding{name: "utf-8"}
	}
	return detectLegacy(b)
}

// mostlyUTF8 reports whether b is UTF-8 with a few damaged places.
func mostlyUTF8(b []byte) bool {
	whole, good, bad := b, 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case r >= utf8.RuneSelf:
			good++
		}
		b = b[n:]
	}
	return good > 20*bad || good >= bad && !plausiblyWestern(whole)
}

// detectUTF16 recognises UTF-16 without a mark by the zero bytes of its
// punctuation, digits and line ends, which stand on one side only.
func detectUTF16(b []byte) (coding, bool) {
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	for side, c := range []coding{utf16BE, utf16LE} {
		if n := zeros[side]; n >= fewestZeros(len(b)) && zeros[1-side]*20 <= n && len(b) >= 4 {
			if oddRunes(c.decode(b, false)) <= 0.03 {
				return c, true
			}
		}
	}
	return coding{}, false
}

// fewestZeros is how many zero bytes a text of n bytes needs to be taken for
// UTF-16: a quarter of a short one, and more than chance gives to noise.
func fewestZeros(n int) int {
	switch {
	case n < 64:
		return n/4 + 1
	case n < 4096:
		return max(6, n/20)
	}
	return n / 50
}

// oddRunes returns the share of characters that no text has.
func oddRunes(s string) float64 {
	odd, n := 0, 0
	for _, r := range s {
		n++
		if r == utf8.RuneError || r == 0 || !unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) {
			odd++
		}
	}
	return float64(odd) / float64(max(n, 1))
}

// legacy are the encodings that are told apart by how many of a text's
// characters outside ASCII are common ones.
var legacy = []struct {
	name   string
	common func(lead, trail byte, r rune) bool
	weight float64
}{
	{"gb18030", func(a, b byte, r rune) bool { return a >= 0xB0 && a <= 0xD7 && b >= 0xA1 || cjkPunct(r) }, 1},
	{"big5", func(a, b byte, r rune) bool { return a >= 0xA4 && a <= 0xC6 || cjkPunct(r) }, 0.95},
	{"shift_jis", func(a, b byte, r rune) bool {
		return r >= 0x3041 && r <= 0x30FE || a >= 0x88 && a <= 0x97 || cjkPunct(r)
	}, 0.95},
	{"euc-kr", func(a, b byte, r rune) bool { return a >= 0xB0 && a <= 0xC8 && b >= 0xA1 }, 1.01},
	{"euc-jp", func(a, b byte, r rune) bool { return r >= 0x3041 && r <= 0x30FE }, 3},
}

func cjkPunct(r rune) bool { return r >= 0x3000 && r <= 0x3011 || r >= 0xFF01 && r <= 0xFF1F }

// detectLegacy tells the encoding of a text that is no UTF-8.
func detectLegacy(b []byte) coding {
	western := named("windows-1252")
	if !plausiblyWestern(b) {
		western = coding{name: "utf-8"} // damaged
	}
	if isolatedShare(b) > 0.85 {
		return western
	}
	best, score := coding{}, 0.6
	for _, l := range legacy {
		c := named(l.name)
		if s := commonShare(c, b, l.common) * l.weight; s > score {
			best, score = c, s
		}
	}
	if best.name == "euc-kr" && len(b) < 200 {
		best = named("gb18030")
	}
	if best.name != "" {
		return best
	}
	if r := chardet.Detect(b); r.Confidence > 0.5 {
		if c, err := asked(r.Encoding, nil); err == nil && c.enc != nil && !strings.Contains(c.decode(b, false), "\uFFFD") {
			return c
		}
	}
	return western
}

// commonShare returns the share of b's characters outside ASCII that are
// common in c, 0 if b is no text in c.
func commonShare(c coding, b []byte, common func(lead, trail byte, r rune) bool) float64 {
	text := c.decode(b, false)
	bad, n, hits := 0, 0, 0
	enc, err := encoderFor(c.name)
	if err != nil {
		return 0
	}
	var buf [8]byte
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		n++
		if r == utf8.RuneError {
			bad++
			continue
		}
		if code := enc.append(buf[:0], string(r)); len(code) == 2 && common(code[0], code[1], r) {
			hits++
		}
		if n == 20000 {
			break
		}
	}
	if n == 0 || bad*50 > n {
		return 0
	}
	return float64(hits) / float64(n)
}

// isolatedShare returns the share of bytes outside ASCII that stand alone, as
// the accented letters of western languages do.
func isolatedShare(b []byte) float64 {
	n, alone := 0, 0
	high := func(i int) bool { return i >= 0 && i < len(b) && b[i] >= utf8.RuneSelf }
	for i := range b {
		if !high(i) {
			continue
		}
		n++
		if !high(i-1) && !high(i+1) {
			alone++
		}
	}
	return float64(alone) / float64(max(n, 1))
}
