package cli

import (
	"testing"

	"telltale/internal/budget"
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
