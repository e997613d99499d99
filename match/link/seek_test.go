package link

import (
	"reflect"
	"slices"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/identity"
)

// seek looks values up in the chunks of an index, as from a registry.
func seek(t testing.TB, s *Seeker, chunks []Chunk) map[int][]uint32 {
	t.Helper()
	got := map[int][]uint32{}
	for _, column := range s.Columns(spec) {
		for _, c := range chunks {
			if c.Part != PartHashes || c.Column != column.Name {
				continue
			}
			if err := s.Scan(column.Kind, c, func(value int, row uint32) { got[value] = append(got[value], row) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return got
}

// A seeker finds what Linker.Find does.
func TestSeekerAgrees(t *testing.T) {
	rows := orders(3000)
	rows[7][1], rows[9][2] = rows[8][1], rows[8][2]
	chunks := build(t, spec, rows)
	l := NewLinker(load(t, spec, chunks), "orders", master)
	s := NewSeeker("orders", master)
	want := map[int][]uint32{}
	n := 0
	for _, kind := range []identity.Kind{identity.Email, identity.Phone} {
		column := map[identity.Kind]int{identity.Email: 1, identity.Phone: 2}[kind]
		for _, row := range append(orders(3100)[2000:], rows[7], rows[8], rows[9]) {
			v, ok := identity.Canonical(kind, row[column], spec.Locale)
			if !ok {
				t.Fatalf("%q is no %s", row[column], kind)
			}
			s.Want(kind, v, n)
			if found := l.Find(kind, v); len(found) > 0 {
				want[n] = found
			}
			n++
		}
	}
	s.Ready()
	if got := seek(t, s, chunks); !reflect.DeepEqual(got, want) || len(want) < 1000 {
		t.Errorf("%d values were found, want %d", len(got), len(want))
	}
	var picked []fingerprint.RowKey
	p := NewKeyPicker([]uint32{2999, 0, 8, 8})
	for _, c := range chunks {
		if c.Part == PartKeys {
			if err := p.Take(c, func(row uint32, k fingerprint.RowKey) { picked = append(picked, k) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !slices.Equal(picked, []fingerprint.RowKey{rowKey(0), rowKey(8), rowKey(2999)}) {
		t.Errorf("picked %x", picked)
	}
}

func TestSeekerRefuses(t *testing.T) {
	s := NewSeeker("orders", master)
	s.Want(identity.Email, "a@b.example", 0)
	if err := s.Scan(identity.Email, Chunk{Part: PartHashes, Data: []byte{1, 0}}, nil); err == nil {
		t.Error("an unready seeker scans")
	}
	s.Ready()
	for _, c := range []Chunk{{Part: PartTags, Data: []byte{1}}, {Part: PartHashes}, {Part: PartHashes, Data: []byte{1, 5, 1}}} {
		if err := s.Scan(identity.Email, c, func(int, uint32) {}); err == nil {
			t.Errorf("%v is scanned", c)
		}
	}
}

// BenchmarkSeek looks 100,000 values up in a list of 2^17 entries.
func BenchmarkSeek(b *testing.B) {
	s := NewSeeker("orders", master)
	for i := range 100_000 {
		s.Want(identity.Email, string(rune('a'+i%26))+rowKeyText(i), i)
	}
	s.Ready()
	items := make([]item, listChunk)
	for i := range items {
		k := rowKey(i)
		items[i] = item{uint64(k[0])<<56 | uint64(k[1])<<48 | uint64(k[2])<<40 | uint64(k[3])<<32 | uint64(i), uint32(i)}
	}
	sortItems(items, nil)
	c := Chunk{Part: PartHashes, Data: encodeRun(items)}
	for b.Loop() {
		if err := s.Scan(identity.Email, c, func(int, uint32) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/listChunk, "ns/entry")
}

func rowKeyText(i int) string { k := rowKey(i); return string(k[:]) }
