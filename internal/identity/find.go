package identity

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Found is a contact in a text; text[Start:End] is Value.
type Found struct {
	Kind       Kind   // Phone, Email or URL
	Value      string // as written
	Canonical  string
	Start, End int // bytes
}

// Find is FindIn without a locale.
func Find(text string) []Found { return FindIn(text, "") }

// FindIn returns the phones, e-mails and URLs of a free text in order, none
// overlapping another. It reads through the usual disguises: full-width and
// circled digits, zero-width characters, digits set apart by blanks or dots,
// [at] and (dot), hxxp. What it takes for a phone may be any other number of
// that length: its use is to be looked up, not to be dialled. locale tells the
// country of national numbers.
func FindIn(text, locale string) []Found {
	p := plainText(text)
	var found []Found
	taken := make([]bool, len(p.bytes))
	add := func(kind Kind, start, end int, canonical string) {
		for _, t := range taken[start:end] {
			if t {
				return
			}
		}
		for i := range taken[start:end] {
			taken[start+i] = true
		}
		from, to := p.at[start], p.at[end-1]+p.width[end-1]
		found = append(found, Found{kind, text[from:to], canonical, from, to})
	}
	s := string(p.bytes)
	for _, m := range emailPattern.FindAllStringIndex(s, -1) {
		if c, ok := canonicalEmail(plainDots(s[m[0]:m[1]])); ok {
			add(Email, m[0], m[1], c)
		}
	}
	for _, m := range urlPattern.FindAllStringIndex(s, -1) {
		v := strings.TrimRight(s[m[0]:m[1]], ".,;:!?-/")
		if c, ok := canonicalURL(v); ok && (m[0] == 0 || s[m[0]-1] != '@') {
			add(URL, m[0], m[0]+len(v), c)
		}
	}
	for _, m := range digitRun.FindAllStringIndex(s, -1) {
		if m[0] > 0 && alnum(s[m[0]-1]) || m[1] < len(s) && alnum(s[m[1]]) {
			continue
		}
		findPhones(s[m[0]:m[1]], locale, func(start, end int, canonical string) { add(Phone, m[0]+start, m[0]+end, canonical) })
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Start < found[j].Start })
	return found
}

const (
	atSign  = `(?:\s?@\s?|\s*[\[({<]\s*(?i:at|@|#)\s*[\])}>]\s*)`
	dotSign = `(?:\.|\s*[\[({<]\s*(?i:dot|\.|点)\s*[\])}>]\s*)`
	label   = `[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?`
	local   = `[A-Za-z0-9À-ɏ_%+\-]+(?:` + dotSign + `[A-Za-z0-9À-ɏ_%+\-]+)*`
)

var (
	emailPattern = regexp.MustCompile(local + `(?:` + atSign + label + `(?:` + dotSign + label + `)+|\s(?i:at)\s` + label + `(?:(?:` + dotSign + `|\s(?i:dot)\s)` + label + `)*\s(?i:dot)\s` + label + `)`)
	urlPattern   = regexp.MustCompile(`(?i:(?:https?|hxxps?|ftp)://|www\.)[A-Za-z0-9À-ɏ\-._~:/?#@!$&*+,;=%]+|(?i)\b(?:[a-z0-9][a-z0-9-]*\.)+(?:com|net|org|info|biz|cn|uk|us|de|fr|jp|tw|hk|au|ru|io|co|me|top|xyz|vip|cc|club|shop|site|online|link|ly|tk)\b(?:/[A-Za-z0-9\-._~:/?#@!$&*+,;=%]*)?`)
	digitRun     = regexp.MustCompile(`[+(]{0,2}[0-9](?:[ \t().\-/]{0,3}[0-9]){6,60}`)
	dotsAndAts   = regexp.MustCompile(`\s*[\[({<]\s*(?i:at|@|#)\s*[\])}>]\s*|\s(?i:at)\s|\s?@\s?`)
	dotsOnly     = regexp.MustCompile(`\s*[\[({<]\s*(?i:dot|\.|点)\s*[\])}>]\s*|\s(?i:dot)\s`)
)

func plainDots(s string) string {
	return dotsOnly.ReplaceAllString(dotsAndAts.ReplaceAllString(s, "@"), ".")
}

// plain is a text without disguises; byte i came from text[at[i]:at[i]+width[i]].
type plain struct {
	bytes     []byte
	at, width []int
}

func plainText(text string) plain {
	var p plain
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		for _, c := range []byte(plainRune(r, text[i:i+n])) {
			p.bytes = append(p.bytes, c)
			p.at = append(p.at, i)
			p.width = append(p.width, n)
		}
		i += n
	}
	return p
}

func plainRune(r rune, raw string) string {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return raw
	case r < utf8.RuneSelf:
		if r < ' ' {
			return ""
		}
		return raw
	case r == utf8.RuneError:
		return " "
	case invisible(r):
		return ""
	case r == '　' || r == '\u00a0' || r >= 0x2000 && r <= 0x200a:
		return " "
	case r < 0x300:
		return raw
	}
	if s := norm.NFKC.String(raw); len(s) == 1 {
		return s
	}
	return string(dash(r))
}

// findPhones reports the phones of a run of digits and punctuation: the whole
// run if it can be one, else the longest groups of its words from the left.
func findPhones(run, locale string, report func(start, end int, canonical string)) {
	type span struct{ start, end int }
	var words []span
	for i := 0; i < len(run); {
		if run[i] == ' ' || run[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < len(run) && run[j] != ' ' && run[j] != '\t' {
			j++
		}
		words = append(words, span{i, j})
		i = j
	}
	for i := 0; i < len(words); {
		next := i + 1
		for j := min(len(words), i+16); j > i; j-- {
			start, end := words[i].start, words[j-1].end
			if c, ok := textPhone(run[start:end], locale); ok {
				report(start, end, c)
				next = j
				break
			}
		}
		i = next
	}
}

// textPhone reports whether v may be a phone in a text: what looksPhone takes,
// ten or eleven digits in a row, and digits set apart one by one.
func textPhone(v, locale string) (string, bool) {
	c, ok := canonicalPhone(v, locale)
	if !ok || looksDate(v, locale) || address4(v) {
		return "", false
	}
	s := shapeOf(v)
	if s.digits > 11 && groups(v) > 1 && v[0] != '+' && v[0] != '(' && !strings.HasPrefix(v, "00") && !strings.HasPrefix(v, "86") && groups(v) < s.digits {
		return "", false
	}
	if looksPhone(v, locale) || groups(v) == 1 && (s.digits == 10 || s.digits == 11) {
		return c, true
	}
	return c, groups(v) >= s.digits-1 && s.digits >= 10 && s.digits <= 15 && strings.Count(v, ".") != 1
}
