package identity

import (
	"strings"
	"unicode/utf8"
)

// Mask returns v for screens and reports: enough to recognise one's own, not
// enough to reach anybody. "+44****5597", "a***@h***.com", "王*", "1908-**-**".
// Numbers, categories, times and places larger than a street are no secrets
// and stay.
func Mask(k Kind, v string) string {
	v = trim(v)
	if v == "" {
		return ""
	}
	switch k {
	case Number, Integer, Category, Time, City, Region, Country:
		return v
	case Phone:
		return maskPhone(v)
	case Email:
		return maskEmail(v)
	case Name, GivenName, FamilyName:
		return maskName(v)
	case Date:
		if s, ok := canonicalDate(v, ""); ok {
			return s[:4] + "-**-**"
		}
	case NationalID:
		return keep(v, 2, 2)
	case Serial:
		if !StrongValue(Serial, v) {
			return v
		}
		return keep(v, 2, 4)
	case URL:
		return maskURL(v)
	}
	return keep(v, 2, 0)
}

// keep shows the first and last few runes, at most half of v.
func keep(v string, head, tail int) string {
	n := utf8.RuneCountInString(v)
	if n < 2*(head+tail) {
		head, tail = min(1, n/2), 0
	}
	r := []rune(v)
	return string(r[:head]) + "****" + string(r[n-tail:])
}

func maskPhone(v string) string {
	s, ok := canonicalPhone(v, "")
	if !ok {
		return keep(v, 0, 2)
	}
	s, _, _ = strings.Cut(s, ";")
	code := ""
	if s[0] == '+' {
		if code, _, _ = splitPhone(s); code == "" {
			code = s[1:3]
		}
		code = "+" + code
	}
	return code + "****" + s[len(s)-4:]
}

func maskEmail(v string) string {
	s, ok := canonicalEmail(v)
	if !ok {
		return keep(v, 1, 0)
	}
	local, domain, _ := strings.Cut(s, "@")
	return local[:1] + "***@" + maskHost(domain)
}

func maskHost(host string) string {
	return host[:1] + "***" + host[strings.LastIndexByte(host, '.'):]
}

func maskURL(v string) string {
	s, ok := canonicalURL(v)
	if !ok {
		return keep(v, 2, 0)
	}
	host, path, found := strings.Cut(s, "/")
	if address4(host) {
		host = "***"
	} else {
		host = maskHost(host)
	}
	if found && path != "" {
		return host + "/***"
	}
	return host
}

func maskName(v string) string {
	if hasCJK(v) {
		r := []rune(v)
		return string(r[:1]) + strings.Repeat("*", min(2, max(1, len(r)-1)))
	}
	words := strings.Fields(v)
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		words[i] = string(r) + "***"
	}
	return strings.Join(words, " ")
}
