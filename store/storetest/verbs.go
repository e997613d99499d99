package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"telltale/store"
)

func key(f *fixture) {
	id := func() (id string) {
		f.view(func(tx store.Tx) (err error) { id, err = tx.KeyID(); return err })
		return id
	}
	f.equal("id of a new registry", id(), "")
	f.update(func(tx store.Tx) error { return tx.SetKeyID("aa") })
	f.update(func(tx store.Tx) error { return tx.SetKeyID("aa") })
	f.equal("id", id(), "aa")
	f.refuse("another key", store.ErrExists, func(tx store.Tx) error { return tx.SetKeyID("bb") })
	f.equal("entries", len(f.entries()), 1)
}

func recipients(f *fixture) {
	add := func(r store.Recipient) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.AddRecipient(r) }
	}
	want := []store.Recipient{}
	for i, name := range []string{"zeta", "acme", "Acme", "青岛", "a/b"} {
		r := recipient(name, i)
		if i > 0 {
			r.Parent = "zeta"
		}
		r.Kind = []string{"partner", "staff", "service"}[i%3]
		f.update(add(r))
		r.AddedAt = kept(i)
		want = append(want, r)
	}
	f.refuse("known name", store.ErrExists, add(recipient("acme", 9)))
	orphan := recipient("orphan", 9)
	orphan.Parent = "nobody"
	f.refuse("unknown parent", store.ErrNotFound, add(orphan))
	f.view(func(tx store.Tx) error {
		got, err := tx.Recipients()
		f.equal("recipients", got, want)
		one, err2 := tx.Recipient("Acme")
		f.equal("recipient", one, want[2])
		_, missing := tx.Recipient("nobody")
		if !errors.Is(missing, store.ErrNotFound) || !strings.Contains(missing.Error(), "nobody") {
			f.Errorf("unknown recipient: %v", missing)
		}
		return errors.Join(err, err2)
	})
}

func contacts(f *fixture) {
	c := func(kind string, lookup uint64) store.Contact {
		return store.Contact{Kind: kind, Lookup: lookup, Sealed: []byte(fmt.Sprint(kind, lookup)), AddedAt: at(0)}
	}
	add := func(want int, list ...store.Contact) {
		f.Helper()
		f.update(func(tx store.Tx) error {
			got, err := tx.AddContacts(list)
			f.equal("added", got, want)
			return err
		})
	}
	add(3, c("phone", 9), c("email", 9), c("phone", 1<<63))
	add(2, c("phone", 9), c("phone", 5), c("phone", 5), c("domain", 1))
	allot := func(lookup uint64, owner string) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.AllotContact("phone", lookup, owner) }
	}
	f.update(allot(1<<63, "orders/acme/0"))
	f.update(allot(1<<63, "orders/acme/0"))
	f.refuse("held by another", store.ErrExists, allot(1<<63, "orders/zeta/0"))
	f.refuse("unknown contact", store.ErrNotFound, allot(77, "orders/zeta/0"))
	f.view(func(tx store.Tx) error {
		got, err := tx.Contacts("phone")
		seen, last := []string{}, int64(0)
		for _, c := range got {
			seen = append(seen, fmt.Sprint(c.Lookup, string(c.Sealed), c.Owner, c.AddedAt.Equal(at(0))))
			if c.Order <= last {
				f.Errorf("order %d after %d", c.Order, last)
			}
			last = c.Order
		}
		f.equal("phones", seen, []string{"9phone9true", "9223372036854775808phone9223372036854775808orders/acme/0true", "5phone5true"})
		every, err2 := tx.Contacts("")
		f.equal("contacts", len(every), 5)
		none, err3 := tx.Contacts("fax")
		f.equal("faxes", len(none), 0)
		return errors.Join(err, err2, err3)
	})
}

