package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a content transfer encoding and gives what it could,
// also of broken input; lost says what was wrong.
func decodeTransfer(raw []byte, encoding string) (out []byte, lost string) {
	switch strings.ToLower(strings.Trim(strings.TrimSpace(encoding), `"`)) {
	case "base64":
		return decodeBase64(raw)
	case "quoted-printable", "quotedprintable":
		return decodeQuoted(raw, false), ""
	case "x-uuencode", "uuencode", "x-uue":
		return raw, "uuencoded content was not decoded"
	}
	return raw, ""
}

// decodeBase64 decodes the letters of the alphabet and passes over all else,
// as padding and line breaks stand anywhere in the wild.
func decodeBase64(raw []byte) ([]byte, string) {
	clean := make([]byte, 0, len(raw))
	strange := 0
	for _, c := range raw {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case c == '=' || c == '\n' || c == '\r' || c == ' ' || c == '\t':
		default:
			strange++
		}
	}
	if strange*4 > len(clean) {
		return raw, "declared as base64 but is not"
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, err := base64.RawStdEncoding.Decode(out, clean)
	if err != nil && n == 0 && len(clean) > 0 {
		return raw, "base64 cannot be decoded"
	}
	if strange > 0 {
		return out[:n], "base64 holds strange characters"
	}
	return out[:n], ""
}

// decodeQuoted decodes quoted-printable, leaving what is not so as it is. In
// a header's encoded word an underscore is a blank.
func decodeQuoted(raw []byte, word bool) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '_' && word:
			out = append(out, ' ')
		case c != '=':
			out = append(out, c)
		case i+2 < len(raw) && isHex(raw[i+1]) && isHex(raw[i+2]):
			out = append(out, unhex(raw[i+1])<<4|unhex(raw[i+2]))
			i += 2
		default:
			if n := softBreak(raw[i+1:]); n > 0 {
				i += n
			} else {
				out = append(out, c)
			}
		}
	}
	return out
}

// softBreak returns the length of the line end that s begins with, blanks
// before it included, or 0.
func softBreak(s []byte) int {
	n := len(s) - len(bytes.TrimLeft(s, " \t"))
	switch {
	case bytes.HasPrefix(s[n:], []byte("\r\n")):
		return n + 2
	case bytes.HasPrefix(s[n:], []byte("\n")), bytes.HasPrefix(s[n:], []byte("\r")):
		return n + 1
	}
	return 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
