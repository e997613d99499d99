package fingerprint

import (
	"bytes"
	"encoding/json"
	"testing"

	"telltale/internal/budget"
)

// FuzzCarrier holds the laws of carriers for any of them and any value.
func FuzzCarrier(f *testing.F) {
	for _, s := range [][3]string{
		{"number:0.01", "", "1,234.50"}, {"number:5:comma", "de-DE", "1.234,5"}, {"time:s", "en-US", "Mon Mar  2 10:16:00 2026"}, {"time:d:dmy", "", "02.03.26"},
		{"text", "", "12 Mill Street, Flat 3"}, {"natural", "", "１２００"}, {"coordinate:5", "", "-0.12345"}, {"category:a|b:c|d", "", "a"}, {"form:phone", "", "030-1234567"},
		{"form:web", "", "HTTP://Example.org"}, {"form:name", "", "o'neil"}, {"form:space", "", "a  b"}, {"number:1e309", "", "-"}, {"time:ms", "", "9223372036854775807"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, spec, locale, value string) {
		c, err := ParseCarrier(spec, locale)
		if err != nil {
			return
		}
		if again, err := ParseCarrier(c.Name(), locale); err != nil || again.Name() != c.Name() {
			t.Errorf("%q is called %q, which is %v", spec, c.Name(), err)
		}
		value = string(budget.Grown([]byte(value)))
		budget.Check(t, len(value), func() { checkLaws(t, c, value) })
	})
}

// FuzzScheme reads the rules of a dataset.
func FuzzScheme(f *testing.F) {
	f.Add([]byte(`{"version":1,"columns":[{"name":"id","kind":"serial","key":true},{"name":"amount","kind":"number","carrier":"number:0.01","min":"0","max":"9"}],"coalition":4,"density":0.5,"locale":"en-GB"}`))
	f.Add([]byte(`{"version":1,"columns":[{"name":"a","noted":true,"carrier":"category:x|y"}],"joint":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Scheme
		budget.Check(t, len(text), func() {
			s = Scheme{}
			if json.Unmarshal(text, &s) != nil || s.Validate() != nil {
				s = Scheme{}
			}
		})
		if s.Version == 0 {
			return
		}
		first, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var again Scheme
		if err := json.Unmarshal(first, &again); err != nil || again.Validate() != nil {
			t.Fatalf("%s cannot be read again: %v", first, err)
		}
		if second, _ := json.Marshal(again); !bytes.Equal(first, second) {
			t.Errorf("%s is written again as %s", first, second)
		}
	})
}
