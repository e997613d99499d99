package sqlite

import (
	"fmt"
	"time"

	"telltale/store"
)

// openLedger takes up the tree and refuses to write behind a ledger that was
// tampered with: that would sign what somebody else appended.
func (t *tx) openLedger() error {
	text, tree, err := t.state()
	if err != nil {
		return err
	}
	signed, by, err := t.readCheckpoint(text)
	if err != nil {
		return err
	}
	var last int64
	if _, err := t.get(`SELECT coalesce(max(seq), 0) FROM ledger_entries`, nil, &last); err != nil {
		return err
	}
	if last != signed.Size || tree.Size() != signed.Size || tree.Root() != signed.Root {
		return damaged("the ledger ends with entry %d, its checkpoint is of another state with %d entries", last, signed.Size)
	}
	t.tree, t.last, t.lastBy = tree, signed, by
	return nil
}

// readCheckpoint reads a checkpoint of one of those who may write, and finds
// out who writes now.
func (t *tx) readCheckpoint(text []byte) (c store.Checkpoint, by store.Writer, err error) {
	keys, err := t.Keys()
	if err != nil {
		return c, by, err
	}
	writers, err := store.Trust(keys, store.Anchors(t.sign)...)
	if err == nil {
		c, by, err = writers.Read(text)
	}
	if err != nil {
		return c, by, damaged("%v", err)
	}
	var ok bool
	if t.writer, ok = writers.By(t.sign.Verifier()); !ok || t.writer.Ended > 0 {
		return c, by, fmt.Errorf("key %s: %w: it was ended, or is none of this registry", t.sign.Name(), store.ErrRole)
	}
	return c, by, nil
}

// state is the checkpoint as it was signed, and the edge of the tree.
func (t *tx) state() (text []byte, tree *store.Tree, err error) {
	var size int64
	var edge []byte
	ok, err := t.get(`SELECT size, edge, note FROM ledger_checkpoint WHERE one = 1`, nil, &size, &edge, &text)
	if err == nil && !ok {
		err = damaged("the ledger's checkpoint is missing")
	}
	if err != nil {
		return nil, nil, err
	}
	if tree, err = store.RestoreTree(size, edge); err != nil {
		err = damaged("%v", err)
	}
	return text, tree, err
}

// closeLedger signs the new end.
func (t *tx) closeLedger() error {
	if t.tree.Size() == t.last.Size {
		return nil
	}
	next := t.tree.Checkpoint()
	next.Origin, next.Since = t.last.Origin, t.last.Since
	if !sameWriter(t.lastBy, t.writer) {
		next.Since = t.last.Size + 1
		if _, err := t.exec(`INSERT INTO ledger_turns (size, note) VALUES (?, ?)`, t.last.Size, string(t.last.Text)); err != nil {
			return err
		}
	}
	return t.putCheckpoint(t.tree, next)
}

func sameWriter(a, b store.Writer) bool {
	return a.Verifier.Name() == b.Verifier.Name() && a.Verifier.KeyHash() == b.Verifier.KeyHash()
}

func (t *tx) putCheckpoint(tree *store.Tree, next store.Checkpoint) error {
	signed, err := next.Sign(t.sign)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO ledger_checkpoint (one, size, edge, note) VALUES (1, ?1, ?2, ?3)
		ON CONFLICT (one) DO UPDATE SET size = ?1, edge = ?2, note = ?3`, signed.Size, blob(tree.Edge()), string(signed.Text))
	return err
}

func (t *tx) record(kind, subject string, digest [32]byte) error {
	return t.appendEntry(t.now(), kind, subject, digest)
}

func (t *tx) appendEntry(at time.Time, kind, subject string, digest [32]byte) error {
	if err := t.allowed(kind); err != nil {
		return err
	}
	e := store.NewEntry(t.tree.Size(), at, kind, subject, digest)
	_, err := t.exec(`INSERT INTO ledger_entries (seq, at, kind, subject, digest, salt) VALUES (?, ?, ?, ?, ?, ?)`,
		e.Seq, micros(e.At), e.Kind, e.Subject, e.Digest[:], e.Salt[:])
	if err != nil {
		return err
	}
	return t.tree.Append(e)
}

// Note appends an entry that commits to no record.
func (t *tx) Note(kind, subject string, detail []byte, at time.Time) error {
	if err := named("note", kind); err != nil {
		return err
	}
	if store.IsRecord(kind) {
		return fmt.Errorf("note %q: %w: the kind is that of a record", kind, store.ErrInvalid)
	}
	return t.appendEntry(at, kind, subject, store.NoteDigest(kind, subject, detail))
}

// Entries reads the ledger from its beginning.
func (t *tx) Entries(f func(store.Entry) error) error {
	return t.each(`SELECT seq, at, kind, subject, digest, salt FROM ledger_entries ORDER BY seq`, nil, func(scan row) error {
		var e store.Entry
		var at int64
		var digest, salt []byte
		if err := scan(&e.Seq, &at, &e.Kind, &e.Subject, &digest, &salt); err != nil {
			return err
		}
		e.At = moment(at)
		copy(e.Digest[:], digest)
		copy(e.Salt[:], salt)
		return f(e)
	})
}

// Checkpoint reads the signed state. There always is one, from the first
// moment on.
func (t *tx) Checkpoint() (store.Checkpoint, error) {
	text, tree, err := t.state()
	if err != nil {
		return store.Checkpoint{}, err
	}
	c := tree.Checkpoint()
	c.Text = text
	return c, nil
}

// AddStamp keeps what an authority said of a checkpoint.
func (t *tx) AddStamp(s store.Stamp) error {
	if err := t.free("stamp", s.Subject(), `SELECT 1 FROM stamps WHERE size = ? AND response = ?`, s.Size, blob(s.Response)); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO stamps (size, checkpoint, response, recorded) VALUES (?, ?, ?, ?)`, s.Size, string(s.Checkpoint), blob(s.Response), micros(s.Recorded))
	if err != nil {
		return invalid("stamp", s.Subject(), err)
	}
	return t.record(store.KindStamp, s.Subject(), s.Digest())
}

// Stamps lists all.
func (t *tx) Stamps() ([]store.Stamp, error) {
	return all(t, `SELECT size, checkpoint, response, recorded FROM stamps ORDER BY rowid`, nil, func(scan row) (s store.Stamp, err error) {
		var at int64
		err = scan(&s.Size, &s.Checkpoint, &s.Response, &at)
		s.Recorded = moment(at)
		return s, err
	})
}

// KeyID is "" until SetKeyID was called.
func (t *tx) KeyID() (id string, err error) {
	_, err = t.get(`SELECT key_id FROM registry WHERE one = 1`, nil, &id)
	return id, err
}

// SetKeyID binds the registry to a key.
func (t *tx) SetKeyID(id string) error {
	if err := named("key", id); err != nil {
		return err
	}
	old, err := t.KeyID()
	if err != nil || old == id {
		return err
	}
	if old != "" {
		return fmt.Errorf("key %q: %w: the registry belongs to key %s", id, store.ErrExists, old)
	}
	if _, err := t.exec(`INSERT INTO registry (one, key_id) VALUES (1, ?)`, id); err != nil {
		return err
	}
	return t.record(store.KindKey, id, store.KeyDigest(id))
}