// terms are who held a contact after its first owner.
func terms(f *fixture) {
	add := func(lookup uint64, owner string, n int) func(store.Tx) error {
		return func(tx store.Tx) error {
			return tx.AddTerm(store.Term{Kind: "phone", Lookup: lookup, Owner: owner, Since: at(n)})
		}
	}
	f.update(func(tx store.Tx) error {
		_, err := tx.AddContacts([]store.Contact{{Kind: "phone", Lookup: 1 << 63, AddedAt: at(0)}, {Kind: "email", Lookup: 1 << 63, AddedAt: at(0)},
			{Kind: "phone", Lookup: 2, Owner: store.Retired, AddedAt: at(0)}})
		return err
	})
	f.refuse("nobody has it yet", store.ErrInvalid, add(1<<63, "orders/zeta/0", 1))
	f.refuse("retired while it was free", store.ErrInvalid, add(2, "orders/zeta/0", 1))
	f.refuse("unknown contact", store.ErrNotFound, add(77, "orders/zeta/0", 1))
	f.update(func(tx store.Tx) error { return tx.AllotContact("phone", 1<<63, "orders/acme/0") })
	f.update(add(1<<63, "orders/zeta/0", 2))
	f.update(add(1<<63, "orders/zeta/0", 3))
	f.refuse("allotted anew", store.ErrExists, func(tx store.Tx) error { return tx.AllotContact("phone", 1<<63, "orders/beta/0") })
	f.update(add(1<<63, store.Retired, 4))
	f.refuse("retired", store.ErrInvalid, add(1<<63, "orders/beta/0", 5))
	f.view(func(tx store.Tx) error {
		all, err := tx.Contacts("")
		phones, err2 := tx.Contacts("phone")
		term := func(seq int, owner string) store.Term {
			return store.Term{Kind: "phone", Lookup: 1 << 63, Seq: seq, Owner: owner, Since: kept(seq + 1)}
		}
		f.equal("terms", phones[0].Terms, []store.Term{term(1, "orders/zeta/0"), term(2, "orders/zeta/0"), term(3, store.Retired)})
		f.equal("terms among all contacts", all[0].Terms, phones[0].Terms)
		f.equal("terms of others", append(all[1].Terms, phones[1].Terms...), []store.Term{})
		f.equal("holders", phones[0].Holders(), []store.Term{{Kind: "phone", Lookup: 1 << 63, Owner: "orders/acme/0"}, term(1, "orders/zeta/0"), term(2, "orders/zeta/0")})
		f.equal("holders now", []string{phones[0].Holder(), phones[1].Holder(), all[1].Holder()}, []string{store.Retired, store.Retired, ""})
		return errors.Join(err, err2)
	})
}

func policies(f *fixture) {
	f.update(func(tx store.Tx) error { return tx.AddPolicy(store.Policy{Kind: "phone", Reuse: "never", At: at(1)}) })
	f.update(func(tx store.Tx) error { return tx.AddPolicy(store.Policy{Kind: "email", Reuse: "30d", At: at(2)}) })
	f.update(func(tx store.Tx) error { return tx.AddPolicy(store.Policy{Kind: "phone", Reuse: "365d", At: at(3)}) })
	f.view(func(tx store.Tx) error {
		list, err := tx.Policies()
		f.equal("policies", list, []store.Policy{{Kind: "email", Seq: 1, Reuse: "30d", At: kept(2)}, {Kind: "phone", Seq: 1, Reuse: "never", At: kept(1)},
			{Kind: "phone", Seq: 2, Reuse: "365d", At: kept(3)}})
		return err
	})
}

func datasets(f *fixture) {
	f.update(func(tx store.Tx) error { return tx.AddDataset("orders", scheme(1), at(5)) })
	f.update(func(tx store.Tx) error { return tx.AddDataset("a list", scheme(1), at(4)) })
	f.update(func(tx store.Tx) error { return tx.AddScheme("orders", scheme(2)) })
	f.refuse("known dataset", store.ErrExists, func(tx store.Tx) error { return tx.AddDataset("orders", scheme(1), at(5)) })
	f.refuse("known version", store.ErrExists, func(tx store.Tx) error { return tx.AddScheme("orders", scheme(2)) })
	f.refuse("a gap", store.ErrInvalid, func(tx store.Tx) error { return tx.AddScheme("orders", scheme(4)) })
	f.refuse("late first version", store.ErrInvalid, func(tx store.Tx) error { return tx.AddDataset("late", scheme(2), at(5)) })
	f.refuse("unknown dataset", store.ErrNotFound, func(tx store.Tx) error { return tx.AddScheme("nothing", scheme(1)) })
	one, two := scheme(1), scheme(2)
	one.AddedAt, two.AddedAt = kept(1), kept(2)
	f.view(func(tx store.Tx) error {
		d, err := tx.Dataset("orders")
		f.equal("dataset", d, store.Dataset{Name: "orders", Schemes: []store.Scheme{one, two}, AddedAt: kept(5)})
		one.Profile, two.Profile = nil, nil
		list, err2 := tx.Datasets()
		f.equal("datasets", list, []store.Dataset{
			{Name: "orders", Schemes: []store.Scheme{one, two}, AddedAt: kept(5)},
			{Name: "a list", Schemes: []store.Scheme{one}, AddedAt: kept(4)}})
		if _, err := tx.Dataset("nothing"); !errors.Is(err, store.ErrNotFound) {
			f.Errorf("unknown dataset: %v", err)
		}
		return errors.Join(err, err2)
	})
}

