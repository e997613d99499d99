package identity

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Names, addresses, organisations, places.
//
// All are taken apart into words of letters and digits; case, width,
// punctuation, diacritics and the blanks between Chinese characters mean
// nothing, traditional characters of the table become simplified ones.
//
// A full name has no order ("Smith, John" is "John Smith") and no honorifics.
// Given and family names keep the order of their words.
//
// An address loses its commonest street types and unit words altogether, and
// the rest fold to one abbreviation, so that any two spellings that a person or
// an address cleaner would exchange are one. An organisation loses its legal
// form, "and" and "the".
//
// The vocabulary is vocab/words.tsv.

func canonicalName(k Kind, v string) (string, bool) {
	if k == Name {
		return words().person.spell(v)
	}
	return words().family.spell(v)
}

func canonicalAddress(v string) (string, bool) { return words().address.spell(v) }

func canonicalOrganisation(v string) (string, bool) { return words().organisation.spell(v) }

// workspace is what spelling one value needs, kept for the next.
type workspace struct {
	in, out [160]byte
	tokens  [20][]byte
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// spell returns the canonical spelling of v.
func (x *lexicon) spell(v string) (string, bool) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	b, wide := separate(w.in[:0], v)
	wide = wide && hasCJK(b)
	if wide {
		b = x.chinese(b)
	}
	if len(b) == 0 || x.letters && !anyLetter(b) {
		return "", false
	}
	tokens := x.fold(cut(w.tokens[:0], b))
	if x.sorted && !(wide && hasCJK(b)) {
		sortTokens(tokens)
	}
	return spell(v, join(w.out[:0], tokens)), true
}

// separate appends the words of v with one blank between; wide tells whether
// there are characters beyond ASCII left.
func separate(dst []byte, v string) (b []byte, wide bool) {
	if !ascii(v) {
		v = folded(trim(v))
	}
	gap := false
	for i := 0; i < len(v); {
		c := v[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(v[i:])
			i += n
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
				gap = gap || r != '·' && r != '・'
				continue
			}
			r = words().simplify(r)
			if gap && len(dst) > 0 {
				dst = append(dst, ' ')
			}
			dst, gap, wide = utf8.AppendRune(dst, r), false, true
			continue
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
		case c == '\'':
			i++
			continue
		default:
			gap = true
			i++
			continue
		}
		if gap && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		dst, gap = append(dst, c), false
		i++
	}
	return dst, wide
}

// chinese folds phrases and tails of values with CJK characters.
func (x *lexicon) chinese(b []byte) []byte {
	s := squeeze(string(b))
	if x.streets {
		s = tens(s)
	}
	if x.phrases != nil {
		for range 8 {
			next := squeeze(x.phrases.Replace(s))
			if next == "" || next == s {
				break
			}
			s = next
		}
	}
	return []byte(cutTails(s, x.tails))
}

// tens writes the numbers from 10 to 99 that are spelled with 十 in digits.
func tens(s string) string {
	if !strings.Contains(s, "十") {
		return s
	}
	r := []rune(s)
	var b strings.Builder
	for i := 0; i < len(r); i++ {
		ten, one, next := 1, 0, i
		if n := numeral(r[i]); n > 0 && i+1 < len(r) && r[i+1] == '十' {
			ten, next = n, i+1
		}
		if r[next] != '十' {
			b.WriteRune(r[i])
			continue
		}
		if next+1 < len(r) && numeral(r[next+1]) > 0 {
			next++
			one = numeral(r[next])
		}
		b.WriteByte(byte('0' + ten))
		b.WriteByte(byte('0' + one))
		i = next
	}
	return b.String()
}

func numeral(r rune) int {
	for n, c := range []rune("〇一二三四五六七八九") {
		if r == c {
			return n
		}
	}
	return 0
}

