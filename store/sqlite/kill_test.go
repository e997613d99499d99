package sqlite

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"telltale/store"
	"telltale/store/storetest"
)

// child is what this test binary does when a test runs it again as another
// process: it writes recipients and exports until it is killed or has written
// as many as it was told, and says each one when it was acknowledged.
func child() bool {
	path := os.Getenv("TELLTALE_TEST_WRITER")
	if path == "" {
		return false
	}
	var name string
	var count int
	fmt.Sscan(os.Getenv("TELLTALE_TEST_WRITES"), &name, &count)
	st, err := Open(background, path, storetest.Signer{})
	for i := 0; err == nil && i < count; i++ {
		id := fmt.Sprintf("%s-%d", name, i)
		if err = st.Update(background, writeSome(id)); err == nil {
			fmt.Println(id)
		}
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	st.Close()
	return true
}

// migrator is what this test binary does as another process: it opens a
// registry, which brings it up to date.
func migrator() bool {
	path := os.Getenv("TELLTALE_TEST_MIGRATE")
	if path == "" {
		return false
	}
	st, err := Open(background, path, storetest.Signer{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	st.Close()
	return true
}

var migrationRounds = flag.Int("migrations", 12, "rounds of TestKilledMigrating")

// TestKilledMigrating kills a process at a random moment of bringing a registry
// of version 1 up to date, which the first shows the length of. Whoever opens it
// next has it up to date, with all that was in it.
func TestKilledMigrating(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 2))
	usually, killed := time.Duration(0), 0
	for i := range *migrationRounds + 1 {
		path := version1(t)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TELLTALE_TEST_MIGRATE="+path)
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			timer := time.AfterFunc(time.Duration(random.Float64()*float64(usually)), func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
		err := cmd.Wait()
		switch {
		case i == 0 && err == nil:
			usually = time.Since(begun)
		case err != nil && cmd.ProcessState.ExitCode() < 0:
			killed++
		case err != nil:
			t.Fatalf("round %d: %v", i, err)
		}
		if problem := verified(t, path); problem != "" {
			t.Fatalf("round %d: %s", i, problem)
		}
		removeAll(path)
	}
	t.Logf("seed %d: %d of %d were killed within %v", seed, killed, *migrationRounds, usually)
}

// writeSome is an update that touches most tables.
func writeSome(id string) func(store.Tx) error {
	return func(tx store.Tx) error {
		if err := addRecipient(id)(tx); err != nil {
			return err
		}
		data := make([]byte, 200<<10)
		left := 3
		next := func() (store.Chunk, error) {
			if left--; left < 0 {
				return store.Chunk{}, io.EOF
			}
			return store.Chunk{Segment: left, Data: data}, nil
		}
		if err := tx.PutSnapshot(store.Snapshot{ID: "s" + id, Dataset: "orders", Scheme: 1}, next); err != nil {
			return err
		}
		canaries := []store.Canary{{Slot: 1, Lookups: []uint64{1}}, {Slot: 2}}
		if err := tx.AddExport(store.Export{ID: id, Dataset: "orders", Recipient: id, Snapshot: "s" + id, Scheme: 1}, canaries); err != nil {
			return err
		}
		return tx.IssueExport(id)
	}
}

// spawn starts a writer.
func spawn(t *testing.T, path, name string, count int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TELLTALE_TEST_WRITER="+path, fmt.Sprintf("TELLTALE_TEST_WRITES=%s %d", name, count))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// workplace makes a registry that writers can write to, and closes it.
func workplace(t *testing.T) string {
	t.Helper()
	st := fresh(t)
	defer st.Close()
	err := st.Update(background, func(tx store.Tx) error {
		return tx.AddDataset("orders", store.Scheme{Version: 1}, time.Unix(1, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	return pathOf(st)
}

// TestKilled kills a writer at a random moment, again and again: what it said
// was written is there, what it did not say is there whole or not at all.
func TestKilled(t *testing.T) {
	rounds := 32
	if testing.Short() {
		rounds = 5
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := workplace(t)
	said := map[string]bool{}
	for i := range rounds {
		cmd, lines := spawn(t, path, fmt.Sprint("r", i), 1<<30)
		lines.Scan() // it is at work
		for ok := lines.Text() != ""; ok; ok = lines.Scan() {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Fatalf("round %d: %s", i, lines.Text())
			}
			said[lines.Text()] = true
			if lines.Text() == fmt.Sprintf("r%d-0", i) {
				time.AfterFunc(time.Duration(random.IntN(30_000))*time.Microsecond, func() { cmd.Process.Kill() })
			}
		}
		cmd.Wait()
		wantAll(t, path, said)
	}
	t.Logf("%d updates were acknowledged in %d lives", len(said), rounds)
}

// wantAll verifies the registry and looks for all that was acknowledged.
func wantAll(t *testing.T, path string, said map[string]bool) {
	t.Helper()
	st, err := Open(background, path, storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	report, err := store.Verify(background, st, storetest.Signer{})
	if err != nil || !report.Valid() {
		t.Fatalf("%+v, %v", report, err)
	}
	err = st.View(background, func(tx store.Tx) error {
		list, err := tx.Exports("")
		there := map[string]bool{}
		for _, e := range list {
			if there[e.ID] = true; e.State != store.Issued {
				t.Errorf("export %s is half done", e.ID)
			}
		}
		for id := range said {
			if !there[id] {
				t.Errorf("export %s was acknowledged and is lost", id)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoProcesses has two processes and this one write at once.
func TestTwoProcesses(t *testing.T) {
	const count = 60
	path := workplace(t)
	said := map[string]bool{}
	a, linesA := spawn(t, path, "a", count)
	b, linesB := spawn(t, path, "b", count)
	st, err := Open(context.Background(), path, storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range count {
		id := fmt.Sprint("here-", i)
		if err := st.Update(background, writeSome(id)); err != nil {
			t.Fatal(err)
		}
		said[id] = true
	}
	for _, lines := range []*bufio.Scanner{linesA, linesB} {
		for lines.Scan() {
			said[lines.Text()] = true
		}
	}
	if errA, errB := a.Wait(), b.Wait(); errA != nil || errB != nil {
		t.Errorf("writers ended with %v and %v: %v", errA, errB, said)
	}
	if len(said) != 3*count {
		t.Errorf("%d updates were acknowledged, want %d", len(said), 3*count)
	}
	st.Close()
	wantAll(t, path, said)
}
