package alias

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"telltale/internal/identity"
	"telltale/internal/key"
)

func allForms() (out []Form) {
	for _, words := range []string{"en", "de", "ja", "zh"} {
		for _, sign := range []string{"", ".", "_", "-"} {
			for _, title := range []bool{false, true} {
				for _, digits := range []bool{false, true} {
					out = append(out, Form{words, sign, title, digits})
				}
			}
		}
	}
	return out
}

func TestFormsAreInverted(t *testing.T) {
	const seed = 12
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, f := range allForms() {
		if g, err := ParseForm(f.String()); err != nil || g != f {
			t.Errorf("%+v is read as %+v: %v", f, g, err)
		}
		for i := range 3000 {
			code := r.Uint64() >> (64 - Bits)
			if i < Bits {
				code = 1 << i
			}
			s := f.spell(code)
			if got, ok := f.read(strings.ToLower(s)); !ok || got != code {
				t.Fatalf("%v: %#x is spelt %q and read %#x, %v", f, code, s, got, ok)
			}
			if v, ok := identity.Canonical(identity.Email, s+"@relay.example", ""); !ok || v != strings.ToLower(s)+"@relay.example" {
				t.Fatalf("%v: %q is no plain address", f, s)
			}
			if f.Sign == "" && strings.ContainsAny(strings.Replace(s, ".", "", 1), allSigns) || f.Digits != strings.ContainsAny(s, "0123456789") || f.Title != (s != strings.ToLower(s)) {
				t.Fatalf("%v: %q", f, s)
			}
		}
	}
	for _, s := range []string{"de", "de,.,lower", "fr,.,lower,digits", "de,+,lower,digits", "de,..,lower,digits", "de,.,upper,digits"} {
		if f, err := ParseForm(s); err == nil {
			t.Errorf("%q is read as %+v", s, f)
		}
	}
}

// TestSyllablesFallApartOneWay tries all pairs and the triples of every
// sixty-first: what begins with a consonant and ends with a vowel, n or ng can be cut in
// one place only.
func TestSyllablesFallApartOneWay(t *testing.T) {
	zh := tongues()["zh"]
	seen := map[string]string{}
	check := func(parts ...string) {
		s := strings.Join(parts, "")
		if was, ok := seen[s]; ok && was != strings.Join(parts, " ") {
			t.Fatalf("%q is %q and %q", s, was, parts)
		}
		seen[s] = strings.Join(parts, " ")
	}
	all := append(append([]string{}, zh.syllable.words...), zh.first.words...)
	for i, a := range all {
		check(a)
		for j, b := range all {
			check(a, b)
			for k := (i*7 + j) % 61; k < len(all); k += 61 {
				check(a, b, all[k])
			}
		}
	}
}

// TestFormsLookLikeTheColumn.
func TestFormsLookLikeTheColumn(t *testing.T) {
	for _, c := range []struct {
		locale, addresses string
		want              Form
	}{
		{"en-GB", "ann.lee@a.example bob.roe7@a.example cy.poe@b.example", Form{"en", ".", false, true}},
		{"de-DE", "Anna_Graf@a.example Uwe_Haas@a.example", Form{"de", "_", true, false}},
		{"de-AT", "anna@a.example uwe@a.example", Form{"de", "", false, false}},
		{"zh-CN", "wangwei88@a.example lina2001@b.example", Form{"zh", "", false, true}},
		{"zh-TW", "wang.wei@a.example", Form{"zh", ".", false, false}},
		{"ja-JP", "sato-yuki1@a.example", Form{"ja", "-", false, true}},
		{"fr-FR", "LEA@a.example", Form{"en", "", false, false}},
		{"", "", Form{"en", "", false, true}},
	} {
		if got := FormOf(c.locale, strings.Fields(c.addresses)); got != c.want {
			t.Errorf("%s, %s: %v, want %v", c.locale, c.addresses, got, c.want)
		}
	}
}

// TestBookReadsForms: a book that accepts a form reads it and the first one,
// and others not.
func TestBookReadsForms(t *testing.T) {
	master := key.Secret{7}
	zh, de := Form{"zh", "", false, true}, Form{"de", ".", false, true}
	book := NewBook("orders", []string{"acme", "bolt"}, master)
	book.Accept(zh)
	for i := range 200 {
		book.Add(fmt.Sprintf("person%d@example.org", i))
	}
	issue := NewIssuer("orders", "bolt", master)
	for i := range 200 {
		email := fmt.Sprintf("person%d@example.org", i)
		for _, f := range []Form{{}, zh, de} {
			address, ok := issue.In(f).Address(email, "relay.example")
			hit, read := book.Read(address)
			if !ok || read != (f != de) || read && (hit.Recipient != "bolt" || hit.Email != email) {
				t.Fatalf("%v: %q is %+v, %v", f, address, hit, read)
			}
		}
	}
}

