package recognise

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, s)
}

func accented(s string) string {
	return strings.NewReplacer("a", "á", "e", "è", "o", "ô", "u", "u\u0308", "c", "ç").Replace(s)
}

// hashed is one of three digests of s in one of three spellings.
func hashed(r *rand.Rand, s string) string {
	var sum []byte
	switch r.IntN(3) {
	case 0:
		m := md5.Sum([]byte(s))
		sum = m[:]
	case 1:
		m := sha1.Sum([]byte(s))
		sum = m[:]
	default:
		m := sha256.Sum256([]byte(s))
		sum = m[:]
	}
	switch r.IntN(3) {
	case 0:
		return hex.EncodeToString(sum)
	case 1:
		return strings.ToUpper(hex.EncodeToString(sum))
	}
	return base64.StdEncoding.EncodeToString(sum)
}

// container is a way in which a text stands in a stream.
type container struct {
	name string
	hide func(r *rand.Rand, s string) []byte
}

func containers() []container {
	plain := func(f func(s string) string) func(*rand.Rand, string) []byte {
		return func(_ *rand.Rand, s string) []byte { return []byte(f(s)) }
	}
	return []container{
		{"text", plain(func(s string) string { return s })},
		{"zero-width", plain(func(s string) string { return spread(s, "\u200b") })},
		{"soft hyphen", plain(func(s string) string { return spread(s, "\u00ad") })},
		{"tags", plain(func(s string) string { return "<p>" + spread(s, "<b></b>") + "</p>" })},
		{"references", plain(references)},
		{"table cell", plain(func(s string) string { return "<tr><td>1</td><td class=\"x\">" + s + "</td></tr>" })},
		{"quoted-printable", func(_ *rand.Rand, s string) []byte { return quotedText("padding so that it breaks: " + s + " =") }},
		{"all quoted", plain(func(s string) string { return each(s, "=%02X") })},
		{"percent", plain(func(s string) string { return each(s, "%%%02x") })},
		{"query", plain(func(s string) string { return "https://shop.example/?q=" + url.QueryEscape(s) + "&x=1" })},
		{"json", plain(jsonEscaped)},
		{"base64", func(r *rand.Rand, s string) []byte {
			return []byte(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", r.IntN(3)) + " " + s + " ")))
		}},
		{"mime base64", func(r *rand.Rand, s string) []byte {
			return mimeLines(base64.StdEncoding.EncodeToString([]byte("Some text before it, of any length. " + strings.Repeat("y", r.IntN(50)) + "\r\n" + s + "\r\nThank you.")))
		}},
		{"base64 url", plain(func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("?>? " + s + " ?>?")) })},
		{"base64 of html", plain(func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte("<p>" + references(s) + "</p>"))
		})},
		{"quoted base64", plain(func(s string) string { return each(base64.StdEncoding.EncodeToString([]byte("<"+s+">")), "=%02X") })},
		{"utf-16le", func(_ *rand.Rand, s string) []byte { return wideText("Name: "+s+"\r\n", 0) }},
		{"utf-16be", func(_ *rand.Rand, s string) []byte { return wideText("Name: "+s+"\r\n", 1) }},
	}
}

// chineseContainers are those for Chinese text only.
func chineseContainers() []container {
	return []container{{"gb18030", func(_ *rand.Rand, s string) []byte {
		b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("收件：" + s + "。"))
		if err != nil {
			panic(err)
		}
		return b
	}}}
}

func spread(s, between string) string { return strings.Join(strings.Split(s, ""), between) }

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func references(s string) string {
	var b strings.Builder
	for i, r := range s {
		fmt.Fprintf(&b, map[bool]string{true: "&#%d;", false: "&#x%x;"}[i%2 == 0], r)
	}
	return b.String()
}

func jsonEscaped(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "\\u%04x", u)
	}
	return `{"v":"\n` + b.String() + `\n"}`
}

func quotedText(s string) []byte {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func mimeLines(s string) []byte {
	var b []byte
	for len(s) > 76 {
		b, s = append(b, s[:76]+"\r\n"...), s[76:]
	}
	return append(b, s...)
}

func wideText(s string, high int) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		pair := [2]byte{byte(u), byte(u >> 8)}
		b = append(b, pair[high], pair[1-high])
	}
	return b
}
