package identity

import (
	"testing"
)

// Every spelling of a row has one canonical form, and no two rows share one.
var spellings = []struct {
	kind   Kind
	locale string
	groups [][]string
}{
	{Phone, "en-GB", [][]string{
		{"+441835703597", "01835-703597", "01835 703597", "1835703597", "+44 1835 703597", "+44 (0)1835 703597", "0044 1835 703597", "441835703597", "０１８３５ ７０３５９７", "1835703597.0", " 01835.703597", "'01835703597", "tel:+44-1835-703597"},
		{"+441835703598", "01835-703598"},
		{"+8613800138000", "+86 138 0013 8000", "0086-13800138000"},
		{"+493012345678", "+49 (030) 12345678", "0049 30 12345678"},
		{"+13235550100", "001 323 555 0100"},
		{"+441835703597;ext=12", "01835-703597 x12", "01835 703597 ext. 12"},
		{"+390212345678", "+39 02 1234 5678"},
	}},
	{Phone, "en-US", [][]string{
		{"+13235550100", "(323) 555-0100", "323.555.0100", "1-323-555-0100", "+1 323 555 0100", "3235550100", "011 1 323 555 0100"},
		{"+441835703597", "011 44 1835 703597", "+44 01835 703597"},
	}},
	{Phone, "zh-CN", [][]string{
		{"+8613800138000", "13800138000", "138-0013-8000", "138 0013 8000", "8613800138000", "+86 13800138000", "008613800138000", "１３８００１３８０００"},
		{"+861012345678", "010-12345678", "(010)12345678", "+86 10 1234 5678"},
	}},
	{Phone, "it-IT", [][]string{{"+390212345678", "02 1234 5678", "0039 02 12345678"}}},
	{Phone, "", [][]string{
		{"1835703597", "01835-703597", "01835 703597"},
		{"+8613800138000", "13800138000", "86 138 0013 8000", "+86-138-0013-8000"},
		{"+441835703597", "+44 (0)1835 703597", "00441835703597"},
	}},
	{Email, "", [][]string{
		{"ann.lee@example.com", "Ann.Lee@Example.COM", "<ann.lee@example.com>", "mailto:ann.lee@example.com", "Ann Lee <ann.lee@example.com>", "ａｎｎ.lee＠example.com", " ann.lee@example.com ", "ann.lee@exam\u200bple.com"},
		{"annlee@example.com"},
		{"ann.lee+x@example.com"},
		{"a@xn--mnchen-3ya.de", "a@MÜNCHEN.de", "a@münchen.de"},
	}},
	{NationalID, "zh-CN", [][]string{
		{"11010519491231002X", "11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ", "110105491231002"},
		{"123456789", "123-45-6789", "123 45 6789"},
		{"12345678", "012345678", "012-34-5678", "12345678.0"},
	}},
	{Serial, "", [][]string{
		{"12345", "0012345", "12345.0", " 12345", "１２３４５", "12,345", "=\"0012345\""},
		{"sf-1234", "SF-1234", "sf-1234 "},
		{"sf1234", "SF 1234"},
	}},
	{Name, "", [][]string{
		{"ann lee", "Ann Lee", "LEE, ANN", "Ms. Ann Lee", "ann  lee", "Ａｎｎ　Ｌｅｅ"},
		{"goncalves luis", "Luís Gonçalves", "LUIS GONCALVES", "Gonçalves, Luís"},
		{"hugh oreilly", "Hugh O'Reilly", "Hugh O’Reilly", "OREILLY, HUGH"},
		{"王小明", "王 小明", "王小明先生", "王　小　明"},
		{"张伟", "張偉"},
	}},
	{FamilyName, "", [][]string{{"van der berg", "Van der Berg", "VAN-DER-BERG"}, {"berg"}}},
	{Address, "", [][]string{
		{"14 taylor", "14 Taylor St", "14 Taylor Street", "14, TAYLOR ST.", "14 taylor street"},
		{"5 taylor", "5 Taylor Rd"},
		{"319 n frances", "319 N. Frances Street", "319 North Frances St"},
		{"8210 111 nw", "8210 111 ST NW", "8210 111th Street N.W.", "8210 111 Street North West"},
		{"tauentzien 8", "Tauentzienstraße 8", "Tauentzienstr. 8", "TAUENTZIENSTRASSE 8"},
		{"北京朝阳区建国路88 3", "北京市朝阳区建国路88号3室", "北京朝阳区建国路８８號3室", "北京市 朝阳区 建国路 88号 3室"},
	}},
	{Address, "zh-CN", [][]string{{"人民路88 12 3", "人民路88号12栋3单元", "人民路88号十二号楼三单元"}, {"人民路88 20", "人民路88号二十层", "人民路八十八号20层"}}},
	{Organisation, "", [][]string{
		{"elliott john w", "Elliott, John W Esq", "ELLIOTT JOHN W. ESQ."},
		{"smith sons", "Smith & Sons Ltd", "Smith and Sons Limited", "SMITH & SONS LTD."},
		{"weiss spirt guyer", "Weiss Spirt & Guyer"},
		{"北京小米科技", "北京小米科技有限公司", "北京小米科技有限责任公司"},
	}},
	{Country, "", [][]string{{"us", "USA", "United States", "United-States", "U.S.A.", "美国"}, {"gb", "UK", "United Kingdom", "Great Britain", "英国"}, {"cn", "China", "中国", "中华人民共和国"}}},
	{Region, "", [][]string{{"nsw", "New South Wales", "NSW"}, {"广东", "广东省"}, {"kent", "Kent"}}},
	{City, "", [][]string{{"st stephens ward", "St. Stephens Ward", "SAINT STEPHENS WARD"}, {"石家庄", "石家庄市"}, {"sao paulo", "São Paulo"}}},
	{Postcode, "", [][]string{{"ct27pp", "CT2 7PP", "ct27pp", "CT27PP"}, {"2113", "02113", "2113.0"}, {"12227000", "12227-000"}}},
	{Date, "en-GB", [][]string{
		{"2021-04-03", "03/04/2021", "3.4.2021", "20210403", "2021/4/3", "2021年4月3日", "3 Apr 2021", "April 3, 2021", "Sat, 3 April 2021", "2021-04-03 00:00:00", "2021-04-03T00:00:00Z", "44289", "03/04/21", "3-Apr-21", "２０２１-０４-０３"},
		{"1908-12-09", "19081209", "09/12/1908"},
		{"2021-12-25", "12/25/2021"},
	}},
	{Date, "en-US", [][]string{{"2021-04-03", "04/03/2021", "4/3/21"}, {"2021-12-25", "25/12/2021"}}},
	{Date, "en-GB-x-mdy", [][]string{{"2021-04-03", "04/03/2021"}}},
	{Time, "", [][]string{
		{"2021-04-03 15:04:05", "2021-04-03T15:04:05Z", "2021/4/3 3:04:05 PM", "20210403150405", "2021-04-03 15:04:05.000+08:00", "2021年4月3日 15时04分05秒", "2021年4月3日 下午3:04:05"},
		{"15:04:00", "15:04", "3:04 pm"},
		{"2021-04-03 15:04:05.25", "2021-04-03T15:04:05.250"},
	}},
	{Number, "", [][]string{
		{"1234.5", "1,234.50", "1234.50", "１２３４.５", "+1234.5", "$1,234.50", "1 234.50", "1.2345E+3", "1.234,50", "£ 1234.5"},
		{"-5", "(5)", "-5.00", "5-", "-$5"},
		{"1234", "1,234", "1234.0", "01234"},
		{"1.2340", "1.234"},
		{"0", "-0.00", "0.0"},
		{"0.05", ".05", "5e-2"},
	}},
	{Number, "de-DE", [][]string{{"1234.5", "1.234,50", "1234,5"}, {"1234", "1.234"}, {"1.2340", "1,234"}}},
	{Integer, "", [][]string{{"12", "12.0", "012"}}},
	{URL, "", [][]string{{"example.com/a/B?x=1", "http://www.Example.com/a/B?x=1", "https://example.com:443/a/B?x=1#f"}, {"example.com", "www.example.com", "http://example.com/"}}},
	{Category, "", [][]string{{"never-married", " Never-married", "NEVER-MARRIED "}}},
	{Text, "", [][]string{{"hello world", "Hello  World", "ＨＥＬＬＯ world"}}},
}