func snapshots(f *fixture) {
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddDataset("orders", scheme(1), at(5)), tx.AddDataset("people", scheme(1), at(5)))
	})
	put := func(s store.Snapshot, list []store.Chunk) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.PutSnapshot(s, iterate(list)) }
	}
	f.update(put(snapshot("s2", "orders"), chunks()))
	f.update(put(snapshot("s1", "orders"), chunks()[:1]))
	before := len(f.entries())
	f.update(func(tx store.Tx) error {
		return tx.PutSnapshot(snapshot("s2", "orders"), func() (store.Chunk, error) {
			f.Error("chunks of a known snapshot were read")
			return store.Chunk{}, errors.New("unwanted")
		})
	})
	f.equal("entries after a repeat", len(f.entries()), before)
	f.refuse("one of another dataset", store.ErrExists, put(snapshot("s2", "people"), nil))
	f.refuse("unknown dataset", store.ErrNotFound, put(snapshot("s3", "nothing"), nil))
	late := snapshot("s3", "orders")
	late.Scheme = 2
	f.refuse("unknown scheme", store.ErrNotFound, put(late, nil))
	broken := errors.New("the file broke off")
	f.refuse("failing chunks", broken, func(tx store.Tx) error {
		return tx.PutSnapshot(snapshot("s3", "orders"), func() (store.Chunk, error) { return store.Chunk{}, broken })
	})
	f.view(func(tx store.Tx) error {
		var index store.IndexDigest
		for _, c := range chunks() {
			index.Add(c)
		}
		want := snapshot("s2", "orders")
		want.Index, want.Now, want.Recorded = index.Hex(), index.Hex(), kept(3)
		s, err := tx.Snapshot("s2")
		f.equal("snapshot", s, want)
		list, err2 := tx.Snapshots("orders")
		f.equal("snapshots", len(list), 2)
		f.equal("first snapshot", list[0], want)
		_, missing := tx.Snapshot("s3")
		f.equal("unknown snapshot", errors.Is(missing, store.ErrNotFound), true)
		missing = tx.Chunks("s3", nil)
		f.equal("chunks of an unknown snapshot", errors.Is(missing, store.ErrNotFound), true)
		got := []store.Chunk{}
		err3 := tx.Chunks("s2", func(c store.Chunk) error { got = append(got, c); return nil })
		f.equal("chunks", got, chunks())
		of := []store.Chunk{}
		err3 = errors.Join(err3, tx.ChunksOf("s2", chunks()[1].Column, chunks()[1].Part, func(c store.Chunk) error { of = append(of, c); return nil }))
		f.equal("chunks of a part", of, slices.DeleteFunc(chunks(), func(c store.Chunk) bool { return c.Column != chunks()[1].Column || c.Part != chunks()[1].Part }))
		f.equal("chunks of a part of an unknown snapshot", errors.Is(tx.ChunksOf("s3", "", "keys", nil), store.ErrNotFound), true)
		stop := errors.New("enough")
		f.equal("stopped", errors.Is(tx.Chunks("s2", func(store.Chunk) error { return stop }), stop), true)
		return errors.Join(err, err2, err3)
	})
}

// ready makes what exports refer to.
func ready(f *fixture) {
	f.Helper()
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddRecipient(recipient("acme", 1)), tx.AddDataset("orders", scheme(1), at(2)), tx.AddDataset("people", scheme(1), at(2)),
			tx.PutSnapshot(snapshot("s1", "orders"), iterate(chunks())), tx.PutSnapshot(snapshot("s2", "people"), iterate(nil)))
	})
}

