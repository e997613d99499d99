package sqlite

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"telltale/store"
)

// eraser is an erasure in the making.
type eraser struct {
	t       *tx
	erasure store.Erasure
}

// Erase runs f and records what it changed.
func (t *tx) Erase(kind string, at time.Time, f func(store.Eraser) ([]byte, error)) (store.Erasure, error) {
	e := &eraser{t: t, erasure: store.Erasure{Kind: kind, At: store.Time(at)}}
	if _, err := t.get(`SELECT coalesce(max(seq), 0) + 1 FROM erasures`, nil, &e.erasure.Seq); err != nil {
		return e.erasure, err
	}
	_, err := t.exec(`INSERT INTO erasures (seq, kind, at, sealed) VALUES (?, ?, ?, x'')`, e.erasure.Seq, kind, micros(at))
	if err != nil {
		return e.erasure, invalid("erasure", e.erasure.Subject(), err)
	}
	if e.erasure.Sealed, err = f(e); err != nil {
		return e.erasure, err
	}
	if _, err := t.exec(`UPDATE erasures SET sealed = ? WHERE seq = ?`, blob(e.erasure.Sealed), e.erasure.Seq); err != nil {
		return e.erasure, err
	}
	return e.erasure, t.record(store.KindErasure, e.erasure.Subject(), e.erasure.Digest())
}

func (e *eraser) change(kind, subject string, before, after [32]byte) error {
	e.erasure.Changes = append(e.erasure.Changes, store.Change{Kind: kind, Subject: subject, Before: before, After: after})
	_, err := e.t.exec(`INSERT INTO erasure_changes (erasure, place, kind, subject, digest_before, digest_after) VALUES (?, ?, ?, ?, ?, ?)`,
		e.erasure.Seq, len(e.erasure.Changes), kind, subject, before[:], after[:])
	if errors.Is(err, store.ErrExists) {
		err = fmt.Errorf("%s %q: %w: one erasure changes a record once", kind, subject, store.ErrInvalid)
	}
	return err
}

// Chunks rewrites the index of a snapshot, chunk by chunk.
func (e *eraser) Chunks(snapshot string, f func(store.Chunk) (store.Chunk, error)) error {
	s, err := e.t.Snapshot(snapshot)
	if err != nil {
		return err
	}
	var digest store.IndexDigest
	for place := 1; ; place++ {
		var c store.Chunk
		there, err := e.t.get(`SELECT segment, column_name, part, data FROM snapshot_chunks WHERE snapshot = ? AND place = ?`,
			[]any{snapshot, place}, &c.Segment, &c.Column, &c.Part, &c.Data)
		if err != nil {
			return err
		}
		if !there {
			break
		}
		if c, err = e.rewrite(snapshot, place, c, f); err != nil {
			return err
		}
		digest.Add(c)
	}
	return e.changeIndex(s, digest.Hex())
}

func (e *eraser) rewrite(snapshot string, place int, c store.Chunk, f func(store.Chunk) (store.Chunk, error)) (store.Chunk, error) {
	was := c
	c, err := f(c)
	if err != nil {
		return c, err
	}
	if c.Segment != was.Segment || c.Column != was.Column || c.Part != was.Part {
		return c, fmt.Errorf("chunk %d of snapshot %q: %w: it would become one of another part", place, snapshot, store.ErrInvalid)
	}
	_, err = e.t.exec(`UPDATE snapshot_chunks SET data = ? WHERE snapshot = ? AND place = ?`, blob(c.Data), snapshot, place)
	return c, err
}

func (e *eraser) changeIndex(s store.Snapshot, index string) error {
	before, err := store.IndexSum(s.Now)
	if err != nil {
		return err
	}
	after, err := store.IndexSum(index)
	if err != nil {
		return err
	}
	return e.change(store.KindSnapshot, s.ID, before, after)
}

// DropChunks removes the index of a snapshot.
func (e *eraser) DropChunks(snapshot string) error {
	s, err := e.t.Snapshot(snapshot)
	if err != nil {
		return err
	}
	if _, err := e.t.exec(`DELETE FROM snapshot_chunks WHERE snapshot = ?`, snapshot); err != nil {
		return err
	}
	return e.changeIndex(s, new(store.IndexDigest).Hex())
}

