package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

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

// Erase runs f with chunks opened and sealed again.
func (t sealedTx) Erase(kind string, at time.Time, f func(store.Eraser) ([]byte, error)) (store.Erasure, error) {
	return t.Tx.Erase(kind, at, func(e store.Eraser) ([]byte, error) { return f(sealedEraser{e, t}) })
}

type sealedEraser struct {
	store.Eraser
	tx sealedTx
}

// Chunks leaves those that f does not change as they are sealed.
func (e sealedEraser) Chunks(snapshot string, f func(store.Chunk) (store.Chunk, error)) error {
	return e.Eraser.Chunks(snapshot, func(c store.Chunk) (store.Chunk, error) {
		kept, plain := c, []byte(nil)
		err := e.tx.opened(snapshot, func(opened store.Chunk) error {
			plain = bytes.Clone(opened.Data)
			var err error
			c, err = f(opened)
			return err
		})(c)
		if err != nil || bytes.Equal(plain, c.Data) {
			return kept, err
		}
		c.Data = append([]byte{sealedMark}, e.tx.secret.Seal(c.Data, chunkName(snapshot, c))...)
		return c, nil
	})
}
