package identity

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		text, locale string
		want         string // KIND CANONICAL, comma between
	}{
		{"call 01835-703597 or +44 20 7946 0958 now", "en-GB", "phone +441835703597, phone +442079460958"},
		{"WINNER!! claim call 09061701461. Claim code KL341", "en-GB", "phone +449061701461"},
		{"加微信13800138000，邮箱abc@Example.com联系", "zh-CN", "phone +8613800138000, email abc@example.com"},
		{"电话：１３８　００１３　８０００。", "zh-CN", "phone +8613800138000"},
		{"call 1 3 8 0 0 1 3 8 0 0 0!", "zh-CN", "phone +8613800138000"},
		{"1\u200b38\u200b00138000", "zh-CN", "phone +8613800138000"},
		{"①③⑧00138000", "zh-CN", "phone +8613800138000"},
		{"13800138000 13900139000", "zh-CN", "phone +8613800138000, phone +8613900139000"},
		{"mail ann.lee [at] example (dot) com please", "", "email ann.lee@example.com"},
		{"ann at example dot com", "", "email ann@example.com"},
		{"ann＠example．com", "", "email ann@example.com"},
		{"meet me at noon. dot the i", "", ""},
		{"see http://www.Example.com/Win?x=1. Or www.foo.co.uk!", "", "url example.com/Win?x=1, url foo.co.uk"},
		{"点击http://t.cn/AbC1领取", "", "url t.cn/AbC1"},
		{"hxxp://evil.example.top/a", "", "url evil.example.top/a"},
		{"visit bit.ly/xyz today", "", "url bit.ly/xyz"},
		{"on 2021-04-03 we paid 1,234.50 for 12 items, order 123456", "", ""},
		{"ratio 3.14159265, ip 192.168.100.100", "", ""},
		{"(323) 555-0100", "en-US", "phone +13235550100"},
		{"mailto:a.b@x.org, b@y.org", "", "email a.b@x.org, email b@y.org"},
		{"", "", ""},
	} {
		var got []string
		for _, f := range FindIn(c.text, c.locale) {
			got = append(got, string(f.Kind)+" "+f.Canonical)
			if c.text[f.Start:f.End] != f.Value {
				t.Errorf("%q: Value %q is not text[%d:%d]", c.text, f.Value, f.Start, f.End)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("FindIn(%q, %q) = %s, want %s", c.text, c.locale, s, c.want)
		}
	}
}

func TestFindSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyValue(t) + rapid.SampledFrom([]string{"", " a@b.com ", "13800138000", " 1 3 8 0 0 1 3 8 0 0 0"}).Draw(t, "contact") + anyValue(t)
		end := 0
		for _, f := range Find(text) {
			if f.Start < end || f.End <= f.Start || text[f.Start:f.End] != f.Value || f.Canonical == "" {
				t.Fatalf("Find(%q) has %+v after %d", text, f, end)
			}
			end = f.End
		}
	})
}

func TestMask(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		v, want string
	}{
		{Phone, "+441835703597", "+44****3597"}, {Phone, "01835-703597", "****3597"}, {Phone, "13800138000", "+86****8000"}, {Phone, "+390212345678", "+39****5678"},
		{Email, "atomkiewicz@hotmail.com", "a***@h***.com"}, {Name, "王小明", "王**"}, {Name, "王明", "王*"}, {Name, "Ann Lee", "A*** L***"},
		{NationalID, "11010519491231002X", "11****2X"}, {Date, "19081209", "1908-**-**"}, {Serial, "17", "17"}, {Serial, "SF1234567890", "SF****7890"},
		{Address, "14 Taylor St", "14****"}, {Postcode, "CT2 7PP", "CT****"}, {URL, "http://www.x.co.uk/a", "x***.uk/***"}, {City, "London", "London"},
		{Text, "a", "****"}, {Email, "none", "n****"}, {Phone, "", ""},
	} {
		if got := Mask(c.kind, c.v); got != c.want {
			t.Errorf("Mask(%s, %q) = %q, want %q", c.kind, c.v, got, c.want)
		}
	}
}

// A mask never holds the value, nor more than half of the digits of a phone.
func TestMaskHides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(t)
		for _, k := range []Kind{Phone, Email, NationalID, Name, Address, Postcode, Text, Organisation, URL} {
			if got := Mask(k, v); len(v) > 8 && strings.Contains(got, strings.TrimSpace(v)) && strings.Trim(v, "*") != "" && trim(v) != "" {
				t.Fatalf("Mask(%s, %q) = %q", k, v, got)
			}
		}
	})
}

func TestChecks(t *testing.T) {
	for c, valid := range map[Check]string{
		Luhn: "4539 1488 0343 6467", ResidentID: "11010519491231002x", IBAN: "GB82 WEST 1234 5698 7654 32",
		EAN13: "4006381333931", EAN8: "73513537", UPS: "1Z5R89390357567127", S10: "RB473124829GB",
	} {
		if !c.Valid(valid) {
			t.Errorf("%s refuses %q", c, valid)
		}
		if fixed, ok := c.Fix(valid); !ok || !strings.EqualFold(fixed, valid) {
			t.Errorf("%s.Fix(%q) = %q, %v", c, valid, fixed, ok)
		}
		for i := range valid {
			broken := []byte(valid)
			if valid[i] < '0' || valid[i] > '9' {
				continue
			}
			broken[i] = '0' + (valid[i]-'0'+1)%10
			if c.Valid(string(broken)) {
				t.Errorf("%s takes %q", c, broken)
			}
		}
	}
	if !ValidResident("11010519491231002X") || ValidResident("11010519491331002X") {
		t.Error("ValidResident ignores the date")
	}
}

func TestDetectCheck(t *testing.T) {
	var cards, serials []string
	for i := range 40 {
		s := "453914880343" + string(rune('0'+i%10)) + string(rune('0'+i/10)) + "00"
		fixed, _ := Luhn.Fix(s)
		cards, serials = append(cards, fixed, ""), append(serials, s)
	}
	if c, ok := DetectCheck(cards); !ok || c != Luhn {
		t.Errorf("DetectCheck = %q, %v, want luhn", c, ok)
	}
	if c, ok := DetectCheck(serials); ok {
		t.Errorf("DetectCheck of plain serials = %q", c)
	}
}

func TestHashes(t *testing.T) {
	if got := strings.Join(HashForms(Phone, "+441835703597"), " "); got != "+441835703597 441835703597 1835703597 01835703597" {
		t.Error(got)
	}
	if got := strings.Join(HashForms(Phone, "+8613800138000"), " "); got != "+8613800138000 8613800138000 13800138000" {
		t.Error(got)
	}
	if got := strings.Join(HashForms(Email, "a@b.com"), " "); got != "a@b.com" {
		t.Error(got)
	}
	for v, want := range map[string]string{
		"d41d8cd98f00b204e9800998ecf8427e": "md5 hex", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709": "sha1 HEX",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": "sha256 hex", "1B2M2Y8AsgTpgAmY7PhCfg==": "md5 base64",
		"12345678901234567890123456789012": "", "hello": "", "": "",
	} {
		algo, encoding, ok := LooksHashed(v)
		if got := strings.TrimSpace(algo + " " + encoding); got != want || ok != (want != "") {
			t.Errorf("LooksHashed(%q) = %q, %v, want %q", v, got, ok, want)
		}
	}
}
