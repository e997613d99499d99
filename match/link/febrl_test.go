package link

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/material"
)

var persons = Spec{Locale: "en-AU", Columns: []fingerprint.Column{
	{Name: "rec_id", Kind: identity.Serial, Key: true},
	{Name: "given_name", Kind: identity.GivenName, Identity: true},
	{Name: "surname", Kind: identity.FamilyName, Identity: true},
	{Name: "street_number", Kind: identity.Integer},
	{Name: "address_1", Kind: identity.Address, Identity: true},
	{Name: "address_2", Kind: identity.Address, Identity: true},
	{Name: "suburb", Kind: identity.City, Identity: true},
	{Name: "postcode", Kind: identity.Postcode, Identity: true},
	{Name: "state", Kind: identity.Region},
	{Name: "date_of_birth", Kind: identity.Date, Identity: true},
	{Name: "soc_sec_id", Kind: identity.Serial, Identity: true},
}}

func febrl(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(material.Dir(t, "febrl"), name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// person is what the two records of one person have in common: rec-12-org and
// rec-12-dup-0.
func person(row []string) string {
	return strings.Join(strings.SplitN(row[0], "-", 3)[:2], "-")
}

// The corrupted half of Febrl's linkage problem is linked to the clean half, by
// any five columns without numbers of persons: links are right.
func TestFebrlLinks(t *testing.T) {
	clean, dirty := febrl(t, "dataset4a.csv"), febrl(t, "dataset4b.csv")
	l := NewLinker(load(t, persons, build(t, persons, clean)), "orders", master)
	r := rand.New(rand.NewPCG(1, 1))
	sets := [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 9}}
	if !testing.Short() {
		sets = append(sets, []int{10}, []int{9, 2, 1, 7, 8}, []int{4, 3, 6, 2, 8}, []int{6, 7, 4, 5})
	}
	for _, columns := range sets {
		var leak [][]string
		var whose []string
		for _, i := range r.Perm(len(dirty)) {
			var row []string
			for _, c := range columns {
				row = append(row, dirty[i][c])
			}
			leak, whose = append(leak, row), append(whose, person(dirty[i]))
		}
		right, wrong := links(l, leak, func(i int, row uint32) bool { return person(clean[row]) == whose[i] })
		t.Logf("columns %v: %d of %d linked, %d of them wrongly", columns, right+wrong, len(leak), wrong)
		if wrong*200 > right+wrong {
			t.Errorf("columns %v: %d links are right and %d wrong", columns, right, wrong)
		}
	}
}

// Persons of another table of the same population are nobody of ours.
func TestFebrlForeign(t *testing.T) {
	clean := febrl(t, "dataset4a.csv")
	ours, foreign := clean[:2500], clean[2500:]
	l := NewLinker(load(t, persons, build(t, persons, ours)), "orders", master)
	for _, columns := range [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 8}, {1, 2, 6}, {6, 7, 8, 9}, {3, 1, 2}} {
		var leak [][]string
		for i := range foreign {
			var row []string
			for _, c := range columns {
				row = append(row, foreign[i][c])
			}
			leak = append(leak, row)
		}
		_, wrong := links(l, leak, func(int, uint32) bool { return false })
		t.Logf("columns %v: %d of %d linked", columns, wrong, len(leak))
		if wrong > len(leak)/200 {
			t.Errorf("columns %v: %d foreign rows are linked", columns, wrong)
		}
	}
}

func links(l *Linker, leak [][]string, right func(i int, row uint32) bool) (yes, no int) {
	m, err := l.Recognise(leak[:min(len(leak), 4096)], nil)
	if err != nil {
		panic(err)
	}
	c := NewCells(l.spec.Locale)
	for i, row := range leak {
		c.Reset(row)
		k, ok := m.Link(c)
		switch {
		case !ok:
		case right(i, k.Row):
			yes++
		default:
			no++
		}
	}
	return yes, no
}
