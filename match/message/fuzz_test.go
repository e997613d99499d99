package message

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"telltale/internal/budget"
	"telltale/internal/identity"
	"telltale/internal/material"
)

// seedSize is the longest file of the material that a fuzzer starts from.
const seedSize = 8 << 10

// read reads data within its budget and checks what holds of every message.
func readBudgeted(t *testing.T, data []byte) (list []Message, err error) {
	t.Helper()
	budget.Check(t, len(data), func() { list, err = Read("input", bytes.NewReader(data)) })
	if err == nil && len(list) == 0 {
		t.Errorf("%.200q: neither a message nor an error", data)
	}
	for _, m := range list {
		checkMessage(t, m)
	}
	return list, err
}

func checkMessage(t *testing.T, m Message) {
	t.Helper()
	switch {
	case m.Name == "" || len(m.SHA256) != 64:
		t.Errorf("a message called %q with digest %q", m.Name, m.SHA256)
	case len(m.Text) > MaxText+len("\ufffd")*MaxText:
		t.Errorf("text of %d bytes", len(m.Text))
	case !utf8.ValidString(m.Text + m.Header):
		t.Errorf("%q, %q is no valid text", m.Header, m.Text)
	}
	seen := map[Contact]bool{}
	for _, c := range m.Recipients {
		c.Source = ""
		if seen[c] || c.Value == "" {
			t.Errorf("recipient %+v stands twice or is empty", c)
		}
		seen[c] = true
	}
}

// FuzzRead reads anything: mail, mbox, tables, backups, chats, text.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"From: a@example.org\nTo: b@example.org\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n--x\nContent-Type: message/rfc822\n\nTo: c@example.org\n\nhi\n--x--\n",
		"From a@example.org Mon Mar  2 10:16:00 2026\nTo: b@example.org\n\nbuy\n\nFrom b@example.org Mon Mar  2 10:17:00 2026\n\n>From here\n",
		"to,received,text\nann@example.org,2026-03-02,buy now\nbob@example.org,2026-03-03,buy more\n",
		"<?xml version='1.0'?><smses><sms address=\"+4930123\" date=\"1772445360000\" type=\"1\" body=\"hi &#55357;&#56832;\"/></smses>",
		"[02.03.26, 10:16:00] Bright: buy\n[02.03.26, 10:17:00] Ann: no\n", "<html><body><a href='http://x.test'>buy</a>", "\xff\xfeh\x00i\x00",
		"Subject: a\n b\n c\n d\n", "From: x\nReceived: (((((\n (\n", "((((((((", "=?utf-8?q?=41?= ", "{\\rtf1 {\\u8364?}",
	} {
		f.Add([]byte(s))
	}
	f.Add(compound(map[string][]byte{"__substg1.0_0037001F": wide("offer"), "__substg1.0_1000001F": wide("buy"), "__properties_version1.0": make([]byte, 64)}))
	material.Seeds(f, seedSize, func(data []byte) { f.Add(data) }, "mime", "spam")
	f.Fuzz(func(t *testing.T, data []byte) { readBudgeted(t, budget.Grown(data)) })
}

// FuzzMail puts anything behind the first header of a mail: the recipient that
// it names is known whatever follows.
func FuzzMail(f *testing.F) {
	f.Add([]byte("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b\nContent-Transfer-Encoding: base64\n\n////\n--b--\n"))
	f.Add([]byte("Content-Type: multipart/digest; boundary=\"\"\n\n--\n--\n"))
	f.Add([]byte("X: a\n b\n\tc\n"))
	f.Fuzz(func(t *testing.T, rest []byte) {
		raw := append([]byte("To: planted@example.org\nFrom: a@example.org\n"), budget.Grown(rest)...)
		var m Message
		budget.Check(t, len(raw), func() { m = readMail("input", raw) })
		checkMessage(t, m)
		if !slices.ContainsFunc(m.Recipients, func(c Contact) bool { return c.Value == "planted@example.org" }) {
			t.Errorf("%q: recipients are %v", raw, m.Recipients)
		}
	})
}

