package message

import (
	"bytes"
	"regexp"
	"strings"

	"telltale/internal/identity"
)

// field is one header line, unfolded and decoded.
type field struct {
	name  string // lower case
	value string
}

type fields []field

// first returns the first value of a name that is not empty, or "".
func (h fields) first(name string) string {
	for _, f := range h {
		if f.name == name && f.value != "" {
			return f.value
		}
	}
	return ""
}

func (h fields) all(name string) []string {
	var out []string
	for _, f := range h {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}

// String renders the header for searching.
func (h fields) String() string {
	var b strings.Builder
	for _, f := range h {
		b.WriteString(f.name)
		b.WriteString(": ")
		b.WriteString(f.value)
		b.WriteByte('\n')
	}
	return b.String()
}

// unixLines gives text line ends of one form, so that mail from systems that
// end lines with CR alone can be parsed.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// maxHeader bounds the headers of one message, those of its parts included.
const maxHeader = 1 << 20 // bytes

// headerReader reads the headers of one message.
type headerReader struct {
	read int  // bytes so far
	over bool // there were more than maxHeader
}

// keep returns what of a line still has room, ok is false if nothing has.
// extra are bytes that go with the line.
func (r *headerReader) keep(line []byte, extra int) (kept []byte, ok bool) {
	room := maxHeader - r.read - extra
	if room <= 0 {
		r.over = true
		return nil, false
	}
	n := min(len(line), room)
	r.read += n + extra
	r.over = r.over || n < len(line)
	return line[:n], true
}

// split parses the header block that raw begins with and returns what follows
// the blank line. Lines that are no header end the block, too: the text is
// then not lost with a blank line that somebody deleted.
func (r *headerReader) split(raw []byte) (h fields, body []byte) {
	rest := bytes.TrimLeft(raw, "\n")
	var names []string
	var values [][][]byte // lines of each field
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 {
			rest = after
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(values) > 0 {
			if line, ok := r.keep(bytes.TrimSpace(line), 1); ok {
				last := len(values) - 1
				values[last] = append(values[last], line)
			}
			rest = after
			continue
		}
		name, value, ok := headerLine(line)
		if !ok && isEnvelopeLine(line) {
			rest = after
			continue
		}
		if !ok && len(names) > 0 && goesOn(after) {
			name, value, ok = brokenField, line, true
		}
		if !ok {
			break
		}
		if value, ok := r.keep(value, len(name)+1); ok {
			names, values = append(names, name), append(values, [][]byte{value})
		}
		rest = after
	}
	for i, name := range names {
		h = append(h, field{name, decodeHeader(bytes.Join(values[i], []byte(" ")))})
	}
	return h, rest
}

// brokenField is the name under which a line is kept that is no field, in the
// midst of a header.
const brokenField = "x-broken-line"

// goesOn reports whether a header goes on with a field that mailers know.
func goesOn(rest []byte) bool {
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	name, _, ok := headerLine(line)
	return ok && mailHeaders[name]
}

// isEnvelopeLine reports a From_ line, which programs leave in the midst of
// headers.
func isEnvelopeLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

func headerLine(line []byte) (name string, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 80 {
		return "", nil, false
	}
	n := bytes.TrimRight(line[:i], " \t")
	for _, c := range n {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return strings.ToLower(string(n)), bytes.TrimSpace(line[i+1:]), len(n) > 0
}

var encodedWord = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)

// decodeHeader decodes encoded words and raw 8-bit text. Neighbouring words
// of one charset are joined before they are decoded, since mailers split
// characters between them.
func decodeHeader(raw []byte) string {
	text, _ := decodeText(raw, "")
	spans := encodedWord.FindAllStringSubmatchIndex(text, -1)
	if spans == nil {
		return text
	}
	var out strings.Builder
	var pending []byte
	charset, end := "", 0
	flush := func() {
		s, _ := decodeText(pending, charset)
		out.WriteString(s)
		pending = pending[:0]
	}
	for _, m := range spans {
		cs := strings.ToLower(text[m[2]:m[3]])
		cs, _, _ = strings.Cut(cs, "*")
		gap := text[end:m[0]]
		if end == 0 || strings.TrimSpace(gap) != "" {
			flush()
			out.WriteString(gap)
		} else if cs != charset {
			flush()
		}
		charset, end = cs, m[1]
		pending = append(pending, decodeWord(text[m[4]:m[5]], text[m[6]:m[7]])...)
	}
	flush()
	return out.String() + text[end:]
}

func decodeWord(encoding, s string) []byte {
	if strings.EqualFold(encoding, "b") {
		out, _ := decodeBase64([]byte(s))
		return out
	}
	return decodeQuoted([]byte(s), true)
}

var addrSpec = regexp.MustCompile(`(?:"[^"\s]+"|[^\s<>,;:"'()\[\]\\]+)@[^\s<>,;:"'()\[\]\\@]+`)

// addresses returns the mail addresses of a header's value, canonical where
// they can be.
func addresses(value string) []string {
	var out []string
	for _, a := range addrSpec.FindAllString(value, -1) {
		a = strings.TrimRight(a, ".")
		if c, ok := identity.Canonical(identity.Email, a, ""); ok {
			a = c
		} else {
			a = strings.ToLower(a)
		}
		out = append(out, a)
	}
	return out
}

// params splits "text/plain; charset=x" into its lower-case value and the
// parameter asked for, whatever else is wrong with it.
func params(value, name string) (string, string) {
	main, rest, _ := strings.Cut(value, ";")
	main = strings.ToLower(strings.TrimSpace(main))
	for rest != "" {
		var k, v string
		k, v, rest = nextParam(rest)
		if name != "" && strings.EqualFold(strings.TrimSpace(k), name) {
			return main, v
		}
	}
	return main, ""
}

// nextParam takes one parameter off a list. Quotes around its value may hold
// what ends it elsewhere; quotes that are not closed end with the list.
func nextParam(s string) (key, value, rest string) {
	i := strings.IndexAny(s, ";=")
	if i < 0 || s[i] == ';' {
		_, rest, _ = strings.Cut(s, ";")
		return "", "", rest
	}
	key, value = s[:i], strings.TrimSpace(s[i+1:])
	if quoted, ok := strings.CutPrefix(value, `"`); ok {
		value, rest, _ = strings.Cut(quoted, `"`)
		_, rest, _ = strings.Cut(rest, ";")
		return key, value, rest
	}
	value, rest, _ = strings.Cut(value, ";")
	return key, strings.TrimSpace(value), rest
}
