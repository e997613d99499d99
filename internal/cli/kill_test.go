package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"telltale/match"
)

var killRounds = flag.Int("kills", 40, "rounds of TestKilled")

// asProgram makes the test binary the program itself, for tests that need a
// process to kill.
const asProgram = "TELLTALE_TEST_AS_PROGRAM"

// process starts a command as a process of its own.
func (s *shell) process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "TELLTALE_REGISTRY="+s.registry())
	return cmd
}

type exportList struct {
	Exports []struct{ ID, Recipient, File, SHA256 string }
}

// sound fails unless the registry verifies and every export that it claims is
// a complete file.
func (s *shell) sound() exportList {
	s.t.Helper()
	s.ok("ledger", "verify")
	var list exportList
	s.ask(&list, "export", "list")
	for _, e := range list.Exports {
		if !fileHasDigest(e.File, e.SHA256) {
			s.t.Errorf("export %s claims %s, which is not the file that was recorded", e.ID, e.File)
		}
	}
	return list
}

// prepared is a registry with recipients, contacts, a dataset and one export.
func prepared(t *testing.T) *shell {
	s := newShell(t)
	s.ok("recipient", "add", "acme", "bolt", "cargo")
	s.ok("pool", "add", "domain", "letterbox.example")
	var phones strings.Builder
	for i := range 60 {
		fmt.Fprintf(&phones, "07700 900%03d\n", i)
	}
	s.ok("pool", "add", "phones", s.write("phones.txt", []byte(phones.String())), "--locale", "en-GB")
	s.ok("dataset", "add", "customers", customersFile, "--key", "customer_id")
	s.ok("export", customersFile, "--dataset", "customers", "--to-all", "--out", s.path("first"))
	return s
}

const customersFile = "../../testdata/customers.csv"

// TestKilled kills commands at random moments. Whatever the moment, the
// registry opens and verifies, claims no export that is not there, and keeps
// what was acknowledged. The seed is fixed; the moments are not repeatable.
func TestKilled(t *testing.T) {
	s := prepared(t)
	r := rand.New(rand.NewPCG(99, 1))
	acknowledged := map[string]bool{}
	killed := 0
	for round := range *killRounds {
		out := s.path(fmt.Sprintf("round-%d", round))
		commands := [][]string{
			{"export", customersFile, "--dataset", "customers", "--to-all", "--out", out},
			{"export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", out + ".csv", "--withhold", "0.01"},
			{"match", s.path("first/customers.bolt.csv"), "--case", "killed"},
			{"trace", "--contact", "07700 900012", "--case", "killed", "--text", fmt.Sprint("round ", round)},
			{"recipient", "add", fmt.Sprint("party-", round)},
			{"case", "state", "killed", "--from", "bolt", "--to", fmt.Sprint("buyer ", round), "--basis", "chat"},
			{"dataset", "add", fmt.Sprint("set-", round), customersFile, "--key", "customer_id"},
		}
		cmd := s.process(commands[round%len(commands)]...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(r.IntN(350))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err != nil {
			killed++
		} else if round%len(commands) == 1 {
			acknowledged[out+".csv"] = true
		}
		list := s.sound()
		for _, e := range list.Exports {
			delete(acknowledged, e.File)
		}
		for path := range acknowledged {
			t.Errorf("round %d: the export to %s was acknowledged and is not listed", round, path)
		}
	}
	t.Logf("%d of %d commands were killed before they ended", killed, *killRounds)
	if *killRounds >= 40 && killed < *killRounds/10 {
		t.Errorf("only %d of %d commands were killed: the moments are too late to test anything", killed, *killRounds)
	}
	if got := s.match(s.path("first/customers.cargo.csv")); accused(got) != "cargo" {
		t.Errorf("after all that cargo's copy is attributed to %q", accused(got))
	}
}

// TestKilledInit kills init: what is left can be used, or made anew in another
// place; it is never a registry that belongs to no key.
func TestKilledInit(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 12 {
		s := &shell{t, t.TempDir()}
		cmd := s.process("init")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.IntN(60)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if there, _ := exists(s.registry()); there {
			s.ok("recipient", "add", "acme")
			s.ok("ledger", "verify")
		}
	}
}

// TestManyProcesses lets processes write at once: no error, nothing lost.
func TestManyProcesses(t *testing.T) {
	s := prepared(t)
	const processes, each = 4, 4
	errs := make(chan error, processes)
	for p := range processes {
		go func() {
			for i := range each {
				name := fmt.Sprintf("p%d-%d", p, i)
				for _, args := range [][]string{
					{"recipient", "add", name},
					{"export", customersFile, "--dataset", "customers", "--to", "acme", "--out", s.path(name + ".csv")},
					{"trace", "--contact", "07700 900001", "--case", "busy", "--text", name},
				} {
					if out, err := s.process(args...).CombinedOutput(); err != nil {
						errs <- fmt.Errorf("telltale %s: %v\n%s", strings.Join(args, " "), err, out)
						return
					}
				}
			}
			errs <- nil
		}()
	}
	for range processes {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if list := s.sound(); len(list.Exports) != 3+processes*each {
		t.Errorf("%d exports are listed, want %d", len(list.Exports), 3+processes*each)
	}
	var show struct{ Sightings []json.RawMessage }
	s.ask(&show, "case", "show", "busy")
	if len(show.Sightings) != processes*each {
		t.Errorf("%d sightings, want %d", len(show.Sightings), processes*each)
	}
}

// TestInterrupted: an interrupted export exits with 130 and leaves nothing.
func TestInterrupted(t *testing.T) {
	s := prepared(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	env := Env{In: strings.NewReader(""), Out: &strings.Builder{}, Err: &strings.Builder{}, Now: time.Now, Getenv: func(name string) string {
		if name == "TELLTALE_REGISTRY" {
			return s.registry()
		}
		return ""
	}}
	code := Main(ctx, env, []string{"export", customersFile, "--dataset", "customers", "--to", "acme", "--out", s.path("late/x.csv")})
	if code != exitInterrupted {
		t.Errorf("exit %d, want %d", code, exitInterrupted)
	}
	left, _ := filepath.Glob(s.path("late/.*"))
	more, _ := filepath.Glob(s.path("late/*"))
	if len(left)+len(more) > 0 {
		t.Errorf("left behind: %v %v", left, more)
	}
	s.sound()
}

// TestExportsAgain: the same input, key, recipient and options give the same
// bytes, and another export.
func TestExportsAgain(t *testing.T) {
	s := prepared(t)
	s.ok("export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("again.csv"))
	list := s.sound()
	digests := map[string]int{}
	for _, e := range list.Exports {
		if e.Recipient == "bolt" {
			digests[e.SHA256]++
		}
	}
	if len(digests) != 1 || len(list.Exports) != 4 {
		t.Errorf("two exports to bolt have digests %v among %d exports", digests, len(list.Exports))
	}
	var r match.Result
	s.ask(&r, "match", s.path("again.csv"))
	if accused(r) != "bolt" || len(r.Suspects[0].Exports) != 2 {
		t.Errorf("accused %q, first suspect %+v", accused(r), r.Suspects[:1])
	}
}