// FuzzMbox counts the mails of an mbox.
func FuzzMbox(f *testing.F) {
	f.Add([]byte("Subject: x\n\nhello\n"), []byte("\n\n"), uint8(3))
	f.Fuzz(func(t *testing.T, a, b []byte, n uint8) {
		for _, body := range [][]byte{a, b} {
			if bytes.Contains(body, []byte("From ")) || bytes.ContainsAny(body, "\r") {
				return
			}
		}
		var raw bytes.Buffer
		for i := range int(n) + 1 {
			fmt.Fprintf(&raw, "From a@example.org Mon Mar  2 10:16:00 2026\nX: %d\n\n%s\n\n", i, [][]byte{a, b}[i%2])
		}
		if list, err := readBudgeted(t, raw.Bytes()); err != nil || len(list) != int(n)+1 {
			t.Errorf("%q: %d mails, want %d: %v", raw.Bytes(), len(list), n+1, err)
		}
	})
}

// FuzzBackup writes a text message into a phone's backup and reads it again.
func FuzzBackup(f *testing.F) {
	f.Add("buy 😀 <now> & \"here\"", "+4930123456", "<part ct=\"text/plain\" text=\"x\"/>")
	f.Add("", "", "]]><![CDATA[<!DOCTYPE a [<!ENTITY x \"y\">]>&x;&#0;&#xD800;")
	f.Fuzz(func(t *testing.T, body, address, tail string) {
		if !utf8.ValidString(body) || !utf8.ValidString(address) || strings.ContainsFunc(body+address, func(r rune) bool { return r < ' ' || r >= 0xfffe }) {
			return
		}
		escaped := func(s string) string {
			var b bytes.Buffer
			xml.EscapeText(&b, []byte(s))
			return b.String()
		}
		raw := fmt.Sprintf("<?xml version='1.0' encoding='UTF-8'?>\n<smses>\n<sms address=\"%s\" date=\"1772445360000\" type=\"1\" body=\"%s\"/>\n%s", escaped(address), escaped(body), tail)
		list, err := readBudgeted(t, []byte(raw))
		if err != nil || body != "null" && list[0].Text != body {
			t.Errorf("%q: %+v, %v, want %q", raw, list, err, body)
		}
	})
}

// FuzzOutlook reads what a .msg file may hold: texts, a header, rich text, and
// any other property.
func FuzzOutlook(f *testing.F) {
	f.Add("To: b@example.org\nSubject: x\n", "buy", []byte("LZFu{\\rtf1 hello}"), "39FE001F", []byte("a\x00"))
	f.Add("", "", []byte("{\\rtf1\\ansicpg936 \\'c4\\'e3{\\*\\x y}\\u-10179 ?\\bin4 ab}"), "0E060040", []byte{})
	f.Fuzz(func(t *testing.T, header, body string, rtf []byte, property string, value []byte) {
		packed := append([]byte{0, 0, 0, 0, 255, 255, 0, 0, 'L', 'Z', 'F', 'u', 0, 0, 0, 0}, rtf...)
		size := len(header) + len(body) + len(rtf) + len(value)
		if size > 1<<16 || strings.ContainsAny(property, "/\x00") || len(property) > 8 {
			return
		}
		data := compound(map[string][]byte{"__substg1.0_0037001F": wide("offer"), "__substg1.0_007D001F": wide(header), "__substg1.0_1000001F": wide(body),
			"__substg1.0_10090102": packed, "__substg1.0_" + property: value})
		list, err := readBudgeted(t, data)
		if err == nil && property != "0037001F" && property != "0037001E" && list[0].Subject == "" {
			t.Errorf("the subject of %q, %q is lost", header, body)
		}
		budget.Check(t, len(rtf), func() { rtfText(string(budget.Grown(rtf))) })
	})
}

// FuzzObject reads a line of a stream.
func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"to":"ann@example.org","text":"buy","at":{"sent":1772445360},"list":[1,"x",{"y":null}]}`))
	f.Add([]byte(`{"a":[[[[[[[[{"a":`))
	f.Fuzz(func(t *testing.T, line []byte) {
		line = budget.Grown(line)
		var m Message
		budget.Check(t, len(line), func() { m = FromJSON("input", line) })
		checkMessage(t, m)
	})
}

// FuzzTyped reads what a user typed.
func FuzzTyped(f *testing.F) {
	f.Add("ann@example.org", "call +44 1632 960001", "Bright")
	f.Add("+1 (", "http://", "\u202e")
	f.Fuzz(func(t *testing.T, who, text, sender string) {
		var m Message
		grown := string(budget.Grown([]byte(text)))
		budget.Check(t, len(who)+len(grown)+len(sender), func() { m = FromText(who, grown, sender, m.Dated) })
		for _, c := range m.Recipients {
			if again, ok := identity.Canonical(c.Kind, c.Value, ""); ok && again != c.Value {
				t.Errorf("recipient %q is not canonical: %q", c.Value, again)
			}
		}
	})
}