// Profile replaces what was learned with a scheme.
func (e *eraser) Profile(dataset string, version int, sealed []byte) error {
	subject := store.Scheme{Version: version}.Subject(dataset)
	var old []byte
	there, err := e.t.get(`SELECT profile FROM schemes WHERE dataset = ? AND version = ?`, []any{dataset, version}, &old)
	if err == nil && !there {
		err = fmt.Errorf("scheme %q: %w", subject, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if _, err := e.t.exec(`UPDATE schemes SET profile = ? WHERE dataset = ? AND version = ?`, blob(sealed), dataset, version); err != nil {
		return err
	}
	return e.change(store.KindScheme, subject, sha256.Sum256(old), sha256.Sum256(sealed))
}

// Sighting replaces what is sealed in a sighting.
func (e *eraser) Sighting(caseName string, seq int, sealed []byte) error {
	subject := store.Sighting{Case: caseName, Seq: seq}.Subject()
	var old []byte
	there, err := e.t.get(`SELECT sealed FROM sightings WHERE case_name = ? AND seq = ?`, []any{caseName, seq}, &old)
	if err == nil && !there {
		err = fmt.Errorf("sighting %q: %w", subject, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if _, err := e.t.exec(`UPDATE sightings SET sealed = ? WHERE case_name = ? AND seq = ?`, blob(sealed), caseName, seq); err != nil {
		return err
	}
	return e.change(store.KindSighting, subject, sha256.Sum256(old), sha256.Sum256(sealed))
}

// Owner gives a contact another owner.
func (e *eraser) Owner(kind string, lookup uint64, owner string) error {
	if err := named("owner", owner); err != nil {
		return err
	}
	c, err := e.t.contact(kind, lookup)
	if err == nil && c.Owner == "" {
		err = fmt.Errorf("contact %s: %w: it has no owner", c.Subject(), store.ErrInvalid)
	}
	if err != nil {
		return err
	}
	c.Original = [32]byte{}
	before := c.Digest()
	c.Owner = owner
	if _, err := e.t.exec(`UPDATE contacts SET owner = ? WHERE kind = ? AND lookup = ?`, owner, kind, int64(lookup)); err != nil {
		return err
	}
	return e.change(store.KindAllot, c.Subject(), before, c.Digest())
}

// Retire empties the canaries of an export.
func (e *eraser) Retire(export string) error {
	x, err := e.t.Export(export)
	if err != nil {
		return err
	}
	if !x.Retired.IsZero() {
		return fmt.Errorf("export %q: %w: it is retired already", export, store.ErrInvalid)
	}
	canaries, err := e.t.Canaries(export)
	if err != nil {
		return err
	}
	for _, c := range canaries {
		left := c.Emptied()
		left.Original = [32]byte{}
		if err := e.change(store.KindCanary, c.Subject(), c.Digest(), left.Digest()); err != nil {
			return err
		}
	}
	if _, err := e.t.exec(`UPDATE canaries SET lookups = x'', sealed = x'' WHERE export = ?`, export); err != nil {
		return err
	}
	return e.change(store.KindExport, export, [32]byte{}, [32]byte{})
}

// Erasures lists all, in their order.
func (t *tx) Erasures() ([]store.Erasure, error) {
	list, err := all(t, `SELECT seq, kind, at, sealed FROM erasures ORDER BY seq`, nil, func(scan row) (e store.Erasure, err error) {
		var at int64
		err = scan(&e.Seq, &e.Kind, &at, &e.Sealed)
		e.At = moment(at)
		return e, err
	})
	for i := range list {
		if err != nil {
			break
		}
		list[i].Changes, err = t.changes(list[i].Seq)
	}
	return list, err
}

func (t *tx) changes(erasure int) ([]store.Change, error) {
	n := 0
	return all(t, `SELECT place, kind, subject, digest_before, digest_after FROM erasure_changes WHERE erasure = ? ORDER BY place`, []any{erasure}, func(scan row) (c store.Change, err error) {
		var place int
		var before, after []byte
		err = scan(&place, &c.Kind, &c.Subject, &before, &after)
		copy(c.Before[:], before)
		copy(c.After[:], after)
		if n++; err == nil && place != n {
			err = damaged("change %d of erasure %d is missing", n, erasure)
		}
		return c, err
	})
}

// original is an expression for the digest of the content that a record was
// recorded with, NULL where no erasure changed it. subject is an expression.
func original(kind, subject string) string {
	return `(SELECT digest_before FROM erasure_changes WHERE kind = '` + kind + `' AND subject = ` + subject + ` ORDER BY erasure LIMIT 1)`
}
