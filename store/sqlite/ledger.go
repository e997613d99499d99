package sqlite

import (
	"fmt"
	"time"

	"telltale/store"
)

// openLedger finds the end of the ledger and refuses to write behind one that
// was tampered with: that would sign what somebody else appended.
func (t *tx) openLedger() error {
	h, err := t.Head()
	if err != nil {
		return err
	}
	if !h.SignedBy(t.sign) {
		return damaged("the ledger's head is not signed with this key")
	}
	last := store.Head{}
	var hash []byte
	if _, err := t.get(`SELECT seq, hash FROM ledger_entries ORDER BY seq DESC LIMIT 1`, nil, &last.Seq, &hash); err != nil {
		return err
	}
	copy(last.Hash[:], hash)
	if last.Seq != h.Seq || last.Hash != h.Hash {
		return damaged("the ledger ends with entry %d, its head says %d", last.Seq, h.Seq)
	}
	t.head = h
	return nil
}

// closeLedger signs the new end.
func (t *tx) closeLedger() error {
	if !t.grown {
		return nil
	}
	h := t.head.Signed(t.sign)
	_, err := t.exec(`UPDATE ledger_head SET seq = ?, hash = ?, signature = ? WHERE one = 1`, h.Seq, h.Hash[:], h.Signature)
	return err
}

func (t *tx) record(kind, subject string, digest [32]byte) error {
	return t.appendEntry(t.now(), kind, subject, digest)
}

func (t *tx) appendEntry(at time.Time, kind, subject string, digest [32]byte) error {
	e := store.NextEntry(t.head, at, kind, subject, digest)
	_, err := t.exec(`INSERT INTO ledger_entries (seq, at, kind, subject, digest, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, micros(e.At), e.Kind, e.Subject, e.Digest[:], e.Prev[:], e.Hash[:])
	t.head, t.grown = e.Head(), true
	return err
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
	return t.each(`SELECT seq, at, kind, subject, digest, prev, hash FROM ledger_entries ORDER BY seq`, nil, func(scan row) error {
		var e store.Entry
		var at int64
		var digest, prev, hash []byte
		if err := scan(&e.Seq, &at, &e.Kind, &e.Subject, &digest, &prev, &hash); err != nil {
			return err
		}
		e.At = moment(at)
		copy(e.Digest[:], digest)
		copy(e.Prev[:], prev)
		copy(e.Hash[:], hash)
		return f(e)
	})
}

// Head reads the signed end. There always is one, from the first moment on.
func (t *tx) Head() (store.Head, error) {
	var h store.Head
	var hash []byte
	ok, err := t.get(`SELECT seq, hash, signature FROM ledger_head WHERE one = 1`, nil, &h.Seq, &hash, &h.Signature)
	if err == nil && !ok {
		err = damaged("the ledger's head is missing")
	}
	copy(h.Hash[:], hash)
	return h, err
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
