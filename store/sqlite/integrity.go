package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// Integrity has SQLite check the structure of its file and what refers to
// what, and compares the tables' definitions with those that this program
// makes: a trigger, for one, could change what is written. store.Verify asks
// for it.
func (r *registry) Integrity(ctx context.Context) (trouble []string, err error) {
	for _, query := range []string{
		`PRAGMA integrity_check(5)`,
		`SELECT 'a row of ' || "table" || ' refers to one of ' || parent || ' that is not there' FROM pragma_foreign_key_check LIMIT 5`,
	} {
		lines, err := texts(ctx, r.read, query)
		if err != nil {
			return nil, r.fault(ctx, err)
		}
		for _, line := range lines {
			if line != "ok" {
				trouble = append(trouble, line)
			}
		}
	}
	shape, err := r.compareShape(ctx)
	return append(trouble, shape...), r.fault(ctx, err)
}

func (r *registry) compareShape(ctx context.Context) ([]string, error) {
	model, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer model.Close()
	model.SetMaxOpenConns(1) // each connection would have a database of its own
	for _, m := range migrations {
		if _, err := model.ExecContext(ctx, m.script); err != nil {
			return nil, err
		}
	}
	const definitions = `SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_stat%' ESCAPE '\' ORDER BY 1`
	want, err := texts(ctx, model, definitions)
	if err != nil {
		return nil, err
	}
	got, err := texts(ctx, r.read, definitions)
	return differences(got, want), err
}

// differences tells what only one of two lists has.
func differences(got, want []string) (trouble []string) {
	count := map[string]int{}
	for _, s := range want {
		count[s]++
	}
	for _, s := range got {
		if count[s]--; count[s] < 0 {
			trouble = append(trouble, fmt.Sprintf("it has a definition that this program did not make: %.60s", s))
		}
	}
	for _, s := range want {
		if count[s] > 0 {
			trouble = append(trouble, fmt.Sprintf("it lacks a definition: %.60s", s))
		}
	}
	return trouble
}

func texts(ctx context.Context, db *sql.DB, query string) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}
