package link

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/identity"
)

var eraseSpec = Spec{Locale: "en-GB", Columns: []fingerprint.Column{
	{Name: "id", Kind: identity.Serial, Key: true},
	{Name: "email", Kind: identity.Email, Identity: true},
	{Name: "phone", Kind: identity.Phone, Identity: true},
	{Name: "name", Kind: identity.Name, Identity: true},
	{Name: "street", Kind: identity.Address, Carrier: "text"},
	{Name: "amount", Kind: identity.Number, Carrier: "number:0.01", Noted: true},
}}

// indexed are the chunks of people's index, with contacts.
func indexed(t testing.TB, rows [][]string) []Chunk {
	t.Helper()
	var chunks []Chunk
	b := NewBuilder(eraseSpec, func(c Chunk) error { chunks = append(chunks, c); return nil })
	b.KeepContacts("orders", master)
	ix := NewIndexer(eraseSpec, "orders", master).Fork()
	var batch Batch
	for i, row := range rows {
		ix.Entry(&batch, rowKey(i), row)
		note := fingerprint.Note(1 + i%3)
		if row[0] == "" {
			note = 0
		}
		batch.Note([]fingerprint.Note{note})
		if batch.Len() == 1000 || i == len(rows)-1 {
			if err := b.Add(&batch); err != nil {
				t.Fatal(err)
			}
			batch.Reset()
		}
	}
	if _, err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return chunks
}

func somePeople(n int) (rows [][]string) {
	for i := range n {
		rows = append(rows, []string{fmt.Sprint("C-", 100000+i), fmt.Sprintf("ann%d@example.org", i/2), fmt.Sprintf("07700 %06d", i), "Ann Other", "1 Mill Street", "12.50"})
	}
	return rows
}

func eraseFrom(t testing.TB, chunks []Chunk, rows []uint32) (out []Chunk) {
	t.Helper()
	e := NewEraser(eraseSpec, "orders", master, rows)
	for _, c := range chunks {
		was := bytes.Clone(c.Data)
		got, err := e.Take(c)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(was, c.Data) {
			t.Fatalf("%s of %q: the chunk that was given was changed", c.Part, c.Column)
		}
		out = append(out, got)
	}
	return out
}

func treeOf(t testing.TB, chunks []Chunk) *RowTree {
	t.Helper()
	tree := NewRowTree(eraseSpec, "orders", "s1", master)
	for _, c := range chunks {
		if err := tree.Take(c); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

// TestEraseIsAsNeverThere compares an index from which rows were erased with
// one made of a table in which these rows are blank: but for the keys of the
// blank rows the two hold the same, in several chunks a part.
func TestEraseIsAsNeverThere(t *testing.T) {
	const n = 270_000
	rows := somePeople(n)
	erased := []uint32{0, 1, 77, 65535, 65536, 131072, 262143, 262144, n - 1}
	r := rand.New(rand.NewPCG(5, 5))
	for range 50 {
		erased = append(erased, uint32(r.IntN(n)))
	}
	got := eraseFrom(t, indexed(t, rows), erased)
	for _, e := range erased {
		rows[e] = make([]string, len(eraseSpec.Columns))
	}
	want := indexed(t, rows)
	x, y := treeOf(t, got), treeOf(t, want)
	for _, e := range erased {
		if x.set.Keys[e] != (fingerprint.RowKey{}) {
			t.Errorf("row %d: its key is left", e)
		}
		y.set.Keys[e] = fingerprint.RowKey{}
	}
	a, b := x.Leaves(), y.Leaves()
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("row %d differs from what it would be:\n got %x\nwant %x", i, x.leaf(nil, i), y.leaf(nil, i))
		}
	}
	for i := range got {
		if p := got[i].Part; p != partKeys && p != partSealed && p != partHashes && !bytes.Equal(got[i].Data, want[i].Data) {
			t.Errorf("chunk %d, %s of %q, differs", i, p, got[i].Column)
		}
	}
}

// TestRowTreeCoversEverything changes one thing of one row in every part: the
// root changes, and no leaf but that row's.
func TestRowTreeCoversEverything(t *testing.T) {
	const n, row = 40, 17
	rows := somePeople(n)
	before := treeOf(t, indexed(t, rows)).Leaves()
	if RootOf(before) != RootOf(treeOf(t, indexed(t, rows)).Leaves()) {
		t.Fatal("the same index has two roots")
	}
	for column, value := range []string{"C-9", "other@example.org", "07700 999999", "Bob Other", "9 Mill Street", "99"} {
		changed := somePeople(n)
		changed[row][column] = value
		after := treeOf(t, indexed(t, changed)).Leaves()
		for i := range after {
			if (after[i] != before[i]) != (i == row) {
				t.Errorf("column %d: leaf %d changed: %v", column, i, after[i] != before[i])
			}
		}
		if RootOf(after) == RootOf(before) {
			t.Errorf("column %d: the root did not change", column)
		}
	}
}

// TestErasedRowsDoNotLink: the index is read, the others link as before, and
// contacts that two rows share are left to the other.
func TestErasedRowsDoNotLink(t *testing.T) {
	rows := somePeople(100)
	ix, err := Load(eraseSpec, feed(eraseFrom(t, indexed(t, rows), []uint32{10, 11, 20})))
	if err != nil {
		t.Fatal(err)
	}
	l := NewLinker(ix, "orders", master)
	for _, c := range []struct {
		kind  identity.Kind
		value string
		want  string
	}{
		{identity.Email, "ann5@example.org", "[]"}, {identity.Email, "ann10@example.org", "[21]"}, {identity.Email, "ann3@example.org", "[6 7]"},
		{identity.Serial, "C-100010", "[]"}, {identity.Serial, "C-100012", "[12]"},
	} {
		v, ok := identity.Canonical(c.kind, c.value, "en-GB")
		if got := fmt.Sprint(l.Find(c.kind, v)); !ok || got != c.want {
			t.Errorf("%s: rows %s, want %s", c.value, got, c.want)
		}
	}
	left := map[string]int{}
	if err := l.EachContact("email", func(v string) { left[v]++ }); err != nil {
		t.Fatal(err)
	}
	if left["ann5@example.org"] != 0 || left["ann10@example.org"] != 1 || left["ann3@example.org"] != 2 {
		t.Errorf("contacts left: %v", left)
	}
	m, err := l.Recognise(rows, []string{"id", "email", "phone", "name", "street", "amount"})
	if err != nil {
		t.Fatal(err)
	}
	if m.Linked != 98 { // row 20 by the address that row 21 has too
		t.Errorf("%d rows linked, want 98", m.Linked)
	}
}

// TestEraseInLaterSegments: rows of a segment are numbered within it.
func TestEraseInLaterSegments(t *testing.T) {
	rows := somePeople(50)
	late := indexed(t, rows)
	want := eraseFrom(t, indexed(t, rows), []uint32{7})
	for i := range late {
		if late[i].Part == partSealed {
			continue // bound to its segment
		}
		late[i].Segment = 1
		e := NewEraser(eraseSpec, "orders", master, []uint32{7, SegmentRows + 7})
		e.segment[1] = 50
		got, err := e.Take(late[i])
		if err != nil {
			t.Fatal(err)
		}
		if late[i].Part == partHalves { // the second half is told by the first
			continue
		}
		if !bytes.Equal(got.Data, want[i].Data) {
			t.Errorf("%s of %q differs", got.Part, got.Column)
		}
	}
}
