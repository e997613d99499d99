package link

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"telltale/internal/identity"
)

// Find returns the rows that hold a canonical value in any column of its kind.
func (l *Linker) Find(k identity.Kind, canonical string) []uint32 {
	var rows []uint32
	for f := range l.fields {
		if l.fields[f].listed && l.fields[f].kind == k {
			rows = append(rows, l.lists[f].find(l.fields[f].digest(canonical).hash)...)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// maxQuote is how many words a quoted value may have. An ideograph is a word.
const maxQuote = 8

// maxQuoteWords is the longest text in which quoted values are looked for.
const maxQuoteWords = 2000

// Text is a text in which values are looked for: its words, with what stands
// between them.
type Text struct {
	s     string
	words [][2]int // start and end, in bytes
}

// Words cuts a text into words: runs of letters and digits with the signs that
// values have inside them, single ideographs.
func Words(s string) Text {
	t := Text{s: s}
	start, end := -1, 0
	flush := func() {
		if start >= 0 {
			t.words = append(t.words, [2]int{start, end})
		}
		start = -1
	}
	for i, r := range s {
		wide := unicode.Is(unicode.Han, r)
		if wide || unicode.IsSpace(r) {
			flush()
		}
		switch {
		case wide:
			t.words = append(t.words, [2]int{i, i + utf8.RuneLen(r)})
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.Sc, r):
			if start < 0 {
				start = i
			}
			end = i + utf8.RuneLen(r)
		}
	}
	flush()
	if len(t.words) > maxQuoteWords {
		t.words = nil
	}
	return t
}

// pieces calls f with every run of up to maxQuote words until it returns false.
func (t Text) pieces(f func(string) bool) {
	for i := range t.words {
		for n := 0; n < maxQuote && i+n < len(t.words); n++ {
			if !f(t.s[t.words[i][0]:t.words[i+n][1]]) {
				return
			}
		}
	}
}

// Quoted looks for the value that a row has in a column, marked or not, in a
// text. The tag must agree: a text of w words is mistaken with a probability
// below w maxQuote / 2^16.
func (l *Linker) Quoted(column int, row uint32, text Text) (value string, ok bool) {
	f := &l.fields[column]
	tag := l.tags[column][row]
	if tag == 0 {
		return "", false
	}
	text.pieces(func(v string) bool {
		if f.quotable(v) && l.quote(column, v) == tag {
			value, ok = v, true
		}
		return !ok
	})
	return value, ok
}

// quotable reports whether a piece of text may be a value of the column: a
// number or a time has digits, and not many letters.
func (f *field) quotable(v string) bool {
	if !f.number {
		return true
	}
	digits, letters := 0, 0
	for i := 0; i < len(v) && i <= maxNumber; i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		}
	}
	return digits > 0 && letters <= maxLetters && len(v) <= maxNumber
}

const (
	maxNumber  = 32 // bytes of a quoted number or time
	maxLetters = 11 // of them: "September" and "st", or a currency
)

// quote is the tag of a piece of text in a column. Messages of a campaign
// repeat themselves, so the last ones are remembered.
func (l *Linker) quote(column int, v string) uint16 {
	return l.quotes.get(quoteKey{column, v}, func() uint16 { return l.fields[column].entry(v, l.spec.Locale).tag })
}

// Told chooses, among rows that one contact has, the one whose other values the
// text quotes. A single row needs no quote; ok is false where none, or several, are told.
func (l *Linker) Told(rows []uint32, text Text) (row uint32, ok bool) {
	if len(rows) == 1 {
		return rows[0], true
	}
	if len(rows) > maxTold {
		return 0, false
	}
	best, second := 0, 0
	for _, r := range rows {
		n := 0
		for c := range l.fields {
			if f := &l.fields[c]; f.kind != identity.Phone && f.kind != identity.Email {
				if _, quoted := l.Quoted(c, r, text); quoted {
					n++
				}
			}
		}
		if n > best {
			row, best, second = r, n, best
		} else {
			second = max(second, n)
		}
	}
	return row, best > second
}

// maxTold is how many rows of one contact are told apart by quotes.
const maxTold = 16
