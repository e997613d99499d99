package recognise

import (
	"bytes"
	"iter"
	"unicode/utf8"
)

// quotedAt returns where something is written as quoted-printable, and its
// length.
func quotedAt(raw []byte, i int) (at, length int) {
	for i < len(raw) {
		k := bytes.IndexByte(raw[i:], '=')
		if k < 0 {
			break
		}
		i += k
		if n, _, joins := quoted(raw[i:], false); n > 0 && !(joins && padding(raw, i)) {
			return i, n
		}
		i++
	}
	return -1, 0
}

// padding reports whether the sign at i ends base64: it is the second, or stands
// behind what is as long as a digest and of letters of both cases and numerals.
func padding(raw []byte, i int) bool {
	if i > 0 && raw[i-1] == '=' {
		return true
	}
	from := i
	for from > 0 && i-from <= 43 && sextets[raw[from-1]] != 255 {
		from--
	}
	c := censusOf(raw[from:i])
	return (i-from == 27 || i-from == 43) && c.upper > 0 && c.lower > 0 && c.numerals > 0
}

// quoted reads an equals sign with two digits, or one that joins two lines.
// Letters and digits need not be quoted, so that they are shows only where
// another quoted byte stands beside: q=3126 is no quoted 1 before 26.
func quoted(b []byte, after bool) (n int, plain byte, joins bool) {
	if len(b) >= 3 {
		if v, ok := hexByte(b[1], b[2]); ok {
			if needless := v < ' ' && v != '\t' && v != '\r' && v != '\n' || alnum(lower[v&0x7f]) && v < 0x80; !needless || after {
				return 3, v, false
			}
			if n, _, joins := quoted(b[3:], true); n > 0 && !joins {
				return 3, v, false
			}
			return 0, 0, false
		}
	}
	for i := 1; i < len(b) && i < 8; i++ {
		if b[i] == '\n' {
			return i + 1, 0, true
		}
		if b[i] != ' ' && b[i] != '\t' && b[i] != '\r' {
			break
		}
	}
	return 0, 0, false
}

func unquote(dst, raw []byte) []byte {
	after := false
	for i := 0; i < len(raw); {
		if raw[i] == '=' {
			if n, plain, joins := quoted(raw[i:], after); n > 0 {
				if after = true; !joins {
					dst = append(dst, plain)
				}
				i += n
				continue
			}
		}
		dst, after = append(dst, raw[i]), false
		i++
	}
	return dst
}

// The values of the two alphabets of base64; 255 is none.
var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()

// minBase64 is the shortest run of base64 that is decoded: of eight bytes, and
// two signs of padding at most.
const minBase64 = 11

// base64Runs decodes all that may be base64 and does not stand so in the text
// that this one was decoded from.
func (w *worker) base64Runs(raw []byte, m *marks, p place) {
	for start, end := range m.base64Bounds(raw) {
		if end >= p.before && start <= len(raw)-p.behind {
			w.base64Run(raw, start, end, p)
		}
	}
}

// base64Bounds are where the runs of base64 begin and end, but for some that are
// too short.
func (m *marks) base64Bounds(raw []byte) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		for start := m.sextets.nextNine(0, len(raw)); start < len(raw); {
			end := runEnd(raw, start)
			if !yield(start, end) {
				return
			}
			start = m.sextets.nextNine(end, len(raw))
		}
	}
}

// runEnd is where a run of base64 ends that begins at i: over the ends of lines
// whose length is a multiple of four, and with its padding.
func runEnd(raw []byte, i int) int {
	for {
		line := i
		i = notSextets.next(raw, i)
		if n := i - line; i == len(raw) || n < 16 || n%4 != 0 || isHexDigest(raw[line:i]) {
			break
		}
		next := i
		for next < len(raw) && next-i < 8 && betweenLines[raw[next]] != 0 {
			next++
		}
		if next == i || next == len(raw) || sextets[raw[next]] == 255 || bytes.IndexByte(raw[i:next], '\n') < 0 {
			break
		}
		i = next
	}
	for k := 0; k < 2 && i < len(raw) && raw[i] == '='; k++ {
		i++
	}
	return i
}

var notSextets = func() (s byteSet) {
	for c := range s {
		s[c] = sextets[c] >> 7
	}
	return s
}()

var betweenLines = setOf("\r\n \t>")

