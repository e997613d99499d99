package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"telltale/internal/key"
	"telltale/store"
	"telltale/store/sqlite"
)

// TestChunksAreSealed looks behind the wrapper: the registry holds nothing of a
// chunk, two equal chunks differ, and a chunk is bound to its place.
func TestChunksAreSealed(t *testing.T) {
	ctx, master := context.Background(), key.Secret{1}
	raw, err := sqlite.Create(ctx, filepath.Join(t.TempDir(), "r.db"), ledgerSigner(master))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	ring := &keyring{own: master, record: store.Key{ID: master.ID(), Role: store.Whole}, eras: map[string]era{}}
	ring.add(master.ID(), era{role: store.Whole, secret: master})
	st, err := sealFor(raw, ring)
	if err != nil {
		t.Fatal(err)
	}
	plain := append([]byte{1}, bytes.Repeat([]byte("hash"), 100)...)
	want := []store.Chunk{{Segment: 0, Column: "phone", Part: "hashes", Data: plain}, {Segment: 1, Column: "phone", Part: "hashes", Data: plain}, {Part: "keys", Data: []byte{1}}}
	list := want
	next := func() (store.Chunk, error) {
		if len(list) == 0 {
			return store.Chunk{}, io.EOF
		}
		c := list[0]
		list = list[1:]
		return c, nil
	}
	err = st.Update(ctx, func(tx store.Tx) error {
		return errors.Join(tx.AddDataset("d", store.Scheme{Version: 1}, time.Unix(0, 0)), tx.PutSnapshot(store.Snapshot{ID: "s", Dataset: "d", Scheme: 1}, next))
	})
	if err != nil {
		t.Fatal(err)
	}
	var kept []store.Chunk
	collect := func(to *[]store.Chunk) func(store.Chunk) error {
		return func(c store.Chunk) error { *to = append(*to, c); return nil }
	}
	view := func(st store.Store, f func(tx store.Tx) error) error { return st.View(ctx, f) }
	if err := view(raw, func(tx store.Tx) error { return tx.Chunks("s", collect(&kept)) }); err != nil {
		t.Fatal(err)
	}
	for _, c := range kept {
		if bytes.Contains(c.Data, []byte("hash")) || c.Data[0] != sealedMark {
			t.Errorf("chunk %s of %q lies open", c.Part, c.Column)
		}
	}
	if bytes.Equal(kept[0].Data, kept[1].Data) {
		t.Error("two equal chunks look alike")
	}
	var got, of []store.Chunk
	err = view(st, func(tx store.Tx) error {
		return errors.Join(tx.Chunks("s", collect(&got)), tx.ChunksOf("s", "phone", "hashes", collect(&of)))
	})
	if err != nil || len(got) != 3 || len(of) != 2 {
		t.Fatalf("%d and %d chunks, %v", len(got), len(of), err)
	}
	for i, c := range got {
		if !bytes.Equal(c.Data, want[i].Data) || c.Segment != want[i].Segment {
			t.Errorf("chunk %d came back as another", i)
		}
	}
	moved := sealedTx{seals: st.(sealedStore).seals}.opened("s", func(store.Chunk) error { return nil })
	kept[0].Segment = 1
	if err := moved(kept[0]); !errors.Is(err, key.ErrSealed) {
		t.Errorf("a chunk in another's place: %v", err)
	}
}
