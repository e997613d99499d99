package message

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"telltale/internal/identity"
)

func TestBackup(t *testing.T) {
	list, err := Read("sms.xml", strings.NewReader(`<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<!--File Created By SMS Backup-->
<smses count="4" backup_set="x">
  <sms protocol="0" address="+442079460958" date="1772445600000" type="1" subject="null" body="Dear Ann, pay &amp; win &#55357;&#56832; at http://win.bad.test/x" toa="null" readable_date="2 Mar 2026 10:00:00" contact_name="(Unknown)" />
  <sms protocol="0" address="07700 900111" date="1772449200000" type="2" subject="null" body="stop" />
  <mms date="1772452800000" address="+442079460000" msg_box="1"><parts><part seq="0" ct="application/smil" text="&lt;smil/&gt;" /><part seq="1" ct="text/plain" text="picture of a prize" /></parts>
    <addrs><addr address="+442079460000" type="137" /><addr address="+447700900123" type="151" /></addrs></mms>
  <sms address="BANK" date="never" type="1" body="x" />
</smses>`))
	if err != nil || len(list) != 4 {
		t.Fatalf("%d messages, error %v, want 4", len(list), err)
	}
	m := list[0]
	if m.Sender != "+442079460958" || m.Text != "Dear Ann, pay & win 😀 at http://win.bad.test/x" || len(m.Links) != 1 || !m.Received.Equal(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("sms: %+v", m)
	}
	if len(list[1].Notes) != 1 || len(list[1].Recipients) != 1 || list[1].Sender != "" {
		t.Errorf("sent: %+v", list[1])
	}
	if list[2].Text != "picture of a prize" || len(list[2].Recipients) != 1 || list[2].Recipients[0].Value != "+447700900123" {
		t.Errorf("mms: %+v", list[2])
	}
	if list[3].Sender != "BANK" || len(list[3].Unreadable) != 1 {
		t.Errorf("a time that is none: %+v", list[3])
	}
	cut, err := Read("sms.xml", strings.NewReader(`<smses count="2"><sms address="1" date="1772445600000" body="first" type="1"/><sms address="2" bo`))
	if err != nil || len(cut) != 1 || len(cut[0].Unreadable) != 1 {
		t.Errorf("a torn backup: %d messages, error %v, want the first and a loss", len(cut), err)
	}
}

func TestChats(t *testing.T) {
	for name, c := range map[string]struct {
		text, sender, said string
		at                 string
	}{
		"WhatsApp, Android": {"02/03/2026, 10:15 - Messages are end-to-end encrypted.\n02/03/2026, 10:16 - +44 20 7946 0958: Your exam papers are here\nin two lines\n13/03/2026, 10:17 - Ann: no thanks\n",
			"+442079460958", "Your exam papers are here\nin two lines", "2026-03-02 10:16"},
		"WhatsApp, iOS": {"[3/2/26, 10:16:05 PM] Bright Classes: Your exam papers\n[3/14/26, 9:00:00 AM] Ann: no\n", "Bright Classes", "Your exam papers", "2026-03-02 22:16"},
		"WhatsApp, 中文":  {"2026/3/2 下午10:16 - 李老师: 考前答案，加微信\n2026/3/2 下午10:17 - 我: 不要\n", "李老师", "考前答案，加微信", "2026-03-02 22:16"},
		"Telegram":      {"Bright Classes, [02.03.2026 10:16]\nYour exam papers\n\nAnn, [02.03.2026 10:17]\nno\n", "Bright Classes", "Your exam papers", "2026-03-02 10:16"},
		"QQ":            {"2026-03-02 10:16:00 李老师(123456789)\n考前答案\n\n2026-03-02 10:17:00 王同学(987654321)\n不要\n", "李老师", "考前答案", "2026-03-02 10:16"},
		"WeChat":        {"李老师 2026-03-02 10:16:00\n考前答案\n\n王同学 2026-03-02 10:17:00\n不要\n", "李老师", "考前答案", "2026-03-02 10:16"},
	} {
		list, err := Read("chat", strings.NewReader(c.text))
		if err != nil || len(list) != 2 {
			t.Errorf("%s: %d messages, error %v, want 2: %+v", name, len(list), err, list)
			continue
		}
		if m := list[0]; m.Sender != c.sender || m.Text != c.said || m.Received.Format("2006-01-02 15:04") != c.at {
			t.Errorf("%s: sender %q, text %q, at %v", name, m.Sender, m.Text, m.Received)
		}
	}
	if m := one(t, "Meet me at 10:15: the door is open.\nBring the papers: all of them, please.\n"); m.Text == "" {
		t.Error("plain text was lost")
	}
}

