package identity

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"telltale/internal/budget"
)

var locales = []string{"", "en-GB", "en-US", "en-AU", "zh-CN", "zh-TW", "ja-JP", "de-DE", "it-IT", "pt-BR", "en-x-mdy", "de-x-comma", "xx-YY", "-", "en-GB-x-mdy"}

// anyValue draws values near to what the kinds look like, and plain noise.
func anyValue(t *rapid.T) string {
	pieces := rapid.SampledFrom([]string{
		"0", "1", "44", "+", "00", "86", "138", "2021", "12", "31", "-", ".", ",", " ", "/", "(", ")", "e", "E+", "@", ".com", "x.de", "street", "St.", "rd", "North", "w",
		"Ltd", "&", "and", "Mr.", "o'", "é", "ß", "Ø", "ｱ", "１", "　", "王", "號", "号", "省", "有限公司", "先生", "年", "月", "日", ":", "T", "Z", "pm", "Jan", "x", "#", "http://", "www.", "\u200b", "\u0301",
		"\xff", "İ", "ſ", "Å", "が", "か\u3099", "한", "ㅎ", "🙂", "'", "\"", "=\"", "%", "€", "一", "十", "str", "strasse", "th", "a", "b", "the",
	})
	if rapid.IntRange(0, 9).Draw(t, "noise") == 0 {
		return string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes"))
	}
	return strings.Join(rapid.SliceOfN(pieces, 0, 9).Draw(t, "pieces"), "")
}

func TestIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		locale := rapid.SampledFrom(locales).Draw(t, "locale")
		v := anyValue(t)
		once, ok := Canonical(k, v, locale)
		if ok != (once != "") {
			t.Fatalf("Canonical(%s, %q, %q) = %q, %v", k, v, locale, once, ok)
		}
		if !ok {
			return
		}
		twice, ok := Canonical(k, once, locale)
		if !ok || twice != once {
			t.Fatalf("Canonical(%s, %q, %q) = %q, and of that %q, %v", k, v, locale, once, twice, ok)
		}
	})
}

// reformattings change the looks of a value and never what it says.
var reformattings = map[string]func(string) string{
	"upper":      strings.ToUpper,
	"blanks":     func(s string) string { return "  " + s + "\u00a0" },
	"wide":       wideDigits,
	"zero width": func(s string) string { return strings.Join(strings.SplitAfter(s, ""), "\u200b") },
	"text cell":  func(s string) string { return "=\"" + s + "\"" },
}

func wideDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && alnum(byte(r)) {
			return r - '0' + '０'
		}
		return r
	}, s)
}

func TestReformattingChangesNothing(t *testing.T) {
	for _, c := range spellings {
		for _, group := range c.groups {
			for name, change := range reformattings {
				if c.kind == URL && name == "upper" {
					continue
				}
				v := change(group[0])
				if got, ok := Canonical(c.kind, v, c.locale); !ok || got != group[0] {
					t.Errorf("%s: Canonical(%s, %q, %q) = %q, %v, want %q", name, c.kind, v, c.locale, got, ok, group[0])
				}
			}
		}
	}
}

func TestPhoneSpellingsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		national := rapid.StringMatching(`[1-9][0-9]{9}`).Draw(t, "national")
		want := "+44" + national
		i := rapid.IntRange(2, 5).Draw(t, "split")
		sep := rapid.SampledFrom([]string{"", " ", "-", ".", " - "}).Draw(t, "sep")
		body := national[:i] + sep + national[i:]
		for _, v := range []string{"0" + body, body, "+44" + sep + body, "+44 (0)" + body, "0044" + sep + body, "(0" + national[:i] + ") " + national[i:]} {
			if got, _ := Canonical(Phone, v, "en-GB"); got != want {
				t.Fatalf("Canonical(%q) = %q, want %q", v, got, want)
			}
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, c := range spellings {
		f.Add(string(c.kind), c.groups[0][0], c.locale)
	}
	f.Fuzz(func(t *testing.T, kind, v, locale string) {
		v = string(budget.Grown([]byte(v)))
		var once string
		var ok bool
		budget.Check(t, len(v), func() { once, ok = Canonical(Kind(kind), v, locale) })
		if !ok {
			return
		}
		if twice, ok := Canonical(Kind(kind), once, locale); !ok || twice != once {
			t.Errorf("Canonical(%s, %q, %q) = %q, and of that %q, %v", kind, v, locale, once, twice, ok)
		}
	})
}
