package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"telltale/store"
)

// tx is a store.Tx. Its statements are compiled once; those whose rows are
// handed to a callback are not shared, for the callback may use them again.
type tx struct {
	ctx    context.Context
	path   string
	sql    *sql.Tx
	now    func() time.Time
	sign   store.Signer
	stmts  map[string]*sql.Stmt
	tree   *store.Tree      // of the ledger, while writing
	last   store.Checkpoint // as it was signed, by lastBy
	lastBy store.Writer
	writer store.Writer // who writes now
	count  int
}

func (r *registry) tx(ctx context.Context, s *sql.Tx) *tx {
	return &tx{ctx: ctx, path: r.path, sql: s, now: r.now, sign: r.signer, stmts: map[string]*sql.Stmt{}}
}

// stmt compiles a statement once. The context is looked at here and not given
// to the driver, which would start a goroutine for every statement.
func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if t.count++; t.count%64 == 0 && t.ctx.Err() != nil {
		return nil, t.ctx.Err()
	}
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.sql.Prepare(query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, t.plain(err)
}

// plain is fault, at once, so that callers inside a transaction can tell what
// happened.
func (t *tx) plain(err error) error {
	if err != nil && strings.Contains(err.Error(), "Scan error on column") {
		return placed(t.path, "a value has the wrong type")
	}
	return fault(t.path, err)
}

func (t *tx) exec(query string, args ...any) (changed int64, err error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := s.Exec(args...)
	if err != nil {
		return 0, t.plain(err)
	}
	return res.RowsAffected()
}

// get reads one row, and tells whether there is one.
func (t *tx) get(query string, args []any, dest ...any) (bool, error) {
	s, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, t.plain(err)
}

// row reads the values of a row.
type row func(dest ...any) error

// each gives rows to a callback, one after the other.
func (t *tx) each(query string, args []any, f func(row) error) error {
	rows, err := t.sql.Query(query, args...)
	if err != nil {
		return t.plain(err)
	}
	return t.walk(rows, f)
}

func (t *tx) walk(rows *sql.Rows, f func(row) error) error {
	defer rows.Close()
	for n := 0; rows.Next(); n++ {
		if n%64 == 0 && t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		if err := f(func(dest ...any) error { return t.plain(rows.Scan(dest...)) }); err != nil {
			return err
		}
	}
	return t.plain(rows.Err())
}

// all reads rows into a list.
func all[T any](t *tx, query string, args []any, scan func(row) (T, error)) ([]T, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(args...)
	if err != nil {
		return nil, t.plain(err)
	}
	list := []T{}
	err = t.walk(rows, func(r row) error {
		v, err := scan(r)
		list = append(list, v)
		return err
	})
	return list, err
}

// one reads a record, or gives a store.MissingError with what was looked for.
func one[T any](t *tx, what, name, query string, args []any, scan func(row) (T, error)) (v T, err error) {
	list, err := all(t, query, args, scan)
	if err == nil && len(list) == 0 {
		err = &store.MissingError{What: what, Name: name}
	}
	if err != nil {
		return v, err
	}
	return list[0], nil
}

func (t *tx) exists(query string, args ...any) (bool, error) {
	var n int
	return t.get(query, args, &n)
}

// need gives a store.MissingError where a record that another refers to is absent.
func (t *tx) need(what, name, query string, args ...any) error {
	ok, err := t.exists(query, args...)
	if err == nil && !ok {
		err = &store.MissingError{What: what, Name: name}
	}
	return err
}

// free gives store.ErrExists where a record is there already.
func (t *tx) free(what, name, query string, args ...any) error {
	ok, err := t.exists(query, args...)
	if err == nil && ok {
		err = fmt.Errorf("%s %q: %w", what, name, store.ErrExists)
	}
	return err
}

// named refuses what no backend could keep as a name.
func named(what, name string) error {
	if name == "" || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%s %q: %w: its name is empty or not UTF-8", what, name, store.ErrInvalid)
	}
	return nil
}

func invalid(what, name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %q: %w", what, name, err)
	}
	return nil
}

func micros(t time.Time) int64  { return t.UnixMicro() }
func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

// blob keeps SQLite from taking no bytes for no value.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
