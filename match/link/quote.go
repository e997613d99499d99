package link

import (
	"slices"
	"strings"
	"unicode"

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

// maxQuote is how many words a quoted value may have.
const maxQuote = 8

// Quoted looks for the value that a row has in a column, marked or not, in the
// words of a text. The tag must agree: a text of w words is mistaken with a
// probability below w maxQuote / 2^16.
func (l *Linker) Quoted(column int, row uint32, words []string) (string, bool) {
	f := &l.fields[column]
	tag := l.tags[column][row]
	if tag == 0 || len(words) > maxQuoteWords {
		return "", false
	}
	for i := range words {
		for n := 1; n <= maxQuote && i+n <= len(words); n++ {
			v := strings.Join(words[i:i+n], " ")
			for _, v := range []string{v, strings.TrimFunc(v, unicode.IsPunct)} {
				if v != "" && f.entry(v, l.spec.Locale).tag == tag {
					return strings.TrimFunc(v, func(r rune) bool { return r != '.' && unicode.IsPunct(r) }), true
				}
			}
		}
	}
	return "", false
}

// maxQuoteWords is the longest text in which quoted values are looked for.
const maxQuoteWords = 4000
