package link

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/budget"
	"telltale/internal/identity"
	"telltale/internal/key"
)

var spec = Spec{Locale: "en-GB", Columns: []fingerprint.Column{
	{Name: "id", Kind: identity.Serial, Key: true},
	{Name: "email", Kind: identity.Email, Identity: true},
	{Name: "phone", Kind: identity.Phone, Identity: true},
	{Name: "street", Kind: identity.Address, Carrier: "text"},
	{Name: "amount", Kind: identity.Number, Carrier: "number:0.01"},
	{Name: "status", Kind: identity.Category},
}}

var master = key.Secret{1, 2, 3}

// build makes the chunks of an index of rows with random keys.
func build(t testing.TB, spec Spec, rows [][]string) []Chunk {
	t.Helper()
	var chunks []Chunk
	b := NewBuilder(spec, func(c Chunk) error { chunks = append(chunks, c); return nil })
	ix := NewIndexer(spec, "orders", master).Fork()
	var batch Batch
	for i, row := range rows {
		ix.Entry(&batch, rowKey(i), row)
		if batch.Len() == 7 || i == len(rows)-1 {
			if err := b.Add(&batch); err != nil {
				t.Fatal(err)
			}
			batch.Reset()
		}
	}
	s, err := b.Close()
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != int64(len(rows)) {
		t.Fatalf("got %d rows, want %d", s.Rows, len(rows))
	}
	return chunks
}

func rowKey(i int) (k fingerprint.RowKey) {
	r := rand.New(rand.NewPCG(uint64(i), 9))
	binary.BigEndian.PutUint64(k[:8], r.Uint64())
	binary.BigEndian.PutUint64(k[8:], r.Uint64())
	return k
}

func load(t testing.TB, spec Spec, chunks []Chunk) *Index {
	t.Helper()
	ix, err := Load(spec, from(chunks))
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func from(chunks []Chunk) func() (Chunk, error) {
	return func() (Chunk, error) {
		if len(chunks) == 0 {
			return Chunk{}, io.EOF
		}
		c := chunks[0]
		chunks = chunks[1:]
		return c, nil
	}
}

func orders(n int) (rows [][]string) {
	r := rand.New(rand.NewPCG(4, 4))
	streets := []string{"Mill", "High", "Park", "King", "Lake"}
	for i := range n {
		rows = append(rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("p%d@mail.example", r.IntN(1e9)), fmt.Sprintf("07%09d", r.IntN(1e9)),
			fmt.Sprintf("%d %s Street", 1+r.IntN(99), streets[r.IntN(5)]), fmt.Sprintf("%.2f", r.Float64()*500), []string{"open", "paid", "sent"}[r.IntN(3)]})
	}
	return rows
}

// Every row is found by every value that its lists hold, and by no other.
func TestIndexFindsRows(t *testing.T) {
	for _, n := range []int{1, 2, 100, 5000} {
		rows := orders(n)
		l := NewLinker(load(t, spec, build(t, spec, rows)), "orders", master)
		if l.Rows() != n {
			t.Fatalf("got %d rows, want %d", l.Rows(), n)
		}
		for i, row := range rows {
			if l.Key(uint32(i)) != rowKey(i) {
				t.Fatalf("row %d has another key", i)
			}
			for f, k := range []identity.Kind{identity.Serial, identity.Email, identity.Phone} {
				v, _ := identity.Canonical(k, row[f], spec.Locale)
				if got := l.Find(k, v); !slices.Contains(got, uint32(i)) {
					t.Fatalf("row %d is not found by %s: %v", i, k, got)
				}
			}
		}
		if got := l.Find(identity.Email, "nobody@mail.example"); len(got) != 0 {
			t.Errorf("a stranger is found in rows %v", got)
		}
	}
}

// search agrees with a plain search over hashes that are not uniform, too.
func TestSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		var l list
		for range r.IntN(50) {
			l.hashes = append(l.hashes, r.Uint64()>>r.IntN(64))
		}
		slices.Sort(l.hashes)
		for range 50 {
			h := r.Uint64() >> r.IntN(64)
			if len(l.hashes) > 0 && r.IntN(2) == 0 {
				h = l.hashes[r.IntN(len(l.hashes))]
			}
			want, _ := slices.BinarySearch(l.hashes, h)
			if len(l.hashes) > 0 && l.search(h) != want {
				t.Fatalf("search of %x in %x: got %d, want %d", h, l.hashes, l.search(h), want)
			}
		}
	}
}

func TestSortItems(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{0, 1, 100, 1 << 12, 1<<13 + 5} {
		items := make([]item, n)
		for i := range items {
			items[i] = item{r.Uint64() >> (r.IntN(3) * 16), uint32(i)}
		}
		want := slices.Clone(items)
		slices.SortFunc(want, compare)
		sortItems(items, nil)
		if !slices.Equal(items, want) {
			t.Errorf("%d items are not sorted", n)
		}
	}
}

