package sqlite

import (
	"fmt"

	"telltale/store"
)

const keyColumns = `SELECT id, role, public, box, anchor, certificate, added_at, granted, ended FROM keys `

func scanKey(scan row) (k store.Key, err error) {
	var at int64
	err = scan(&k.ID, &k.Role, &k.Public, &k.Box, &k.Anchor, &k.Certificate, &at, &k.Granted, &k.Ended)
	k.AddedAt = moment(at)
	return k, err
}

// Keys lists all, also those that ended.
func (t *tx) Keys() ([]store.Key, error) { return all(t, keyColumns+`ORDER BY granted`, nil, scanKey) }

// AddKey adds a key that may write from the next transaction on.
func (t *tx) AddKey(k store.Key) error {
	if err := named("key", k.ID); err != nil {
		return err
	}
	if err := t.free("key", k.ID, `SELECT 1 FROM keys WHERE id = ?`, k.ID); err != nil {
		return err
	}
	if err := t.record(store.KindGrant, k.ID, k.Digest()); err != nil {
		return err
	}
	_, err := t.exec(`INSERT INTO keys (id, role, public, box, anchor, certificate, added_at, granted, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		k.ID, string(k.Role), k.Public, blob(k.Box), blob(k.Anchor), blob(k.Certificate), micros(k.AddedAt), t.tree.Size())
	return invalid("key", k.ID, err)
}

// EndKey ends a key. Its secrets are overwritten with zeros in the file.
func (t *tx) EndKey(id string) error {
	if err := t.liveKey(id); err != nil {
		return err
	}
	if err := t.record(store.KindRevoke, id, store.RevokeDigest(id)); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE keys SET ended = ? WHERE id = ?`, t.tree.Size(), id); err != nil {
		return err
	}
	_, err := t.exec(`DELETE FROM key_secrets WHERE holder = ?`, id)
	return err
}

func (t *tx) liveKey(id string) error {
	return t.need("key", id, `SELECT 1 FROM keys WHERE id = ? AND ended = 0`, id)
}

// AddSecret gives the holder of a key something to read.
func (t *tx) AddSecret(s store.Secret) error {
	if err := named("secret", s.Subject); err != nil {
		return err
	}
	if err := t.liveKey(s.Holder); err != nil {
		return err
	}
	if err := t.free("secret", s.Entry(), `SELECT 1 FROM key_secrets WHERE holder = ? AND subject = ?`, s.Holder, s.Subject); err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO key_secrets (holder, subject, sealed) VALUES (?, ?, ?)`, s.Holder, s.Subject, blob(s.Sealed)); err != nil {
		return invalid("secret", s.Entry(), err)
	}
	return t.record(store.KindSecret, s.Entry(), s.Digest())
}

// Secrets lists those of a holder.
func (t *tx) Secrets(holder string) ([]store.Secret, error) {
	return all(t, `SELECT holder, subject, sealed FROM key_secrets WHERE holder = ? ORDER BY rowid`, []any{holder}, func(scan row) (s store.Secret, err error) {
		err = scan(&s.Holder, &s.Subject, &s.Sealed)
		return s, err
	})
}

// Turns lists the checkpoints at which another key went on.
func (t *tx) Turns() ([]store.Checkpoint, error) {
	return all(t, `SELECT size, note FROM ledger_turns ORDER BY size`, nil, func(scan row) (c store.Checkpoint, err error) {
		err = scan(&c.Size, &c.Text)
		return c, err
	})
}

// allowed refuses an entry that the writer's role does not allow.
func (t *tx) allowed(kind string) error {
	if t.writer.Role.MayWrite(kind) {
		return nil
	}
	return fmt.Errorf("key %s: %w: an %s key writes no entry of kind %q", t.writer.ID, store.ErrRole, t.writer.Role, kind)
}
