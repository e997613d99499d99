package recognise

import (
	"bytes"
	"strings"
)

// maxRun is the most digits that are taken together.
const maxRun = 64

// run is a sequence of digits with little between.
type run struct {
	digits []byte
	tokens []int // digits before the end of each token, from 0
	first  int   // the first token
}

// numbers looks up the numbers in the run of digits that begins with token i,
// and returns the token behind it.
func (w *worker) numbers(v *view, i int) int {
	if t := &v.tokens[i]; t.end-t.start < minNumber && !goesOn(v, i) {
		return i + 1
	}
	r := run{digits: w.digitBuffer[:0], tokens: w.tokenBuffer[:0], first: i}
	r.tokens = append(r.tokens, 0)
	next := i
	for ; next < len(v.tokens); next++ {
		t := &v.tokens[next]
		if len(r.digits)+t.end-t.start > maxRun || next > i && !goesOn(v, next-1) {
			break
		}
		r.digits = append(r.digits, v.text[t.start:t.end]...)
		r.tokens = append(r.tokens, len(r.digits))
	}
	w.digitBuffer, w.tokenBuffer = r.digits, r.tokens
	if next == i { // longer than any number
		return i + 1
	}
	for k := 1; k < len(r.tokens); k++ {
		w.endingAt(v, &r, k)
	}
	return next
}

// goesOn reports whether the number of token i may go on with the next token.
func goesOn(v *view, i int) bool {
	return i+1 < len(v.tokens) && v.tokens[i+1].class == digits && dialled(v.text[v.tokens[i].end:v.tokens[i+1].start])
}

var dialSigns = func() (t [256]bool) {
	for _, c := range []byte(" -./()+\t") {
		t[c] = true
	}
	return t
}()

// dialled reports whether a gap may stand within a number.
func dialled(gap []byte) bool {
	if len(gap) > 3 {
		return false
	}
	for _, c := range gap {
		if !dialSigns[c] {
			return false
		}
	}
	return true
}

// endingAt looks up the numbers that end with the k-th token of the run.
func (w *worker) endingAt(v *view, r *run, k int) {
	end := r.tokens[k]
	t := v.tokens[r.first+k-1]
	if end < minNumber {
		return
	}
	w.tried(v, countNumber, t.start)
	known := w.suffixes.has(suffixHash(r.digits[:end]))
	if !known && w.o.Controls == nil {
		return
	}
	for _, n := range w.Index.digits {
		if n > end {
			break
		}
		d := r.digits[end-n : end]
		if w.o.Controls != nil && w.blockSeen.has(digitsHash(d[:n-4])) {
			if code, ok := w.blocks[string(d[:n-4])]; ok && w.begins(v, r, end-n, code) {
				w.control(controlPhone(code, d), v, t.end)
			}
		}
		if !known {
			continue
		}
		for _, c := range w.Index.numbers[string(d)] {
			if w.begins(v, r, end-n, c.code) {
				w.add(v, []ref{c.ref}, v.tokens[r.first+r.tokenOf(end-n)].start, t.end)
			}
		}
	}
}

func controlPhone(code string, d []byte) string {
	if code == "" {
		return string(d)
	}
	return "+" + code + string(d)
}

// tokenOf is the token of the run that holds a digit.
func (r *run) tokenOf(at int) int {
	for k := 1; k < len(r.tokens); k++ {
		if at < r.tokens[k] {
			return k - 1
		}
	}
	return len(r.tokens) - 2
}

// begins reports whether a number of a country can begin at a digit of the run:
// what stands before it is nothing, a trunk zero, the country's code with or
// without 00, or another number.
func (w *worker) begins(v *view, r *run, at int, code string) bool {
	k := r.tokenOf(at)
	before := r.digits[:at]
	if dialPrefix(before, code) {
		return true
	}
	if !dialPrefix(r.digits[r.tokens[k]:at], code) {
		return false // digits of the same token
	}
	for j := range k { // a token before it that says which country it is
		start := v.tokens[r.first+j].start
		foreign := start > 0 && v.text[start-1] == '+' || bytes.HasPrefix(r.digits[r.tokens[j]:at], []byte("00")) && r.tokens[j+1]-r.tokens[j] < 6
		if foreign && at-r.tokens[j] <= 6 {
			return dialPrefix(r.digits[r.tokens[j]:at], code)
		}
	}
	return true
}

// dialPrefix reports whether d stands before a number's national digits.
func dialPrefix(d []byte, code string) bool {
	switch {
	case len(d) == 0:
		return true
	case code == "":
		return strings.Trim(string(d), "0") == ""
	}
	s := strings.TrimPrefix(strings.TrimPrefix(string(d), "011"), "00")
	s = strings.TrimPrefix(s, code)
	return s == "" || s == "0"
}

// prefixed looks up the number in a token like tel07700900123.
func (w *worker) prefixed(v *view, t *token) {
	at := t.start
	for at < t.end && sorts[v.text[at]] == letter {
		at++
	}
	if at-t.start < 3 || t.end-at < minNumber || t.end-at > maxRun {
		return
	}
	for _, c := range v.text[at:t.end] {
		if sorts[c] != digit {
			return
		}
	}
	r := run{digits: append(w.digitBuffer[:0], v.text[at:t.end]...), tokens: append(w.tokenBuffer[:0], 0)}
	r.tokens = append(r.tokens, len(r.digits))
	w.digitBuffer, w.tokenBuffer = r.digits, r.tokens
	inner := &view{text: v.text, tokens: []token{{at, t.end, 0, digits}}, from: v.from, to: v.to, untallied: v.untallied}
	w.endingAt(inner, &r, 1)
	v.found = append(v.found, inner.found...)
}
