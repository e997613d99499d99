package identity

import (
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// The table of plain countries agrees with the phone library on its example
// numbers, in every format.
func TestPlainCountriesAgreeWithLibrary(t *testing.T) {
	for _, f := range tsv(phonesTSV) {
		region := f[0]
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
			n := phonenumbers.GetExampleNumberForType(region, kind)
			if n == nil {
				continue
			}
			want := phonenumbers.Format(n, phonenumbers.E164)
			for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL, phonenumbers.RFC3966} {
				v := phonenumbers.Format(n, format)
				if got, ok := Canonical(Phone, v, "en-"+region); !ok || got != want {
					t.Errorf("%s: Canonical(%q) = %q, %v, want %q", region, v, got, ok, want)
				}
			}
		}
	}
}
