package canary

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"telltale/internal/identity"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

// vectors freeze what is stored or derived: see docs/format/canaries.md.
type vectors struct {
	Secret  string // hex, of the lookups' key before Derive("canary-lookup")
	Lookups []struct {
		Kind, Value string
		Lookup      uint64
	}
	Filter []struct {
		Kind  string
		Parts []string
		Hash  uint64
	}
	SharedSites []string // of slots 0, 1, 2, hex
	Table       [][]string
	Domains     []string
	Canaries    []Canary // slots 0 and 1 of the table, secret Derive("canary/vectors/acme")
}

func makeVectors() vectors {
	var v vectors
	key := secret("vectors")
	v.Secret = hex.EncodeToString(key[:])
	h := key.Derive("canary-lookup").Hasher()
	for _, id := range [][2]string{{"email", "ann.lee@a.example"}, {"phone", "+447700900123"}, {"name", "ann" + Separator + "lee"}} {
		c := Canary{Identities: []Identity{{Kind: identity.Kind(id[0]), Value: id[1]}}}
		v.Lookups = append(v.Lookups, struct {
			Kind, Value string
			Lookup      uint64
		}{id[0], id[1], Lookups(c, h)[0]})
		v.Filter = append(v.Filter, struct {
			Kind  string
			Parts []string
			Hash  uint64
		}{id[0], []string{id[1]}, entry(identity.Kind(id[0]), id[1])})
	}
	for slot := range 3 {
		s := SharedSite(slot)
		v.SharedSites = append(v.SharedSites, hex.EncodeToString(s[:]))
	}
	tab := people(12)
	v.Table, v.Domains = tab.rows, []string{"a.example", "b.example"}
	cs, err := learn(tab).Mint(key.Derive("canary/vectors/acme"), 2, Contacts{Domains: v.Domains})
	if err != nil {
		panic(err)
	}
	for i := range cs {
		for j := range cs[i].Identities { // logarithms differ in the last place between machines
			id := &cs[i].Identities[j]
			id.Bits = float64(int(id.Bits*1000+0.5)) / 1000
			id.Parts = nil
		}
	}
	v.Canaries = cs
	return v
}

func TestVectors(t *testing.T) {
	const path = "testdata/vectors.json"
	got := makeVectors()
	if *update {
		data, err := json.MarshalIndent(got, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want vectors
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("what is derived has changed: copies that were issued would no longer be recognised")
	}
}
