package identity

import "testing"

var plainForms = []struct {
	kind Kind
	name string
	v    string
}{
	{Phone, "e164", "+441835703597"}, {Phone, "national", "01835-703597"}, {Phone, "digits", "01835703597"}, {Phone, "library", "+5511999887766"},
	{Email, "canonical", "atomkiewicz@hotmail.com"}, {Email, "capitals", "ATomkiewicz@Hotmail.com"},
	{NationalID, "resident", "11010519491231002X"}, {NationalID, "ssn", "123-45-6789"},
	{Serial, "code", "rec-223-org"}, {Serial, "capitals", "SF1234567890"}, {Serial, "zeros", "00012345"},
	{Name, "full", "Ann Mary Lee"}, {GivenName, "one", "Aleshia"}, {FamilyName, "chinese", "王小明"},
	{Organisation, "latin", "Alan D Rosenburg Cpa Pc"}, {Address, "english", "14 Taylor St"}, {Address, "chinese", "北京市朝阳区建国路88号3室"},
	{City, "latin", "St. Stephens Ward"}, {Region, "latin", "Kent"}, {Country, "latin", "United Kingdom"}, {Postcode, "british", "CT2 7PP"},
	{Date, "iso", "2021-04-03"}, {Date, "packed", "19081209"}, {Date, "slashes", "03/04/2021"}, {Time, "iso", "2021-04-03 15:04:05"},
	{Number, "decimal", "1234.5"}, {Number, "grouped", "1,234.50"}, {Integer, "plain", "42"}, {Category, "plain", "Never-married"},
	{URL, "plain", "http://www.alandrosenburgcpapc.co.uk"}, {Text, "plain", "hello world"},
}

func BenchmarkCanonical(b *testing.B) {
	for _, c := range plainForms {
		b.Run(string(c.kind)+"/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := Canonical(c.kind, c.v, "en-GB"); !ok {
					b.Fatal("refused")
				}
			}
		})
	}
}

func TestPlainFormsAllocateOnce(t *testing.T) {
	for _, c := range plainForms {
		if !ascii(c.v) {
			continue
		}
		if n := testing.AllocsPerRun(100, func() { Canonical(c.kind, c.v, "en-GB") }); n > 1 {
			t.Errorf("Canonical(%s, %q) allocates %v times", c.kind, c.v, n)
		}
		s, ok := Canonical(c.kind, c.v, "en-GB")
		if !ok {
			t.Errorf("Canonical(%s, %q) refused", c.kind, c.v)
		}
		if n := testing.AllocsPerRun(100, func() { Canonical(c.kind, s, "en-GB") }); n > 0 {
			t.Errorf("Canonical(%s, %q), canonical already, allocates %v times", c.kind, s, n)
		}
	}
}
