package message

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeText turns bytes into text. What they say they are is believed only
// as far as the bytes agree: text that is valid UTF-8 is UTF-8 whatever was
// declared, and text that is not what it was declared to be is recognised by
// its content. note says what was done against the declaration.
func decodeText(raw []byte, declared string) (text, note string) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.Contains(raw, []byte("\x1b$")) || bytes.Contains(raw, []byte("\x1b(J")) {
		if s, bad := decodeAs(raw, "iso-2022-jp"); bad == 0 {
			return s, ""
		}
	}
	declared = strings.ToLower(strings.Trim(strings.TrimSpace(declared), `"'`))
	if s, bad := decodeAs(raw, declared); isWide(declared) && bad == 0 {
		return s, ""
	}
	if utf8.Valid(raw) {
		return string(raw), ""
	}
	best, bestBad := "", len(raw)+1
	if declared != "" && declared != "us-ascii" && declared != "utf-8" && declared != "utf8" {
		best, bestBad = decodeAs(raw, declared)
		if bestBad == 0 {
			return best, ""
		}
	}
	for _, name := range guesses(raw) {
		if s, bad := decodeAs(raw, name); bad < bestBad {
			best, bestBad, note = s, bad, name
		}
	}
	if declared == "" || note == "" {
		return best, lossNote(bestBad)
	}
	return best, "declared as " + declared + ", read as " + note + lossNote(bestBad)
}

func lossNote(bad int) string {
	if bad == 0 {
		return ""
	}
	return ", some characters unreadable"
}

func isWide(name string) bool {
	return strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "iso-2022") || strings.HasPrefix(name, "hz")
}

// guesses lists what bytes of unknown encoding may be, likeliest first. Only
// multi-byte text shows by its structure; Windows-1252 fits everything and
// stands last.
func guesses(raw []byte) []string {
	var out []string
	if name := detect(raw); name != "" {
		out = append(out, name)
	}
	for _, name := range []string{"gb18030", "big5", "shift_jis", "euc-kr"} {
		if plausible(raw, name) {
			out = append(out, name)
		}
	}
	return append(out, "windows-1252", "utf-8")
}

// plausible reports whether raw decodes without error into common characters
// of the script concerned.
func plausible(raw []byte, name string) bool {
	s, bad := decodeAs(raw, name)
	if bad > 0 {
		return false
	}
	wide, rare := 0, 0
	for _, r := range s {
		switch {
		case r < 0x80:
		case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x30ff, r >= 0xac00 && r <= 0xd7a3, r >= 0xff00 && r <= 0xffef:
			wide++
		case unicode.IsPunct(r):
		default:
			rare++
		}
	}
	return wide >= 2 && rare*8 < wide
}

// decodeAs decodes raw; bad counts the characters that were no characters.
func decodeAs(raw []byte, name string) (string, int) {
	enc := lookup(name)
	if enc == nil {
		s := string(bytes.ToValidUTF8(raw, []byte("\ufffd")))
		return s, strings.Count(s, "\ufffd")
	}
	out, err := enc.NewDecoder().Bytes(raw)
	s := string(out)
	bad := strings.Count(s, "\ufffd")
	if err != nil {
		bad++
	}
	return s, bad
}

// lookup finds an encoding by any of its names; GBK and GB2312 are read as
// GB18030, which contains both.
func lookup(name string) encoding.Encoding {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "x-unknown", "unknown-8bit":
		return nil
	case "gbk", "gb2312", "gb18030", "gb-2312", "cp936", "chinesesimp":
		return simplifiedchinese.GB18030
	case "cp1252", "ansi", "windows1252":
		name = "windows-1252"
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return enc
}