// TestFormsAreFrozen: addresses that were issued are read for ever.
func TestFormsAreFrozen(t *testing.T) {
	for form, want := range frozenForms {
		f, err := ParseForm(form)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := NewIssuer("orders", "acme", key.Secret{1, 2, 3}).In(f).Address("ann@example.org", "relay.example"); got != want {
			t.Errorf("%q: %q, want %q", form, got, want)
		}
	}
}

var frozenForms = map[string]string{
	"":                   "cheyanne.kozey.rifiwose54599@relay.example",
	"en,,lower,letters":  "cheyannekozeyrafiwisomekaveba@relay.example",
	"en,,lower,digits":   "cheyannekozeyrafiwiso218397@relay.example",
	"en,.,lower,letters": "cheyanne.kozey.rafiwisomekaveba@relay.example",
	"en,.,lower,digits":  "cheyanne.kozey.rafiwiso218397@relay.example",
	"en,.,title,letters": "Cheyanne.Kozey.Rafiwisomekaveba@relay.example",
	"en,.,title,digits":  "Cheyanne.Kozey.Rafiwiso218397@relay.example",
	"en,_,lower,letters": "cheyanne_kozey_rafiwisomekaveba@relay.example",
	"en,_,lower,digits":  "cheyanne_kozey_rafiwiso218397@relay.example",
	"de,,lower,letters":  "elenahaferkamprafiwisomekaveba@relay.example",
	"de,,lower,digits":   "elenahaferkamprafiwiso218397@relay.example",
	"de,.,lower,letters": "elena.haferkamp.rafiwisomekaveba@relay.example",
	"de,.,lower,digits":  "elena.haferkamp.rafiwiso218397@relay.example",
	"de,.,title,letters": "Elena.Haferkamp.Rafiwisomekaveba@relay.example",
	"de,.,title,digits":  "Elena.Haferkamp.Rafiwiso218397@relay.example",
	"de,_,lower,letters": "elena_haferkamp_rafiwisomekaveba@relay.example",
	"de,_,lower,digits":  "elena_haferkamp_rafiwiso218397@relay.example",
	"ja,,lower,letters":  "tatsuyaiwatakehinuwadagazusi@relay.example",
	"ja,,lower,digits":   "tatsuyaiwatakehinuwada27299@relay.example",
	"ja,.,lower,letters": "tatsuya.iwata.kehinuwadagazusi@relay.example",
	"ja,.,lower,digits":  "tatsuya.iwata.kehinuwada27299@relay.example",
	"ja,.,title,letters": "Tatsuya.Iwata.Kehinuwadagazusi@relay.example",
	"ja,.,title,digits":  "Tatsuya.Iwata.Kehinuwada27299@relay.example",
	"ja,_,lower,letters": "tatsuya_iwata_kehinuwadagazusi@relay.example",
	"ja,_,lower,digits":  "tatsuya_iwata_kehinuwada27299@relay.example",
	"ja,-,lower,letters": "tatsuya-iwata-kehinuwadagazusi@relay.example",
	"ja,-,lower,digits":  "tatsuya-iwata-kehinuwada27299@relay.example",
	"zh,,lower,letters":  "xuqiaoqiangnaozonglingjiaocao@relay.example",
	"zh,,lower,digits":   "xuqiaoqiangnaozong873590@relay.example",
	"zh,.,lower,letters": "xuqiaoqiang.naozonglingjiaocao@relay.example",
	"zh,.,lower,digits":  "xuqiaoqiang.naozong873590@relay.example",
	"zh,.,title,letters": "XuQiaoqiang.Naozonglingjiaocao@relay.example",
	"zh,.,title,digits":  "XuQiaoqiang.Naozong873590@relay.example",
	"zh,_,lower,letters": "xuqiaoqiang_naozonglingjiaocao@relay.example",
	"zh,_,lower,digits":  "xuqiaoqiang_naozong873590@relay.example",
}

func FuzzReadForms(f *testing.F) {
	forms := allForms()
	for i, form := range forms {
		f.Add(form.spell(uint64(i)<<50|12345), i)
	}
	f.Fuzz(func(t *testing.T, s string, i int) {
		form := forms[uint(i)%uint(len(forms))]
		if code, ok := form.read(strings.ToLower(s)); ok && !strings.EqualFold(form.spell(code), s) {
			t.Errorf("%v: %q is read as %#x, which is %q", form, s, code, form.spell(code))
		}
	})
}
