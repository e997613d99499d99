package cli

import (
	"context"
	"encoding/binary"
	"fmt"

	"telltale/internal/key"
	"telltale/store"
)

// sealedStore seals the chunks of link indexes on their way into a registry
// and opens them on their way out. They are keyed hashes already; sealed, they
// do not even tell which values are equal, and the key of the hashes may be
// opened in evidence without making a stolen registry readable.
type sealedStore struct {
	store.Store
	secret key.Secret
}

func sealChunks(st store.Store, master key.Secret) store.Store {
	return sealedStore{st, master.Derive("seal/chunk")}
}

// View runs f with chunks opened.
func (s sealedStore) View(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return f(sealedTx{tx, s.secret}) })
}

// Update runs f with chunks sealed and opened.
func (s sealedStore) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return f(sealedTx{tx, s.secret}) })
}

type sealedTx struct {
	store.Tx
	secret key.Secret
}

// sealedMark is the first byte of a sealed chunk; that of a chunk as package
// link writes it, and as registries of version 1 hold it, is another.
const sealedMark = 0

func (t sealedTx) PutSnapshot(s store.Snapshot, next func() (store.Chunk, error)) error {
	return t.Tx.PutSnapshot(s, func() (store.Chunk, error) {
		c, err := next()
		if err == nil {
			c.Data = append([]byte{sealedMark}, t.secret.Seal(c.Data, chunkName(s.ID, c))...)
		}
		return c, err
	})
}

func (t sealedTx) Chunks(snapshot string, f func(store.Chunk) error) error {
	return t.Tx.Chunks(snapshot, t.opened(snapshot, f))
}

func (t sealedTx) ChunksOf(snapshot, column, part string, f func(store.Chunk) error) error {
	return t.Tx.ChunksOf(snapshot, column, part, t.opened(snapshot, f))
}

func (t sealedTx) opened(snapshot string, f func(store.Chunk) error) func(store.Chunk) error {
	return func(c store.Chunk) error {
		if len(c.Data) > 0 && c.Data[0] == sealedMark {
			var err error
			if c.Data, err = t.secret.Open(c.Data[1:], chunkName(snapshot, c)); err != nil {
				return fmt.Errorf("snapshot %s, %s of column %q: %w", snapshot, c.Part, c.Column, err)
			}
		}
		return f(c)
	}
}

// chunkName binds a sealed chunk to its place.
func chunkName(snapshot string, c store.Chunk) []byte {
	name := binary.BigEndian.AppendUint64(nil, uint64(c.Segment))
	for _, s := range []string{snapshot, c.Column, c.Part} {
		name = append(binary.AppendUvarint(name, uint64(len(s))), s...)
	}
	return name
}
