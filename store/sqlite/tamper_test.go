package sqlite

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"telltale/store"
	"telltale/store/storetest"
)

// raw opens the file as somebody without telltale would.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_foreign_keys=off&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func pathOf(st store.Store) string { return st.(*registry).path }

// script runs statements behind the registry's back; each must do something.
func script(statements ...string) func(testing.TB, store.Store) {
	return func(t testing.TB, st store.Store) {
		db := raw(t, pathOf(st))
		for _, s := range statements {
			res, err := db.Exec(s)
			if err != nil {
				t.Fatalf("%s: %v", s, err)
			}
			if n, _ := res.RowsAffected(); n == 0 && !strings.HasPrefix(s, "CREATE") && !strings.HasPrefix(s, "DROP") {
				t.Fatalf("%s: changed nothing", s)
			}
		}
		db.Close()
	}
}

type column struct{ table, name, kind string }

func columns(t testing.TB, path string) (list []column) {
	rows, err := raw(t, path).Query(`SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.table, &c.name, &c.kind); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// change gives another value that the column's type and checks allow; checks
// are switched off where none is.
func change(c column) string {
	switch {
	case c.name == "state":
		return "CASE state WHEN 'pending' THEN 'issued' ELSE 'pending' END"
	case c.name == "shared" && c.table == "canaries":
		return "1 - shared"
	case c.name == "lookups":
		return "x'0102030405060708'"
	case c.name == "digest" && c.kind == "BLOB", c.name == "prev", c.name == "hash":
		return "randomblob(32)"
	case c.kind == "TEXT":
		return "coalesce(" + c.name + ", '') || 'x'"
	case c.kind == "BLOB":
		return "CAST(" + c.name + " || x'00' AS BLOB)"
	case c.kind == "REAL":
		return c.name + " + 0.125"
	}
	return c.name + " + 1000"
}

// TestEveryColumn alters the first and the last row of every column of every
// table, whatever tables there are.
func TestEveryColumn(t *testing.T) {
	probe := fresh(t)
	defer probe.Close()
	var kinds []storetest.Damage
	for _, c := range columns(t, pathOf(probe)) {
		for _, which := range []string{"min", "max"} {
			kinds = append(kinds, storetest.Damage{
				Name: fmt.Sprintf("%s.%s of %s row", c.table, c.name, which),
				Do: func(t testing.TB, st store.Store) {
					db := raw(t, pathOf(st))
					db.SetMaxOpenConns(1)
					for _, s := range []string{"PRAGMA ignore_check_constraints = on",
						fmt.Sprintf("UPDATE %s SET %s = %s WHERE rowid = (SELECT %s(rowid) FROM %s)", c.table, c.name, change(c), which, c.table)} {
						if _, err := db.Exec(s); err != nil {
							t.Fatalf("%s: %v", s, err)
						}
					}
					db.Close()
				},
			})
		}
	}
	if len(kinds) < 150 {
		t.Errorf("only %d columns", len(kinds)/2)
	}
	storetest.Damaged(t, fresh, kinds)
}

// TestEveryTable removes the first row, the last and all of every table, and
// the table itself.
func TestEveryTable(t *testing.T) {
	probe := fresh(t)
	defer probe.Close()
	var kinds []storetest.Damage
	seen := map[string]bool{}
	for _, c := range columns(t, pathOf(probe)) {
		if seen[c.table] {
			continue
		}
		seen[c.table] = true
		for what, s := range map[string]string{
			"first row": "DELETE FROM %[1]s WHERE rowid = (SELECT min(rowid) FROM %[1]s)",
			"last row":  "DELETE FROM %[1]s WHERE rowid = (SELECT max(rowid) FROM %[1]s)",
			"all rows":  "DELETE FROM %[1]s",
			"table":     "DROP TABLE %[1]s",
		} {
			kinds = append(kinds, storetest.Damage{Name: c.table + ": " + what, Do: script(fmt.Sprintf(s, c.table))})
		}
	}
	storetest.Damaged(t, fresh, kinds)
}

const zeros = `zeroblob(32)`

// TestTampering does what needs more than one change, or adds something.
func TestTampering(t *testing.T) {
	resign := func(t testing.TB, st store.Store) { // with a key of one's own
		db := raw(t, pathOf(st))
		tree := store.NewTree()
		if err := st.View(background, func(tx store.Tx) error { return tx.Entries(tree.Append) }); err != nil {
			t.Fatal(err)
		}
		c, err := tree.Checkpoint().Sign(storetest.Signer{Key: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`UPDATE ledger_checkpoint SET size = ?, edge = ?, note = ?`, c.Size, tree.Edge(), string(c.Text)); err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
	both := func(steps ...func(testing.TB, store.Store)) func(testing.TB, store.Store) {
		return func(t testing.TB, st store.Store) {
			for _, s := range steps {
				s(t, st)
			}
		}
	}
	last := `(SELECT max(seq) FROM ledger_entries)`
	storetest.Damaged(t, fresh, []storetest.Damage{
		{Name: "last three entries gone", Do: script(`DELETE FROM ledger_entries WHERE seq > ` + last + ` - 3`)},
		{Name: "last entry gone, size changed", Do: script(`DELETE FROM ledger_entries WHERE seq = `+last, `UPDATE ledger_checkpoint SET size = size - 1`)},
		{Name: "last entry gone, checkpoint signed with another key", Do: both(script(`DELETE FROM ledger_entries WHERE seq = `+last), resign)},
		{Name: "ledger and checkpoint gone", Do: script(`DELETE FROM ledger_entries`, `DELETE FROM ledger_checkpoint`)},
		{Name: "entries exchanged", Do: script(`UPDATE ledger_entries SET seq = 100 + seq WHERE seq IN (3, 4)`, `UPDATE ledger_entries SET seq = 107 - seq WHERE seq > 100`)},
		{Name: "recipient by hand", Do: script(`INSERT INTO recipients VALUES ('mallory', 'staff', NULL, x'', 0)`)},
		{Name: "contact by hand", Do: script(`INSERT INTO contacts VALUES ('phone', 99, x'', '', 99, 0)`)},
		{Name: "term by hand", Do: script(`INSERT INTO contact_terms VALUES ('phone', -1, 1, 'orders/mallory/0', 0)`)},
		{Name: "last term gone", Do: script(`DELETE FROM contact_terms WHERE seq = (SELECT max(seq) FROM contact_terms)`)},
		{Name: "policy by hand", Do: script(`INSERT INTO pool_policies VALUES ('phone', 9, '1d', 0)`)},
		{Name: "contact set free", Do: script(`UPDATE contacts SET owner = '' WHERE owner <> ''`)},
		{Name: "dataset by hand", Do: script(`INSERT INTO datasets VALUES ('mine', 0)`)},
		{Name: "scheme by hand", Do: script(`INSERT INTO schemes VALUES ('orders', 3, x'', x'', 0, '')`)},
		{Name: "snapshot by hand", Do: script(`INSERT INTO snapshots VALUES ('s9', 'orders', 1, 0, '', '', 0)`)},
		{Name: "chunk by hand", Do: script(`INSERT INTO snapshot_chunks VALUES ('s2', 1, 0, '', '', x'00')`)},
		{Name: "chunk of no snapshot", Do: script(`INSERT INTO snapshot_chunks VALUES ('s9', 1, 0, '', '', x'00')`)},
		{Name: "chunks exchanged", Do: script(`UPDATE snapshot_chunks SET place = place + 10 WHERE place < 3`, `UPDATE snapshot_chunks SET place = 13 - place WHERE place > 10`)},
		{Name: "export by hand", Do: script(`INSERT INTO exports SELECT 'e9', dataset, recipient, snapshot, scheme, state, file, sha256, bytes, rows, marked_cells, changed_cells, canaries, shared, withheld, withhold_rate, density, issued_at, commitments, cover FROM exports WHERE id = 'e1'`)},
		{Name: "exports exchange recipients", Do: script(`UPDATE exports SET recipient = CASE recipient WHEN 'acme' THEN 'acme/south' ELSE 'acme' END`)},
		{Name: "canary by hand", Do: script(`INSERT INTO canaries VALUES ('e1', 9, 0, x'', x'')`)},
		{Name: "canary of no export", Do: script(`INSERT INTO canaries VALUES ('e9', 9, 0, x'0102030405060708', x'')`)},
		{Name: "canary moved to another export", Do: script(`UPDATE canaries SET export = 'e2', slot = 9 WHERE export = 'e1' AND slot = 0`)},
		{Name: "canaries of two exports exchanged", Do: script(`UPDATE canaries SET slot = slot + 100, export = CASE export WHEN 'e1' THEN 'e2' ELSE 'e1' END`, `UPDATE canaries SET slot = slot - 100`)},
		{Name: "case by hand", Do: script(`INSERT INTO cases VALUES ('mine', 0)`)},
		{Name: "sighting by hand", Do: script(`INSERT INTO sightings VALUES ('autumn', 1, 'z', 'file', '', 0, 0, x'')`)},
		{Name: "sighting of no case", Do: script(`INSERT INTO sightings VALUES ('mine', 1, 'z', 'file', '', 0, 0, x'')`)},
		{Name: "fact by hand", Do: script(`INSERT INTO facts VALUES ('autumn', 2, 'log', 0, x'')`)},
		{Name: "record and entry by hand", Do: both(script(`INSERT INTO recipients VALUES ('mallory', 'staff', NULL, x'', 0)`,
			`INSERT INTO ledger_entries SELECT max(seq) + 1, 0, 'recipient', 'mallory', `+zeros+`, zeroblob(16) FROM ledger_entries`), resign)},
		{Name: "trigger by hand", Do: script(`CREATE TRIGGER lose AFTER INSERT ON canaries BEGIN DELETE FROM canaries WHERE slot = new.slot; END`)},
		{Name: "index gone", Do: script(`DROP INDEX exports_by_time`)},
		{Name: "view for a table", Do: script(`CREATE VIEW more AS SELECT * FROM exports`)},
	})
}

// TestNoUpdateBehindTampering: an update would put the key's signature under
// what somebody else appended.
func TestNoUpdateBehindTampering(t *testing.T) {
	for name, do := range map[string]string{
		"entry appended":     `INSERT INTO ledger_entries SELECT max(seq) + 1, 0, 'note', '', ` + zeros + `, zeroblob(16) FROM ledger_entries`,
		"entry removed":      `DELETE FROM ledger_entries WHERE seq = (SELECT max(seq) FROM ledger_entries)`,
		"checkpoint altered": `UPDATE ledger_checkpoint SET note = replace(note, 'storetest' || char(10), 'storetest' || char(10) || '1')`,
		"checkpoint removed": `DELETE FROM ledger_checkpoint`,
		"edge altered":       `UPDATE ledger_checkpoint SET edge = zeroblob(length(edge))`,
	} {
		st := fresh(t)
		storetest.Fill(t, st)
		script(do)(t, st)
		err := st.Update(background, func(tx store.Tx) error {
			t.Errorf("%s: an update was let in", name)
			return nil
		})
		wantError(t, name, err, store.ErrCorrupt)
		st.Close()
	}
}

func verifyFile(path string) (valid bool, err error) {
	st, err := Open(background, path, storetest.Signer{})
	if err != nil {
		return false, err
	}
	defer st.Close()
	report, err := store.Verify(background, st, storetest.Signer{})
	return report.Valid(), err
}
