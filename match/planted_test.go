package match

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/internal/material"
	"telltale/match/message"
)

// mails calls f with every mail of the public collections.
func mails(t *testing.T, f func(name string, data []byte)) {
	for _, a := range [][2]string{{"mime", "enmime_testdata.tar.xz"}, {"mime", "mikel_mail_fixtures.tar.xz"}, {"spam", "sisimai_arf_and_bounces.tar.xz"}, {"spam", "spamassassin_350.tar.xz"}} {
		packed, err := os.ReadFile(filepath.Join(material.Dir(t, a[0]), a[1]))
		if err != nil {
			t.Fatal(err)
		}
		z, err := xz.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		for in := tar.NewReader(z); ; {
			h, err := in.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Typeflag == tar.TypeReg {
				data, err := io.ReadAll(in)
				if err != nil {
					t.Fatal(err)
				}
				f(h.Name, data)
			}
		}
	}
}

// fullWidth writes ASCII in the wide forms of East Asian text.
func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, s)
}

// hidden are ways to hide a canary's address and number in a mail.
var hidden = []struct {
	name string
	put  func(mail, address, phone string) string
}{
	{"delivered-to", func(m, a, _ string) string { return "Delivered-To: <" + a + ">\n" + m }},
	{"encoded header", func(m, a, _ string) string {
		return "X-Note: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("für "+a)) + "?=\n" + m
	}},
	{"base64 body", func(m, a, _ string) string {
		return wrapped("text/plain; charset=utf-8", "base64", base64.StdEncoding.EncodeToString([]byte("Dear customer,\nyour account "+a+" is closed.\n"))) + "\n"
	}},
	{"quoted-printable body", func(m, a, _ string) string {
		return wrapped("text/html; charset=utf-8", "quoted-printable", strings.Replace("<p>gone =\n"+a+"</p>", "@", "=40", 1))
	}},
	{"nested", func(m, a, _ string) string { return wrapped("message/rfc822", "7bit", "X-Original-To: "+a+"\n"+m) }},
	{"nested in base64", func(m, a, _ string) string {
		return wrapped("message/rfc822", "base64", base64.StdEncoding.EncodeToString([]byte("To: "+a+"\nSubject: x\n\n"+m)))
	}},
	{"spaced out", func(m, a, _ string) string {
		return wrapped("text/plain; charset=utf-8", "8bit", "write to "+strings.Join(strings.Split(a, ""), " ")+" today")
	}},
	{"full width", func(m, a, _ string) string {
		return wrapped("text/plain; charset=utf-8", "8bit", "您的账户 "+fullWidth(a)+" 已停用")
	}},
	{"spelt out", func(m, a, _ string) string {
		return wrapped("text/plain", "7bit", "write to "+strings.Replace(strings.ReplaceAll(a, ".", " [dot] "), "@", " [at] ", 1)+" now")
	}},
	{"zero width", func(m, a, _ string) string {
		return wrapped("text/plain; charset=utf-8", "8bit", "write to "+a[:3]+"\u200b"+a[3:]+" now")
	}},
	{"spaced number", func(m, _, p string) string {
		return wrapped("text/plain", "7bit", "is "+strings.Join(strings.Split(strings.TrimPrefix(p, "+"), ""), " ")+" yours?")
	}},
	{"full-width number", func(m, _, p string) string {
		return wrapped("text/plain; charset=utf-8", "8bit", "您的号码 "+fullWidth(p)+" 已停用")
	}},
	{"dotted number", func(m, _, p string) string {
		return wrapped("text/plain", "7bit", "is "+p[:3]+" "+p[3:7]+"."+p[7:10]+"."+p[10:]+" yours?")
	}},
}

func wrapped(kind, encoding, content string) string {
	return "From: a@sender.test\nTo: desk@report.test\nSubject: s\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"planted--1\"\n\n" +
		"--planted--1\nContent-Type: text/plain\n\nsee below\n--planted--1\nContent-Type: " + kind + "\nContent-Transfer-Encoding: " + encoding + "\n\n" + content + "\n--planted--1--\n"
}

var everyWay = flag.Bool("everyway", false, "hide contacts in every mail in every way, 10,140 in all")

// TestPlantedInMail hides contacts of canaries in real mail, in every way in
// turn: each is found, and none besides, in the mail as it is as well.
func TestPlantedInMail(t *testing.T) {
	const planted = 240
	_, e, _, _ := traced(t, 12, 0)
	d := e.datasets[0]
	var address, phone string
	for _, p := range d.planted {
		if slices.Contains(p.recipients, "r0001") {
			for _, id := range p.canary.Identities {
				if id.Kind == identity.Email && id.Bits >= canary.MinEmailBits && address == "" {
					address = id.Value
				}
				if id.Kind == identity.Phone && phone == "" {
					phone = id.Value
				}
			}
		}
	}
	mailsRead, n, lost := 0, 0, 0
	mails(t, func(name string, data []byte) {
		list, err := message.Read(name, bytes.NewReader(data))
		if err != nil {
			lost++
			return
		}
		for _, m := range list {
			mailsRead++
			if got := sightedIn(t, e, m); len(got) > 0 {
				t.Errorf("%s: %v where nothing was planted", name, got)
			}
		}
		if n >= planted && !*everyWay || len(data) > 60_000 {
			return
		}
		ways := hidden[n%len(hidden):][:1]
		if *everyWay {
			ways = hidden
		}
		for _, h := range ways {
			n++
			text := h.put(strings.ReplaceAll(string(data), "\r\n", "\n"), address, phone)
			list, err := message.Read(name, strings.NewReader(text))
			if err != nil {
				t.Errorf("%s, %s: %v", name, h.name, err)
				continue
			}
			var got []string
			for _, m := range list {
				got = append(got, sightedIn(t, e, m)...)
			}
			if !slices.Contains(got, "r0001") || slices.ContainsFunc(got, func(s string) bool { return s != "r0001" }) {
				t.Errorf("%s, %s: found %v", name, h.name, got)
			}
		}
	})
	t.Logf("%d mails read, %d files refused; %d planted", mailsRead, lost, n)
}

func sightedIn(t *testing.T, e *Engine, m message.Message) (names []string) {
	r, err := e.Message(background, m, Seen{At: later})
	if err != nil {
		t.Fatal(err)
	}
	for id := range r.datasets["people"].canaries() {
		for _, p := range e.datasets[0].planted {
			if p.id == id {
				names = append(names, p.recipients...)
			}
		}
	}
	return names
}

// canaries are those of which a contact was seen.
func (o *observed) canaries() map[sightedID]sighted {
	if o == nil {
		return nil
	}
	return o.Canaries
}
