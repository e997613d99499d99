package table

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// known are files that are no tables, by their first bytes.
var known = []struct{ magic, what string }{
	{"\x89PNG", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"%PDF-", "a PDF document"},
	{"\x7fELF", "a program"},
	{"MZ\x90", "a program"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls or an encrypted workbook"},
	{"SQLite format 3\x00", "an SQLite database file"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
	{"Rar!\x1a\x07", "a RAR archive"},
	{"PAR1", "a Parquet file"},
	{"{\\rtf", "an RTF document"},
	{"-----BEGIN PGP", "a PGP message"},
}

var knownHints = map[string]string{
	"an old .xls or an encrypted workbook": "save it as .xlsx without a password",
	"an SQLite database file":              "give its .dump",
	"a 7z archive":                         "unpack it first",
	"a RAR archive":                        "unpack it first",
}

// refuse names what is certainly no table.
func (f *File) refuse(m *member, raw []byte) error {
	for _, k := range known {
		if bytes.HasPrefix(raw, []byte(k.magic)) {
			what := k.what
			if hint := knownHints[what]; hint != "" {
				what += " (" + hint + ")"
			}
			return fmt.Errorf("%s: is %s: %w", f.label(m.name), what, ErrForeign)
		}
	}
	return nil
}

// noise tells why a text is no text, or "". NUL bytes are let through up to a
// tenth, as they do stand in broken tables.
func noise(text string, raw []byte) string {
	odd, nuls, n := 0, 0, 0
	for i, r := range text {
		n++
		switch {
		case r == 0:
			nuls++
		case r == utf8.RuneError:
			if strings.HasPrefix(text[i:], "\uFFFD") || raw != nil {
				odd++
			}
		case r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1a && r != 1 && r != 0x1f:
			odd++
		case r == 0x7f, r >= utf8.RuneSelf && !unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) && r != 0x85:
			odd++
		}
		if n == 1<<17 {
			break
		}
	}
	if odd*50 > n || odd > 0 && n < 16 {
		return "binary data"
	}
	if nuls*10 > n {
		return "binary data (NUL bytes)"
	}
	return ""
}

// foreign reports whether a text that fits no encoding better than
// Windows-1252 has more accents than a western language.
func foreign(c coding, raw []byte) bool {
	high := 0
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	return c.name == "windows-1252" && high*3 > len(raw)
}
