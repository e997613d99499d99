package table

import (
	"strings"
	"unicode"
)

// kind is a coarse sort of value, enough to tell a header from what is below it.
type kind int

const (
	kindEmpty kind = iota
	kindNumber
	kindDate
	kindPhone
	kindEmail
	kindURL
	kindCode // letters and digits mixed, or a digest
	kindText
)

func kindOf(s string) kind {
	s = strings.TrimSpace(s)
	if s == "" {
		return kindEmpty
	}
	digits, letters, seps, others := 0, 0, 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune(" .,-/:+()%$€£¥'T_", r):
			seps++
		default:
			others++
		}
	}
	switch {
	case isEmail(s):
		return kindEmail
	case strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "www."):
		return kindURL
	case digits > 0 && others == 0 && letters <= 2:
		return numeric(s, digits, letters)
	case digits > 0 && letters > 0 && others == 0 && !strings.ContainsAny(s, " ,"):
		return kindCode
	}
	return kindText
}

// numeric tells numbers, dates and phone numbers apart.
func numeric(s string, digits, letters int) kind {
	dashes, colons := strings.Count(s, "-")+strings.Count(s, "/"), strings.Count(s, ":")
	body := strings.TrimLeft(s, "+-")
	switch {
	case colons > 0 && digits >= 3 || dashes == 2 && digits >= 4 && digits <= 8:
		return kindDate
	case digits >= 7 && letters == 0 && (s[0] == '+' || strings.ContainsAny(body, "()- ") || digits >= 10 && !strings.ContainsAny(s, ".,")):
		return kindPhone
	case letters == 0 && !strings.ContainsAny(body, " :()/-"):
		return kindNumber
	case letters == 0:
		return kindNumber
	}
	return kindCode
}

func isEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at == strings.LastIndexByte(s, '@') && strings.IndexByte(s[at:], '.') > 1 && !strings.ContainsAny(s, " ,;|\t:/\"")
}

// shape is the pattern of a value: runs of capitals, small letters, digits and
// other letters become A, a, 9 and 字.
func shape(s string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range strings.TrimSpace(s) {
		c := r
		switch {
		case unicode.IsDigit(r):
			c = '9'
		case unicode.IsUpper(r):
			c = 'A'
		case unicode.IsLower(r):
			c = 'a'
		case unicode.IsLetter(r):
			c = '字'
		}
		if c != last {
			b.WriteRune(c)
		}
		last = c
	}
	return b.String()
}
