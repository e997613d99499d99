package sqlite

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"telltale/store"
	"telltale/store/storetest"
)

func prepared(b *testing.B) store.Store {
	b.Helper()
	st := fresh(b)
	b.Cleanup(func() { st.Close() })
	storetest.Fill(b, st)
	return st
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPutSnapshot writes 100 MB of link index.
func BenchmarkPutSnapshot(b *testing.B) {
	st := prepared(b)
	data := make([]byte, 4<<20)
	b.SetBytes(25 * int64(len(data)))
	for i := 0; b.Loop(); i++ {
		left := 25
		must(b, st.Update(background, func(tx store.Tx) error {
			return tx.PutSnapshot(store.Snapshot{ID: fmt.Sprint("bench", i), Dataset: "orders", Scheme: 1}, func() (store.Chunk, error) {
				if left--; left < 0 {
					return store.Chunk{}, io.EOF
				}
				return store.Chunk{Segment: left, Column: "phone", Part: "hashes", Data: data}, nil
			})
		}))
	}
}

func manyCanaries(export string, n int) []store.Canary {
	list := make([]store.Canary, n)
	for i := range list {
		list[i] = store.Canary{Export: export, Slot: i, Lookups: []uint64{1, 2, 3, uint64(i)}, Sealed: make([]byte, 400)}
	}
	return list
}

func benchExport(id string) store.Export {
	return store.Export{ID: id, Dataset: "orders", Recipient: "acme", Snapshot: "s1", Scheme: 1, State: store.Pending}
}

// BenchmarkAddExport adds one export with 2,000 canaries.
func BenchmarkAddExport(b *testing.B) {
	st := prepared(b)
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint("bench", i)
		must(b, st.Update(background, func(tx store.Tx) error { return tx.AddExport(benchExport(id), manyCanaries(id, 2000)) }))
	}
}

// BenchmarkManyExports adds and issues 2,000 exports with 20 canaries each.
func BenchmarkManyExports(b *testing.B) {
	st := prepared(b)
	for i := 0; b.Loop(); i++ {
		must(b, st.Update(background, func(tx store.Tx) error {
			for k := range 2000 {
				id := fmt.Sprint("bench", i, "-", k)
				if err := tx.AddExport(benchExport(id), manyCanaries(id, 20)); err != nil {
					return err
				}
				if err := tx.IssueExport(id); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func BenchmarkSmallUpdate(b *testing.B) {
	st := prepared(b)
	for i := 0; b.Loop(); i++ {
		must(b, st.Update(background, addRecipient(fmt.Sprint("bench", i))))
	}
}

func BenchmarkCreate(b *testing.B) {
	dir := b.TempDir()
	for i := 0; b.Loop(); i++ {
		st, err := Create(background, filepath.Join(dir, fmt.Sprint(i)), storetest.Signer{})
		must(b, err)
		must(b, st.Close())
	}
}
