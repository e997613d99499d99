package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"telltale/match"
)

var (
	killRounds = flag.Int("kills", 27, "rounds of TestKilled")
	busyFor    = flag.Duration("busy", 0, "how long TestManyProcesses goes on; at least a round each")
)

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

// lives are the commands that are killed, with what is true once one has
// ended by itself.
type lives struct {
	*shell
	round   int
	issued  map[string]string // acknowledged: file -> recipient
	people  []string          // not forgotten yet
	usually map[int]time.Duration
	rotated int
	begun   time.Time // of the command
	newest  time.Time // before the newest acknowledged export was made
}

// exported notes the copies of an acknowledged export.
func (l *lives) exported(to map[string]string) {
	maps.Copy(l.issued, to)
	l.newest = l.begun
}

// command is the next one, and what to note when it was acknowledged.
func (l *lives) command(kind int) (args []string, acknowledged func()) {
	out := l.path(fmt.Sprintf("round-%d", l.round))
	nothing := func() {}
	switch kind {
	case 0:
		return []string{"export", customersFile, "--dataset", "customers", "--to-all", "--out", out}, func() {
			l.exported(map[string]string{out + "/customers.acme.csv": "acme", out + "/customers.bolt.csv": "bolt", out + "/customers.cargo.csv": "cargo"})
		}
	case 1:
		return []string{"export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", out + ".csv", "--withhold", "0.01"}, func() { l.exported(map[string]string{out + ".csv": "bolt"}) }
	case 2:
		return []string{"match", l.path("first/customers.bolt.csv"), "--case", fmt.Sprint("case-", l.round)}, nothing
	case 3:
		return []string{"trace", "--contact", "07700 900012", "--case", "killed", "--text", fmt.Sprint("round ", l.round)}, nothing
	case 4:
		who := l.people[0]
		return []string{"forget", "--person", who}, func() { l.people = l.people[1:] }
	case 5:
		return []string{"case", "state", "killed", "--from", "bolt", "--to", fmt.Sprint("buyer ", l.round), "--basis", "chat"}, nothing
	case 6:
		return []string{"dataset", "add", fmt.Sprint("set-", l.round), customersFile, "--key", "customer_id"}, nothing
	case 7:
		return []string{"registry", "backup", out + ".db"}, func() {
			l.ok("ledger", "verify", "--registry", out+".db", "--key-file", l.registry()+".key")
			os.Remove(out + ".db")
		}
	case rotation:
		return []string{"key", "rotate", "--out", l.newKey()}, func() {
			if there, _ := exists(l.newKey()); !there {
				l.t.Errorf("round %d: the key was changed, and there is no new one", l.round)
			}
		}
	case 9: // all but the newest copies: those of the same rows are still traced by its index
		return []string{"retire", "--before", l.newest.UTC().Format(time.RFC3339Nano)}, nothing
	case 10:
		return []string{"registry", "purge"}, nothing
	}
	return []string{"recipient", "add", fmt.Sprint("party-", l.round)}, nothing
}

const (
	rotation    = 8
	killedKinds = 12
)

func (l *lives) newKey() string { return l.path(fmt.Sprintf("round-%d.key", l.round)) }

// takeKey puts the new key in the place of the old one if the registry belongs
// to it; one of the two opens it.
func (l *lives) takeKey() {
	l.t.Helper()
	there, _ := exists(l.newKey())
	if !there {
		return
	}
	if _, _, code := l.run("ledger", "verify"); code == exitDone {
		os.Remove(l.newKey())
		return
	}
	l.ok("ledger", "verify", "--key-file", l.newKey())
	if err := os.Rename(l.newKey(), l.registry()+".key"); err != nil {
		l.t.Fatal(err)
	}
	l.rotated++
}

