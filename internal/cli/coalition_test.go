package cli

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestCoalitionKeepsTheCommon: three recipients delete every row that not all
// of their copies have, and every cell comes from one of them at random. All
// their unique canaries are gone; marks and shared canaries name at least one
// of the three, and nobody else. False alarms: an innocent is named with a chance
// of 1e-6.
func TestCoalitionKeepsTheCommon(t *testing.T) {
	s := newShell(t)
	s.ok("recipient", "add", "acme", "bolt", "cargo", "delta", "echo", "ferry")
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	s.ok("export", customersFile, "--dataset", "data", "--to-all", "--out", s.path("out"), "--canaries", "6", "--shared-canaries", "40", "--withhold", "0.02")
	var copies []map[string][]string
	var order []string
	var header []string
	for _, name := range []string{"acme", "cargo", "ferry"} {
		f, err := os.Open(s.path("out/customers." + name + ".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		header, order = rows[0], nil
		c := map[string][]string{}
		for _, r := range rows[1:] {
			c[r[0]+r[3]] = r
			order = append(order, r[0]+r[3])
		}
		copies = append(copies, c)
	}
	rng := rand.New(rand.NewPCG(4, 2))
	out := [][]string{header}
	for _, k := range order {
		var held [][]string
		for _, c := range copies {
			if r, ok := c[k]; ok {
				held = append(held, r)
			}
		}
		if len(held) < len(copies) {
			continue
		}
		row := slices.Clone(held[0])
		for i := range row {
			row[i] = held[rng.IntN(len(held))][i]
		}
		out = append(out, row)
	}
	f, err := os.Create(s.path("leak.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(f).WriteAll(out); err != nil {
		t.Fatal(err)
	}
	f.Close()
	got := s.match(s.path("leak.csv"))
	named := accused(got)
	if named == "" {
		t.Errorf("nobody is named from %d common rows; %+v", len(out)-1, got.Suspects)
	}
	for _, name := range strings.FieldsFunc(named, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains([]string{"acme", "cargo", "ferry"}, name) {
			t.Errorf("%s is named, and took no part", name)
		}
	}
	t.Logf("%d rows in common, named: %s", len(out)-1, named)
}
