package link

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/identity"
)

func BenchmarkEntry(b *testing.B) {
	rows := orders(10000)
	ix := NewIndexer(spec, "orders", master)
	var batch Batch
	b.ReportAllocs()
	for i := range b.N {
		if batch.Len() == 512 {
			batch.Reset()
		}
		ix.Entry(&batch, fingerprint.RowKey{}, rows[i%len(rows)])
	}
}

func BenchmarkBuild(b *testing.B) {
	rows := orders(100000)
	ix := NewIndexer(spec, "orders", master)
	var batch Batch
	for i, row := range rows {
		ix.Entry(&batch, rowKey(i), row)
	}
	for b.Loop() {
		builder := NewBuilder(spec, func(Chunk) error { return nil })
		if err := builder.Add(&batch); err != nil {
			b.Fatal(err)
		}
		if _, err := builder.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
}

func BenchmarkLink(b *testing.B) {
	rows := orders(100000)
	l := NewLinker(load(b, spec, build(b, spec, rows)), "orders", master)
	m, _ := l.Recognise(rows[:4096], nil)
	c := NewCells(spec.Locale)
	b.ReportAllocs()
	i, linked := 0, 0
	for b.Loop() {
		c.Reset(rows[i%len(rows)])
		if _, ok := m.Link(c); ok {
			linked++
		}
		i++
	}
	if linked < i*99/100 {
		b.Errorf("%d of %d linked", linked, i)
	}
}

func BenchmarkRecognise(b *testing.B) {
	rows := orders(100000)
	l := NewLinker(load(b, spec, build(b, spec, rows)), "orders", master)
	for b.Loop() {
		l.Recognise(rows[:4096], nil)
	}
}

// BenchmarkLoad reports the memory that an index of a million rows with five
// identity columns among ten takes.
func BenchmarkLoad(b *testing.B) {
	wide := Spec{Locale: "en-GB"}
	for i := range 10 {
		wide.Columns = append(wide.Columns, fingerprint.Column{Name: fmt.Sprint("c", i), Kind: identity.Text, Identity: i < 5})
	}
	const n = 1 << 20
	var chunks []Chunk
	builder := NewBuilder(wide, func(c Chunk) error { chunks = append(chunks, c); return nil })
	var batch Batch
	r := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		batch.keys = append(batch.keys[:0], rowKey(i))
		batch.hashes, batch.tags = batch.hashes[:0], batch.tags[:0]
		for c := range 10 {
			if c < 5 {
				batch.hashes = append(batch.hashes, r.Uint64())
			}
			batch.tags = append(batch.tags, uint16(r.Uint32()))
		}
		if err := builder.Add(&batch); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := builder.Close(); err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	var ix *Index
	for b.Loop() {
		ix = nil
		runtime.GC()
		runtime.ReadMemStats(&before)
		var err error
		if ix, err = LoadRows(wide, n, from(chunks)); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
	runtime.KeepAlive(ix)
	runtime.KeepAlive(chunks)
}