func TestSpellings(t *testing.T) {
	for _, c := range spellings {
		seen := map[string]string{}
		for _, group := range c.groups {
			for _, v := range group {
				got, ok := Canonical(c.kind, v, c.locale)
				if !ok || got != group[0] {
					t.Errorf("Canonical(%s, %q, %q) = %q, %v, want %q", c.kind, v, c.locale, got, ok, group[0])
				}
			}
			if other, taken := seen[group[0]]; taken {
				t.Errorf("%s: %q and %q share a form", c.kind, other, group[0])
			}
			seen[group[0]] = group[0]
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		v    string
	}{
		{Phone, ""}, {Phone, "hello"}, {Phone, "12"}, {Phone, "0000000"}, {Phone, "12345678901234567890"}, {Phone, "ann@example.com"},
		{Email, "ann"}, {Email, "ann@"}, {Email, "@x.com"}, {Email, "a b@x.com"}, {Email, "a@b"}, {Email, "jamesd75collins.biz"},
		{NationalID, "3.50102E+17"}, {NationalID, "abc"}, {Serial, "3.50102E+17"}, {Serial, "--"}, {Serial, " "},
		{Name, "12"}, {Name, "..."}, {Address, ",,"}, {Postcode, "London"}, {Date, "2021-02-30"}, {Date, "hello"},
		{Date, "2021-04-03 10:00"}, {Date, "15:04"}, {Time, "25:00"}, {Time, "12"}, {Number, "1.2.3"}, {Number, "abc"}, {Number, "1,23,4"}, {Number, "12 34"},
		{Integer, "1.5"}, {URL, "hello"}, {URL, "a b.com"}, {Text, "  "}, {Kind("none"), "x"},
	} {
		if got, ok := Canonical(c.kind, c.v, ""); ok {
			t.Errorf("Canonical(%s, %q) = %q, want refusal", c.kind, c.v, got)
		}
	}
}
