package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/internal/identity"
	"telltale/match"
)

// poolDay is the day of a test's first export.
var poolDay = time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC)

// on sets the clock to a number of days after poolDay.
func (s *shell) on(days int) {
	s.now = func() time.Time { return poolDay.AddDate(0, 0, days) }
}

// served is a registry with numbers that become free a year after the last
// copy, of which acme has all but two.
func served(t *testing.T, more ...string) *shell {
	s := newShell(t)
	s.on(0)
	s.ok("recipient", "add", "acme", "bolt", "cargo", "dover")
	s.ok("pool", "add", "domain", "box.example")
	var phones strings.Builder
	for i := range 10 {
		fmt.Fprintf(&phones, "07700 900%03d\n", 37*i)
	}
	s.ok("pool", "add", "phones", s.write("phones.txt", []byte(phones.String())), "--locale", "en-GB", "--reuse-after", "365d")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	s.copyTo("acme", 8)
	return s
}

func (s *shell) copyTo(recipient string, canaries int) string {
	s.t.Helper()
	out := s.path(fmt.Sprintf("%s-%d.csv", recipient, s.now().Unix()))
	s.ok("export", customersFile, "--dataset", "data", "--to", recipient, "--out", out, "--canaries", fmt.Sprint(canaries), "--force")
	return out
}

// atOnce exports to several at the same time.
func (s *shell) atOnce(canaries int, recipients ...string) {
	s.t.Helper()
	failures := make(chan string)
	for _, r := range recipients {
		go func() {
			_, errs, code := s.run("export", customersFile, "--dataset", "data", "--to", r, "--out", s.path(r+".csv"), "--canaries", fmt.Sprint(canaries), "--force")
			if code == 0 {
				errs = ""
			}
			failures <- errs
		}()
	}
	for range recipients {
		if errs := <-failures; errs != "" {
			s.t.Error(errs)
		}
	}
}

// numbersOf are the numbers of the pool that a recipient's newest copy shows.
func (s *shell) numbersOf(recipient string) (numbers []string) {
	s.t.Helper()
	var list struct {
		Exports []struct{ ID, Recipient string }
	}
	s.ask(&list, "export", "list")
	for _, x := range slices.Backward(list.Exports) {
		if x.Recipient == recipient {
			var doc struct {
				Canaries []struct {
					Identities []struct{ Kind, Value string }
				}
			}
			s.ask(&doc, "canary", "list", "--export", x.ID)
			for _, c := range doc.Canaries {
				for _, i := range c.Identities {
					if i.Kind == string(identity.Phone) {
						numbers = append(numbers, i.Value)
					}
				}
			}
			return numbers
		}
	}
	s.t.Fatalf("no export for %s", recipient)
	return nil
}

func (s *shell) pool(kind string) (found poolDoc) {
	s.t.Helper()
	var doc struct{ Pools []poolDoc }
	s.ask(&doc, "pool", "list")
	for _, d := range doc.Pools {
		if d.Kind == kind {
			found = d
		}
	}
	return found
}

func common(a, b []string) (n int) {
	for _, x := range a {
		if slices.Contains(b, x) {
			n++
		}
	}
	return n
}

// TestNumbersRestBeforeReuse: a number becomes free a year after the last copy
// that carries it, not before, and numbers that nobody had come first.
func TestNumbersRestBeforeReuse(t *testing.T) {
	s := served(t)
	first := s.numbersOf("acme")
	s.on(300)
	if _, errs, code := s.run("export", customersFile, "--dataset", "data", "--to", "bolt", "--out", s.path("x.csv"), "--canaries", "4", "--force"); code != 1 ||
		!strings.Contains(errs, "2 of 10 are free, the next becomes free on 2025-01-09") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if p := s.pool(poolPhone); p.Free != 2 || p.Taken != 8 || p.Rested != 0 || p.NextFree == nil || day(*p.NextFree) != "2025-01-09" {
		t.Errorf("after 300 days: %+v", p)
	}
	s.copyTo("acme", 8)
	if again := s.numbersOf("acme"); common(first, again) != 8 {
		t.Errorf("the next copy has %v instead of %v", again, first)
	}
	s.on(366)
	if p := s.pool(poolPhone); p.Free != 2 || day(*p.NextFree) != "2025-11-05" {
		t.Errorf("a copy of day 300 is out: %+v", p)
	}
	s.on(666)
	if p := s.pool(poolPhone); p.Free != 10 || p.Rested != 8 {
		t.Errorf("after a year without a copy: %+v", p)
	}
	s.atOnce(4, "bolt", "dover")
	bolt, dover := s.numbersOf("bolt"), s.numbersOf("dover")
	if common(first, bolt)+common(first, dover) != 6 || common(bolt, dover) != 0 {
		t.Errorf("bolt has %v and dover %v: six of them acme's, two nobody's", bolt, dover)
	}
	if _, errs, code := s.run("export", customersFile, "--dataset", "data", "--to", "acme", "--out", s.path("x.csv"), "--canaries", "8", "--force"); code != 1 ||
		!strings.Contains(errs, "6 more needed") || !strings.Contains(errs, "2 of 10 are free") {
		t.Errorf("acme has lost six of eight: exit %d, %s", code, errs)
	}
	s.ok("pool", "add", "phones", s.write("more.txt", []byte("07700 900994\n07700 900995\n07700 900996\n07700 900997\n07700 900998\n07700 900999\n")), "--locale", "en-GB")
	s.copyTo("acme", 8)
	if again := s.numbersOf("acme"); common(first, again) != 2 || common(again, bolt)+common(again, dover) != 0 {
		t.Errorf("acme has %v, had %v, bolt has %v, dover %v", again, first, bolt, dover)
	}
	if p := s.pool(poolPhone); p.Free != 0 || p.Rested != 0 || p.Reuse != "365d" {
		t.Errorf("all are given out again: %+v", p)
	}
	s.ok("ledger", "verify")
	s.ok("registry", "check")
}

