// Package storetest is the suite that every backend of package store passes.
//
//	func TestSuite(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) store.Store { ... an empty registry, opened with storetest.Signer{} ... })
//	}
//
// Damaged checks that store.Verify finds what a backend's own test did to a
// full registry behind the contract's back.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"telltale/store"
)

// Signer signs with a key that is no secret. Its zero value is the one that
// the suite opens registries with.
type Signer struct{ Key byte }

func (s Signer) texts() (private, public string) {
	private, public, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{s.Key}, 64)), "storetest")
	if err != nil {
		panic(err)
	}
	return private, public
}

func (s Signer) pair() (note.Signer, note.Verifier) {
	private, public := s.texts()
	signer, err := note.NewSigner(private)
	verifier, err2 := note.NewVerifier(public)
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return signer, verifier
}

// Name is the origin of the suite's ledgers.
func (s Signer) Name() string { return "storetest" }

// KeyHash names the key.
func (s Signer) KeyHash() uint32 { _, v := s.pair(); return v.KeyHash() }

// Sign is deterministic.
func (s Signer) Sign(msg []byte) ([]byte, error) { p, _ := s.pair(); return p.Sign(msg) }

// Verifier checks what the signer signed.
func (s Signer) Verifier() note.Verifier { _, v := s.pair(); return v }

// granted signs with a key that the suite's own let in.
type granted struct{ Signer }

// Anchor is the key that let it in.
func (granted) Anchor() note.Verifier { return Signer{}.Verifier() }

// SignChain is how heads of version 1 were signed.
func (s Signer) SignChain(head []byte) []byte {
	h := sha256.Sum256(append([]byte{s.Key}, head...))
	return h[:]
}

// Run runs the suite. open gives an empty registry, which the test closes.
func Run(t *testing.T, open func(testing.TB) store.Store) {
	for _, c := range []struct {
		name string
		run  func(*fixture)
	}{
		{"Key", key}, {"Keys", keys}, {"Roles", roles}, {"Recipients", recipients}, {"Contacts", contacts}, {"Terms", terms}, {"Policies", policies}, {"Datasets", datasets},
		{"Snapshots", snapshots}, {"Exports", exports}, {"IssueExport", issues}, {"Cases", cases},
		{"Notes", notes}, {"Stamps", stamps}, {"Erasures", erasures}, {"Ledger", ledger}, {"Times", times}, {"Bytes", blobs}, {"Invalid", invalid},
		{"Rollback", rollback}, {"Panic", panics}, {"Cancelled", cancelled}, {"Snapshot isolation", isolation},
		{"Nested reads", nested}, {"Concurrent", concurrent}, {"Verify", verify}, {"Bulk", bulk},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fixture{TB: t, st: open(t)}
			defer func() {
				f.wantValid()
				f.must(f.st.Close())
			}()
			c.run(f)
		})
	}
}

// Damage is something done to a registry that Fill has filled, other than
// through its Store.
type Damage struct {
	Name string
	Do   func(t testing.TB, st store.Store)
}

// Damaged checks that Verify finds each kind of damage, and says something.
func Damaged(t *testing.T, open func(testing.TB) store.Store, kinds []Damage) {
	for _, d := range kinds {
		t.Run(d.Name, func(t *testing.T) {
			f := &fixture{TB: t, st: open(t)}
			defer f.st.Close()
			Fill(t, f.st)
			f.wantValid()
			d.Do(t, f.st)
			report, err := store.Verify(context.Background(), f.st, Signer{})
			f.must(err)
			if report.Valid() {
				t.Errorf("Verify found nothing: %+v", report)
			}
			for _, c := range report.Checks {
				if c.OK() != (len(c.Failures) == 0) {
					t.Errorf("check %s: %d failed, and says %q", c.Name, c.Failed, c.Failures)
				}
			}
		})
	}
}

// fixture is a test with its registry.
type fixture struct {
	testing.TB
	st store.Store
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) update(do func(store.Tx) error) {
	f.Helper()
	f.must(f.st.Update(context.Background(), do))
}

