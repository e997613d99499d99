package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"

	"telltale/store"
)

// application marks the file as a registry of telltale: "tell".
const application = 0x74656c6c

//go:embed schema1.sql
var schema1 string

// migrations lead from each version to the next; the first from nothing.
var migrations = []string{schema1}

// prepare refuses what is no registry or a newer one, and brings an older one
// up to date.
func (r *registry) prepare(ctx context.Context) error {
	var app, version int
	if err := r.read.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app); err != nil {
		return err
	}
	if app != application {
		return damaged("the file is a database of another program")
	}
	if err := r.read.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	switch {
	case version > len(migrations):
		return fmt.Errorf("registry %s: %w (%d, this program knows %d)", r.path, store.ErrSchema, version, len(migrations))
	case version < 1:
		return damaged("its version is %d", version)
	case version < len(migrations) && r.write == nil:
		return fmt.Errorf("registry %s: %w, and has to be brought up to date", r.path, store.ErrReadOnly)
	case version < len(migrations):
		return r.migrate(ctx)
	}
	return r.touch(ctx)
}

// touch reads from the tables that everything rests on.
func (r *registry) touch(ctx context.Context) error {
	return r.View(ctx, func(tx store.Tx) error {
		_, err := tx.KeyID()
		return err
	})
}

// migrate runs what is missing in one transaction. The version is read again
// inside, for another process may have been faster.
func (r *registry) migrate(ctx context.Context) error {
	s, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer s.Rollback()
	var version int
	if err := s.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version >= len(migrations) {
		return nil
	}
	for _, script := range migrations[version:] {
		if _, err := s.Exec(script); err != nil {
			return err
		}
	}
	if version == 0 {
		if err := firstHead(s, r.signer); err != nil {
			return err
		}
	}
	if _, err := s.Exec(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, application, len(migrations))); err != nil {
		return err
	}
	return s.Commit()
}

// firstHead signs the empty ledger, so that a ledger without a head is never
// a new one.
func firstHead(s *sql.Tx, signer store.Signer) error {
	h := store.Head{}.Signed(signer)
	_, err := s.Exec(`INSERT INTO ledger_head (one, seq, hash, signature) VALUES (1, ?, ?, ?)`, h.Seq, h.Hash[:], h.Signature)
	return err
}
