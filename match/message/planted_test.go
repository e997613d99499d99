package message

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
)

// plants are places where a canary's address may turn up. received says that
// the place names a recipient.
var plants = []struct {
	name     string
	received bool
	put      func(mail []byte, address string) []byte
}{
	{"delivered-to", true, func(m []byte, a string) []byte { return append([]byte("Delivered-To: <"+a+">\n"), m...) }},
	{"nested", true, func(m []byte, a string) []byte {
		return multi("mixed", "message/rfc822", "7bit", append([]byte("X-Original-To: "+a+"\n"), m...))
	}},
	{"bounce", true, func(m []byte, a string) []byte {
		return multi("report; report-type=delivery-status", "message/delivery-status", "7bit",
			[]byte("Reporting-MTA: dns; mx.test\n\nOriginal-Recipient: rfc822;"+a+"\nFinal-Recipient: rfc822; other@relay.test\nAction: failed\n"))
	}},
	{"feedback report", true, func(m []byte, a string) []byte {
		return multi("report; report-type=feedback-report", "message/feedback-report", "7bit", []byte("Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: "+a+"\n"))
	}},
	{"base64 body", false, func(m []byte, a string) []byte {
		return multi("mixed", "text/plain; charset=utf-8", "base64", []byte(base64.StdEncoding.EncodeToString([]byte("Dear customer,\nyour account "+a+" is closed.\n"))))
	}},
	{"quoted-printable page", false, func(m []byte, a string) []byte {
		var b bytes.Buffer
		w := quotedprintable.NewWriter(&b)
		fmt.Fprintf(w, "<html><body><p>%s</p><p>Unsubscribe: <a href=\"mailto:%s\">here</a></p></body></html>", strings.Repeat("long words ", 20), a)
		w.Close()
		return multi("alternative", "text/html; charset=iso-8859-1", "quoted-printable", b.Bytes())
	}},
	{"encoded word", false, func(m []byte, a string) []byte {
		return append([]byte("X-Note: =?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte("für "+a))+"?=\n"), m...)
	}},
}

func multi(kind, ctype, encoding string, content []byte) []byte {
	return []byte("From: a@sender.test\nTo: desk@report.test\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/" + kind + "; boundary=\"planted--1\"\n\n" +
		"--planted--1\nContent-Type: text/plain\n\nsee below\n--planted--1\nContent-Type: " + ctype + "\nContent-Transfer-Encoding: " + encoding + "\n\n" +
		string(content) + "\n--planted--1--\n")
}

// TestPlanted hides an address in every public mail, in each place in turn,
// and looks for it; none besides may be found.
func TestPlanted(t *testing.T) {
	planted := 0
	for _, a := range archives {
		archive(t, a[0], a[1], func(name string, data []byte) {
			list, err := Read(name, bytes.NewReader(data))
			if err != nil || len(list) != 1 || !strings.HasSuffix(name, ".eml") {
				return
			}
			if strings.Contains(list[0].Everything(), "@canary.test") {
				t.Errorf("%s: a canary where none was planted", name)
			}
			p := plants[planted%len(plants)]
			planted++
			address := fmt.Sprintf("mara.koenig%d@canary.test", planted)
			list, err = Read(name, bytes.NewReader(p.put(unixLines(data), address)))
			if err != nil {
				t.Errorf("%s: %s: %v", name, p.name, err)
				return
			}
			m := list[0]
			if !strings.Contains(m.Everything(), address) || !slices.Contains(m.Emails, address) {
				t.Errorf("%s: %s: %s is not found", name, p.name, address)
			}
			if p.received && !slices.ContainsFunc(m.Recipients, func(c Contact) bool { return c.Value == address }) {
				t.Errorf("%s: %s: %s is no recipient of %v", name, p.name, address, m.Recipients)
			}
		})
	}
	if planted > 0 {
		t.Logf("planted %d", planted)
	}
}
