package sqlite

import (
	"context"
	_ "embed"
	"fmt"

	"telltale/store"
)

// application marks the file as a registry of telltale: "tell".
const application = 0x74656c6c

var (
	//go:embed schema1.sql
	schema1 string
	//go:embed schema2.sql
	schema2 string
	//go:embed schema3.sql
	schema3 string
	//go:embed schema4.sql
	schema4 string
	//go:embed schema5.sql
	schema5 string
	//go:embed schema6.sql
	schema6 string
	//go:embed schema7.sql
	schema7 string
)

// migration leads from a version to the next. What before and after do that a
// script cannot, they do in the same transaction; after nothing, before is not
// asked.
type migration struct {
	script string
	before func(*tx) error
	after  func(*tx) error
}

// migrations lead from each version to the next; the first from nothing.
var migrations = []migration{
	{script: schema1},
	{script: schema2, before: (*tx).checkChain, after: (*tx).plantTree},
	{script: schema3},
	{script: schema4},
	{script: schema5},
	{script: schema6},
	{script: schema7},
}

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
	t := r.tx(ctx, s)
	for i, m := range migrations[version:] {
		if err := t.run(m, version == 0 && i > 0); err != nil {
			return err
		}
	}
	if _, err := s.Exec(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, application, len(migrations))); err != nil {
		return err
	}
	return s.Commit()
}

// run makes one step; a registry that is being made has nothing to look at
// before it.
func (t *tx) run(m migration, fresh bool) error {
	if m.before != nil && !fresh {
		if err := m.before(t); err != nil {
			return err
		}
	}
	if _, err := t.sql.Exec(m.script); err != nil {
		return err
	}
	if m.after != nil {
		return m.after(t)
	}
	return nil
}
