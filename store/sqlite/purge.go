package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"telltale/store"
)

// Purge writes the file anew without what was deleted, and empties the log
// beside it. Deleted content is overwritten at once (secure_delete), but what
// other versions of the program deleted is not, and the log keeps pages as
// they were until it is emptied.
func (r *registry) Purge(ctx context.Context) error {
	if r.write == nil {
		return fmt.Errorf("registry %s: %w", r.path, store.ErrReadOnly)
	}
	for until := time.Now().Add(patience); ; {
		err := r.purge(ctx)
		if err == nil || !(busy(err) || errors.Is(err, store.ErrBusy)) || time.Now().After(until) || ctx.Err() != nil {
			return r.fault(ctx, err)
		}
	}
}

func (r *registry) purge(ctx context.Context) error {
	if _, err := r.write.ExecContext(ctx, `VACUUM`); err != nil {
		return err
	}
	var blocked, pages, moved int
	if err := r.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&blocked, &pages, &moved); err != nil {
		return err
	}
	if blocked != 0 {
		return store.ErrBusy
	}
	return nil
}
