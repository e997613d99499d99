package table

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// maxQuoted bounds a quoted cell, in bytes: a quote that is not closed within
// it is taken for a character like any other. maxCells bounds one record.
const (
	maxQuoted = 1 << 20
	maxCells  = 1 << 20
)

// dialect is how records of delimited text are cut into cells.
type dialect struct {
	delim    byte   // first byte of the delimiter
	rest     string // its other bytes
	pad      bool   // one blank after a delimiter is no part of the cell
	quote    byte
	quotes   bool
	escape   byte // == quote: quotes are doubled
	anyCR    bool // a lone CR ends a record
	delims   uint64
	returns  uint64
	stop     [256]bool
	quoteStr string
	doubled  string
}

const ones = 0x0101010101010101
const highs = 0x8080808080808080
const newlines = '\n' * ones

func newDialect(s *Schema, anyCR bool) *dialect {
	var enc [utf8.UTFMax]byte
	n := utf8.EncodeRune(enc[:], s.Delimiter)
	d := &dialect{delim: enc[0], rest: string(enc[1:n]), pad: s.Padded, anyCR: anyCR}
	if s.Delimiter == NoDelimiter {
		d.delim, d.rest = '\n', ""
	}
	if s.Quote > 0 && s.Quote < utf8.RuneSelf {
		d.quotes, d.quote, d.escape = true, byte(s.Quote), byte(s.Quote)
		if s.Escape > 0 && s.Escape < utf8.RuneSelf && s.Escape != s.Quote {
			d.escape = byte(s.Escape)
		}
		d.quoteStr = string(s.Quote)
		d.doubled = d.quoteStr + d.quoteStr
	}
	d.delims = uint64(d.delim) * ones
	d.returns = newlines
	if anyCR {
		d.returns = '\r' * ones
		d.stop['\r'] = true
	}
	d.stop[d.delim], d.stop['\n'] = true, true
	return d
}

// zeros marks the zero bytes of x; the lowest mark is exact.
func zeros(x uint64) uint64 { return (x - ones) &^ x & highs }

// end returns where the unquoted cell at p ends: at the first delimiter or
// line end, or at len(b).
func (d *dialect) end(b []byte, p int) int {
	for {
		p = d.stopAt(b, p)
		if d.rest == "" || p == len(b) || b[p] != d.delim || d.isDelim(b, p) {
			return p
		}
		p++
	}
}

func (d *dialect) stopAt(b []byte, p int) int {
	for p+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[p:])
		m := zeros(w^d.delims) | zeros(w^newlines) | zeros(w^d.returns)
		if m != 0 {
			return p + bits.TrailingZeros64(m)>>3
		}
		p += 8
	}
	for p < len(b) && !d.stop[b[p]] {
		p++
	}
	return p
}

// isDelim reports whether the delimiter stands at p < len(b).
func (d *dialect) isDelim(b []byte, p int) bool {
	if b[p] != d.delim || d.delim == '\n' {
		return false
	}
	return d.rest == "" || len(b)-p > len(d.rest) && string(b[p+1:p+1+len(d.rest)]) == d.rest
}

// afterDelim returns where the cell behind the delimiter at p begins.
func (d *dialect) afterDelim(b []byte, p int) int {
	p += 1 + len(d.rest)
	if d.pad && p < len(b) && b[p] == ' ' {
		p++
	}
	return p
}

// lineEnd returns the length of the line end at p, 0 if there is none. A CR
// that is the last byte counts.
func (d *dialect) lineEnd(b []byte, p int) int {
	switch {
	case p >= len(b):
		return 0
	case b[p] == '\n':
		return 1
	case b[p] != '\r':
		return 0
	case p+1 < len(b) && b[p+1] == '\n':
		return 2
	case d.anyCR || p+1 == len(b):
		return 1
	}
	return 0
}

// quoted is what was found behind an opening quote.
type quoted struct {
	text    int  // length of the text between the quotes
	escaped bool // it holds escape sequences
	stray   bool // a quote inside was not escaped
	state   int
}

const (
	closed = iota
	unclosed
	unfinished // b ends before it can be told
)

// scanQuoted reads the quoted cell whose opening quote stands at p.
func (d *dialect) scanQuoted(b []byte, p int, final bool) quoted {
	var q quoted
	from := p + 1
	watch := lineWatch{from: from}
	for j := from; ; {
		if j-from > maxQuoted {
			return quoted{state: unclosed}
		}
		j = d.nextQuote(b, j, &q)
		if j >= len(b) {
			if final || len(b)-from > maxQuoted {
				return quoted{state: unclosed}
			}
			return quoted{state: unfinished}
		}
		if j+1 == len(b) && !final {
			return quoted{state: unfinished}
		}
		if j+1 < len(b) && b[j+1] == d.quote {
			q.escaped = true
			j += 2
			continue
		}
		crosses := watch.crosses(d, b, j)
		if j+1 == len(b) || d.isDelim(b, j+1) || d.lineEnd(b, j+1) > 0 {
			if q.stray && crosses {
				return quoted{state: unclosed}
			}
			q.text = j - from
			return q
		}
		if crosses {
			return quoted{state: unclosed}
		}
		q.stray = true
		j++
	}
}

// nextQuote returns the next quote at or behind j that no escape character
// stands before, or len(b).
func (d *dialect) nextQuote(b []byte, j int, q *quoted) int {
	if d.escape == d.quote {
		if k := bytes.IndexByte(b[j:], d.quote); k >= 0 {
			return j + k
		}
		return len(b)
	}
	for ; j < len(b) && b[j] != d.quote; j++ {
		if b[j] == d.escape {
			q.escaped = true
			j++
		}
	}
	return min(j, len(b))
}

// lineWatch tells whether a line end stands between from and a growing end.
type lineWatch struct {
	from    int
	crossed bool
}

func (w *lineWatch) crosses(d *dialect, b []byte, to int) bool {
	if !w.crossed && w.from < to {
		part := b[w.from:to]
		w.crossed = bytes.IndexByte(part, '\n') >= 0 || d.anyCR && bytes.IndexByte(part, '\r') >= 0
		w.from = to
	}
	return w.crossed
}

// unescape returns the text of a quoted cell that holds escape sequences.
func (d *dialect) unescape(s string) string {
	if d.escape == d.quote {
		return strings.ReplaceAll(s, d.doubled, d.quoteStr)
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if i+1 < len(s) && d.escapes(s[i], s[i+1]) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// escapes reports whether c stands only to escape next: a doubled quote, or an
// escape character before a quote or another one.
func (d *dialect) escapes(c, next byte) bool {
	return c == d.quote && next == d.quote || d.escape != d.quote && c == d.escape && (next == d.quote || next == d.escape)
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
