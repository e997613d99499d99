package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"telltale/match"
)

// linesOf are some of a file's lines after its header, with the header.
func linesOf(t *testing.T, path string, from, to int) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	return bytes.Join(append([][]byte{lines[0]}, lines[1+from:min(1+to, len(lines))]...), nil)
}

func warned(r match.Result) bool {
	return strings.Contains(strings.Join(r.Warnings, "\n"), "are retired")
}

// TestRetire retires the copies of a table of which a later, shorter one was
// issued. Leaks of what later copies have too are traced as before, and of
// nothing else; nobody else is accused; every answer says that copies are retired.
func TestRetire(t *testing.T) {
	s := prepared(t)
	time.Sleep(1100 * time.Millisecond)
	when := time.Now().UTC().Format(time.RFC3339)
	half := s.write("half.csv", linesOf(t, customersFile, 0, 250))
	s.ok("export", half, "--dataset", "customers", "--to-all", "--out", s.path("second"))
	both := s.write("both.csv", linesOf(t, s.path("first/customers.bolt.csv"), 0, 400))
	gone := s.write("gone.csv", linesOf(t, s.path("first/customers.bolt.csv"), 300, 500))
	if got := s.match(gone); accused(got) != "bolt" || warned(got) {
		t.Fatalf("before: attributed to %q, warnings %q", accused(got), got.Warnings)
	}
	var dry, done erasureDoc
	s.ask(&dry, "retire", "--before", when, "--dry-run")
	s.ask(&done, "retire", "--before", when)
	if len(dry.Exports) != 3 || len(done.Exports) != 3 || len(done.Snapshots) != 1 || !done.Exports[0].NoIndex || done.Exports[0].Canaries == 0 {
		t.Errorf("what was lost: %+v", done)
	}
	got := s.match(both)
	if accused(got) != "bolt" || !warned(got) || got.Candidates != 3 || got.Suspects[0].RetiredCopies != 1 {
		t.Errorf("rows that later copies have: attributed to %q among %d, warnings %q", accused(got), got.Candidates, got.Warnings)
	}
	got = s.match(gone)
	// Canaries belong to a recipient: those that a later copy has too may still tell.
	if who := accused(got); who != "" && who != "bolt" || got.RowsLinked > 10 || !warned(got) {
		t.Errorf("rows that only retired copies had: %d rows, attributed to %q, warnings %q", got.RowsLinked, who, got.Warnings)
	}
	s.ok("registry", "check")
	s.ok("ledger", "verify")
	if _, errs, code := s.run("canary", "list", "--export", done.Exports[0].Export); code != exitError || !strings.Contains(errs, "retired") {
		t.Errorf("canaries of a retired copy: exit %d, %s", code, errs)
	}
	s.again(t, gone)
}

// TestRetireAfterRotation retires copies of a table that was issued again under
// another key: their marks are still read in it, and the statement says so.
// When the later copy goes too, so does what they needed.
func TestRetireAfterRotation(t *testing.T) {
	s := prepared(t)
	s.ok("key", "rotate", "--out", s.path("new.key"))
	at := []string{"--key-file", s.path("new.key")}
	time.Sleep(1100 * time.Millisecond)
	when := time.Now().UTC().Format(time.RFC3339)
	s.ok(append(at, "export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("later.csv"))...)
	var first, second erasureDoc
	s.ask(&first, append(at, "retire", "--before", when)...)
	if len(first.Exports) != 3 || len(first.Snapshots) != 0 || first.Exports[0].NoIndex {
		t.Errorf("what was lost: %+v", first)
	}
	acme := s.path("first/customers.acme.csv")
	if got := s.match(append(at, acme)...); accused(got) != "acme" || !warned(got) {
		t.Errorf("attributed to %q, warnings %q", accused(got), got.Warnings)
	}
	s.ok(append(at, "registry", "check")...)
	time.Sleep(1100 * time.Millisecond)
	s.ask(&second, append(at, "retire", "--before", time.Now().UTC().Format(time.RFC3339))...)
	if len(second.Exports) != 1 || len(second.Snapshots) != 2 {
		t.Errorf("what was lost in the end: %+v", second)
	}
	if got := s.match(append(at, acme)...); got.RowsLinked != 0 || accused(got) != "" {
		t.Errorf("in the end %d rows are linked, attributed to %q", got.RowsLinked, accused(got))
	}
}

// again issues the same table again: it gets an index of its own.
func (s *shell) again(t *testing.T, leak string) {
	t.Helper()
	s.ok("export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("again.csv"))
	if got := s.match(leak); accused(got) != "bolt" {
		t.Errorf("issued again: attributed to %q", accused(got))
	}
	s.ok("registry", "check")
}

// TestRetiredIsNotExcluded: who complains was in the retired copy too, and
// nothing may be made of it that no index says so.
func TestRetiredIsNotExcluded(t *testing.T) {
	s := prepared(t)
	time.Sleep(1100 * time.Millisecond)
	when := time.Now().UTC().Format(time.RFC3339)
	half := s.write("half.csv", linesOf(t, customersFile, 0, 250))
	s.ok("export", half, "--dataset", "customers", "--to", "acme", "--out", s.path("second.csv"))
	s.ok("retire", "--before", when)
	var r match.Result
	s.ask(&r, "trace", "--contact", "emily2545@mailbox.example", "--text", "an offer", "--all")
	if !warned(r) || r.Candidates != 3 {
		t.Errorf("%d candidates, warnings %q", r.Candidates, r.Warnings)
	}
	for _, step := range r.Steps {
		for _, x := range step.Excluded {
			t.Errorf("%s is excluded: %s", x.Recipient, x.Reason)
		}
	}
	for _, p := range r.Suspects {
		if len(p.ModelBased) > 0 {
			t.Errorf("%s is ranked by who complains: %+v", p.Recipient, p.ModelBased)
		}
	}
}

// TestRetireRefuses.
func TestRetireRefuses(t *testing.T) {
	s := newShell(t)
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "--before", nil},
		{exitUsage, "future", []string{"--before", "2999-01-01"}},
		{exitUsage, "no time", []string{"--before", "yesterday"}},
		{exitError, "not found", []string{"--before", "2020-01-01", "--dataset", "nothing"}},
		{exitDone, "", []string{"--before", "2020-01-01"}},
	} {
		if out, errs, code := s.run(append([]string{"retire"}, c.args...)...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("retire %v: exit %d\n%s%s", c.args, code, out, errs)
		}
	}
}
