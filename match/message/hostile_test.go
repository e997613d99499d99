package message

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"telltale/internal/budget"
)

// traps are pieces that cost a naive reader the square of their number, with
// what stands before and behind them.
var traps = []struct{ name, before, piece, behind string }{
	{"folded header", "From: a@example.org\nTo: b@example.org\nSubject: x\n", " a\n", "\nhello\n"},
	{"folded Received", "From: a@example.org\nReceived: from x\n", "\t(a) by b\n", "\nhello\n"},
	{"headers", "From: a@example.org\nTo: b@example.org\n", "A: b\n", "\nhello\n"},
	{"Received headers", "From: a@example.org\nTo: b@example.org\n", "Received: from a.example.org by b.example.net; Mon, 2 Mar 2026 10:16:00 +0000\n", "\nhello\n"},
	{"recipients", "From: a@example.org\nTo: ", "b@example.org, ", "\n\nhello\n"},
	{"nested comments", "From: a@example.org\nDate: ", "(", "\n\nhello\n"},
	{"nested quotes", "From: a@example.org\nTo: ", "\"", "\n\nhello\n"},
	{"parameters", "From: a@example.org\nTo: b@example.org\nContent-Type: multipart/mixed", "; a=b", "\n\nhello\n"},
	{"encoded words", "From: a@example.org\nSubject: ", "=?utf-8?q?a?= ", "\n\nhello\n"},
	{"words of many charsets", "From: a@example.org\nSubject: ", "=?utf-8?q?a?= =?gb18030?b?xOM=?= ", "\n\nhello\n"},
	{"tiny parts", "From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n", "--x\n\na\n", "--x--\n"},
	{"empty parts", "From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n", "--x\n", "--x--\n"},
	{"nested multiparts", "From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n", "--x\nContent-Type: multipart/mixed; boundary=x\n\n", "--x--\n"},
	{"nested mails", "From: a@example.org\nContent-Type: message/rfc822\n\n", "From: a@example.org\nContent-Type: message/rfc822\n\n", "hello\n"},
	{"mails in one", "From: a@example.org\nContent-Type: multipart/digest; boundary=x\n\n", "--x\nContent-Type: message/rfc822\n\nTo: c@example.org\n\nhi\n", "--x--\n"},
	{"report", "From: a@example.org\nContent-Type: message/delivery-status\n\n", "Final-Recipient: rfc822; b@example.org\n\n", "x"},
	{"lines", "From: a@example.org\n\n", "a\n", ""},
	{"links", "From: a@example.org\n\n", "http://a.b/c ", ""},
	{"one link", "From: a@example.org\n\nhttp://a.b/", "%25", ""},
	{"numbers", "From: a@example.org\n\n", "+44 1632 960001 ", ""},
	{"one number", "From: a@example.org\n\n", "1 ", ""},
	{"addresses", "From: a@example.org\n\n", "ann@example.org ", ""},
	{"at signs", "From: a@example.org\n\n", "a@", ""},
	{"dots", "From: a@example.org\n\na@", "a.", ""},
	{"words at", "From: a@example.org\n\n", "ann [at] example (dot) ", ""},
	{"tags", "From: a@example.org\nContent-Type: text/html\n\n", "<a href=x>", ""},
	{"open tags", "From: a@example.org\nContent-Type: text/html\n\n", "<a ", ""},
	{"entities", "From: a@example.org\nContent-Type: text/html\n\n", "&amp", ""},
	{"comments", "From: a@example.org\nContent-Type: text/html\n\n", "<!--", ""},
	{"base64", "From: a@example.org\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n", "AAAA", ""},
	{"legacy bytes", "From: a@example.org\n\n", "\xe9\xc4 ", ""},
	{"mbox", "", "From a@example.org Mon Mar  2 10:16:00 2026\nTo: b@example.org\n\nbuy\n\n", ""},
	{"not quite mbox", "From a@example.org Mon Mar  2 10:16:00 2026\n\n", "\nFrom a\n", ""},
	{"backup", "<smses>", "<sms address='+4930123456' body='x' date='1772445360000'/>", "</smses>"},
	{"parts of a message", "<smses><mms>", "<part ct='text/plain' text='x'/>", "</mms></smses>"},
	{"addressees of a message", "<smses><mms>", "<addr address='+447700900123' type='151'/>", "</mms></smses>"},
	{"attributes", "<smses><sms ", "a='b' ", "/></smses>"},
	{"nested elements", "<smses>", "<sms>", ""},
	{"halves", "<smses><sms body='", "&#55357;", "'/></smses>"},
	{"chat", "", "[02.03.26, 10:16:00] Bright: buy\n", ""},
	{"lines of one message in a chat", "[02.03.26, 10:16:00] Bright: buy\n[02.03.26, 10:17:00] Ann: no\n", "x\n", ""},
	{"lines before a chat", "[02.03.26, 10:16:00] Bright: buy\n[02.03.26, 10:17:00] Ann: no\n", "x\n", "[02.03.26, 10:17:00] Ann: no\n"},
	{"forwards", "", "From: a\n", ""},
	{"quoted forwards", "", "> > > From: a@example.org\n", ""},
	{"complaints", "to,received,text\n", "ann@example.org,2026-03-02,buy now at http://x.test\n", ""},
	{"contacts in a cell", "to,received,text\nann@example.org,2026-03-02,\"", "bob@example.org; ", "\"\n"},
	{"object", `{"to":"ann@example.org"`, `,"a":"b"`, "}"},
	{"nested object", `{"to":"ann@example.org","a":`, `{"a":`, ""},
	{"nested list", `{"to":"ann@example.org","a":`, `[`, ""},
	{"rich text", `{\rtf1 `, `{\b x}`, "}"},
	{"blanks", "From: a@example.org\n\n", " ", "x"},
	{"invisible", "From: a@example.org\n\n", "\u200b", "x"},
	{"bidi", "From: a@example.org\n\n", "\u202ea", "x"},
}

