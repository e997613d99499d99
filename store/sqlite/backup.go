package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"telltale/store"
)

// Backup writes a copy of the registry to path, which must be free: the state
// of one moment, whatever others write meanwhile, and without the room of
// deleted content. The file appears complete or not at all, with mode 0600.
func (r *registry) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup %s: %w", path, store.ErrExists)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".telltale-backup-*") // mode 0600
	if err != nil {
		return err
	}
	defer removeAll(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	if err := r.copyTo(ctx, f.Name()); err != nil {
		return err
	}
	if err := publish(f.Name(), path); err != nil {
		return fmt.Errorf("backup %s: %w", path, err)
	}
	return nil
}

// copyTo fills an empty file.
func (r *registry) copyTo(ctx context.Context, path string) error {
	abs, err := filepath.Abs(r.path)
	if err != nil {
		return err
	}
	db, err := pool(abs, "deferred", patience, "", 1)
	if err != nil {
		return r.fault(ctx, err)
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	if err = errors.Join(err, db.Close()); err != nil {
		return r.fault(ctx, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