func cutTails(s string, tails []string) string {
	for again := true; again; {
		again = false
		for _, tail := range tails {
			if head := strings.TrimSpace(strings.TrimSuffix(s, tail)); head != "" && head != s && utf8.RuneCountInString(head) >= 2 {
				s, again = head, true
			}
		}
	}
	return s
}

// squeeze makes blanks single and drops those beside CJK characters.
func squeeze(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	var t [20][]byte
	return string(join(nil, cut(t[:0], []byte(s))))
}

func cut(dst [][]byte, b []byte) [][]byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, ' ')
		if i < 0 {
			return append(dst, b)
		}
		if i > 0 {
			dst = append(dst, b[:i])
		}
		b = b[i+1:]
	}
	return dst
}

// join appends the words with blanks between, but none beside CJK characters.
func join(dst []byte, tokens [][]byte) []byte {
	for i, t := range tokens {
		if i > 0 {
			last, _ := utf8.DecodeLastRune(dst)
			first, _ := utf8.DecodeRune(t)
			if !cjk(last) && !cjk(first) {
				dst = append(dst, ' ')
			}
		}
		dst = append(dst, t...)
	}
	return dst
}

// fold replaces words by their forms, drops those that do not tell apart and
// merges initials, until nothing changes.
func (x *lexicon) fold(tokens [][]byte) [][]byte {
	if x.merge {
		tokens = mergeInitials(tokens)
	}
	for {
		before := len(tokens)
		tokens = x.reduce(tokens)
		if x.merge {
			tokens = mergeInitials(tokens)
		}
		if len(tokens) == before {
			return tokens
		}
	}
}

// reduce replaces words by their forms and drops words, unless only numbers
// would remain.
func (x *lexicon) reduce(tokens [][]byte) [][]byte {
	letters, kept := false, 0
	var drop uint64
	for i, t := range tokens {
		if x.streets {
			t = bareStreet(t)
		}
		e := x.entry(t)
		if e.form != nil {
			t = e.form
		}
		tokens[i] = t
		if e.drop && i < 64 {
			drop |= 1 << i
			continue
		}
		kept++
		letters = letters || anyLetter(t)
	}
	if drop == 0 || !letters || kept == 0 {
		return tokens
	}
	out := tokens[:0]
	for i, t := range tokens {
		if i >= 64 || drop&(1<<i) == 0 {
			out = append(out, t)
		}
	}
	return out
}

// bareStreet cuts the ending of 4th and of Goethestrasse off.
func bareStreet(t []byte) []byte {
	n := len(t)
	if n > 2 && t[0] <= '9' && t[n-3] <= '9' {
		switch string(t[n-2:]) {
		case "st", "nd", "rd", "th":
			return t[:n-2]
		}
	}
	for _, end := range [...]string{"strasse", "str"} {
		if head := n - len(end); head > 3 && t[0] >= 'a' && string(t[head:]) == end {
			return bareStreet(t[:head])
		}
	}
	return t
}

func (x *lexicon) entry(t []byte) entry {
	if len(t) > 16 {
		return entry{}
	}
	return x.forms[string(t)]
}

// mergeInitials joins single letters that stand in a row: their bytes move left
// within the buffer that the words share.
func mergeInitials(tokens [][]byte) [][]byte {
	out := tokens[:0]
	single := false
	for _, t := range tokens {
		one := len(t) == 1 && t[0] >= 'a'
		if one && single {
			last := &out[len(out)-1]
			*last = append(*last, t[0])
			continue
		}
		out = append(out, t)
		single = one
	}
	return out
}

func anyLetter(b []byte) bool {
	for _, c := range b {
		if c >= 'a' {
			return true
		}
	}
	return false
}

func sortTokens(t [][]byte) {
	for i := 1; i < len(t); i++ {
		for j := i; j > 0 && bytes.Compare(t[j], t[j-1]) < 0; j-- {
			t[j], t[j-1] = t[j-1], t[j]
		}
	}
}
