package cli

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"telltale/internal/key"
	"telltale/match"
	"telltale/store"
	"telltale/store/sqlite"
)

// olderRegistry makes a registry as programs made them that knew one key:
// everything is derived from it.
func olderRegistry(t *testing.T, path string, master key.Secret) {
	t.Helper()
	st, err := sqlite.Create(t.Context(), path, ledgerSigner(master), func(tx store.Tx) error { return tx.SetKeyID(master.ID()) })
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestIssuingKeyOpensNothing tries everything that an issuing key holds on what
// the registry has: of its own exports and of others', no canary and no piece of
// the link index opens, and no secret of another era is among what it was given.
func TestIssuingKeyOpensNothing(t *testing.T) {
	s := prepared(t)
	s.ok("key", "issue", "--role", "issuing", "--out", s.path("issuing.key"))
	s.ok("--key-file", s.path("issuing.key"), "export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("issued.csv"))
	s.ok("match", s.path("issued.csv"), "--case", "c")
	r := s.openedWith("issuing.key")
	if len(r.ring.eras) != 1 || len(r.ring.given) != 1 {
		t.Errorf("it holds %d eras and was given %d datasets", len(r.ring.eras), len(r.ring.given))
	}
	opened, tried := 0, 0
	try := func(sealed []byte, aad string) {
		tried++
		for _, e := range r.ring.eras {
			for _, secret := range []key.Secret{r.ring.own, e.secret} {
				for _, label := range []string{"seal/canary", "seal/chunk", "seal/sighting", "seal/contact", "seal/secret", "seal/decision"} {
					for _, text := range [][]byte{sealed, sealed[min(1, len(sealed)):], sealed[min(len(boxed), len(sealed)):]} {
						if _, err := secret.Derive(label).Open(text, []byte(aad)); err == nil {
							opened++
						}
						if _, err := secret.NewOpener().Open(text, []byte(aad)); err == nil {
							opened++
						}
					}
				}
			}
		}
	}
	err := r.raw.View(t.Context(), func(tx store.Tx) error {
		exports, err := tx.Exports("")
		if err != nil {
			return err
		}
		for _, x := range exports {
			list, err := tx.Canaries(x.ID)
			if err != nil {
				return err
			}
			for _, c := range list[:min(3, len(list))] {
				try(c.Sealed, x.ID)
				try(c.Sealed, string(canaryName(x.ID, c.Slot)))
			}
			if err := tx.Chunks(x.Snapshot, func(c store.Chunk) error { try(c.Data, string(chunkName(x.Snapshot, c))); return nil }); err != nil {
				return err
			}
		}
		sightings, err := tx.Sightings("c")
		for _, x := range sightings {
			try(x.Sealed, x.Case+"/"+x.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if opened != 0 || tried < 20 {
		t.Errorf("%d of %d sealed values were opened", opened, tried)
	}
	s.canRead("seeing.key")
}

// canRead checks that the trial can succeed: an investigating key opens the same.
func (s *shell) canRead(file string) {
	s.t.Helper()
	s.ok("key", "issue", "--role", "investigating", "--out", s.path(file))
	r := s.openedWith(file)
	err := r.View(s.t.Context(), func(tx store.Tx) error {
		exports, err := tx.Exports("")
		for _, x := range exports {
			if err == nil {
				_, err = tx.Canaries(x.ID)
			}
			if err == nil {
				err = tx.Chunks(x.Snapshot, func(store.Chunk) error { return nil })
			}
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

func (s *shell) openedWith(file string) *registry {
	s.t.Helper()
	text, err := key.ReadFile(s.path(file))
	if err != nil {
		s.t.Fatal(err)
	}
	own, err := key.Decode(text, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &registry{sign: ledgerSigner(own), now: time.Now}
	if r.raw, err = sqlite.Open(s.t.Context(), s.registry(), r.sign); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { r.raw.Close() })
	if err := r.unlock(s.t.Context(), own); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// TestOldKeyOpensNothing tries the old key on a registry after the rotation.
func TestOldKeyOpensNothing(t *testing.T) {
	s := prepared(t)
	s.ok("key", "rotate", "--out", s.path("new.key"))
	text, err := key.ReadFile(s.registry() + ".key")
	if err != nil {
		t.Fatal(err)
	}
	old, err := key.Decode(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	st, err := sqlite.Open(t.Context(), s.registry(), ledgerSigner(old))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	err = st.View(t.Context(), func(tx store.Tx) error {
		if list, err := tx.Secrets(old.ID()); err != nil || len(list) != 0 {
			t.Errorf("it still holds %d secrets, %v", len(list), err)
		}
		exports, err := tx.Exports("")
		for _, x := range exports {
			list, err := tx.Canaries(x.ID)
			if err != nil {
				return err
			}
			for _, c := range list {
				if _, err := match.OpenCanary(old, x.ID, c.Sealed); err == nil {
					t.Error("it opens a canary")
				}
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(s.registry())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(data, old[:]) {
		t.Error("the old key stands in the registry")
	}
}

// TestOlderRegistry changes the key of a registry that knew one key alone, and
// issues keys for one task: only then can an investigating key be had.
func TestOlderRegistry(t *testing.T) {
	s := &shell{t, t.TempDir(), time.Now}
	master := key.Secret{7}
	text, err := key.Encode(master, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.WriteFile(s.registry()+".key", text); err != nil {
		t.Fatal(err)
	}
	olderRegistry(t, s.registry(), master)
	s.ok("recipient", "add", "acme", "bolt")
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "customers", customersFile, "--key", "customer_id")
	s.ok("export", customersFile, "--dataset", "customers", "--to-all", "--out", s.path("first"))
	if _, errs, code := s.run("key", "issue", "--role", "investigating", "--out", s.path("seeing.key")); code != exitError || !strings.Contains(errs, "telltale key rotate") {
		t.Errorf("exit %d, %s", code, errs)
	}
	s.ok("key", "rotate", "--out", s.path("new.key"))
	at := []string{"--key-file", s.path("new.key")}
	s.ok(append(at, "key", "issue", "--role", "investigating", "--out", s.path("seeing.key"))...)
	s.ok(append(at, "export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("second.csv"))...)
	for file, who := range map[string]string{"first/customers.acme.csv": "acme", "second.csv": "bolt"} {
		if got := s.match("--key-file", s.path("seeing.key"), s.path(file)); accused(got) != who {
			t.Errorf("%s is attributed to %q", file, accused(got))
		}
	}
	s.ok(append(at, "ledger", "verify")...)
	if _, errs, code := s.run("recipient", "list"); code != exitKey {
		t.Errorf("with the old key: exit %d, %s", code, errs)
	}
}

// TestKeepsCanaries exports to one recipient before and after a rotation: the
// same fabricated people stand in both copies, and other marks.
func TestKeepsCanaries(t *testing.T) {
	s := prepared(t)
	s.ok("key", "rotate", "--out", s.path("new.key"))
	s.ok("--key-file", s.path("new.key"), "export", customersFile, "--dataset", "customers", "--to", "bolt", "--out", s.path("after.csv"))
	r := s.openedWith("new.key")
	var names [2]map[string]bool
	err := r.View(t.Context(), func(tx store.Tx) error {
		exports, err := tx.Exports("customers")
		for _, x := range exports {
			if x.Recipient != "bolt" || err != nil {
				continue
			}
			_, planted, err := r.plantedIn(t.Context(), x.ID)
			if err != nil {
				return err
			}
			set := map[string]bool{}
			for _, c := range planted {
				for _, i := range c.Identities {
					set[string(i.Kind)+" "+i.Value] = true
				}
			}
			names[x.Scheme-1] = set
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names[0]) < 20 || !maps.Equal(names[0], names[1]) {
		t.Errorf("%d identities before, %d after, or others", len(names[0]), len(names[1]))
	}
	before, after := s.path("first/customers.bolt.csv"), s.path("after.csv")
	a, _ := os.ReadFile(before)
	b, _ := os.ReadFile(after)
	if bytes.Equal(a, b) {
		t.Error("the marks are the same")
	}
}

// TestKilledRotation kills key rotate at random moments. Whatever the moment, one
// of the two keys opens the registry, which verifies, and old copies are traced
// with it. The seed is fixed; the moments are not repeatable.
func TestKilledRotation(t *testing.T) {
	s := prepared(t)
	r := rand.New(rand.NewPCG(41, 1))
	current, killed := s.registry()+".key", 0
	for round := range *killRounds / 2 {
		next := s.path(fmt.Sprintf("key-%d", round))
		cmd := s.process("--key-file", current, "key", "rotate", "--out", next)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(r.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		acknowledged := cmd.Wait() == nil
		timer.Stop()
		if !acknowledged {
			killed++
		}
		_, _, code := s.run("--key-file", current, "recipient", "list")
		if _, err := os.Stat(next); err == nil && code != 0 {
			current = next
		} else if acknowledged || code != 0 {
			t.Fatalf("round %d: acknowledged is %v, and the old key gives exit %d", round, acknowledged, code)
		}
		s.ok("--key-file", current, "ledger", "verify")
	}
	t.Logf("%d of %d rotations were killed", killed, *killRounds/2)
	if got := s.match("--key-file", current, s.path("first/customers.cargo.csv")); accused(got) != "cargo" {
		t.Errorf("after all that cargo's copy is attributed to %q", accused(got))
	}
}