func (f *fixture) view(do func(store.Tx) error) {
	f.Helper()
	f.must(f.st.View(context.Background(), do))
}

// refuse wants an error of that kind, in a transaction of its own, and that
// nothing was kept.
func (f *fixture) refuse(what string, want error, do func(store.Tx) error) {
	f.Helper()
	before := f.entries()
	err := f.st.Update(context.Background(), do)
	if !errors.Is(err, want) {
		f.Errorf("%s: error = %v, want %v", what, err, want)
	}
	if after := f.entries(); len(after) != len(before) {
		f.Errorf("%s: the ledger grew by %d", what, len(after)-len(before))
	}
}

func (f *fixture) entries() (list []store.Entry) {
	f.Helper()
	f.view(func(tx store.Tx) error {
		return tx.Entries(func(e store.Entry) error {
			list = append(list, e)
			return nil
		})
	})
	return list
}

func (f *fixture) wantValid() {
	f.Helper()
	report, err := store.Verify(context.Background(), f.st, Signer{})
	f.must(err)
	if !report.Valid() {
		f.Errorf("registry does not verify: %+v", report)
	}
}

// equal compares records; no bytes and empty bytes are the same.
func (f *fixture) equal(what string, got, want any) {
	f.Helper()
	g, w := plain(got), plain(want)
	if !reflect.DeepEqual(g, w) {
		f.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

func plain(v any) string {
	s := fmt.Sprintf("%+v", v)
	return strings.ReplaceAll(s, "<nil>", "[]")
}

// at is a time that exercises what backends keep: another zone, microseconds.
func at(n int) time.Time {
	zone := time.FixedZone("", 8*3600)
	return time.Date(2024, 5, 6, 7, 8, 9, 123456000, zone).Add(time.Duration(n) * time.Minute)
}

// kept is how a time comes back.
func kept(n int) time.Time { return at(n).UTC() }

func recipient(name string, n int) store.Recipient {
	return store.Recipient{Name: name, Kind: "partner", Note: []byte("note of " + name), AddedAt: at(n)}
}

func scheme(version int) store.Scheme {
	return store.Scheme{Version: version, Rules: []byte(`{"density":1}`), Profile: []byte{0, 1, byte(version)}, AddedAt: at(version)}
}

func snapshot(id, dataset string) store.Snapshot {
	return store.Snapshot{ID: id, Dataset: dataset, Scheme: 1, Rows: 1 << 40, SHA256: strings.Repeat("ab", 32), Recorded: at(3)}
}

func chunks() []store.Chunk {
	return []store.Chunk{
		{Segment: 0, Column: "", Part: "keys", Data: []byte{1, 2, 3}},
		{Segment: 0, Column: "phone", Part: "hashes", Data: make([]byte, 70000)},
		{Segment: 1, Column: "phone", Part: "hashes", Data: nil},
		{Segment: 1, Column: "名前", Part: "tags", Data: []byte("\x00\xff")},
	}
}

// iterate gives chunks one by one.
func iterate(list []store.Chunk) func() (store.Chunk, error) {
	return func() (store.Chunk, error) {
		if len(list) == 0 {
			return store.Chunk{}, io.EOF
		}
		c := list[0]
		list = list[1:]
		return c, nil
	}
}

func export(id, recipient string, n int) store.Export {
	return store.Export{ID: id, Dataset: "orders", Recipient: recipient, Snapshot: "s1", Scheme: 1, State: store.Pending,
		File: "/tmp/out " + id + ".csv", SHA256: strings.Repeat("cd", 32), Bytes: 1 << 33, Rows: 1000, MarkedCells: 500, ChangedCells: 251,
		Canaries: 2, Shared: 1, Withheld: 7, WithholdRate: 0.01, Density: 0.25, IssuedAt: at(n), Commitments: []byte("roots of " + id), Cover: []byte("cover of " + id)}
}

func canaries(export string) []store.Canary {
	return []store.Canary{
		{Export: export, Slot: 0, Lookups: []uint64{1, 1 << 63, ^uint64(0)}, Sealed: []byte("sealed 0 " + export)},
		{Export: export, Slot: 1, Lookups: []uint64{}, Sealed: []byte("sealed 1")},
		{Export: export, Slot: 7, Shared: true, Lookups: []uint64{42}, Sealed: []byte("sealed 7")},
	}
}

func sighting(id, name string, n int) store.Sighting {
	return store.Sighting{ID: id, Case: name, Kind: "file", SHA256: strings.Repeat("ef", 32), SeenAt: at(n), Recorded: at(n + 1), Sealed: []byte("reading " + id)}
}

func fact(name string, n int) store.Fact {
	return store.Fact{Case: name, Basis: "confession", Recorded: at(n), Sealed: []byte(fmt.Sprint("fact ", n))}
}

func stamp(n int) store.Stamp {
	return store.Stamp{Size: int64(n), Checkpoint: []byte("storetest\n5\nroot\n"), Response: []byte(fmt.Sprint("response ", n)), Recorded: at(n)}
}

// Fill puts several of everything into an empty registry.
func Fill(t testing.TB, st store.Store) {
	t.Helper()
	f := &fixture{t, st}
	f.update(func(tx store.Tx) error {
		sub := recipient("acme/south", 2)
		sub.Parent = "acme"
		_, err := tx.AddContacts([]store.Contact{
			{Kind: "phone", Lookup: 7, Sealed: []byte("p7"), AddedAt: at(0)},
			{Kind: "domain", Lookup: 7, Sealed: []byte("d7"), AddedAt: at(0)},
			{Kind: "phone", Lookup: ^uint64(0), Sealed: []byte("p-1"), AddedAt: at(1)},
		})
		return errors.Join(err, tx.SetKeyID("0123456789abcdef"), tx.AddRecipient(recipient("acme", 1)), tx.AddRecipient(sub),
			tx.AllotContact("phone", 7, "orders/acme/0"))
	})
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddDataset("orders", scheme(1), at(2)), tx.AddDataset("people", scheme(1), at(3)), tx.AddScheme("orders", scheme(2)),
			tx.PutSnapshot(snapshot("s1", "orders"), iterate(chunks())), tx.PutSnapshot(snapshot("s2", "people"), iterate(nil)))
	})
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddExport(export("e1", "acme", 5), canaries("e1")), tx.AddExport(export("e2", "acme/south", 6), canaries("e2")),
			tx.IssueExport("e1"))
	})
	f.update(func(tx store.Tx) error {
		_, err := tx.OpenCase("spring", at(7))
		_, err2 := tx.OpenCase("autumn", at(8))
		return errors.Join(err, err2, tx.AddSighting(sighting("x", "spring", 9)), tx.AddSighting(sighting("y", "spring", 10)),
			tx.AddFact(fact("spring", 11)), tx.AddFact(fact("autumn", 12)), tx.Note("reveal", "e1", []byte("by hand"), at(13)), tx.AddStamp(stamp(14)))
	})
	f.update(func(tx store.Tx) error { return forgetIn(tx, 15) })
	f.update(func(tx store.Tx) error {
		_, err := tx.Erase(store.Retire, at(16), func(e store.Eraser) ([]byte, error) { return []byte("retired"), e.Retire("e2") })
		return err
	})
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddPolicy(store.Policy{Kind: "phone", Reuse: "retired", At: at(17)}), tx.AddPolicy(store.Policy{Kind: "phone", Reuse: "365d", At: at(18)}),
			tx.AddTerm(store.Term{Kind: "phone", Lookup: 7, Owner: "orders/zeta/0", Since: at(19)}), tx.AddTerm(store.Term{Kind: "phone", Lookup: 7, Owner: store.Retired, Since: at(20)}))
	})
	f.fillKeys()
}