// rung is what matching says of a file that lists numbers, at a bound at which
// numbers alone are enough.
func (s *shell) rung(numbers []string, args ...string) match.Result {
	s.t.Helper()
	list := s.write(fmt.Sprintf("rung-%d.csv", len(numbers)), []byte("phone\n"+strings.Join(numbers, "\n")+"\n"))
	return s.match(append([]string{list, "--alpha", "0.05", "--all"}, args...)...)
}

func names(r match.Result) string {
	var out []string
	for _, x := range r.Reused {
		for _, h := range x.Holders {
			if !slices.Contains(out, h.Recipient) {
				out = append(out, h.Recipient)
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestReusedNumberNamesNobody: an old leak of acme's copy that still circulates
// rings numbers that are bolt's by now. Neither is named by that, unless it was
// seen before bolt got them or something else decides.
func TestReusedNumberNamesNobody(t *testing.T) {
	s := served(t)
	old, err := os.ReadFile(s.path(fmt.Sprintf("acme-%d.csv", poolDay.Unix())))
	if err != nil {
		t.Fatal(err)
	}
	first := s.numbersOf("acme")
	if r := s.rung(first); accused(r) != "acme" {
		t.Fatalf("before any reuse %q is accused", accused(r))
	}
	s.on(100)
	s.rung(first, "--case", "spring")
	s.on(400)
	bolt := s.copyTo("bolt", 8)
	var both []string
	for _, n := range s.numbersOf("bolt") {
		if slices.Contains(first, n) {
			both = append(both, n)
		}
	}
	if len(both) != 6 {
		t.Fatalf("%d numbers were reused", len(both))
	}
	for name, r := range map[string]match.Result{
		"old leak, seen now":        s.rung(both, "--seen", "2025-06-01"),
		"old leak, nobody knows":    s.rung(both),
		"one call":                  s.trace("--contact", both[0], "--received", "2025-06-01", "--alpha", "0.5"),
		"one call, nobody knows":    s.trace("--contact", both[0], "--alpha", "0.5"),
		"calls to all of them":      s.traceAll(both, "2025-06-01"),
		"the numbers within a text": s.inText(both),
	} {
		if accused(r) != "" || r.Verdict != match.Ours || names(r) != "acme bolt" {
			t.Errorf("%s: %s, %q is accused, holders %q", name, r.Verdict, accused(r), names(r))
		}
		for _, p := range r.Suspects {
			if p.Log10LR > 0.01 {
				t.Errorf("%s: 10^%.1f on %s, %v", name, p.Log10LR, p.Recipient, p.Evidence)
			}
			if holds := slices.Contains([]string{"acme", "bolt"}, p.Recipient); holds != (len(p.ModelBased) > 0) {
				t.Errorf("%s: %s gets %v of what is split", name, p.Recipient, p.ModelBased)
			}
		}
	}
	if r := s.rung(both, "--seen", "2024-06-01"); accused(r) != "acme" || len(r.Reused) > 0 {
		t.Errorf("seen before bolt had them: %q is accused, reused %v", accused(r), r.Reused)
	}
	if r := s.rung(both, "--case", "spring"); accused(r) != "acme" || names(r) != "acme bolt" {
		t.Errorf("a case that recorded the calls before bolt had the numbers: %q is accused, holders %q", accused(r), names(r))
	}
	s.bundle("spring", "acme")
	if r := s.match(s.write("old.csv", old), "--seen", "2025-06-01"); accused(r) != "acme" {
		t.Errorf("the old copy itself: %q is accused", accused(r))
	}
	if r := s.match(bolt, "--seen", "2025-06-01"); accused(r) != "bolt" {
		t.Errorf("the new copy itself: %q is accused", accused(r))
	}
	rest := slices.DeleteFunc(slices.Clone(first), func(n string) bool { return slices.Contains(both, n) })
	if r := s.rung(append(rest, both...), "--seen", "2025-06-01"); r.Suspects[0].Recipient != "acme" || r.Suspects[0].Log10LR < 0.4 || r.Suspects[1].Log10LR > 0 {
		t.Errorf("with two numbers that are acme's alone: %+v", r.Suspects)
	}
	s.on(500)
	s.ok("retire", "--before", "2024-12-01")
	if r := s.rung(both); accused(r) != "" || names(r) != "acme bolt" {
		t.Errorf("acme's copy is retired: %q is accused, holders %q", accused(r), names(r))
	}
}

func (s *shell) trace(args ...string) (r match.Result) {
	s.t.Helper()
	s.ask(&r, append([]string{"trace", "--text", "a loan", "--all"}, args...)...)
	return r
}

func (s *shell) traceAll(numbers []string, day string) (r match.Result) {
	s.t.Helper()
	var lines strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&lines, "%s 10:00,%s,+442079460958,a loan\n", day, n)
	}
	s.ask(&r, "trace", s.write("calls.csv", []byte("received,my contact,caller,text\n"+lines.String())), "--alpha", "0.5", "--all")
	return r
}

func (s *shell) inText(numbers []string) match.Result {
	s.t.Helper()
	return s.match(s.write("page.txt", []byte("They rang\n\n"+strings.Join(numbers, " and then\n")+"\n\nin a row until night fell.\n")), "--alpha", "0.05", "--all")
}

// TestReusedMailbox: one message to a mailbox that one copy has speaks against
// it, and says nothing once another has it too; nor does that of a shared canary.
func TestReusedMailbox(t *testing.T) {
	s := newShell(t)
	s.on(0)
	s.ok("recipient", "add", "acme", "bolt", "cargo", "dover")
	var boxes strings.Builder
	for i := range 16 {
		fmt.Fprintf(&boxes, "%s.%s@post.example\n", []string{"ann.lee", "bob.roe", "cy.poe", "di.fox"}[i%4], []string{"miller", "harrow", "quill", "sedge"}[i/4])
	}
	s.ok("pool", "add", "emails", s.write("boxes.txt", []byte(boxes.String())))
	s.ok("pool", "reuse", "emails", "30d")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	s.ok("export", customersFile, "--dataset", "data", "--to", "acme", "--to", "cargo", "--out", s.path("first"), "--canaries", "4", "--shared-canaries", "8", "--force")
	if p := s.pool(poolEmail); p.Free != 0 {
		t.Fatalf("%+v", p)
	}
	s.on(31)
	s.ok("export", customersFile, "--dataset", "data", "--to", "bolt", "--out", s.path("bolt.csv"), "--canaries", "16", "--force")
	var list struct{ Contacts []contactDoc }
	s.ask(&list, "pool", "show", "emails", "--reveal")
	asked := map[string]bool{}
	for _, c := range list.Contacts {
		if len(c.Earlier) != 1 || c.Holder.Recipient != "bolt" || asked[c.Earlier[0].Recipient] {
			continue
		}
		asked[c.Earlier[0].Recipient] = true
		now := s.trace("--contact", c.Value, "--received", "2024-03-01")
		if accused(now) != "" || now.Verdict != match.Ours || len(now.Reused) != 1 || len(now.Reused[0].Holders) != 2 || now.Suspects[0].Log10LR > 0.01 {
			t.Errorf("%s's mailbox is bolt's now: %+v", c.Earlier[0].Recipient, now)
		}
		for _, x := range now.Sightings[0].Canaries {
			if !x.Reused {
				t.Errorf("%s's mailbox is shown as one of the copy issued to %s alone", c.Earlier[0].Recipient, x.Recipient)
			}
		}
		before := s.trace("--contact", c.Value, "--received", "2024-01-20")
		if who := c.Earlier[0].Recipient; who != "*" && (before.Suspects[0].Recipient != who || before.Suspects[0].Log10LR <= 0.1 || len(before.Sightings[0].Canaries) != 1 || len(before.Reused) > 0) {
			t.Errorf("%s's mailbox, before it was bolt's: %+v", who, before)
		}
	}
	if len(asked) != 3 {
		t.Errorf("mailboxes of %v were asked", asked)
	}
}

// bundle packs what a case says of a recipient's copy, which must verify and
// say the same.
func (s *shell) bundle(name, recipient string) {
	s.t.Helper()
	out := s.path(name + "-" + recipient + ".zip")
	s.ok("evidence", "pack", name, "--recipient", recipient, "--alpha", "0.05", "--out", out)
	var verified verifyDoc
	s.ask(&verified, "evidence", "verify", out)
	s.t.Logf("the bundle says 10^%.2f of %s", verified.Log10LR, recipient)
	r := s.match(s.write("nothing.csv", []byte("phone\n+4915112345678\n")), "--case", name, "--alpha", "0.05", "--all")
	for _, x := range r.Suspects {
		if x.Recipient == recipient && (verified.Log10LR > x.Log10LR+0.1 || !verified.Valid) {
			s.t.Errorf("the bundle says 10^%.2f of %s, the case 10^%.2f", verified.Log10LR, recipient, x.Log10LR)
		}
	}
}