func exports(f *fixture) {
	ready(f)
	add := func(e store.Export, c []store.Canary) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.AddExport(e, c) }
	}
	f.update(add(export("b", "acme", 8), canaries("b")))
	f.update(add(export("c", "acme", 7), nil))
	f.update(add(export("a", "acme", 8), canaries("a")))
	f.refuse("known id", store.ErrExists, add(export("a", "acme", 9), nil))
	f.refuse("unknown recipient", store.ErrNotFound, add(export("d", "nobody", 9), nil))
	for what, change := range map[string]func(*store.Export){
		"unknown dataset":             func(e *store.Export) { e.Dataset = "nothing" },
		"unknown scheme":              func(e *store.Export) { e.Scheme = 9 },
		"unknown snapshot":            func(e *store.Export) { e.Snapshot = "s9" },
		"snapshot of another dataset": func(e *store.Export) { e.Snapshot = "s2" },
	} {
		e := export("d", "acme", 9)
		change(&e)
		f.refuse(what, store.ErrNotFound, add(e, nil))
	}
	f.refuse("canary of another export", store.ErrInvalid, add(export("d", "acme", 9), canaries("a")))
	f.view(func(tx store.Tx) error {
		list, err := tx.Exports("orders")
		ids := ""
		for _, e := range list {
			ids += e.ID
		}
		f.equal("by time and id", ids, "cab")
		every, err2 := tx.Exports("")
		f.equal("all", every, list)
		none, err3 := tx.Exports("people")
		f.equal("of another dataset", len(none), 0)
		e, err4 := tx.Export("b")
		want := export("b", "acme", 8)
		want.IssuedAt = kept(8)
		f.equal("export", e, want)
		got, err5 := tx.Canaries("b")
		f.equal("canaries", got, canaries("b"))
		none2, err6 := tx.Canaries("c")
		f.equal("no canaries", len(none2), 0)
		_, missing := tx.Export("d")
		_, missing2 := tx.Canaries("d")
		f.equal("unknown export", errors.Is(missing, store.ErrNotFound) && errors.Is(missing2, store.ErrNotFound), true)
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
	f.view(func(tx store.Tx) error {
		seen := map[string]int{}
		err := tx.CanaryLookups(func(lookup uint64, export string, slot int) error {
			seen[fmt.Sprint(lookup, " ", export, " ", slot)]++
			return nil
		})
		want := map[string]int{}
		for _, id := range []string{"a", "b"} {
			for _, c := range canaries(id) {
				for _, l := range c.Lookups {
					want[fmt.Sprint(l, " ", id, " ", c.Slot)]++
				}
			}
		}
		f.equal("lookups", seen, want)
		return err
	})
}

func issues(f *fixture) {
	ready(f)
	f.update(func(tx store.Tx) error {
		e := export("b", "acme", 2)
		e.State = ""
		return errors.Join(tx.AddExport(export("a", "acme", 1), canaries("a")), tx.AddExport(e, nil))
	})
	issue := func(id string) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.IssueExport(id) }
	}
	f.update(issue("a"))
	before := len(f.entries())
	f.update(issue("a"))
	f.equal("entries after a repeat", len(f.entries()), before)
	f.refuse("unknown export", store.ErrNotFound, issue("c"))
	f.view(func(tx store.Tx) error {
		a, err := tx.Export("a")
		b, err2 := tx.Export("b")
		f.equal("states", []store.ExportState{a.State, b.State}, []store.ExportState{store.Issued, store.Pending})
		return errors.Join(err, err2)
	})
}

func cases(f *fixture) {
	f.update(func(tx store.Tx) error {
		c, err := tx.OpenCase("spring", at(1))
		f.equal("new case", c, store.Case{Name: "spring", OpenedAt: kept(1)})
		again, err2 := tx.OpenCase("spring", at(2))
		f.equal("known case", again, c)
		_, err3 := tx.OpenCase("autumn", at(0))
		return errors.Join(err, err2, err3)
	})
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddSighting(sighting("x", "spring", 5)), tx.AddSighting(sighting("a", "spring", 4)), tx.AddSighting(sighting("x", "autumn", 3)),
			tx.AddFact(fact("spring", 5)), tx.AddFact(fact("spring", 4)))
	})
	f.refuse("known sighting", store.ErrExists, func(tx store.Tx) error { return tx.AddSighting(sighting("x", "spring", 6)) })
	f.refuse("sighting of no case", store.ErrNotFound, func(tx store.Tx) error { return tx.AddSighting(sighting("x", "winter", 6)) })
	f.refuse("fact of no case", store.ErrNotFound, func(tx store.Tx) error { return tx.AddFact(fact("winter", 6)) })
	f.view(func(tx store.Tx) error {
		list, err := tx.Cases()
		f.equal("cases", list, []store.Case{{Name: "spring", OpenedAt: kept(1)}, {Name: "autumn", OpenedAt: kept(0)}})
		got, err2 := tx.Sightings("spring")
		x, a := sighting("x", "spring", 5), sighting("a", "spring", 4)
		x.Seq, x.SeenAt, x.Recorded = 1, kept(5), kept(6)
		a.Seq, a.SeenAt, a.Recorded = 2, kept(4), kept(5)
		f.equal("sightings", got, []store.Sighting{x, a})
		facts, err3 := tx.Facts("spring")
		p, q := fact("spring", 5), fact("spring", 4)
		p.Seq, p.Recorded, q.Seq, q.Recorded = 1, kept(5), 2, kept(4)
		f.equal("facts", facts, []store.Fact{p, q})
		none, err4 := tx.Facts("autumn")
		f.equal("no facts", len(none), 0)
		_, e1 := tx.Case("winter")
		_, e2 := tx.Sightings("winter")
		_, e3 := tx.Facts("winter")
		f.equal("unknown case", errors.Is(e1, store.ErrNotFound) && errors.Is(e2, store.ErrNotFound) && errors.Is(e3, store.ErrNotFound), true)
		return errors.Join(err, err2, err3, err4)
	})
}