func TestForwardedInText(t *testing.T) {
	for name, c := range map[string]struct{ body, to, sender string }{
		"gmail":   {"please look\n\n---------- Forwarded message ---------\nFrom: Bright Classes <hello@bright.test>\nDate: Mon, 2 Mar 2026 at 10:16\nSubject: papers\nTo: <ann.lee@mail.test>\n\nbuy\n", "ann.lee@mail.test", "hello@bright.test"},
		"outlook": {"-----Original Message-----\n> From: hello@bright.test\n> Sent: 2 March 2026 10:16\n> To: ann.lee@mail.test\n> Subject: papers\n\nbuy\n", "ann.lee@mail.test", "hello@bright.test"},
		"中文":      {"发件人：李老师 <hello@bright.test>\n发送时间：2026年3月2日 10:16\n收件人：ann.lee@mail.test\n主题：答案\n\n买\n", "ann.lee@mail.test", "hello@bright.test"},
		"no to":   {"Von: hello@bright.test\nGesendet: 2.3.2026 10:16\nBetreff: Papiere\n\nkaufen\n", "ann@home.test", "hello@bright.test"},
	} {
		m := one(t, "From: Ann <ann@home.test>\nTo: abuse@desk.test\nSubject: Fwd: papers\nDate: Tue, 3 Mar 2026 10:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n"+c.body)
		if m.Sender != c.sender || m.Recipients[0].Value != c.to || m.Received.Day() != 2 {
			t.Errorf("%s: from %q to %v at %v", name, m.Sender, m.Recipients, m.Received)
		}
	}
}

func TestForgedHops(t *testing.T) {
	hop := func(from, by, at string) string { return "Received: from " + from + " by " + by + "; " + at + "\n" }
	rest := "From: a@b.test\nTo: c@d.test\nDate: Tue, 3 Mar 2026 09:58:00 +0000\n\nx\n"
	whole := hop("relay.isp.co.uk (relay.isp.co.uk [192.0.2.1])", "mx.d.com", "Tue, 3 Mar 2026 10:00:00 +0000") +
		hop("[198.51.100.7]", "relay.isp.co.uk", "Tue, 3 Mar 2026 09:59:00 +0000") + rest
	if m := one(t, whole); len(m.Notes) > 0 {
		t.Errorf("a whole chain: %v", m.Notes)
	}
	forged := hop("host.spammer.net (host.spammer.net [192.0.2.1])", "mx.d.com", "Tue, 3 Mar 2026 10:00:00 +0000") +
		hop("secure.bank.com", "mail.bank.org", "Tue, 3 Mar 2026 09:59:00 +0000") + rest
	if m := one(t, forged); len(m.Notes) != 1 || !strings.Contains(m.Notes[0], "forged") {
		t.Errorf("a forged chain: %v", m.Notes)
	}
}

