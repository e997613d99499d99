package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"telltale/internal/key"
	"telltale/store"
)

// sealedStore seals the chunks of link indexes on their way into a registry
// and opens them on their way out. They are keyed hashes already; sealed, they
// do not even tell which values are equal, and the key of the hashes may be
// opened in evidence without making a stolen registry readable.
//
// What an issuing key writes, its canaries too, is sealed to the investigating
// side: it cannot be opened with that key again.
type sealedStore struct {
	store.Store
	seals *seals
}

// seals are what a keyring seals with and opens.
type seals struct {
	own     key.Secret    // seals chunks, unless box does
	box     *key.Sealer   // of an issuing key
	chunks  []key.Secret  // open chunks, the newest era first
	last    atomic.Int32  // which of them opened the last one
	openers []*key.Opener // open what issuing keys sealed
}

// boxed begins what was sealed to the investigating side.
var boxed = []byte("\xfftell1")

// sealedMark is the first byte of a sealed chunk; that of a chunk as package
// link writes it, and as registries of version 1 hold it, is another.
const sealedMark = 0

func sealFor(st store.Store, ring *keyring) (store.Store, error) {
	_, e := ring.current()
	s := &seals{own: e.secret.Derive("seal/chunk")}
	if e.role == store.Issuing {
		var err error
		if s.box, err = key.NewSealer(e.public); err != nil {
			return nil, err
		}
	}
	for _, id := range ring.order {
		e := ring.eras[id]
		s.chunks = append(s.chunks, e.secret.Derive("seal/chunk"))
		if e.reader != nil {
			s.openers = append(s.openers, e.reader.NewOpener())
		}
	}
	return sealedStore{st, s}, nil
}

// seal seals to the investigating side, if an issuing key writes.
func (s *seals) seal(plain, aad []byte) ([]byte, bool) {
	if s.box == nil {
		return plain, false
	}
	return append(bytes.Clone(boxed), s.box.Seal(plain, aad)...), true
}

// open takes the box off what has one.
func (s *seals) open(sealed, aad []byte) (plain []byte, was bool, err error) {
	rest, was := bytes.CutPrefix(sealed, boxed)
	if !was {
		return sealed, false, nil
	}
	for _, o := range s.openers {
		if plain, err = o.Open(rest, aad); err == nil {
			return plain, true, nil
		}
	}
	return nil, true, fmt.Errorf("%w: what an issuing key wrote only an investigating key or the whole key opens", key.ErrSealed)
}

func (s *seals) sealChunk(plain, aad []byte) []byte {
	if sealed, ok := s.seal(plain, aad); ok {
		return sealed
	}
	return append([]byte{sealedMark}, s.own.Seal(plain, aad)...)
}

func (s *seals) openChunk(data, aad []byte) ([]byte, error) {
	data, was, err := s.open(data, aad)
	if err != nil || was || len(data) == 0 || data[0] != sealedMark {
		return data, err
	}
	first := int(s.last.Load()) // the next is likely of the same era
	for i := range s.chunks {
		at := (first + i) % len(s.chunks)
		if plain, err := s.chunks[at].Open(data[1:], aad); err == nil {
			s.last.Store(int32(at))
			return plain, nil
		}
	}
	return nil, key.ErrSealed
}

// View runs f with what was sealed opened.
func (s sealedStore) View(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return f(sealedTx{tx, s.seals}) })
}

// Update runs f with what is written sealed, and what was sealed opened.
func (s sealedStore) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return f(sealedTx{tx, s.seals}) })
}

type sealedTx struct {
	store.Tx
	seals *seals
}

func (t sealedTx) PutSnapshot(s store.Snapshot, next func() (store.Chunk, error)) error {
	return t.Tx.PutSnapshot(s, func() (store.Chunk, error) {
		c, err := next()
		if err == nil {
			c.Data = t.seals.sealChunk(c.Data, chunkName(s.ID, c))
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
		var err error
		if c.Data, err = t.seals.openChunk(c.Data, chunkName(snapshot, c)); err != nil {
			return fmt.Errorf("snapshot %s, %s of column %q: %w", snapshot, c.Part, c.Column, err)
		}
		return f(c)
	}
}

// AddExport seals canaries once more, if an issuing key writes them.
func (t sealedTx) AddExport(e store.Export, canaries []store.Canary) error {
	out := make([]store.Canary, len(canaries))
	for i, c := range canaries {
		c.Sealed, _ = t.seals.seal(c.Sealed, canaryName(e.ID, c.Slot))
		out[i] = c
	}
	return t.Tx.AddExport(e, out)
}

func (t sealedTx) Canaries(export string) ([]store.Canary, error) {
	list, err := t.Tx.Canaries(export)
	for i, c := range list {
		if list[i].Sealed, _, err = t.seals.open(c.Sealed, canaryName(export, c.Slot)); err != nil {
			return nil, fmt.Errorf("canary of export %s: %w", export, err)
		}
	}
	return list, err
}

func canaryName(export string, slot int) []byte {
	return fmt.Appendf(nil, "canary %s/%d", export, slot)
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
		c.Data = e.tx.seals.sealChunk(c.Data, chunkName(snapshot, c))
		return c, nil
	})
}
