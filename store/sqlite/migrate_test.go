package sqlite

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"telltale/store"
	"telltale/store/storetest"
)

// version1 is a registry that version 1 of the schema filled with
// storetest.Fill; do changes it before it is opened.
func version1(t *testing.T, do ...string) string {
	t.Helper()
	f, err := os.Open("testdata/registry1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "registry.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if len(do) > 0 {
		db := raw(t, path)
		for _, s := range do {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		db.Close()
	}
	return path
}

// TestVersion1 brings a registry of version 1 up to date: what it recorded
// stays, and verifies.
func TestVersion1(t *testing.T) {
	st, err := Open(background, version1(t), storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	report, err := store.Verify(background, st, storetest.Signer{})
	if err != nil || !report.Valid() || report.Entries != 24 {
		t.Errorf("%d entries, %+v, %v", report.Entries, report.Checks, err)
	}
}

// TestVersion1TamperedWith checks that nothing is signed anew that was not
// signed before: else an old registry, made up by hand, would be believed.
func TestVersion1TamperedWith(t *testing.T) {
	last := `(SELECT max(seq) FROM ledger_entries)`
	for name, do := range map[string][]string{
		"entry changed":              {`UPDATE ledger_entries SET subject = 'x' WHERE seq = 5`},
		"entry removed":              {`DELETE FROM ledger_entries WHERE seq = 5`},
		"last entry removed":         {`DELETE FROM ledger_entries WHERE seq = ` + last},
		"last removed, head moved":   {`DELETE FROM ledger_entries WHERE seq = ` + last, `UPDATE ledger_head SET seq = ` + last + `, hash = (SELECT hash FROM ledger_entries WHERE seq = ` + last + `)`},
		"head without signature":     {`UPDATE ledger_head SET signature = x''`},
		"head removed":               {`DELETE FROM ledger_head`},
		"ledger made up from nought": {`DELETE FROM ledger_entries`, `UPDATE ledger_head SET seq = 0, hash = zeroblob(32)`},
	} {
		if _, err := Open(background, version1(t, do...), storetest.Signer{}); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", name, err)
		}
	}
	if _, err := Open(background, version1(t), storetest.Signer{Key: 1}); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("another key: %v, want ErrCorrupt", err)
	}
}
