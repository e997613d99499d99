package link

import (
	"errors"
	"slices"
	"testing"
)

// excerptOf takes rows out of chunks, part by part as from a registry.
func excerptOf(t *testing.T, s Spec, chunks []Chunk, rows []uint32) (*Index, error) {
	t.Helper()
	x := NewExcerpt(s, rows)
	err := x.EachPart(func(column, part string) error {
		for _, c := range chunks {
			if c.Column == column && c.Part == part {
				if err := x.Take(c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return x.Index()
}

// An excerpt says of its rows what the whole index says.
func TestExcerptAgrees(t *testing.T) {
	noted := Spec{Columns: slices.Clone(spec.Columns), Locale: spec.Locale}
	chunks := build(t, noted, orders(3000))
	whole := load(t, noted, chunks)
	rows := []uint32{2999, 0, 17, 17, 1024, 1025}
	part, err := excerptOf(t, noted, chunks, rows)
	if err != nil || part.Rows() != 5 {
		t.Fatalf("%d rows, want 5: %v", part.Rows(), err)
	}
	for row := range uint32(part.Rows()) {
		n := part.Number(row)
		if local, ok := part.Local(n); !ok || local != row || part.Key(row) != whole.Key(n) {
			t.Errorf("row %d is number %d, key %x, want %x", row, n, part.Key(row), whole.Key(n))
		}
		for c := range noted.Columns {
			if part.tags[c][row] != whole.tags[c][n] {
				t.Errorf("row %d, column %d: tag %x, want %x", n, c, part.tags[c][row], whole.tags[c][n])
			}
		}
	}
	if _, ok := part.Local(5); ok {
		t.Error("a row that was not picked is there")
	}
	if n := whole.Number(9); n != 9 {
		t.Errorf("row 9 of the whole is number %d", n)
	}
	if _, err := excerptOf(t, noted, chunks, []uint32{3000}); !errors.Is(err, ErrFormat) {
		t.Errorf("a row beyond the end: %v", err)
	}
}

// Contacts read chunk by chunk are those that a whole index keeps.
func TestContactsAgree(t *testing.T) {
	chunks := buildSealed(t, orders(500))
	l := NewLinker(load(t, spec, chunks), "orders", master)
	want := map[int][]string{}
	if err := l.eachContact(func(field int, row uint32, v string) { want[field] = append(want[field], v) }); err != nil {
		t.Fatal(err)
	}
	c := NewContacts(spec, "orders", master)
	n := 0
	for _, name := range c.Columns() {
		column := slices.IndexFunc(l.fields, func(f field) bool { return f.name == name })
		var got []string
		for _, chunk := range chunks {
			if chunk.Part == PartSealed && chunk.Column == name {
				if err := c.Take(chunk, func(_ uint32, v string) { got = append(got, v) }); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !slices.Equal(got, want[column]) {
			t.Errorf("%s: %d contacts, want %d", name, len(got), len(want[column]))
		}
		n += len(got)
	}
	if n < 500 {
		t.Errorf("%d contacts in all", n)
	}
}