// compound writes a compound file (version 3) with streams at paths, each
// padded to 4,096 bytes so that it stands in sectors of its own.
func compound(streams map[string][]byte) []byte {
	type entry struct {
		name        string
		kind        byte
		left, right uint32
		child       uint32
		start       uint32
		size        uint64
		path        string
	}
	const none = 0xffffffff
	entries := []entry{{name: "Root Entry", kind: 5, left: none, right: none, child: none, start: 0xfffffffe}}
	index := map[string]int{"": 0}
	last := map[int]int{}
	var body []byte
	var fat []uint32
	var place func(path string, data []byte, dir bool) int
	place = func(path string, data []byte, dir bool) int {
		if i, ok := index[path]; ok {
			return i
		}
		parent, name := "", path
		if k := strings.LastIndexByte(path, '/'); k >= 0 {
			parent, name = path[:k], path[k+1:]
		}
		p := place(parent, nil, true)
		i := len(entries)
		e := entry{name: name, kind: 2, left: none, right: none, child: none, path: path}
		if dir {
			e.kind = 1
		} else {
			for len(data) < 4096 || len(data)%512 != 0 {
				data = append(data, 0)
			}
			e.start, e.size = uint32(len(fat)), uint64(len(data))
			for k := range len(data) / 512 {
				next := uint32(len(fat) + 1)
				if k == len(data)/512-1 {
					next = 0xfffffffe
				}
				fat = append(fat, next)
			}
			body = append(body, data...)
		}
		entries, index[path] = append(entries, e), i
		if k, ok := last[p]; ok {
			entries[k].right = uint32(i)
		} else {
			entries[p].child = uint32(i)
		}
		last[p] = i
		return i
	}
	for _, path := range sortedPaths(streams) {
		place(path, append([]byte(nil), streams[path]...), false)
	}
	var dir []byte
	for _, e := range entries {
		b := make([]byte, 128)
		u := utf16.Encode([]rune(e.name))
		for k, c := range u {
			binary.LittleEndian.PutUint16(b[2*k:], c)
		}
		binary.LittleEndian.PutUint16(b[64:], uint16(2*len(u)+2))
		b[66], b[67] = e.kind, 1
		binary.LittleEndian.PutUint32(b[68:], e.left)
		binary.LittleEndian.PutUint32(b[72:], e.right)
		binary.LittleEndian.PutUint32(b[76:], e.child)
		binary.LittleEndian.PutUint32(b[116:], e.start)
		binary.LittleEndian.PutUint64(b[120:], e.size)
		dir = append(dir, b...)
	}
	for len(dir)%512 != 0 {
		dir = append(dir, make([]byte, 128)...)
	}
	dirStart := len(fat)
	for k := range len(dir) / 512 {
		next := uint32(len(fat) + 1)
		if k == len(dir)/512-1 {
			next = 0xfffffffe
		}
		fat = append(fat, next)
	}
	fatStart := len(fat)
	sectors := (len(fat) + 127) / 128
	for (len(fat)+sectors+127)/128 > sectors {
		sectors++
	}
	for range sectors {
		fat = append(fat, 0xfffffffd)
	}
	for len(fat)%128 != 0 {
		fat = append(fat, none)
	}
	head := make([]byte, 512)
	copy(head, compoundMagic)
	binary.LittleEndian.PutUint16(head[24:], 0x3e)
	binary.LittleEndian.PutUint16(head[26:], 3)
	binary.LittleEndian.PutUint16(head[28:], 0xfffe)
	binary.LittleEndian.PutUint16(head[30:], 9)
	binary.LittleEndian.PutUint16(head[32:], 6)
	binary.LittleEndian.PutUint32(head[44:], uint32(sectors))
	binary.LittleEndian.PutUint32(head[48:], uint32(dirStart))
	binary.LittleEndian.PutUint32(head[56:], 4096)
	binary.LittleEndian.PutUint32(head[60:], 0xfffffffe)
	binary.LittleEndian.PutUint32(head[68:], 0xfffffffe)
	for k := range 109 {
		v := uint32(none)
		if k < sectors {
			v = uint32(fatStart + k)
		}
		binary.LittleEndian.PutUint32(head[76+4*k:], v)
	}
	out := append(append(head, body...), dir...)
	for _, v := range fat {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	return out
}

func sortedPaths(m map[string][]byte) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func TestOutlook(t *testing.T) {
	const p = "__substg1.0_"
	in := "__attach_version1.0_#00000000/" + p + "3701000D/"
	rtf := []byte(`{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Call \b now\b0\par caf\'e9 \u21543?{\*\generator x;}}`)
	packed := binary.LittleEndian.AppendUint32(nil, uint32(len(rtf)+12))
	packed = binary.LittleEndian.AppendUint32(packed, uint32(len(rtf)))
	packed = append(append(packed, "MELA\x00\x00\x00\x00"...), rtf...)
	times := make([]byte, 32)
	times = binary.LittleEndian.AppendUint32(times, 0x0E06<<16|0x0040)
	times = binary.LittleEndian.AppendUint32(times, 6)
	times = binary.LittleEndian.AppendUint64(times, uint64(time.Date(2026, 3, 2, 10, 16, 0, 0, time.UTC).Unix()+11644473600)*1e7)
	raw := compound(map[string][]byte{
		p + "001A001F": wide("IPM.Note"), p + "0037001F": wide("Fwd: 答案"), p + "1000001F": wide("look at this, ann.lee@mail.test"),
		p + "0C1A001F": wide("Ann"), p + "5D01001F": wide("ann@home.test"), "__properties_version1.0": times,
		"__recip_version1.0_#00000000/" + p + "39FE001F": wide("desk@abuse.test"), "__recip_version1.0_#00000000/" + p + "3001001F": wide("The Desk"),
		in + p + "007D001F": wide("Delivered-To: bea@home.test\r\nFrom: <hello@bright.test>\r\nTo: undisclosed-recipients:;\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"),
		in + p + "001A001F": wide("IPM.Note"), in + p + "10090102": packed,
	})
	list, err := Read("x.msg", strings.NewReader(string(raw)))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d messages, error %v", len(list), err)
	}
	m := list[0]
	if m.Sender != "hello@bright.test" || m.Recipients[0] != (Contact{identity.Email, "bea@home.test", "nested delivered-to"}) || !strings.Contains(m.Text, "Call now\ncafé 吧") ||
		!strings.Contains(m.Text, "look at this") || len(m.Unreadable) > 0 {
		t.Errorf("got %+v", m)
	}
	for cut := 512; cut < len(raw); cut += 1024 { // torn files neither crash nor hang
		Read("torn.msg", strings.NewReader(string(raw[:cut])))
	}
}
