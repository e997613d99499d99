package fingerprint

import (
	"unicode"
	"unicode/utf8"
)

// fold appends to dst the value without what formatting changes: case, the
// width of letters and digits, and blanks around and repeated within it.
func fold(dst []byte, value string) []byte {
	start := len(dst)
	blank := false
	for _, r := range value {
		if r = narrow(r); unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' {
			blank = true
			continue
		}
		if blank && len(dst) > start {
			dst = append(dst, ' ')
		}
		blank = false
		dst = utf8.AppendRune(dst, lower(r))
	}
	return dst
}

// narrow maps full-width ASCII to ASCII.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}