var monsters = flag.Bool("monsters", false, "read the streams of hostile tests in full length, 10 GB each")

// trapSize shows a square: copying a third of a megabyte byte by byte takes
// seconds. With -monsters it is a megabyte.
func trapSize() int {
	if *monsters {
		return 1_000_000
	}
	return 300_000
}

func TestTraps(t *testing.T) {
	for _, c := range traps {
		t.Run(c.name, func(t *testing.T) {
			data := c.before + strings.Repeat(c.piece, trapSize()/len(c.piece)) + c.behind
			var list []Message
			var err error
			budget.Check(t, len(data), func() { list, err = Read("input", strings.NewReader(data)) })
			if err != nil || len(list) == 0 {
				t.Errorf("%d messages, %v", len(list), err)
			}
			for _, m := range list {
				checkMessage(t, m)
			}
		})
	}
}

// TestNestedMultiparts: each multipart inside has a boundary of its own.
func TestNestedMultiparts(t *testing.T) {
	var b strings.Builder
	b.WriteString("From: a@example.org\nContent-Type: multipart/mixed; boundary=b0\n")
	for i := 0; b.Len() < trapSize(); i++ {
		fmt.Fprintf(&b, "\n--b%d\nContent-Type: multipart/mixed; boundary=b%d\n", i, i+1)
	}
	var m Message
	budget.Check(t, b.Len(), func() { m = readMail("input", []byte(b.String())) })
	if len(m.Unreadable) != 1 || !strings.Contains(m.Text, "boundary=b99") {
		t.Errorf("lost: %q", m.Unreadable)
	}
}

// TestParts: of a message with too many parts the rest is kept as text, and
// that is said.
func TestParts(t *testing.T) {
	var b strings.Builder
	b.WriteString("From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n")
	for i := range maxParts + 5 {
		fmt.Fprintf(&b, "--x\n\npart %d\n", i)
	}
	m := readMail("input", []byte(b.String()))
	if len(m.Unreadable) != 1 || len(m.Parts) != maxParts || !strings.Contains(m.Text, fmt.Sprintf("part %d", maxParts+4)) {
		t.Errorf("%d parts, lost: %q", len(m.Parts), m.Unreadable)
	}
}

// TestNoLineEnd reads files in which the line end never comes: what is left
// out is said, and memory stays within the budget.
func TestNoLineEnd(t *testing.T) {
	size := int64(40 << 20)
	if *monsters {
		size = 10_000_000_000
	}
	for _, c := range []struct{ name, head, text, want string }{
		{"mail", "From: a@example.org\nTo: b@example.org\n\n", "buy now ", "bytes"},
		{"mail header", "From: a@example.org\nTo: b@example.org\nSubject: ", "buy now ", "bytes"},
		{"headers", "From: a@example.org\nTo: b@example.org\n", "a: b\n", "headers beyond"},
		{"recipients", "From: a@example.org\nTo: b@example.org", ", b@example.org", "headers beyond"},
		{"legacy bytes", "From: a@example.org\nTo: b@example.org\n\n", "\xe9\xc4 ", "bytes"},
		{"mbox", "From a@example.org Mon Mar  2 10:16:00 2026\nTo: b@example.org\n\n", "buy now ", "bytes"},
		{"backup", "<smses><sms address='1' body='first' date='1772445360000'/><sms body='", "buy now ", "could not be read"},
		{"tag of a backup", "<smses><sms address='1' body='first' date='1772445360000'/><sms ", "a='b' ", "words"},
		{"chat", "[02.03.26, 10:16:00] Bright: buy\n[02.03.26, 10:17:00] Ann: ", "buy now ", "bytes"},
		{"text", "", "buy now ", "bytes"},
		{"UTF-16", "\xff\xfe", "b\x00u\x00y\x00 \x00", "bytes"},
		{"complaint", "to,received,text\nann@example.org,2026-03-02,first\nbob@example.org,2026-03-03,", "buy now ", "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if slow := []string{"legacy bytes", "text", "UTF-16"}; slices.Contains(slow, c.name) && !*monsters {
				t.Skip("takes seconds: run with -monsters")
			}
			var list []Message
			var err error
			budget.Check(t, int(size), func() {
				list, err = Read("input", io.MultiReader(strings.NewReader(c.head), budget.Endless(c.text, size)))
			})
			if err != nil || len(list) == 0 {
				t.Fatalf("%d messages, %v", len(list), err)
			}
			if lost := strings.Join(list[len(list)-1].Unreadable, "; "); !strings.Contains(lost, c.want) {
				t.Errorf("%d messages, of the last is lost %q, want %q", len(list), lost, c.want)
			}
		})
	}
}
