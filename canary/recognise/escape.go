package recognise

import (
	"bytes"
	"html"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// signs are the bytes with which character references, percent signs, escapes,
// tags, written-out at signs and invisible characters begin.
var signs = setOf(`%&\<[({` + "\xc2\xe2\xef")

// escapeAt returns where something is escaped, and its length.
func (m *marks) escapeAt(raw []byte, i int) (at, length int) {
	for i = m.signs.next(i, len(raw)); i < len(raw); i = m.signs.next(i+1, len(raw)) {
		if n, _ := escaped(raw[i:]); n > 0 {
			return i, n
		}
	}
	return -1, 0
}

// unescape appends raw without escapes.
func unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		from := i
		i = signs.next(raw, i)
		dst = append(dst, raw[from:i]...)
		if i == len(raw) {
			break
		}
		n, plain := escaped(raw[i:])
		if n == 0 {
			dst = append(dst, raw[i])
			i++
			continue
		}
		if raw[i] == '[' || raw[i] == '(' || raw[i] == '{' { // blanks around belong to it
			dst = bytes.TrimRight(dst, " +")
			for i+n < len(raw) && (raw[i+n] == ' ' || raw[i+n] == '+') {
				n++
			}
		}
		dst = append(dst, plain...)
		i += n
	}
	return dst
}

// escaped reads one escape: how many bytes it takes, 0 for none, and what it
// stands for.
func escaped(b []byte) (n int, plain string) {
	if len(b) < 3 {
		return 0, ""
	}
	switch b[0] {
	case '%':
		return percent(b)
	case '&':
		return reference(b)
	case '\\':
		return backslash(b)
	case '<':
		return tag(b)
	case 0xc2, 0xe2, 0xef:
		if r, n := utf8.DecodeRune(b); unicode.Is(unicode.Cf, r) {
			return n, ""
		}
		return 0, ""
	}
	return writtenOut(b)
}

func percent(b []byte) (int, string) {
	if v, ok := hexByte(b[1], b[2]); ok {
		return 3, string([]byte{v})
	}
	if b[1] == 'u' && len(b) >= 6 {
		return codeUnit(b)
	}
	return 0, ""
}

func hexByte(a, b byte) (byte, bool) {
	x, y := hexValues[a], hexValues[b]
	return x<<4 | y, x|y < 16
}

// The values of hexadecimal digits; 255 is none.
var hexValues = func() (t [256]byte) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = byte(c - '0')
		case c >= 'a' && c <= 'f':
			t[c] = byte(c - 'a' + 10)
		case c >= 'A' && c <= 'F':
			t[c] = byte(c - 'A' + 10)
		default:
			t[c] = 255
		}
	}
	return t
}()

// reference reads a character reference of HTML.
func reference(b []byte) (int, string) {
	end := bytes.IndexByte(b[:min(len(b), 12)], ';')
	if end < 2 {
		return 0, ""
	}
	ref := string(b[:end+1])
	if s := html.UnescapeString(ref); s != ref {
		return end + 1, s
	}
	return 0, ""
}

// backslash reads the escapes of JSON and of programming languages.
func backslash(b []byte) (int, string) {
	switch b[1] {
	case 'n', 'r', 't':
		return 2, "\n"
	case '"', '/', '\\', '\'':
		return 2, string(b[1:2])
	case 'x':
		if len(b) >= 4 {
			if v, ok := hexByte(b[2], b[3]); ok {
				return 4, string([]byte{v})
			}
		}
	case 'u':
		if len(b) >= 6 {
			return codeUnit(b)
		}
	}
	return 0, ""
}

// codeUnit reads \uXXXX and %uXXXX, with a second one for characters beyond the
// basic plane.
func codeUnit(b []byte) (int, string) {
	r, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0, ""
	}
	if utf16.IsSurrogate(rune(r)) && len(b) >= 12 && b[6] == b[0] && b[7] == 'u' {
		if low, err := strconv.ParseUint(string(b[8:12]), 16, 16); err == nil {
			return 12, string(utf16.DecodeRune(rune(r), rune(low)))
		}
	}
	return 6, string(utf8.AppendRune(nil, rune(r)))
}

// maxTag is the longest tag that is taken out.
const maxTag = 1024

// inline are the tags that stand within words.
var inline = map[string]bool{"a": true, "b": true, "i": true, "u": true, "s": true, "em": true, "strong": true, "span": true, "font": true,
	"wbr": true, "small": true, "big": true, "mark": true, "sub": true, "sup": true, "code": true, "tt": true, "bdo": true, "bdi": true}

// tag reads a tag or comment: nothing where it stands within words, else a blank.
func tag(b []byte) (int, string) {
	if bytes.HasPrefix(b, []byte("<!--")) {
		if end := bytes.Index(b[:min(len(b), maxTag)], []byte("-->")); end >= 0 {
			return end + 3, ""
		}
		return 0, ""
	}
	start := 1
	if b[start] == '/' {
		start++
	}
	name := tagName(b[start:min(len(b), maxTagName)])
	end := start + len(name)
	if len(name) == 0 || end == len(b) || behindTagName[b[end]] == 0 {
		return 0, ""
	}
	n := bytes.IndexByte(b[end:min(len(b), maxTag)], '>')
	if n < 0 {
		return 0, ""
	}
	if isInline(name) {
		return end + n + 1, ""
	}
	return end + n + 1, " "
}

// maxTagName is the longest name of a tag that is taken out.
const maxTagName = 15

// behindTagName is what may follow it.
var behindTagName = setOf("> /\n\t\r")

// tagName is the name with which b begins.
func tagName(b []byte) []byte {
	for i, c := range b {
		if sorts[c|0x20]&(letter|digit) == 0 || c < '0' {
			return b[:i]
		}
	}
	return b
}

func isInline(name []byte) bool {
	var b [maxTagName]byte
	for i, c := range name {
		b[i] = lowered(c)
	}
	return inline[string(b[:len(name)])]
}

func lowered(c byte) byte { return c | 0x20 }

// writable is what may stand behind the bracket of a written-out sign, with bit
// 0x20 set.
var writable = func() (s byteSet) {
	for _, c := range []byte("ad@. \t\n\r") {
		s[lowered(c)] = 1
	}
	return s
}()

// writtenOut reads [at], (dot) and the like.
func writtenOut(b []byte) (int, string) {
	if writable[lowered(b[1])] == 0 {
		return 0, ""
	}
	end := bytes.IndexAny(b[:min(len(b), 8)], "])}")
	if end < 2 {
		return 0, ""
	}
	switch string(bytes.ToLower(bytes.TrimSpace(b[1:end]))) {
	case "at", "@":
		return end + 1, "@"
	case "dot", ".":
		return end + 1, "."
	}
	return 0, ""
}
