package identity

import (
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/canonical.json anew")

// vector freezes a canonical spelling: link indexes hold hashes of it.
type vector struct {
	Kind      Kind   `json:"kind"`
	Locale    string `json:"locale"`
	Value     string `json:"value"`
	Canonical string `json:"canonical"`
}

func TestVectors(t *testing.T) {
	const path = "testdata/canonical.json"
	if *update {
		writeVectors(t, path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(raw, &vectors); err != nil || len(vectors) < 100 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		if got, ok := Canonical(v.Kind, v.Value, v.Locale); !ok || got != v.Canonical {
			t.Errorf("Canonical(%s, %q, %q) = %q, frozen as %q", v.Kind, v.Value, v.Locale, got, v.Canonical)
		}
	}
}

func writeVectors(t *testing.T, path string) {
	var vectors []vector
	for _, c := range spellings {
		for _, group := range c.groups {
			for _, v := range group {
				vectors = append(vectors, vector{c.kind, c.locale, v, group[0]})
			}
		}
	}
	raw, err := json.MarshalIndent(vectors, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
