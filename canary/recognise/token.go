package recognise

import (
	"unicode"
	"unicode/utf8"
)

// token is a run of letters and digits of a folded text, or one CJK character.
type token struct {
	start, end int
	hash       uint64
	class      class
}

type class uint8

const (
	word   class = iota // letters
	digits              // ASCII digits
	mixed               // both
	han                 // a CJK character
)

const (
	hashStart = 14695981039346656037
	hashStep  = 1099511628211
)

// hashOf is the hash of a token with these bytes.
func hashOf(s string) uint64 {
	h := uint64(hashStart)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * hashStep
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// sort of a byte of a folded text.
const (
	other byte = iota
	letter
	digit
	apostrophe
	beyond // ASCII
)

var sorts = func() (t [256]byte) {
	for b := range t {
		switch {
		case b >= 'a' && b <= 'z':
			t[b] = letter
		case b >= '0' && b <= '9':
			t[b] = digit
		case b == '\'':
			t[b] = apostrophe
		case b >= utf8.RuneSelf:
			t[b] = beyond
		}
	}
	return t
}()

// tokenise appends the tokens of a folded text. An apostrophe between letters
// belongs to neither the hash nor the border of a word.
func tokenise(v []byte, dst []token) []token {
	for i := 0; i < len(v); {
		switch sorts[v[i]] {
		case letter, digit:
		case beyond:
			r, n := utf8.DecodeRune(v[i:])
			if isCJK(r) {
				dst = append(dst, token{i, i + n, hashOf(string(v[i : i+n])), han})
				i += n
				continue
			}
			if !unicode.IsLetter(r) {
				i += n
				continue
			}
		default:
			i++
			continue
		}
		t := oneToken(v, i)
		dst, i = append(dst, t), t.end
	}
	return dst
}

func oneToken(v []byte, start int) token {
	h := uint64(hashStart)
	letters, numerals := false, false
	i := start
loop:
	for i < len(v) {
		c := v[i]
		switch sorts[c] {
		case letter:
			letters = true
		case digit:
			numerals = true
		case apostrophe:
			if i+1 >= len(v) || sorts[v[i+1]] != letter || numerals {
				break loop
			}
			i++
			continue
		case beyond:
			r, n := utf8.DecodeRune(v[i:])
			if isCJK(r) || !unicode.IsLetter(r) {
				break loop
			}
			letters = true
			for range n {
				h = (h ^ uint64(v[i])) * hashStep
				i++
			}
			continue
		default:
			break loop
		}
		h = (h ^ uint64(c)) * hashStep
		i++
	}
	t := token{start, i, mix(h), word}
	if numerals {
		t.class = digits
		if letters {
			t.class = mixed
		}
	}
	return t
}

// isCJK reports whether words of r are not set apart by blanks.
func isCJK(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff && r != 0x3000 && !(r >= 0x3001 && r <= 0x303f) || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}