// base64Run decodes one run. Where ours is the border that cuts it, any of its
// first four characters may begin a group.
func (w *worker) base64Run(raw []byte, start, end int, p place) {
	run := raw[start:end]
	if len(run) < minBase64 {
		return
	}
	for from := 0; len(run)-from >= shortestDigest; from++ {
		to := betweenLines.next(run, from)
		w.base64Digest(run[from:to], place{inside: p.inside, offset: p.offset + p.scale(start)})
		from = to
	}
	q := place{inside: p.inside, offset: p.offset + p.scale(start), decoded: p.decoded + 1,
		cutLeft: p.cutLeft && start == 0, cutRight: p.cutRight && end == len(raw)}
	for part := range base64Parts(run) {
		shifts := 1
		if q.cutLeft && len(part) > 0 && &part[0] == &run[0] {
			shifts = 4
		}
		for shift := range min(shifts, len(part)) {
			w.by("base64", unbase64)(part[shift:], q)
		}
		if len(part) == len(run) && w.readable(q.decoded) { // so nothing sets parts of it apart
			break
		}
	}
}

// readable reports whether what was last decoded to a depth is UTF-8.
func (w *worker) readable(depth int) bool {
	return depth < len(w.buffers) && utf8.Valid(w.buffers[depth])
}

// base64Parts are the pieces of a run that may have been encoded together: all
// of it, in which - and _ are signs of the second alphabet, and what they set
// apart.
func base64Parts(run []byte) iter.Seq[[]byte] {
	return func(yield func(part []byte) bool) {
		if isHexDigest(run) {
			return
		}
		second := secondAlphabet.next(run, 0) < len(run)
		if likely(run) && !(second && firstAlphabet.next(run, 0) < len(run)) && !yield(run) || !second {
			return
		}
		for from := 0; from < len(run); from++ {
			to := secondAlphabet.next(run, from)
			if part := run[from:to]; len(part) >= minBase64 && likely(part) && !yield(part) {
				return
			}
			from = to
		}
	}
}

var firstAlphabet, secondAlphabet = setOf("+/"), setOf("-_")

// likely reports whether a run is more than a long word.
func likely(run []byte) bool {
	if len(run) >= 48 {
		return true
	}
	c := censusOf(run[1:])
	if c.upper+c.lower < 2 { // a number
		return false
	}
	return c.upper > 0 && c.lower+c.numerals > 0 || c.lower > 0 && c.numerals > 0 || run[len(run)-1] == '='
}

// census counts ASCII letters and numerals.
type census struct{ upper, lower, numerals int }

func censusOf(run []byte) (c census) {
	for _, b := range run {
		switch {
		case b >= 'A' && b <= 'Z':
			c.upper++
		case b >= 'a' && b <= 'z':
			c.lower++
		case b >= '0' && b <= '9':
			c.numerals++
		}
	}
	return c
}

func isHexDigest(run []byte) bool {
	if n := len(run); n != 32 && n != 40 && n != 64 {
		return false
	}
	for _, c := range run {
		if hexValues[c] > 15 {
			return false
		}
	}
	return true
}

// unbase64 appends what a run stands for; ends of lines are passed over.
func unbase64(dst, run []byte) []byte {
	var bits uint32
	n := 0
	for i := 0; i < len(run); i++ {
		if n == 0 {
			dst, i = unbase64Groups(dst, run, i)
			if i == len(run) {
				return dst
			}
		}
		v := sextets[run[i]]
		if v == 255 {
			continue
		}
		bits, n = bits<<6|uint32(v), n+1
		if n == 4 {
			dst = append(dst, byte(bits>>16), byte(bits>>8), byte(bits))
			bits, n = 0, 0
		}
	}
	switch n {
	case 2:
		dst = append(dst, byte(bits>>4))
	case 3:
		dst = append(dst, byte(bits>>10), byte(bits>>2))
	}
	return dst
}

// unbase64Groups appends what the whole groups from run[i] on stand for, and
// returns where they end.
func unbase64Groups(dst, run []byte, i int) ([]byte, int) {
	for ; i+4 <= len(run); i += 4 {
		a, b, c, d := sextets[run[i]], sextets[run[i+1]], sextets[run[i+2]], sextets[run[i+3]]
		if a|b|c|d == 255 {
			break
		}
		dst = append(dst, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	return dst, i
}

func trimPadding(run []byte) []byte { return bytes.TrimRight(run, "=") }
