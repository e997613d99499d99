package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
	"telltale/store/sqlite"
)

// opened is the registry of a shell, with its key.
func (s *shell) opened() *registry {
	s.t.Helper()
	text, err := os.ReadFile(s.registry() + ".key")
	if err != nil {
		s.t.Fatal(err)
	}
	master, err := key.Decode(text, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &registry{sign: ledgerSigner(master), now: time.Now}
	if r.raw, err = sqlite.Open(context.Background(), s.registry(), r.sign); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { r.raw.Close() })
	if err := r.unlock(context.Background(), master); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// rootOf derives what copies of a dataset carry.
func (r *registry) rootOf(t testing.TB, dataset string) key.Root {
	t.Helper()
	root, err := r.ring.Root(dataset, 1)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// everything is all that a registry holds, opened as far as the key goes:
// chunks, the contacts in them, profiles, and what sightings hold, encoded anew.
func (s *shell) everything() []byte {
	s.t.Helper()
	r := s.opened()
	defer r.Close()
	var all bytes.Buffer
	err := r.View(context.Background(), func(tx store.Tx) error {
		datasets, err := tx.Datasets()
		if err != nil {
			return err
		}
		for _, d := range datasets {
			full, err := tx.Dataset(d.Name)
			if err != nil {
				return err
			}
			for _, x := range full.Schemes {
				p, _, err := match.OpenProfile(r.rootOf(s.t, d.Name), d.Name, x.Profile)
				if err != nil {
					return err
				}
				text, err := json.Marshal(p)
				if err != nil {
					return err
				}
				all.Write(text)
			}
			if err := dumpIndexes(&all, r, tx, full); err != nil {
				return err
			}
		}
		return dumpSightings(&all, r, tx)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all.Bytes()
}

func dumpIndexes(all *bytes.Buffer, r *registry, tx store.Tx, d store.Dataset) error {
	snapshots, err := tx.Snapshots(d.Name)
	if err != nil {
		return err
	}
	for _, x := range snapshots {
		rules, err := schemeOf(d.Schemes[x.Scheme-1])
		if err != nil {
			return err
		}
		root, err := r.ring.Root(d.Name, x.Scheme)
		if err != nil {
			return err
		}
		tree := link.NewRowTree(link.Spec{Columns: rules.Columns, Locale: rules.Locale}, d.Name, x.ID, root)
		err = tx.Chunks(x.ID, func(c store.Chunk) error {
			all.Write(c.Data)
			return tree.Take(link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data})
		})
		if err != nil {
			return err
		}
		for row := range tree.Rows() {
			tree.Contacts(uint32(row), func(contact string) { all.WriteString(contact) })
			for _, list := range tree.Set().Hashes {
				all.Write(binary.BigEndian.AppendUint64(nil, list[row]))
			}
		}
	}
	return nil
}

func dumpSightings(all *bytes.Buffer, r *registry, tx store.Tx) error {
	cases, err := tx.Cases()
	if err != nil {
		return err
	}
	for _, c := range cases {
		list, err := tx.Sightings(c.Name)
		if err != nil {
			return err
		}
		for _, x := range list {
			plain, err := r.unseal("sighting", c.Name+"/"+x.ID, x.Sealed)
			if err != nil {
				return err
			}
			var record sightingRecord
			if err := json.Unmarshal(plain, &record); err != nil {
				return err
			}
			all.Write(plain)
			all.Write(record.Reading)
		}
	}
	return nil
}

// person is a row of testdata/customers.csv that is to be forgotten.
var person = []string{"100204", "William", "Smith", "william6457@mailbox.example", "07532 223244"}

// tracesOf is what a registry may know a person by: values in clear, the key of
// the row, and its hashes in the index and in sketches.
func tracesOf(t testing.TB, r *registry) map[string][]byte {
	t.Helper()
	email, _ := identity.Canonical(identity.Email, person[3], "en-GB")
	phone, _ := identity.Canonical(identity.Phone, person[4], "en-GB")
	traces := map[string][]byte{"e-mail address": []byte(email), "telephone number": []byte(strings.TrimPrefix(phone, "+"))}
	prf := link.Secret("customers", r.rootOf(t, "customers")).PRF()
	for what, h := range map[string]uint64{"hash of the address": link.HashUnder(prf, identity.Email, email), "hash of the number": link.HashUnder(prf, identity.Phone, phone)} {
		traces[what] = binary.BigEndian.AppendUint64(nil, h)
	}
	err := r.View(context.Background(), func(tx store.Tx) error {
		snapshots, err := tx.Snapshots("customers")
		if err != nil {
			return err
		}
		d, err := tx.Dataset("customers")
		if err != nil {
			return err
		}
		rules, err := schemeOf(d.Schemes[0])
		if err != nil {
			return err
		}
		set := link.NewRowSet(link.Spec{Columns: rules.Columns, Locale: rules.Locale})
		if err := tx.ChunksOf(snapshots[0].ID, "", link.PartKeys, func(c store.Chunk) error { return set.Take(link.Chunk{Part: c.Part, Data: c.Data}) }); err != nil {
			return err
		}
		k := set.Keys[personRow]
		traces["key of the row"], traces["key of the row in a reading"] = bytes.Clone(k[:]), gobbed(k[:])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return traces
}

// gobbed is how package gob writes an array of bytes.
func gobbed(b []byte) (out []byte) {
	for _, x := range b {
		if x >= 0x80 {
			out = append(out, 0xff)
		}
		out = append(out, x)
	}
	return out
}

const personRow = 18 // from 0

// investigated is a registry with a leaked file and a complaint of the person.
func investigated(t *testing.T) *shell {
	s := prepared(t)
	data, err := os.ReadFile(s.path("first/customers.bolt.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	s.write("leak.csv", bytes.Join(lines[:200], nil))
	s.match(s.path("leak.csv"), "--case", "spring")
	s.ok("trace", "--contact", person[3], "--case", "spring", "--text", "an offer")
	s.ok("trace", "--contact", "emily2545@mailbox.example", "--case", "spring", "--text", "an offer")
	return s
}

// TestForget forgets a person by one contact: nothing that the registry knew
// them by is left, in its content or in the bytes of its files; what others did
// is attributed as before; a bundle over the rest of the rows verifies.
func TestForget(t *testing.T) {
	s := investigated(t)
	s.ok("ledger", "checkpoint", "--out", s.path("before.note"))
	r := s.opened()
	traces, old := tracesOf(t, r), sealedBefore(t, r)
	r.Close()
	before := s.everything()
	for what, trace := range traces {
		if !bytes.Contains(before, trace) {
			t.Errorf("%s is not to be found before", what)
		}
	}
	var dry, done erasureDoc
	s.ask(&dry, "forget", "--person", person[3], "--dry-run")
	if !bytes.Equal(before, s.everything()) {
		t.Error("a dry run changed something")
	}
	s.ask(&done, "forget", "--person", person[3])
	if dry.Rows != 1 || done.Rows != 1 || len(done.Exports) != 3 || done.Exports[0].Marks == 0 || len(done.Sightings) != 2 || !done.Sightings[1].Message || !done.Purged {
		t.Errorf("what was lost: %+v", done)
	}
	after := s.everything()
	for what, trace := range traces {
		if bytes.Contains(after, trace) {
			t.Errorf("%s is left", what)
		}
	}
	s.noBytes(old)
	s.stillProven(t)
	var list struct{ Erasures []struct{ Rows int } }
	if s.ask(&list, "registry", "erasures"); len(list.Erasures) != 1 || list.Erasures[0].Rows != 1 {
		t.Errorf("erasures: %+v", list)
	}
}

// stillProven attributes the leak, makes a bundle of it, and checks everything.
func (s *shell) stillProven(t *testing.T) {
	t.Helper()
	result := s.match(s.path("leak.csv"))
	if accused(result) != "bolt" {
		t.Errorf("attributed to %q", accused(result))
	}
	s.ok("evidence", "pack", "spring", "--out", s.path("after.zip"), "--checkpoint", s.path("before.note"))
	s.ok("evidence", "verify", s.path("after.zip"), "--leak", s.path("leak.csv"), "--checkpoint", s.path("before.note"))
	s.ok("registry", "check")
	s.ok("ledger", "verify")
	s.ok("ledger", "consistency", s.path("before.note"))
}

// sealedBefore are pieces of what is sealed, as it stands in the file.
func sealedBefore(t *testing.T, r *registry) (pieces [][]byte) {
	t.Helper()
	err := r.raw.View(context.Background(), func(tx store.Tx) error {
		list, err := tx.Sightings("spring")
		if err != nil {
			return err
		}
		for _, x := range list[:2] {
			pieces = append(pieces, bytes.Clone(x.Sealed[:40]))
		}
		snapshots, err := tx.Snapshots("customers")
		if err != nil {
			return err
		}
		return tx.Chunks(snapshots[0].ID, func(c store.Chunk) error {
			pieces = append(pieces, bytes.Clone(c.Data[1:33]))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

// noBytes fails if any of the pieces stands in the registry's files.
func (s *shell) noBytes(pieces [][]byte) {
	s.t.Helper()
	found := 0
	for _, suffix := range []string{"", "-wal", "-journal"} {
		data, err := os.ReadFile(s.registry() + suffix)
		for i, p := range pieces {
			if err == nil && bytes.Contains(data, p) {
				found++
				s.t.Logf("piece %d of %d stands in registry%s", i, len(pieces), suffix)
			}
		}
	}
	if found > 0 {
		s.t.Errorf("%d of %d pieces of what was replaced are left", found, len(pieces))
	}
}

// TestForgetTwice forgets two people one after the other, and exports in
// between: every state is proven, the copy of between leads to its commitments.
func TestForgetTwice(t *testing.T) {
	s := investigated(t)
	s.ok("ledger", "checkpoint", "--out", s.path("before.note"))
	s.ok("forget", "--person", person[3])
	s.ok("export", customersFile, "--dataset", "customers", "--to", "acme", "--out", s.path("between.csv"))
	s.ok("forget", "--person", "emily2545@mailbox.example")
	s.stillProven(t)
	if got := s.match(s.path("between.csv")); accused(got) != "acme" {
		t.Errorf("the copy of between is attributed to %q", accused(got))
	}
}

// TestForgetRefuses what is nobody's contact, everybody's, or ours.
func TestForgetRefuses(t *testing.T) {
	s := prepared(t)
	var rows strings.Builder
	rows.WriteString("id,email,phone,amount\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "P-10%04d,p%d@example.org,020 7946 0000,%d.50\n", i, i, i)
	}
	s.ok("dataset", "add", "staff", s.write("staff.csv", []byte(rows.String())), "--key", "id", "--locale", "en-GB", "--identity", "email", "--identity", "phone")
	s.ok("export", s.path("staff.csv"), "--dataset", "staff", "--to", "acme", "--out", s.path("staff-acme.csv"), "--canaries", "0")
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitUsage, "--person", nil},
		{exitUsage, "contact 1", []string{"--person", "William Smith"}},
		{exitError, "contact 2 stands in 60 rows", []string{"--person", "nobody@example.net", "--person", "+44 20 7946 0000"}},
		{exitError, "pool", []string{"--person", "07700 900012"}},
		{exitError, "not found", []string{"--person", person[3], "--dataset", "nothing"}},
		{exitError, "no such file", []string{"--persons", s.path("missing.txt")}},
		{exitDone, "", []string{"--person", "nobody@example.net"}},
		{exitDone, "", []string{"--person", "020 7946 0000", "--many"}},
	} {
		out, errs, code := s.run(append([]string{"forget"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("forget %v: exit %d\n%s%s", c.args, code, out, errs)
		}
	}
	s.ok("registry", "check")
}

// TestErasureIsProven lets somebody with the key alter more than an erasure
// says: registry check finds it.
func TestErasureIsProven(t *testing.T) {
	s := investigated(t)
	s.ok("forget", "--person", person[3])
	r := s.opened()
	err := r.Update(context.Background(), func(tx store.Tx) error {
		snapshots, err := tx.Snapshots("customers")
		if err != nil {
			return err
		}
		_, err = tx.Erase(store.Forget, time.Now(), func(e store.Eraser) ([]byte, error) {
			err := e.Chunks(snapshots[0].ID, func(c store.Chunk) (store.Chunk, error) {
				if c.Part == link.PartTags && c.Column == "city" {
					c.Data = bytes.Clone(c.Data)
					c.Data[101] ^= 1
				}
				return c, nil
			})
			return r.ring.Derive("seal/erasure").Seal([]byte(`{}`), []byte("another")), err
		})
		return err
	})
	r.Close()
	if err != nil {
		t.Fatal(err)
	}
	s.ok("ledger", "verify")
	out, _, code := s.run("registry", "check")
	if code != exitVerify || !strings.Contains(out, "not those that the erasure left") || !strings.Contains(out, "erasures open") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
