package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// trim takes off what is never part of a value: blanks, quotes around it, the
// apostrophe and the ="..." by which spreadsheets keep text from being a number.
func trim(v string) string {
	if plainEnds(v) {
		return v
	}
	for {
		before := len(v)
		v = strings.TrimFunc(v, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
		if n := len(v); n >= 4 && v[0] == '=' && v[1] == '"' && v[n-1] == '"' {
			v = v[2 : n-1]
		}
		if n := len(v); n >= 2 && v[0] == '"' && v[n-1] == '"' {
			v = v[1 : n-1]
		}
		if len(v) > 1 && v[0] == '\'' {
			v = strings.TrimSuffix(v[1:], "'")
		}
		if len(v) == before {
			return v
		}
	}
}

func plainEnds(v string) bool {
	return v != "" && alnum(v[0]) && alnum(v[len(v)-1])
}

// invisible runes come from word processors, web pages and people who hide marks.
func invisible(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r >= 0x80 && unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector)
}

func ascii(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] >= utf8.RuneSelf || v[i] < ' ' {
			return false
		}
	}
	return true
}

// ideographs reports whether v is ASCII and unified ideographs only, which have
// no other forms.
func ideographs(v string) bool {
	for _, r := range v {
		if r < ' ' || r >= 0x7f && (r < 0x4e00 || r > 0x9fff) {
			return false
		}
	}
	return true
}

// narrow folds width and compatibility forms (full-width digits, ligatures) and
// removes invisible characters; case and diacritics stay.
func narrow(v string) string {
	if ideographs(v) {
		return v
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(v) {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case !invisible(r):
			b.WriteRune(dash(r))
		}
	}
	return norm.NFKC.String(b.String())
}

// clean is trim and narrow, in whichever order they uncover more.
func clean(v string) string {
	v = trim(v)
	if ascii(v) {
		return v
	}
	return trim(narrow(v))
}

func dash(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '’', '‘', '´', '`':
		return '\''
	case '。':
		return '.'
	}
	return r
}

// folded is narrow, lower case and without the diacritics of alphabets.
// Japanese voicing marks and the vowel signs of other scripts are no diacritics.
func folded(v string) string {
	if ideographs(v) {
		return strings.ToLower(v)
	}
	var b strings.Builder
	// norm leaves what stands behind bytes that are no text as it is.
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(v, "\ufffd")) {
		r = dash(unicode.ToLower(r))
		switch {
		case r >= 0x300 && r <= 0x36f || invisible(r):
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		default:
			b.WriteString(letter(r))
		}
	}
	return norm.NFC.String(b.String())
}

func letter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	case 'ς':
		return "σ"
	}
	return string(r)
}

// cjk reports whether blanks beside r mean nothing.
func cjk(r rune) bool {
	return r >= 0x2e80 && (r <= 0x9fff || r >= 0xac00 && r <= 0xd7af || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff)
}

func hasCJK[T string | []byte](v T) bool {
	for i := 0; i < len(v); i++ {
		if v[i] < 0xe2 {
			continue
		}
		r, _ := utf8.DecodeRuneInString(string(v[i:min(i+4, len(v))]))
		if cjk(r) {
			return true
		}
	}
	return false
}

// spell returns v itself when b spells the same, else a new string.
func spell(v string, b []byte) string {
	if string(b) == v {
		return v
	}
	return string(b)
}

// tidyText is the canonical form of Text and Category: folded, blanks single.
func tidyText(v string) (string, bool) {
	if tidyASCII(v) {
		return v, true
	}
	if len(v) <= 128 && plainEnds(v) && ascii(v) {
		var a [128]byte
		return string(lowerSingle(a[:0], v)), true
	}
	v = strings.Join(strings.Fields(trim(folded(trim(v)))), " ")
	return v, v != ""
}

// lowerSingle appends v in lower case with blanks single.
func lowerSingle(dst []byte, v string) []byte {
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != ' ' || v[i-1] != ' ' {
			dst = append(dst, c)
		}
	}
	return dst
}

// tidyASCII reports whether v is lower-case ASCII with single inner blanks.
func tidyASCII(v string) bool {
	if v == "" || !plainEnds(v) {
		return false
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c < ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' || c == ' ' && v[i+1] == ' ' {
			return false
		}
	}
	return true
}

// FoldRune is what one character of a text folds to: lower case, narrow, without
// diacritics, simplified; " " for blanks of any kind and "" for what is invisible.
func FoldRune(r rune) string {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return string(r)
	case unicode.IsSpace(r):
		return " "
	}
	s := folded(string(r))
	if f, n := utf8.DecodeRuneInString(s); n == len(s) && n > 1 {
		return string(words().simplify(f))
	}
	return s
}
