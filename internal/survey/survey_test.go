package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"telltale/internal/synthetic"
	"telltale/internal/table"
)

func read(t *testing.T, text string, c Choices) (*Survey, error) {
	t.Helper()
	f, err := table.NewFile("test.csv", strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	return Read(context.Background(), r, c)
}

func customers(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	if err := synthetic.Customers(n, 5).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func column(t *testing.T, s *Survey, name string) Column {
	t.Helper()
	for _, c := range s.Columns {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no column %s", name)
	return Column{}
}

func TestRolesAndCarriers(t *testing.T) {
	s, err := read(t, customers(t, 400), Choices{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Scheme().Validate(); err != nil {
		t.Fatalf("the suggested scheme cannot stand: %v", err)
	}
	for _, name := range []string{"email", "phone", "last_name"} {
		if c := column(t, s, name); !c.Identity || c.Carrier != "" {
			t.Errorf("%s: identity %v, carrier %q; want an identity without carrier", name, c.Identity, c.Carrier)
		}
	}
	for name, carrier := range map[string]string{"address": "text", "balance": "number:0.01", "registered_at": "time:s"} {
		if c := column(t, s, name); c.Identity || c.Carrier != carrier {
			t.Errorf("%s: identity %v, carrier %q; want carrier %s alone", name, c.Identity, c.Carrier, carrier)
		}
	}
	for _, name := range []string{"customer_id", "registered_at"} {
		if !column(t, s, name).Sorted {
			t.Errorf("%s is in order, and was not found to be", name)
		}
	}
	if column(t, s, "balance").Sorted {
		t.Error("balance is in no order, and was found to be")
	}
	if s.Density != 1 {
		t.Errorf("density %g of a small table, want 1", s.Density)
	}
}

func TestRowNumbersCarryNothing(t *testing.T) {
	for name, c := range map[string]struct {
		number  func(i int) int
		carries bool
	}{
		"running":                   {func(i int) int { return 400 + i }, false},
		"anew for every survey":     {func(i int) int { return 1 + i%25 }, false},
		"lines of an order":         {func(i int) int { return 1 + i%3 }, false},
		"weeks of a year, at times": {func(i int) int { return 100 + i/4 }, true},
	} {
		var b strings.Builder
		b.WriteString("respondent,height\n")
		for i := range 60 {
			fmt.Fprintf(&b, "%d,%d\n", c.number(i), 1500+(i*37)%400)
		}
		s, err := read(t, b.String(), Choices{Key: []string{"height"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := column(t, s, "respondent").Carrier; (got != "") != c.carries {
			t.Errorf("numbers %s were given carrier %q", name, got)
		}
	}
}

func TestChoicesReplaceSuggestions(t *testing.T) {
	s, err := read(t, customers(t, 200), Choices{Key: []string{"email"}, Identity: []string{"phone"},
		Carriers: map[string]string{"balance": "none", "last_name": "none"}, Density: 0.25, Coalition: 8, Locale: "en-US"})
	if err != nil {
		t.Fatal(err)
	}
	if !column(t, s, "email").Key || column(t, s, "customer_id").Key {
		t.Error("the key is not the chosen one")
	}
	if column(t, s, "last_name").Identity || !column(t, s, "phone").Identity {
		t.Error("the identities are not the chosen ones")
	}
	if column(t, s, "balance").Carrier != "none" || s.Density != 0.25 || s.Coalition != 8 || s.Locale != "en-US" {
		t.Errorf("choices were not taken: %+v", s.Scheme())
	}
}

func TestUnknownColumn(t *testing.T) {
	for _, c := range []Choices{{Key: []string{"nosuch"}}, {Identity: []string{"nosuch"}}, {Carriers: map[string]string{"nosuch": "text"}}} {
		_, err := read(t, customers(t, 20), c)
		var unknown *UnknownColumnError
		if !errors.As(err, &unknown) || unknown.Column != "nosuch" {
			t.Errorf("%+v: error %v, want an UnknownColumnError for nosuch", c, err)
		}
	}
}

func TestKeyThatNamesNoRow(t *testing.T) {
	const text = "id,city,day\n1,Leeds,1\n2,York,1\n3,Leeds,2\n"
	for key, want := range map[string]bool{"city": true, "city day": false} {
		s, err := read(t, text, Choices{Key: strings.Fields(key)})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Repeated != nil; got != want {
			t.Errorf("key %s: repeated %v", key, s.Repeated)
		} else if got && (s.Repeated.First != 1 || s.Repeated.Second != 3) {
			t.Errorf("key %s: %v, want rows 1 and 3", key, s.Repeated)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, test := range []struct {
		cells string
		want  bool
	}{
		{"1 2 10 11", true}, {"10 9 9 1", true}, {"1 3 2", false}, {"a b b c", true}, {"b a c", false}, {"5 5 5", false},
		{"2024-01-02 2024-01-03 2024-02-01", true}, {"1  2", false},
	} {
		var o order
		for _, cell := range strings.Split(test.cells, " ") {
			o.add(cell)
		}
		if o.sorted() != test.want {
			t.Errorf("%q: sorted %v, want %v", test.cells, o.sorted(), test.want)
		}
	}
}
