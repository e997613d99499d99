package table

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxNesting bounds the depth of a value inside an object.
const maxNesting = 200

// members calls visit for every member of the object at the beginning of s,
// with the key between its quotes and the value as they are written and where
// the value stands. It returns where the object ends, and what is wrong with
// it otherwise; short says that s ends before the object.
func members(s string, visit func(key, value string, at int)) (end int, wrong string, short bool) {
	p := skipBlank(s, 0)
	if p == len(s) || s[p] != '{' {
		return p, "no object", p == len(s)
	}
	p = skipBlank(s, p+1)
	if p < len(s) && s[p] == '}' {
		return p + 1, "", false
	}
	for {
		k := p
		if p = stringEnd(s, p); p < 0 {
			return k, "no key in quotes", k >= len(s) || s[k] == '"'
		}
		key := s[k+1 : p-1]
		p = skipBlank(s, p)
		if p == len(s) || s[p] != ':' {
			return p, "no colon behind a key", p == len(s)
		}
		v := skipBlank(s, p+1)
		if p = valueEnd(s, v); p < 0 {
			return v, "no value behind a key", p == valueShort
		}
		visit(key, s[v:p], v)
		p = skipBlank(s, p)
		switch {
		case p == len(s):
			return p, "object is not closed", true
		case s[p] == '}':
			return p + 1, "", false
		case s[p] != ',':
			return p, "no comma behind a value", false
		}
		p = skipBlank(s, p+1)
	}
}

func skipBlank(s string, p int) int {
	for p < len(s) && (s[p] == ' ' || s[p] == '\t' || s[p] == '\n' || s[p] == '\r') {
		p++
	}
	return p
}

// stringEnd returns where the string at p ends, -1 if there is none.
func stringEnd(s string, p int) int {
	if p >= len(s) || s[p] != '"' {
		return -1
	}
	for p++; p < len(s); p++ {
		switch s[p] {
		case '"':
			return p + 1
		case '\\':
			p++
		}
	}
	return -1
}

const (
	valueWrong = -1
	valueShort = -2
)

// valueEnd returns where the value at p ends, or valueWrong or valueShort.
func valueEnd(s string, p int) int {
	if p >= len(s) {
		return valueShort
	}
	switch c := s[p]; {
	case c == '"':
		if e := stringEnd(s, p); e >= 0 {
			return e
		}
		return valueShort
	case c == '{' || c == '[':
		return nestedEnd(s, p)
	}
	e := p
	for e < len(s) && strings.IndexByte(",}] \t\r\n", s[e]) < 0 {
		e++
	}
	if e == len(s) {
		return valueShort
	}
	if word := s[p:e]; isNumber(word) || word == "true" || word == "false" || word == "null" || word == "NaN" {
		return e
	}
	return valueWrong
}

func nestedEnd(s string, p int) int {
	depth := 0
	for p < len(s) {
		switch s[p] {
		case '"':
			if p = stringEnd(s, p); p < 0 {
				return valueShort
			}
			continue
		case '{', '[':
			if depth++; depth > maxNesting {
				return valueWrong
			}
		case '}', ']':
			if depth--; depth == 0 {
				return p + 1
			}
		}
		p++
	}
	return valueShort
}

// isNumber reports whether s is a number as JSON writes it.
func isNumber(s string) bool {
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	return json.Valid([]byte(s))
}

// unquote returns the text of a string, given between its quotes.
func unquote(inner string) (string, bool) {
	if strings.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	var out string
	err := json.Unmarshal([]byte(`"`+inner+`"`), &out)
	return out, err == nil
}

const hexDigits = "0123456789abcdef"

// quoteJSON appends v as a string; ascii escapes what is not ASCII.
func quoteJSON(dst []byte, v string, ascii bool) []byte {
	dst = append(dst, '"')
	for i, r := range v {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < ' ', ascii && r >= utf8.RuneSelf && r < 0x10000:
			dst = unitJSON(dst, r)
		case ascii && r >= 0x10000:
			r -= 0x10000
			dst = unitJSON(unitJSON(dst, 0xD800+r>>10), 0xDC00+r&0x3FF)
		default:
			_, n := utf8.DecodeRuneInString(v[i:])
			dst = append(dst, v[i:i+n]...)
		}
	}
	return append(dst, '"')
}

func unitJSON(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
