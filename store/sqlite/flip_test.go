package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/store"
	"telltale/store/storetest"
)

var flips = flag.Int("flips", 120, "bytes that TestFlippedFile and TestFlippedLedger alter")

// walk is a digest of everything that the file holds, read without the program:
// the definitions, and every value of every row with its type.
func walk(t testing.TB, path string) (string, error) {
	t.Helper()
	db := raw(t, path)
	defer db.Close()
	h := sha256.New()
	tables, err := texts(background, db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
	if err != nil {
		return "", err
	}
	definitions, err := texts(background, db, `SELECT type || name || tbl_name || coalesce(sql, '') FROM sqlite_schema ORDER BY name`)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%q", definitions)
	for _, name := range tables {
		if err := walkTable(h, db, name); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func walkTable(h interface{ Write([]byte) (int, error) }, db *sql.DB, name string) error {
	rows, err := db.Query(`SELECT rowid, * FROM "` + name + `" NOT INDEXED ORDER BY rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range values {
			fmt.Fprintf(h, "%s.%s %T %q;", name, columns[i], v, fmt.Sprint(v))
		}
	}
	return rows.Err()
}

// verified opens and verifies a registry, and says what is wrong. An error is
// that of damage, or of a version that is not known.
func verified(t testing.TB, path string) string {
	t.Helper()
	st, err := Open(background, path, storetest.Signer{})
	if err == nil {
		defer st.Close()
		var report store.Report
		if report, err = store.Verify(background, st, storetest.Signer{}); err == nil {
			return broken(report)
		}
	}
	if !isOneOf(err, store.ErrCorrupt, store.ErrSchema) {
		t.Errorf("an error of another kind: %v", err)
	}
	return err.Error()
}

func broken(report store.Report) string {
	for _, c := range report.Checks {
		if !c.OK() {
			return c.Name + ": " + strings.Join(c.Failures, "; ")
		}
	}
	return ""
}

// TestFlippedFile alters one byte of a registry's file at a time. Either that
// is found, or the byte is outside of what is recorded: then a walk over the file
// that shares nothing with the verification finds every value of every row as it
// was. Positions are drawn evenly from the whole file; the seed is logged.
func TestFlippedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	filled(t, path).Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := walk(t, path)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d bytes", seed, len(whole))
	random := rand.New(rand.NewPCG(seed, 0))
	found, outside := 0, 0
	copied := filepath.Join(t.TempDir(), "flipped.db")
	for range *flips {
		at, bit := random.IntN(len(whole)), byte(1)<<random.IntN(8)
		whole[at] ^= bit
		if err := os.WriteFile(copied, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= bit
		if verified(t, copied) != "" {
			found++
		} else if got, err := walk(t, copied); err == nil && got == want {
			outside++
		} else {
			t.Errorf("byte %d, bit %#x: nothing was found, and the content is another (%v)", at, bit, err)
		}
		removeAll(copied)
	}
	t.Logf("%d of %d found, %d outside of what is recorded", found, *flips, outside)
	if found < *flips/4 {
		t.Errorf("only %d of %d were found", found, *flips)
	}
}

// TestFlippedLedger alters one bit of the ledger at a time, in any column of any
// entry and in the checkpoint: that is found each time.
func TestFlippedLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	filled(t, path).Close()
	db := raw(t, path)
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`PRAGMA ignore_check_constraints = on`); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	cells, err := texts(background, db, `SELECT 'ledger_entries.' || c.name || '.' || e.rowid FROM pragma_table_info('ledger_entries') c, ledger_entries e
		UNION ALL SELECT 'ledger_checkpoint.' || c.name || '.1' FROM pragma_table_info('ledger_checkpoint') c WHERE c.name <> 'one'`)
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for range *flips {
		if flipCell(t, db, path, cells[random.IntN(len(cells))], random) {
			written++
		}
	}
	t.Logf("%d of %d could be written, and were found", written, *flips)
	if written < *flips*3/4 {
		t.Errorf("only %d of %d could be written", written, *flips)
	}
}

// flipCell alters a bit of a value, verifies, and puts the value back.
func flipCell(t *testing.T, db *sql.DB, path, cell string, random *rand.Rand) bool {
	t.Helper()
	parts := strings.Split(cell, ".")
	table, column, row := parts[0], parts[1], parts[2]
	var was any
	if err := db.QueryRow(`SELECT ` + column + ` FROM ` + table + ` WHERE rowid = ` + row).Scan(&was); err != nil {
		t.Fatal(cell, err)
	}
	put := func(v any, at string) error {
		_, err := db.ExecContext(context.Background(), `UPDATE `+table+` SET `+column+` = ? WHERE rowid = `+at, v)
		return err
	}
	now, moved := flipped(was, random), row
	if err := put(now, row); err != nil {
		return false // another entry has that number
	}
	if column == "seq" {
		moved = fmt.Sprint(now)
	}
	if verified(t, path) == "" {
		t.Errorf("%s: %v instead of %v is not found", cell, now, was)
	}
	if err := put(was, moved); err != nil {
		t.Fatal(cell, err)
	}
	if random.IntN(20) == 0 && verified(t, path) != "" {
		t.Fatalf("%s: it does not verify when the value is back: %s", cell, verified(t, path))
	}
	return true
}

// flipped is a value with one bit altered.
func flipped(v any, random *rand.Rand) any {
	switch x := v.(type) {
	case int64:
		return x ^ 1<<random.IntN(62)
	case string:
		b := []byte(x)
		b[random.IntN(len(b))] ^= 1 << random.IntN(7)
		return string(b)
	case []byte:
		b := append([]byte{}, x...)
		if len(b) == 0 {
			return []byte{1}
		}
		b[random.IntN(len(b))] ^= 1 << random.IntN(8)
		return b
	}
	return v
}
