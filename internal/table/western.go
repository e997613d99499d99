package table

import "unicode/utf8"

// plausiblyWestern reports whether the bytes outside ASCII stand where the
// letters and signs of Windows-1252 do: small letters beside letters, capitals
// at the beginning of words. A byte that does not is more likely damage.
func plausiblyWestern(b []byte) bool {
	n, odd := 0, 0
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		n++
		if !westernAt(b, i) {
			odd++
		}
	}
	return odd*3 < n
}

func westernAt(b []byte, i int) bool {
	before, after := byte(0), byte(0)
	if i > 0 {
		before = b[i-1]
	}
	if i+1 < len(b) {
		after = b[i+1]
	}
	switch c := b[i]; {
	case c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D: // not assigned
		return false
	case c == 0xD7 || c == 0xF7 || c >= 0xFE || c == 0xF0 || c == 0xD0 || c == 0xDE: // signs, and letters that hardly occur
		return false
	case c >= 0xDF:
		return letter(before) || letter(after)
	case c >= 0xC0:
		return !small(before) && (letter(after) || after == ' ' && before == ' ')
	}
	return true
}

func small(c byte) bool { return c >= 'a' && c <= 'z' }

func letter(c byte) bool { return small(c) || c >= 'A' && c <= 'Z' || c >= 0xC0 }
