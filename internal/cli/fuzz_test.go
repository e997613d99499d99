package cli

import (
	"testing"

	"telltale/internal/budget"
	"telltale/internal/key"
	"telltale/store"
)

// FuzzPolicy reads policy and configuration files; what is wrong is told in one
// line or a few, without control characters.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte("key = [\"id\"]\nidentity = [\"phone\"]\n[carriers]\namount = \"number:0.01\"\n"))
	f.Add([]byte("registry = \"x\"\nalpha = 1e-6\nkey_file = \"\\u202e\"\n[[a]]\nb.c.d = {e=[[[[]]]]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		text = budget.Grown(text)
		budget.Check(t, len(text), func() {
			for _, into := range []any{new(policy), new(config)} {
				if err := decodeTOML(text, into); err != nil && len(err.Error()) > 4096 {
					t.Errorf("an error of %d bytes: %.200s", len(err.Error()), err)
				}
			}
		})
	})
}

// FuzzSecret reads the documents that are sealed in the registry, by whoever
// held its key: eras, the secrets for links, sightings. What is taken has whole
// secrets.
func FuzzSecret(f *testing.F) {
	f.Add(era{secret: key.Secret{1}, reader: &key.Secret{2}, public: []byte("p")}.doc(true))
	f.Add([]byte(`{"row/people":"AQ==","link/people":null}`))
	f.Add([]byte(`{"secret":[1,2],"reader":""}`))
	f.Fuzz(func(t *testing.T, plain []byte) {
		budget.Check(t, len(plain), func() {
			k := keyring{eras: map[string]era{}, keys: []store.Key{{ID: "k1", Role: store.Whole}}}
			if err := k.addEra("k1", plain); (err == nil) != (len(k.eras) == 1) {
				t.Errorf("%q: %d eras, %v", plain, len(k.eras), err)
			}
			if e, ok := k.eras["k1"]; ok {
				again := keyring{eras: map[string]era{}, keys: k.keys}
				if err := again.addEra("k1", e.doc(true)); err != nil || again.eras["k1"].secret != e.secret {
					t.Errorf("%q is not read again: %v", plain, err)
				}
			}
			if l, err := linkingOf(plain); err != nil && l != nil {
				t.Errorf("%q: secrets and %v", plain, err)
			}
		})
	})
}
