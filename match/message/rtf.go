package message

import (
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// rtfPrefix is what the dictionary of packed rich text begins with
// ([MS-OXRTFCP] 2.1.2.1).
const rtfPrefix = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0` +
	"\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

var errRTF = errors.New("packed rich text is damaged")

// unpackRTF undoes the compression of rich text in .msg files: LZ77 over a ring
// of 4,096 bytes. It gives what it could.
func unpackRTF(b []byte) (string, error) {
	if len(b) < 16 {
		return "", errRTF
	}
	size, kind := int(binary.LittleEndian.Uint32(b[4:])), string(b[8:12])
	b = b[16:]
	if kind == "MELA" {
		return string(b[:min(size, len(b))]), nil
	}
	if kind != "LZFu" || size > MaxMessage {
		return "", errRTF
	}
	var ring [4096]byte
	at := copy(ring[:], rtfPrefix)
	var out strings.Builder
	put := func(c byte) {
		out.WriteByte(c)
		ring[at] = c
		at = (at + 1) & 4095
	}
	for out.Len() < size && len(b) > 0 {
		control := b[0]
		b = b[1:]
		for bit := 0; bit < 8 && out.Len() < size; bit++ {
			if control>>bit&1 == 0 {
				if len(b) < 1 {
					return out.String(), errRTF
				}
				put(b[0])
				b = b[1:]
				continue
			}
			if len(b) < 2 {
				return out.String(), errRTF
			}
			from, n := int(b[0])<<4|int(b[1])>>4, int(b[1]&15)+2
			b = b[2:]
			if from == at {
				return out.String(), nil
			}
			for range n {
				put(ring[from])
				from = (from + 1) & 4095
			}
		}
	}
	return out.String(), nil
}

// rtfSkipped are groups whose content is not text.
var rtfSkipped = map[string]bool{"fonttbl": true, "colortbl": true, "stylesheet": true, "info": true, "pict": true, "themedata": true, "datastore": true, "generator": true}

// rtfText takes the text out of rich text. Of HTML inside rich text it gives the
// text between the tags.
func rtfText(s string) string {
	b := rtfWriter{page: "windows-1252"}
	skip, depth := 0, 0 // skip: depth of the group that is passed over
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '{':
			depth++
			i++
			if strings.HasPrefix(s[i:], `\*`) && skip == 0 && !strings.HasPrefix(s[i:], `\*\htmltag`) {
				skip = depth
			}
		case '}':
			if skip == depth {
				skip = 0
			}
			depth--
			i++
		case '\\':
			word, text, raw, n := rtfControl(s[i:])
			if word == "ansicpg" {
				b.page = codePage(s[i+len(`\ansicpg`) : i+n])
			}
			if rtfSkipped[word] && skip == 0 {
				skip = depth
			}
			if skip == 0 {
				b.write(text, raw)
			}
			i += n
		default:
			if skip == 0 && c != '\r' && c != '\n' {
				b.write(string(rune(c)), nil)
			}
			i++
		}
	}
	b.write("", nil)
	text := b.text.String()
	if strings.Contains(s, `\fromhtml`) {
		text, _ = htmlText(text)
	}
	return text
}

// rtfWriter gathers text of which some comes as bytes of a code page.
type rtfWriter struct {
	text strings.Builder
	raw  []byte
	page string
}

func (w *rtfWriter) write(text string, raw []byte) {
	if raw != nil {
		w.raw = append(w.raw, raw...)
		return
	}
	if len(w.raw) > 0 {
		s, _ := decodeAs(w.raw, w.page)
		w.text.WriteString(s)
		w.raw = w.raw[:0]
	}
	w.text.WriteString(text)
}

func codePage(number string) string {
	switch number = strings.TrimSpace(number); number {
	case "936":
		return "gb18030"
	case "950":
		return "big5"
	case "932":
		return "shift_jis"
	case "949":
		return "euc-kr"
	case "65001":
		return "utf-8"
	}
	return "windows-" + number
}

// rtfControl reads a control word or symbol: its name, the text or the bytes it
// stands for, and its length.
func rtfControl(s string) (word, text string, raw []byte, n int) {
	if len(s) < 2 {
		return "", "", nil, len(s)
	}
	if c := s[1]; c < 'a' || c > 'z' {
		if c == '\'' && len(s) >= 4 && isHex(s[2]) && isHex(s[3]) {
			return "", "", []byte{unhex(s[2])<<4 | unhex(s[3])}, 4
		}
		return "", map[byte]string{'\\': `\`, '{': "{", '}': "}", '~': " ", '_': "-", '\n': "\n"}[c], nil, 2
	}
	end := 1
	for end < len(s) && s[end] >= 'a' && s[end] <= 'z' {
		end++
	}
	word = s[1:end]
	start := end
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == start && s[end] == '-') {
		end++
	}
	number, _ := strconv.Atoi(s[start:end])
	if end < len(s) && s[end] == ' ' {
		end++
	}
	switch word {
	case "par", "line", "row", "sect":
		text = "\n"
	case "tab", "cell":
		text = " "
	case "u":
		text = string(rune(uint16(int16(number))))
		if end < len(s) && s[end] != '\\' && s[end] != '{' && s[end] != '}' {
			end++ // what stands for the character elsewhere
		} else if strings.HasPrefix(s[end:], `\'`) {
			end += min(4, len(s)-end)
		}
	}
	return word, text, nil, end
}
