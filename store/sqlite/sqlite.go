// Package sqlite keeps a registry in one SQLite file.
//
//	st, err := sqlite.Open(ctx, "registry.db", signer)
//
// The file runs in write-ahead mode with full synchronisation: what Update has
// acknowledged survives the death of the process and of the machine, and what
// it has not leaves no trace. Any number of processes on one machine may have
// the file open; writers take turns and wait up to half a minute for theirs.
// The file must not lie on a network file system.
//
// The file and the two that SQLite keeps beside it while it is open have mode
// 0600. To make a copy, use Backup; a bare copy of the main file may lack what
// is still in the -wal file. Deleted content is overwritten; Purge also empties
// the -wal file of it.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver

	"telltale/store"
)

// patience is how long a writer waits for others. The driver waits in slices
// of it, so that a cancelled writer does not wait on.
const (
	patience = 30 * time.Second
	slice    = 100 * time.Millisecond
)

// registry is a store.Store in one file.
type registry struct {
	path   string
	signer store.Signer // nil: read only
	read   *sql.DB
	write  *sql.DB // nil: read only
	now    func() time.Time
}

// Open opens the registry at path. Without a signer it can only be read, and
// Update gives store.ErrReadOnly.
//
// A missing file gives store.ErrNotFound, one that is no registry or is cut
// off store.ErrCorrupt, one of a newer version store.ErrSchema. A registry of
// an older version is brought up to date.
func Open(ctx context.Context, path string, signer store.Signer) (store.Store, error) {
	if err := inspect(path); err != nil {
		return nil, fault(path, err)
	}
	r, err := connect(path, signer)
	if err != nil {
		return nil, fault(path, err)
	}
	if err := r.prepare(ctx); err != nil {
		r.Close()
		return nil, fault(path, err)
	}
	return r, nil
}

// Create makes a new registry at path, in which first, if there is any, has
// been run as its first update, and opens it. The file appears complete or
// not at all. store.ErrExists if something is at path already.
func Create(ctx context.Context, path string, signer store.Signer, first ...func(store.Tx) error) (store.Store, error) {
	if signer == nil {
		return nil, fmt.Errorf("registry %s: a new registry needs a signer: %w", path, store.ErrReadOnly)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("registry %s: %w", path, store.ErrExists)
	}
	tmp, err := build(ctx, filepath.Dir(path), signer, first)
	if err != nil {
		return nil, fault(path, err)
	}
	defer os.Remove(tmp)
	if err := publish(tmp, path); err != nil {
		return nil, fault(path, err)
	}
	return Open(ctx, path, signer)
}

// build makes a complete registry under a temporary name in dir.
func build(ctx context.Context, dir string, signer store.Signer, first []func(store.Tx) error) (string, error) {
	f, err := os.CreateTemp(dir, ".telltale-registry-*") // mode 0600
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	r, err := connect(f.Name(), signer)
	if err == nil {
		err = errors.Join(r.fill(ctx, first), r.Close())
	}
	if err != nil {
		removeAll(f.Name())
	}
	return f.Name(), err
}

func (r *registry) fill(ctx context.Context, first []func(store.Tx) error) error {
	if err := r.migrate(ctx); err != nil {
		return err
	}
	for _, f := range first {
		if err := r.Update(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// publish gives a finished file its name, unless the name is taken.
func publish(tmp, path string) error {
	err := os.Link(tmp, path)
	if errors.Is(err, fs.ErrExist) {
		return store.ErrExists
	}
	if err == nil {
		return syncDir(filepath.Dir(path))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // no links here
	if errors.Is(err, fs.ErrExist) {
		return store.ErrExists
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Rename(tmp, path), syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	d.Sync() // not every file system can
	return nil
}

func removeAll(path string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(path + suffix)
	}
}

// connect prepares the two pools: readers see a snapshot each, and one writer
// takes the lock when its transaction begins.
func connect(path string, signer store.Signer) (*registry, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	r := &registry{path: path, signer: signer, now: time.Now}
	r.read, err = pool(abs, "deferred", patience, "&_query_only=on", 4)
	if err != nil || signer == nil {
		return r, err
	}
	r.write, err = pool(abs, "immediate", slice, "", 1)
	if err != nil {
		r.read.Close()
	}
	return r, err
}

func pool(path, lock string, wait time.Duration, more string, conns int) (*sql.DB, error) {
	dsn := fmt.Sprintf("file:%s?mode=rw&_journal_mode=WAL&_foreign_keys=on&_synchronous=FULL&_secure_delete=on&_txlock=%s&_busy_timeout=%d%s",
		(&url.URL{Path: path}).EscapedPath(), lock, wait.Milliseconds(), more)
	db, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// WithSigner is the same registry, written with another key. Only one of the
// two may be closed.
func (r *registry) WithSigner(signer store.Signer) store.Store {
	other := *r
	other.signer = signer
	return &other
}

// Close waits for transactions that run and closes the file.
func (r *registry) Close() error {
	err := r.read.Close()
	if r.write != nil {
		err = errors.Join(err, r.write.Close())
	}
	if err != nil {
		return fault(r.path, err)
	}
	return nil
}

// View runs f on a snapshot.
func (r *registry) View(ctx context.Context, f func(store.Tx) error) error {
	s, err := r.read.BeginTx(ctx, nil)
	if err != nil {
		return r.fault(ctx, err)
	}
	defer s.Rollback()
	return r.fault(ctx, f(r.tx(ctx, s)))
}

// Update runs f while no other writer does. f must not call Update.
func (r *registry) Update(ctx context.Context, f func(store.Tx) error) error {
	if r.write == nil {
		return fmt.Errorf("registry %s: %w", r.path, store.ErrReadOnly)
	}
	s, err := r.begin(ctx)
	if err != nil {
		return r.fault(ctx, err)
	}
	defer s.Rollback()
	t := r.tx(ctx, s)
	if err := t.openLedger(); err != nil {
		return r.fault(ctx, err)
	}
	if err := f(t); err != nil {
		return r.fault(ctx, err)
	}
	if err := t.closeLedger(); err != nil {
		return r.fault(ctx, err)
	}
	return r.fault(ctx, s.Commit())
}

// begin takes the lock for writing.
func (r *registry) begin(ctx context.Context) (*sql.Tx, error) {
	for until := time.Now().Add(patience); ; {
		s, err := r.write.BeginTx(ctx, nil)
		if err == nil || !busy(err) || time.Now().After(until) || ctx.Err() != nil {
			return s, err
		}
	}
}

// fault says what went wrong in plain words; a cancelled context comes first,
// for the driver reports it as an interruption or a finished transaction.
func (r *registry) fault(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return fault(r.path, err)
}
