package identity

import (
	"os"
	"strings"
	"testing"
)

// patterns: where the rules of the exchanged spellings apply.
var patterns = map[string][]string{
	"en street":    {"address:12 Zorn %", "organisation:Zorn % Stores", "city:Zorn %"},
	"en closing":   {"organisation:Zorn %", "address:12 Zorn %"},
	"en last":      {"organisation:Zorn %", "address:12 Zorn %"},
	"en number":    {"address:% 12, 5 Zorn", "organisation:Zorn % 12"},
	"en direction": {"address:12 % Zorn", "city:% Zorn", "organisation:% Zorn"},
	"en within":    {"address:12 Zorn % Hill", "organisation:Zorn % Stores"},
	"en ordinal":   {"address:12 % Street Zorn", "organisation:% Zorn"},
	"en title":     {"name:% Zorn", "address:12 % Zorn"},
	"en month":     {"address:12 % Zorn", "organisation:% Zorn"},
	"en front":     {"address:12 % Zorn", "city:% Zorn", "organisation:% Zorn"},
	"en between":   {"organisation:Zorn % Sons", "address:Zorn % Sons"},
	"zh counted":   {"address:人民路12%301"},
	"zh final":     {"address:人民路12号301%"},
	"zh storey":    {"address:人民路12号3%"},
	"zh junction":  {"address:人民%12号"},
	"zh dash":      {"address:人民路12%3号"},
	"zh province":  {"address:%朝阳区人民路12号"},
	"zh city":      {"address:%朝阳区人民路12号"},
}

// Spellings that marks exchange must have one canonical form.
func TestVariantsMeet(t *testing.T) {
	for _, name := range []string{"en", "zh"} {
		raw, err := os.ReadFile("../../fingerprint/variants/" + name + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range tsv(string(raw)) {
			spellings := strings.Split(row[2], "|")
			for _, pattern := range patterns[name+" "+row[0]] {
				k, before, _ := strings.Cut(pattern, ":")
				want, _ := Canonical(Kind(k), strings.Replace(before, "%", spellings[0], 1), "")
				for _, s := range spellings[1:] {
					v := strings.Replace(before, "%", s, 1)
					if got, ok := Canonical(Kind(k), v, ""); !ok || got != want {
						t.Errorf("Canonical(%s, %q) = %q, but with %s %q", k, v, got, spellings[0], want)
					}
				}
			}
		}
	}
}