// live runs a command of a kind as a process of its own. It is killed at a
// random moment of what it takes by itself, which those that end show.
func (l *lives) live(kind int, r *rand.Rand) (killed bool) {
	args, acknowledged := l.command(kind)
	cmd := l.process(args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	l.begun = time.Now()
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	var timer *time.Timer
	if usually, known := l.usually[kind]; known {
		timer = time.AfterFunc(time.Duration(1.05*r.Float64()*float64(usually)), func() { _ = cmd.Process.Kill() })
	}
	err := cmd.Wait()
	if timer != nil {
		timer.Stop()
	}
	switch {
	case err == nil:
		acknowledged()
		l.usually[kind] = time.Since(l.begun)
	case timer == nil || cmd.ProcessState.ExitCode() >= 0:
		l.t.Fatalf("round %d, telltale %s: %v\n%s", l.round, strings.Join(args, " "), err, errs.Bytes())
	default:
		l.usually[kind] += l.usually[kind] / 5 // it takes longer as the registry grows
	}
	return err != nil
}

// TestKilled kills commands at random moments. Whatever the moment, the
// registry opens and verifies, claims no export that is not there, and every
// copy whose export was acknowledged is attributed in the end. The seed is
// logged; the moments are not repeatable.
func TestKilled(t *testing.T) {
	l := &lives{newest: time.Now(), issued: map[string]string{}, usually: map[int]time.Duration{}, people: peopleOf(t)}
	l.shell = prepared(t)
	l.ok("case", "state", "killed", "--from", "bolt", "--to", "somebody", "--basis", "chat")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	killed := map[int]int{}
	for ; l.round < *killRounds+killedKinds; l.round++ {
		if kind := l.round % killedKinds; l.live(kind, r) {
			killed[kind]++
		}
		l.takeKey()
		listed := map[string]bool{}
		for _, e := range l.sound().Exports {
			listed[e.File] = true
		}
		for path := range l.issued {
			if !listed[path] {
				t.Errorf("round %d: the export to %s was acknowledged and is not listed", l.round, path)
			}
		}
	}
	total := 0
	for _, n := range killed {
		total += n
	}
	t.Logf("%d of %d commands were killed before they ended, by kind %v; %d copies were acknowledged, %d people forgotten, %d keys changed",
		total, *killRounds, killed, len(l.issued), len(peopleOf(t))-len(l.people), l.rotated)
	if total < *killRounds/3 {
		t.Errorf("only %d of %d commands were killed: the moments are too late to test anything", total, *killRounds)
	}
	l.ok("registry", "check")
	var erased struct{ Erasures []struct{ Kind string } }
	l.ask(&erased, "registry", "erasures")
	retired := slices.DeleteFunc(erased.Erasures, func(e struct{ Kind string }) bool { return e.Kind != "retire" })
	if t.Logf("%d times copies were retired", len(retired)); len(retired) == 0 {
		t.Error("no copy was retired")
	}
	for path, want := range l.issued {
		if got := l.match(path); accused(got) != want {
			t.Errorf("after all that %s is attributed to %q", path, accused(got))
		}
	}
}

// peopleOf are the addresses of the table's people.
func peopleOf(t *testing.T) (people []string) {
	t.Helper()
	data, err := os.ReadFile(customersFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n")[1:] {
		if cells := strings.Split(line, ","); len(cells) > 3 {
			people = append(people, cells[3])
		}
	}
	return people
}

// TestKilledInit kills init: what is left can be used, or made anew in another
// place; it is never a registry that belongs to no key.
func TestKilledInit(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 12 {
		s := &shell{t, t.TempDir(), time.Now}
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

// TestManyProcesses lets eight processes write at once: no error, nothing lost.
func TestManyProcesses(t *testing.T) {
	s := prepared(t)
	people := peopleOf(t)
	const processes = 8
	until := time.Now().Add(*busyFor)
	done, errs := make(chan int), make(chan error, 10_000)
	for p := range processes {
		go func() {
			n := 0
			for ; n == 0 || time.Now().Before(until); n++ {
				name := fmt.Sprintf("p%d-%d", p, n)
				commands := [][]string{
					{"recipient", "add", name},
					{"export", customersFile, "--dataset", "customers", "--to", "acme", "--out", s.path(name + ".csv")},
					{"trace", "--contact", "07700 900001", "--case", "busy", "--text", name},
				}
				if n%4 == 3 {
					commands = append(commands, []string{"forget", "--person", people[(p*50+n)%len(people)]}, []string{"registry", "backup", s.path(name + ".db")}, []string{"ledger", "verify"})
				}
				for _, args := range commands {
					if out, err := s.process(args...).CombinedOutput(); err != nil {
						errs <- fmt.Errorf("telltale %s: %v\n%s", strings.Join(args, " "), err, out)
					}
				}
			}
			done <- n
		}()
	}
	total := 0
	for range processes {
		total += <-done
	}
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	t.Logf("%d rounds of %d processes in %v", total, processes, *busyFor)
	if list := s.sound(); len(list.Exports) != 3+total {
		t.Errorf("%d exports are listed, want %d", len(list.Exports), 3+total)
	}
	var show struct{ Sightings []json.RawMessage }
	s.ask(&show, "case", "show", "busy")
	if len(show.Sightings) != total {
		t.Errorf("%d sightings, want %d", len(show.Sightings), total)
	}
	s.ok("registry", "check")
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
