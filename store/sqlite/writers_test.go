package sqlite

import (
	"errors"
	"strings"
	"testing"

	"telltale/store"
	"telltale/store/storetest"
)

// TestOtherProgram lets a key write what its role forbids, as a program of
// somebody else's could: the signature under the entries tells on it.
func TestOtherProgram(t *testing.T) {
	for name, forge := range map[string]func(*tx) error{
		"recipient by an investigating key": func(x *tx) error { return x.AddRecipient(store.Recipient{Name: "mallory", Kind: "staff"}) },
		"issue by an investigating key":     func(x *tx) error { return x.IssueExport("e2") },
		"entries of the turn before": func(x *tx) error {
			x.last.Since = 1 // as if it had written all
			_, gone := x.exec(`DELETE FROM ledger_turns`)
			x.lastBy = x.writer
			return errors.Join(gone, x.Note("n", "", nil, x.now()))
		},
	} {
		st := fresh(t)
		storetest.Fill(t, st)
		report, err := store.Verify(background, st, storetest.Signer{})
		if err != nil || !report.Valid() {
			t.Fatal(report, err)
		}
		third := st.(*registry).WithSigner(storetest.Granted(t, st, 4, store.Investigating))
		if err := third.Update(background, func(x store.Tx) error {
			x.(*tx).writer.Role = store.Whole
			return forge(x.(*tx))
		}); err != nil {
			t.Fatal(name, err)
		}
		report, err = store.Verify(background, st, storetest.Signer{})
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, c := range report.Checks {
			said += strings.Join(c.Failures, "\n")
		}
		if report.Valid() || !strings.Contains(said, "may not write it") {
			t.Errorf("%s: %s", name, said)
		}
		st.Close()
	}
}
