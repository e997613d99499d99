package cli

import (
	"strings"
	"testing"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
)

// TestRemedies: what is named helps against what the trees keyed on, and nothing
// is named where canaries do not show.
func TestRemedies(t *testing.T) {
	columns := []fingerprint.Column{{Name: "mail", Kind: identity.Email}, {Name: "tel", Kind: identity.Phone}, {Name: "town", Kind: identity.City}}
	one := canary.Contacts{Domains: []string{"a.example"}, AddressBits: 48}
	numbers := canary.Contacts{Domains: []string{"a.example", "b.example"}, Phones: []string{"1"}, AddressBits: 48}
	for _, c := range []struct {
		alone, with float64
		keyed       string
		contacts    canary.Contacts
		says, not   string
	}{
		{0.5, 0.55, "mail: length", one, "", "bits"},
		{0.5, 0.9, "mail: length", one, "--address-bits below 48", "phones"},
		{0.5, 0.9, "mail: usual letters", one, "pool add domain", "phones"},
		{0.5, 0.9, "tel: digits", one, "in place of", "bits"},
		{0.5, 0.9, "tel: digits", numbers, "should look like the table's", "bits"},
		{0.5, 0.9, "mail: length", numbers, "--address-bits", "pool add domain"},
		{0.8, 0.82, "town: length", one, "no pool helps", "bits"},
	} {
		d := canary.Detection{AUC: c.alone, StdErr: 0.02, KeyedOn: []string{c.keyed}, Measured: true}
		d.Contacts = &canary.Detection{AUC: c.with, KeyedOn: []string{c.keyed}}
		said := strings.ReplaceAll(rowsRemedy(d)+contactsRemedy(d, c.contacts, columns), "take the place of", "in place of")
		if !strings.Contains(said, c.says) || strings.Contains(said, c.not) || (c.says == "") != (said == "") {
			t.Errorf("%+v: %q", c, said)
		}
	}
}
