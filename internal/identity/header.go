package identity

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed vocab/headers.tsv
var headersTSV string

type phrase struct {
	words string
	kind  Kind
}

var headerWords = sync.OnceValue(func() []phrase {
	var all []phrase
	for _, f := range tsv(headersTSV) {
		for _, w := range strings.Split(f[1], "|") {
			all = append(all, phrase{w, Kind(f[0])})
		}
	}
	return all
})

// headerKind says what kind the words of a header speak of, and by which
// words; "" when they say nothing. The longest phrase counts, of equals the
// one nearest to the end: "customer city code" is a code.
func headerKind(header string) (Kind, string) {
	h := " " + headerTokens(header) + " "
	best, at := phrase{}, -1
	for _, p := range headerWords() {
		i := -1
		if ascii(p.words) {
			i = strings.LastIndex(h, " "+p.words+" ")
		} else if len(p.words) > 3 || strings.TrimSpace(h) == p.words {
			i = strings.LastIndex(h, p.words)
		}
		if i < 0 {
			continue
		}
		if len(p.words) > len(best.words) && i+len(p.words) >= at || i > at+len(best.words) {
			best, at = p, i
		}
	}
	return best.kind, best.words
}

// headerTokens makes "billing postal code" of BillingPostalCode,
// billing_postal-code and "Billing Postal Code 2".
func headerTokens(header string) string {
	var b strings.Builder
	var last rune
	for _, r := range narrow(header) {
		switch {
		case !unicode.IsLetter(r):
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(last):
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Join(strings.Fields(folded(b.String())), " ")
}

// birth reports whether a header speaks of birth.
func birth(header string) bool {
	h := headerTokens(header)
	for _, w := range []string{"birth", "dob", "born", "geburt", "出生", "生日", "生年月日"} {
		if strings.Contains(h, w) {
			return true
		}
	}
	return false
}
