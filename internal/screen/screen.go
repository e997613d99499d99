// Package screen makes text safe to show. What is printed may hold words out
// of a hostile file: names of columns and archive members, cells, headers of
// mail, names of files. Shown as they are, control characters among them could
// move the cursor, retitle the window or answer for the user, and characters
// that steer the direction of writing could let one thing look like another.
//
// Text for people goes through a Writer, JSON through JSON: neither changes
// what is harmless. What is written to a file, or piped as data, is no concern
// of this package and stays as it is, byte for byte.
package screen

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Steers reports whether a character does something instead of standing for
// something: control characters but line feed and tab, marks and overrides of
// direction, separators of lines and paragraphs, and invisible tags.
func Steers(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x7f:
		return r < ' '
	case r >= 0x2028 && r <= 0x2029, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// Safe replaces the characters that steer, and bytes that are no characters.
func Safe(s string) string {
	return strings.Map(func(r rune) rune {
		if Steers(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// Writer passes on text that is safe. The sequences in Allowed, such as those
// that set a colour, pass as they are.
type Writer struct {
	To      io.Writer
	Allowed []string
	rest    []byte // the beginning of a character that the next Write ends
}

// Write makes p safe. It reports len(p) unless To fails.
func (w *Writer) Write(p []byte) (int, error) {
	text := append(w.rest, p...)
	whole := len(text) - unfinished(text)
	w.rest = append([]byte(nil), text[whole:]...)
	if _, err := io.WriteString(w.To, w.safe(string(text[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// safe is Safe between the sequences that are allowed.
func (w *Writer) safe(s string) string {
	var b strings.Builder
	for {
		at, found := len(s), ""
		for _, a := range w.Allowed {
			if k := strings.Index(s, a); k >= 0 && k < at {
				at, found = k, a
			}
		}
		b.WriteString(Safe(s[:at]))
		b.WriteString(found)
		if found == "" {
			return b.String()
		}
		s = s[at+len(found):]
	}
}

// unfinished returns how many bytes at the end of b begin a character that does
// not end in it.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if utf8.FullRune(b[len(b)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// JSON escapes the characters that steer in a document that encoding/json wrote.
// Its values stay the same.
func JSON(document string) string {
	if !strings.ContainsFunc(document, steersInJSON) {
		return document
	}
	var b strings.Builder
	for _, r := range document {
		switch {
		case !steersInJSON(r):
			b.WriteRune(r)
		case r >= 0x10000:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// steersInJSON leaves out the control characters that encoding/json escapes
// itself.
func steersInJSON(r rune) bool { return r >= 0x7f && Steers(r) }
