package message

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"telltale/internal/identity"
)

func one(t *testing.T, text string) Message {
	t.Helper()
	list, err := Read("test", strings.NewReader(text))
	if err != nil || len(list) != 1 {
		t.Fatalf("got %d messages and error %v, want one message", len(list), err)
	}
	return list[0]
}

func TestMislabelledCharsets(t *testing.T) {
	chinese := "尊敬的客户，您的贷款额度已经批准，请点击链接办理，详情咨询客服经理。"
	taiwan := "親愛的客戶，您的貸款額度已經核准，請點擊連結辦理，詳情請洽客服經理。"
	japan := "お客様のローンは承認されました。詳細はこちらをクリックしてください。カタカナ"
	enc := func(s string, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(chinese)
	gb = enc(gb, err)
	b5, err := traditionalchinese.Big5.NewEncoder().String(taiwan)
	b5 = enc(b5, err)
	sj, err := japanese.ShiftJIS.NewEncoder().String(japan)
	sj = enc(sj, err)
	for _, c := range []struct{ name, charset, body, want string }{
		{"utf-8 as such", "utf-8", chinese, chinese},
		{"utf-8 declared latin", "iso-8859-1", chinese, chinese},
		{"gb18030 declared utf-8", "utf-8", gb, chinese},
		{"gb18030 declared gb2312", "gb2312", gb, chinese},
		{"big5 declared utf-8", "utf-8", b5, taiwan},
		{"shift-jis declared utf-8", "utf-8", sj, japan},
		{"windows-1252 declared utf-8", "utf-8", "Caf\xe9 f\xfcr Sie \x80 5", "Café für Sie € 5"},
		{"nothing declared", "", gb, chinese},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctype := "text/plain"
			if c.charset != "" {
				ctype += "; charset=" + c.charset
			}
			m := one(t, "From: a@b.test\nTo: c@d.test\nSubject: x\nContent-Type: "+ctype+"\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte(c.body))+"\n")
			if m.Text != c.want {
				t.Errorf("got %q, want %q (notes %v)", m.Text, c.want, m.Notes)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	m := one(t, "Return-Path: <bounce@spam.test>\r\nDelivered-To: Eve@Example.Test\r\nReceived: from x by y for <eve@example.test>; Tue, 3 Mar 2026 10:00:00 +0000\r\n"+
		"Received: from z by x; Tue, 3 Mar 2026 09:59:00 +0000 (UTC)\r\nFrom: =?gb2312?B?"+base64.StdEncoding.EncodeToString([]byte("\xd5\xc5"))+"?= =?gb2312?B?"+
		base64.StdEncoding.EncodeToString([]byte("\xc8\xfd"))+"?= <seller@spam.test>\r\nTo: undisclosed-recipients:;\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\nSubject: =?utf-8?q?caf=C3=A9_?=\r\n =?utf-8?q?now?=\r\n"+
		"Reply-To: other@spam.test\r\n\r\nCall +44 20 7946 0958 or see http://offer.spam.test/x?id=1\r\n")
	if m.Sender != "seller@spam.test" || m.ReplyTo != "other@spam.test" || m.Subject != "café now" {
		t.Errorf("sender %q, reply-to %q, subject %q", m.Sender, m.ReplyTo, m.Subject)
	}
	if len(m.Recipients) != 1 || m.Recipients[0] != (Contact{identity.Email, "eve@example.test", "delivered-to"}) {
		t.Errorf("recipients %v", m.Recipients)
	}
	if want := time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC); !m.Received.Equal(want) || m.Dated.Equal(m.Received) || len(m.Notes) != 1 {
		t.Errorf("received %v, dated %v, notes %v", m.Received, m.Dated, m.Notes)
	}
	if !strings.Contains(m.Header, "张三") {
		t.Errorf("encoded words were not joined: %q", m.Header)
	}
	if len(m.Phones) != 1 || len(m.Links) != 1 {
		t.Errorf("phones %v, links %v", m.Phones, m.Links)
	}
}

func TestMbox(t *testing.T) {
	box := "From a@b.test Tue Mar  3 10:00:00 2026\nFrom: a@b.test\nTo: x@c.test\nSubject: one\n\nhello\n>From here on\nFrom nowhere\n\n" +
		"From d@b.test Wed Mar  4 10:00:00 2026\nFrom: d@b.test\nTo: y@c.test\n\nsecond\n"
	list, err := Read("box", strings.NewReader(box))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d messages, error %v, want 2", len(list), err)
	}
	if list[0].Text != "hello\nFrom here on\nFrom nowhere" || list[1].Sender != "d@b.test" || list[0].Name != "box#1" {
		t.Errorf("got %q, %q", list[0].Text, list[1].Sender)
	}
	if list[0].Received.IsZero() {
		t.Error("the From_ line's time was not used")
	}
}

func TestComplaints(t *testing.T) {
	for name, text := range map[string]string{
		"english": "When,My number,Who called,What they wrote\n2026-03-01 10:00,+447700900123,+442079460958,\"Dear Ann, your exam certificate is ready, pay now\"\n" +
			"2026-03-02 11:30,+447700900124,+442079460958,\"Dear Bob, your exam certificate is ready, pay now\"\n2026-03-03 12:00,+447700900125,+442079460000,\"Dear Cid, something else altogether here\"\n",
		"chinese": "投诉时间;手机号码;主叫号码;短信内容\n2026-03-01 10:00;13812345678;13900001111;尊敬的王先生，您的考试证书已经可以领取，请付款\n" +
			"2026-03-02 11:30;13812345679;13900001111;尊敬的李女士，您的考试证书已经可以领取，请付款\n2026-03-03 12:00;13812345670;13900002222;完全不同的另外一条短信内容在这里\n",
		"json lines": `{"received":"2026-03-01 10:00","phone":"+447700900123","from":"+442079460958","text":"Dear Ann, your exam certificate is ready, pay now"}` + "\n" +
			`{"received":"2026-03-02 11:30","phone":"+447700900124","from":"+442079460958","text":"Dear Bob, your exam certificate is ready, pay now"}` + "\n" +
			`{"received":"2026-03-03 12:00","phone":"+447700900125","from":"+442079460000","text":"something else altogether"}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Read("c", strings.NewReader(text))
			if err != nil || len(list) != 3 {
				t.Fatalf("%d messages, error %v, want 3", len(list), err)
			}
			for i, m := range list {
				if len(m.Recipients) != 1 || m.Recipients[0].Kind != identity.Phone || m.Received.IsZero() || m.Sender == "" || m.Text == "" || len(m.Unreadable) > 0 {
					t.Errorf("message %d: %+v", i, m)
				}
			}
			c := Campaigns(list)
			if len(c) != 2 || !slices.Equal(c[0].Messages, []int{0, 1}) || c[0].Persons != 2 || c[0].Sender != list[0].Sender {
				t.Errorf("campaigns %+v", c)
			}
		})
	}
}

func TestText(t *testing.T) {
	m := one(t, "Hi Tom, your parcel waits, pay 3.99 at http://parcel.bad.test/t or call +44 20 7946 0958, thanks\n")
	if !strings.HasPrefix(m.Text, "Hi Tom") || len(m.Links) != 1 || len(m.Phones) != 1 {
		t.Errorf("got %+v", m)
	}
	if _, err := Read("noise", strings.NewReader("\x00\x01\x02\x00\xff\xfe\x00\x03"+strings.Repeat("\x00\x07\x90", 500))); !errors.Is(err, ErrNotText) {
		t.Errorf("noise: %v", err)
	}
	if _, err := Read("blank", strings.NewReader(" \n\n")); !errors.Is(err, ErrNoMessage) {
		t.Errorf("blank: %v", err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f := FromText("+44 7700 900123", "hello", "Spammer Ltd", at)
	if len(f.Recipients) != 1 || f.Recipients[0].Value != "+447700900123" || f.Sender != "Spammer Ltd" || !f.Received.Equal(at) {
		t.Errorf("from text: %+v", f)
	}
	if bad := FromText("nobody", "hello", "", at); len(bad.Unreadable) != 1 {
		t.Errorf("a contact that is none was not reported: %+v", bad)
	}
}

func TestBroken(t *testing.T) {
	for name, raw := range map[string]string{
		"no closing boundary": "From: a@b.test\nTo: c@d.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nkept text\n",
		"no boundary at all":  "From: a@b.test\nTo: c@d.test\nContent-Type: multipart/mixed\n\nkept text\n",
		"wrong boundary":      "From: a@b.test\nTo: c@d.test\nContent-Type: multipart/mixed; boundary=x\n\n--y\nContent-Type: text/plain\n\nkept text\n--y--\n",
		"bad base64":          "From: a@b.test\nTo: c@d.test\nContent-Transfer-Encoding: base64\n\na2VwdCB0ZX*h0\n",
		"cr only":             "From: a@b.test\rTo: c@d.test\rSubject: x\r\rkept text\r",
		"html declared plain": "From: a@b.test\nTo: c@d.test\nContent-Type: text/plain\n\n<html><body>kept <b>text</b></body></html>\n",
	} {
		if m := one(t, raw); !strings.Contains(m.Text, "kept text") {
			t.Errorf("%s: text %q, unreadable %v", name, m.Text, m.Unreadable)
		}
	}
	deep := "From: a@b.test\nTo: c@d.test\n\nbottom\n"
	for range MaxDepth + 5 {
		deep = "From: a@b.test\nTo: c@d.test\nContent-Type: message/rfc822\n\n" + deep
	}
	if m := one(t, deep); len(m.Unreadable) == 0 {
		t.Error("nesting beyond the bound was not reported")
	}
}

func TestCampaignsByText(t *testing.T) {
	var list []Message
	for _, s := range []string{
		"Dear Ann Smith, your loan of 5,000 GBP has been approved today, reply YES to receive the money at once.",
		"Dear Robert, your loan of 12,500 GBP has been approved today, reply YES to receive the money at once!",
		"D e a r  Zoe, y o u r loan of 900 GBP has been approved today, reply YES to receive the money at once.",
		"See you at seven, bring the red umbrella and do not forget the concert tickets that are on the table.",
	} {
		list = append(list, FromText("", s, "", time.Time{}))
	}
	c := Campaigns(list)
	if len(c) != 2 || !slices.Equal(c[0].Messages, []int{0, 1, 2}) {
		t.Errorf("got %+v", c)
	}
	slices.Reverse(list)
	if d := Campaigns(list); len(d) != 2 || d[1].Messages[0] != 1 {
		t.Errorf("in reverse: %+v", d)
	}
}

// A text that mentions a number to call is a text, in a table and in a line, and
// the number makes a campaign however it is written.
func TestTextsWithNumbers(t *testing.T) {
	table := "phone,received,text\n+447700900123,2026-03-01 10:00,Call 01632 960001 now\n+447700900124,2026-03-02 10:00,Ring +44 1632 960001 today\n+447700900125,2026-03-03 10:00,Come at seven\n"
	list, err := Read("t", strings.NewReader(table))
	if err != nil || len(list) != 3 || list[0].Text != "Call 01632 960001 now" || len(list[0].Recipients) != 1 {
		t.Fatalf("%d messages, error %v: %+v", len(list), err, list)
	}
	if c := Campaigns(list); len(c) != 2 || len(c[0].Messages) != 2 || c[0].Why != SameNumber {
		t.Errorf("campaigns %+v", c)
	}
	m := FromJSON("line", []byte(`{"phone":"+447700900123","text":"Call 01632 960001 now","extra":{"mail":["a@b.test","c@d.test"]}}`))
	if m.Text != "Call 01632 960001 now" || m.Recipients[0].Value != "+447700900123" || len(m.Unreadable) > 0 {
		t.Errorf("line: %+v", m)
	}
	if m = FromJSON("line", []byte(`{"phone":"+4477`)); len(m.Unreadable) != 1 {
		t.Errorf("a torn line: %+v", m)
	}
}