func TestDuplicateKeys(t *testing.T) {
	for _, c := range []struct{ n, first, second int }{{2, 0, 1}, {5000, 17, 4000}, {5000, 0, 4999}} {
		b := NewBuilder(spec, func(Chunk) error { return nil })
		ix := NewIndexer(spec, "orders", master)
		var batch Batch
		row := orders(1)[0]
		for i := range c.n {
			k := rowKey(i)
			if i == c.second {
				k = rowKey(c.first)
			}
			ix.Entry(&batch, k, row)
		}
		if err := b.Add(&batch); err != nil {
			t.Fatal(err)
		}
		_, err := b.Close()
		var d *DuplicateKeyError
		if !errors.As(err, &d) || d.First != int64(c.first+1) || d.Second != int64(c.second+1) {
			t.Errorf("rows %d and %d: got %v", c.first+1, c.second+1, err)
		}
	}
}

// The keys of different segments are compared too, and their lists merged.
func TestSegments(t *testing.T) {
	if testing.Short() {
		t.Skip("more than a segment of rows")
	}
	small := Spec{Columns: []fingerprint.Column{{Name: "id", Kind: identity.Serial, Key: true}}}
	for _, twice := range []bool{false, true} {
		var chunks []Chunk
		b := NewBuilder(small, func(c Chunk) error { chunks = append(chunks, c); return nil })
		ix := NewIndexer(small, "orders", master)
		var batch Batch
		n := SegmentRows + 1000
		for i := range n {
			k := rowKey(i)
			if twice && i == n-1 {
				k = rowKey(5)
			}
			batch.Reset()
			ix.Entry(&batch, k, []string{fmt.Sprint(i)})
			if err := b.Add(&batch); err != nil {
				t.Fatal(err)
			}
		}
		_, err := b.Close()
		var d *DuplicateKeyError
		if twice {
			if !errors.As(err, &d) || d.First != 6 || d.Second != int64(n) {
				t.Errorf("got %v", err)
			}
			continue
		}
		l := NewLinker(load(t, small, chunks), "orders", master)
		for _, i := range []int{1, 77, SegmentRows - 1, SegmentRows, n - 1} {
			if got := l.Find(identity.Serial, fmt.Sprint(i)); !slices.Equal(got, []uint32{uint32(i)}) {
				t.Errorf("row %d is found in %v", i, got)
			}
		}
	}
}

// A damaged index is refused, whatever the damage; it never panics.
func FuzzLoad(f *testing.F) {
	chunks := build(f, spec, orders(20))
	for i, c := range chunks {
		f.Add(i, c.Data)
	}
	f.Fuzz(func(t *testing.T, at int, data []byte) {
		if at < 0 || at >= len(chunks) {
			return
		}
		broken := slices.Clone(chunks)
		broken[at].Data = data
		budget.Check(t, len(data), func() {
			ix, err := Load(spec, from(broken))
			if err != nil && !errors.Is(err, ErrFormat) {
				t.Errorf("got %v", err)
			}
			if err == nil {
				NewLinker(ix, "orders", master).Recognise(orders(20), nil)
			}
		})
	})
}

// A mark moves a number by one step and seldom changes its tag; the spelling
// of a text never does.
func TestTagsSurviveMarks(t *testing.T) {
	ix := NewIndexer(spec, "orders", master)
	changed := 0
	for i := range 1000 {
		a, b := ix.entry(4, fmt.Sprintf("%d.%02d", i, i%100)), ix.entry(4, fmt.Sprintf("%d.%02d", i, i%100^1))
		if a.tag != b.tag {
			changed++
		}
	}
	if changed > 200 {
		t.Errorf("%d of 1000 tags changed", changed)
	}
	if ix.entry(3, "12 Mill Street") != ix.entry(3, "12 Mill St") {
		t.Error("equivalent addresses have different tags")
	}
	if ix.entry(3, "12 Mill Street") == ix.entry(3, "13 Mill Street") {
		t.Error("different addresses have one entry")
	}
}

var update = flag.Bool("update", false, "write the vectors anew")

// vectors freeze the format: rows, and the chunks of their index.
type vectors struct {
	Master  string
	Dataset string
	Spec    Spec
	Keys    []string
	Rows    [][]string
	Digests []digestVector
	Chunks  []chunkVector
}

type digestVector struct{ Domain, Value, Digest string }

type chunkVector struct {
	Segment int
	Column  string
	Part    string
	Data    string
}

func TestVectors(t *testing.T) {
	rows := append(orders(3), []string{"4", "not an address", "", "9 Elm Rd", "n/a", ""})
	v := vectors{Master: hex.EncodeToString(master[:]), Dataset: "orders", Spec: spec, Rows: rows}
	for i := range rows {
		k := rowKey(i)
		v.Keys = append(v.Keys, hex.EncodeToString(k[:]))
	}
	prf := master.Derive("link/orders").PRF()
	for _, value := range []string{"", "a", "twelve chars", "thirteen char", "a value that takes several blocks of sixteen bytes"} {
		d := newDigester(prf, "kind/email").sum(value)
		v.Digests = append(v.Digests, digestVector{"kind/email", value, hex.EncodeToString(d[:])})
	}
	for _, c := range build(t, spec, rows) {
		v.Chunks = append(v.Chunks, chunkVector{c.Segment, c.Column, c.Part, hex.EncodeToString(c.Data)})
	}
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "link-index.json")
	if *update {
		if err := os.WriteFile(path, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want vectors
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("the format has changed: got\n%s", got)
	}
}
