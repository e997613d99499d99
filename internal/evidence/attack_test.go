package evidence_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"telltale/internal/evidence"
)

// detailOf is what a check of a report says.
func detailOf(r evidence.Report, name string) string {
	for _, c := range r.Checks {
		if c.Name == name {
			return c.Detail
		}
	}
	return "no such check"
}

// idOf is the export that was written to a file.
func idOf(t *testing.T, list, path string) string {
	t.Helper()
	var doc struct {
		Exports []struct{ ID, File string }
	}
	if err := json.Unmarshal([]byte(list), &doc); err != nil {
		t.Fatal(err)
	}
	for _, e := range doc.Exports {
		if e.File == path {
			return e.ID
		}
	}
	t.Fatalf("no export to %s", path)
	return ""
}

// TestBranchedLedger: an issuer who gave a checkpoint away goes back to an older
// state of his registry, and issues a copy there, before the leak is entered.
// The branch is consistent in itself; who holds the checkpoint finds it out.
func TestBranchedLedger(t *testing.T) {
	judge := second(t)
	w := newWorld(t)
	w.table(60, 51, nil, func(int) bool { return true })
	before := w.read("r.db")
	w.ok("recipient", "add", "dora")
	w.ok("ledger", "checkpoint", "--out", w.path("given.note"))
	for _, log := range []string{"r.db-wal", "r.db-shm"} {
		if err := os.RemoveAll(w.path(log)); err != nil {
			t.Fatal(err)
		}
	}
	w.write("r.db", before)
	w.ok("export", w.path("customers.csv"), "--dataset", "customers", "--to", "bolt", "--out", w.path("branch.csv"), "--density", "0.9")
	w.ok("match", w.path("branch.csv"), "--case", "c")
	if out, code := w.run("evidence", "pack", "c", "--out", w.path("x.zip"), "--checkpoint", w.path("given.note")); code != 5 {
		t.Errorf("packed with a checkpoint of another branch: %s", out)
	}
	data, given := w.bundle("branch.zip"), w.read("given.note")
	if r := evidence.Verify(data, evidence.Options{}); !r.Valid() {
		t.Errorf("without the checkpoint nothing can be found: %s", failed(r))
	}
	if r := evidence.Verify(data, evidence.Options{Checkpoint: given}); r.Valid() {
		t.Error("a branch passes for the ledger that a checkpoint was given of")
	}
	forged, err := evidence.Rewrite(data, w.signer, true, func(b *evidence.Bundle) {
		b.Stamps = append(b.Stamps, evidence.LedgerStamp{Checkpoint: string(given)})
	})
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.Verify(forged, evidence.Options{Checkpoint: given})
	if other, said := judge(forged); r.Valid() || other {
		t.Errorf("a checkpoint without proof: valid is %v (%s) and %v (%s)", r.Valid(), failed(r), other, said)
	}
}

// TestBackdated: an issuer sets the clock back, issues a copy once the leak is
// known, enters the leak afterwards, and shows a checkpoint that was made before
// the leak. The bundle is in order; the verifier says that the checkpoint does
// not reach the copy. Of a copy that was in it, it says that it does.
func TestBackdated(t *testing.T) {
	w := newWorld(t)
	w.table(60, 53, nil, func(int) bool { return true })
	w.ok("ledger", "checkpoint", "--out", w.path("given.note"))
	now := w.now
	w.now = w.now.Add(-30 * 24 * time.Hour)
	w.ok("export", w.path("customers.csv"), "--dataset", "customers", "--to", "acme", "--out", w.path("late.csv"), "--density", "0.9")
	w.now = now
	w.ok("match", w.path("late.csv"), "--case", "c")
	w.ok("match", w.path("leak.csv"), "--case", "d")
	list, _ := w.run("export", "list", "--json")
	for _, c := range []struct{ name, export, want string }{{"c", idOf(t, list, w.path("late.csv")), "recorded LATER"}, {"d", idOf(t, list, w.path("copies/customers.bolt.csv")), "fixed by then"}} {
		w.ok("evidence", "pack", c.name, "--out", w.path(c.name+".zip"), "--export", c.export, "--checkpoint", w.path("given.note"))
		r := evidence.Verify(w.read(c.name+".zip"), evidence.Options{Checkpoint: w.read("given.note")})
		if said := detailOf(r, "checkpoint kept elsewhere"); !r.Valid() || !strings.Contains(said, c.want) {
			t.Errorf("case %s: %s; %s", c.name, failed(r), said)
		}
	}
}

// TestImportedAgain: an issuer registers the leak of one copy as a table of its
// own, and issues it to an innocent recipient. The leak itself names neither him,
// nor anybody but who had the copy.
func TestImportedAgain(t *testing.T) {
	w := newWorld(t)
	w.table(120, 55, nil, func(int) bool { return true })
	w.ok("dataset", "add", "trap", w.path("leak.csv"), "--key", "customer_id", "--carrier", "balance=number:0.01")
	w.ok("export", w.path("leak.csv"), "--dataset", "trap", "--to", "acme", "--out", w.path("trap.csv"))
	for _, dataset := range []string{"customers", "trap"} {
		out, code := w.run("match", w.path("leak.csv"), "--dataset", dataset, "--case", dataset, "--exit-code")
		if strings.Contains(out, "the copy issued to acme") || code == 10 != strings.Contains(out, "the copy issued to bolt") {
			t.Errorf("as %s: exit %d\n%s", dataset, code, out)
		}
	}
	w.ok("evidence", "pack", "trap", "--recipient", "acme", "--out", w.path("trap.zip"))
	if r := evidence.Verify(w.read("trap.zip"), evidence.Options{}); r.Bundle == nil || r.Valid() && r.Bundle.Result.Passes {
		t.Error("a bundle accuses who never had what leaked")
	}
}
