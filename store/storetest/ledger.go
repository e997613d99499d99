package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"telltale/store"
)

func notes(f *fixture) {
	f.update(func(tx store.Tx) error { return tx.Note("reveal", "e1", []byte("detail"), at(1)) })
	f.update(func(tx store.Tx) error { return tx.Note("reveal", "e1", nil, at(0)) })
	f.refuse("kind of a record", store.ErrInvalid, func(tx store.Tx) error { return tx.Note("export", "e1", nil, at(1)) })
	f.refuse("no kind", store.ErrInvalid, func(tx store.Tx) error { return tx.Note("", "e1", nil, at(1)) })
	list := f.entries()
	f.equal("notes", len(list), 2)
	f.equal("kind", list[0].Kind+" "+list[0].Subject, "reveal e1")
	f.equal("time", list[0].At, kept(1))
	f.equal("digest", list[0].Digest, store.NoteDigest("reveal", "e1", []byte("detail")))
}

func stamps(f *fixture) {
	f.update(func(tx store.Tx) error { return errors.Join(tx.AddStamp(stamp(3)), tx.AddStamp(stamp(2))) })
	f.refuse("the same stamp", store.ErrExists, func(tx store.Tx) error { return tx.AddStamp(stamp(3)) })
	f.refuse("stamp of nothing", store.ErrInvalid, func(tx store.Tx) error { return tx.AddStamp(stamp(0)) })
	f.view(func(tx store.Tx) error {
		list, err := tx.Stamps()
		for i := range list {
			list[i].Recorded = at(3 - i)
		}
		f.equal("stamps", list, []store.Stamp{stamp(3), stamp(2)})
		return err
	})
}

func ledger(f *fixture) {
	empty := f.checkpoint()
	f.equal("empty ledger", []any{empty.Size, empty.Root}, []any{int64(0), store.NewTree().Root()})
	Fill(f, f.st)
	list := f.entries()
	tree := store.NewTree()
	kinds := ""
	for _, e := range list {
		f.must(tree.Append(e))
		kinds += e.Kind + ":" + e.Subject + " "
	}
	f.equal("entries", kinds, "contact:phone/0000000000000007 contact:domain/0000000000000007 contact:phone/ffffffffffffffff "+
		"key:0123456789abcdef recipient:acme recipient:acme/south allot:phone/0000000000000007 "+
		"dataset:orders scheme:orders/1 dataset:people scheme:people/1 scheme:orders/2 snapshot:s1 snapshot:s2 "+
		"export:e1 export:e2 issue:e1 case:spring case:autumn sighting:spring/1 sighting:spring/2 fact:spring/1 fact:autumn/1 reveal:e1 stamp:"+stamp(14).Subject()+" erasure:1 erasure:2 policy:phone/1 policy:phone/2 term:phone/0000000000000007/1 term:phone/0000000000000007/2 grant:k0 grant:k1 grant:k2 secret:k0/era/k0 secret:k1/era/k1 secret:k2/era/k0 "+
		"recipient:by k1 grant:k3 secret:k3/era/k3 revoke:k2 ")
	c := f.checkpoint()
	f.equal("checkpoint", []any{c.Size, c.Root}, []any{tree.Size(), tree.Root()})
	_, err := store.ReadCheckpoint(c.Text, Signer{1}.Verifier())
	f.equal("signature of another", errors.Is(err, store.ErrCorrupt), true)
	proofs(f, list)
}

// checkpoint is the ledger's, with its signature checked.
func (f *fixture) checkpoint() (c store.Checkpoint) {
	f.view(func(tx store.Tx) (err error) {
		if c, err = tx.Checkpoint(); err == nil {
			c, err = store.ReadCheckpoint(c.Text, Signer{}.Verifier())
		}
		return err
	})
	return c
}

// proofs checks that each entry is proved to be in the ledger, and no other.
func proofs(f *fixture, list []store.Entry) {
	c := f.checkpoint()
	f.view(func(tx store.Tx) error {
		p, err := store.NewProver(tx)
		f.must(err)
		for _, e := range list {
			hashes, err := p.Inclusion(e.Seq)
			f.must(err)
			f.must(store.VerifyInclusion(c, e, hashes))
			e.Digest[0] ^= 1
			f.equal("proof of another entry", errors.Is(store.VerifyInclusion(c, e, hashes), store.ErrCorrupt), true)
		}
		return nil
	})
}

func times(f *fixture) {
	moments := []time.Time{{}, time.Unix(0, 0), time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), at(0)}
	f.update(func(tx store.Tx) error {
		_, err := tx.OpenCase("c", at(0))
		for i, m := range moments {
			s := sighting(fmt.Sprint(i), "c", 0)
			s.SeenAt = m
			err = errors.Join(err, tx.AddSighting(s))
		}
		return err
	})
	f.view(func(tx store.Tx) error {
		list, err := tx.Sightings("c")
		for i, m := range moments {
			got := list[i].SeenAt
			if d := got.Sub(m); d > time.Millisecond || d < -time.Millisecond || got.Location() != time.UTC || got.IsZero() != m.IsZero() {
				f.Errorf("time %v came back as %v", m, got)
			}
		}
		return err
	})
}

func blobs(f *fixture) {
	values := [][]byte{nil, {}, {0}, []byte("a\x00b'\"\\"), make([]byte, 1<<20)}
	f.update(func(tx store.Tx) error {
		var err error
		for i, b := range values {
			r := recipient(fmt.Sprint(i), i)
			r.Note = b
			err = errors.Join(err, tx.AddRecipient(r))
		}
		return err
	})
	f.view(func(tx store.Tx) error {
		list, err := tx.Recipients()
		for i, b := range values {
			f.equal("bytes", string(list[i].Note), string(b))
		}
		return err
	})
}

func invalid(f *fixture) {
	ready(f)
	bad := export("e", "acme", 1)
	bad.State = "lost"
	rate := export("e", "acme", 1)
	rate.WithholdRate = 2
	for what, do := range map[string]func(store.Tx) error{
		"recipient without name": func(tx store.Tx) error { return tx.AddRecipient(recipient("", 1)) },
		"name with a zero byte":  func(tx store.Tx) error { return tx.AddRecipient(recipient("a\x00b", 1)) },
		"name not in UTF-8":      func(tx store.Tx) error { return tx.AddRecipient(recipient("a\xffb", 1)) },
		"kind of recipient":      func(tx store.Tx) error { return tx.AddRecipient(store.Recipient{Name: "x", Kind: "friend"}) },
		"kind of contact": func(tx store.Tx) error {
			_, err := tx.AddContacts([]store.Contact{{Kind: "fax", Lookup: 1}})
			return err
		},
		"dataset without name":  func(tx store.Tx) error { return tx.AddDataset("", scheme(1), at(1)) },
		"snapshot without id":   func(tx store.Tx) error { return tx.PutSnapshot(snapshot("", "orders"), iterate(nil)) },
		"export without id":     func(tx store.Tx) error { return tx.AddExport(export("", "acme", 1), nil) },
		"state of export":       func(tx store.Tx) error { return tx.AddExport(bad, nil) },
		"rate of withheld rows": func(tx store.Tx) error { return tx.AddExport(rate, nil) },
		"case without name":     func(tx store.Tx) error { _, err := tx.OpenCase("", at(1)); return err },
		"term for nobody":       func(tx store.Tx) error { return tx.AddTerm(store.Term{Kind: "phone", Lookup: 1}) },
		"policy for faxes":      func(tx store.Tx) error { return tx.AddPolicy(store.Policy{Kind: "fax", Reuse: "never"}) },
		"policy of nothing":     func(tx store.Tx) error { return tx.AddPolicy(store.Policy{Kind: "phone"}) },
		"contact for nobody":    func(tx store.Tx) error { return tx.AllotContact("phone", 1, "") },
		"key without id":        func(tx store.Tx) error { return tx.SetKeyID("") },
	} {
		f.refuse(what, store.ErrInvalid, do)
	}
}

// rollback checks that a failed update leaves nothing, in no table.
func rollback(f *fixture) {
	failure := errors.New("changed my mind")
	f.refuse("the caller's error", failure, func(tx store.Tx) error {
		err := errors.Join(tx.SetKeyID("aa"), tx.AddRecipient(recipient("acme", 1)), tx.AddDataset("orders", scheme(1), at(1)),
			tx.PutSnapshot(snapshot("s1", "orders"), iterate(chunks())), tx.AddExport(export("e", "acme", 1), canaries("e")),
			tx.Note("n", "", nil, at(1)))
		f.must(err)
		return failure
	})
	f.view(func(tx store.Tx) error {
		id, _ := tx.KeyID()
		r, _ := tx.Recipients()
		d, _ := tx.Datasets()
		e, _ := tx.Exports("")
		f.equal("left behind", []any{id, len(r), len(d), len(e)}, []any{"", 0, 0, 0})
		return tx.CanaryLookups(func(uint64, string, int) error { f.Error("a canary was left behind"); return nil })
	})
	f.update(func(tx store.Tx) error { return tx.AddRecipient(recipient("acme", 1)) })
}

func panics(f *fixture) {
	func() {
		defer func() { recover() }()
		f.st.Update(context.Background(), func(tx store.Tx) error {
			f.must(tx.AddRecipient(recipient("acme", 1)))
			panic("a bug")
		})
	}()
	f.update(func(tx store.Tx) error { return tx.AddRecipient(recipient("acme", 1)) })
}

func cancelled(f *fixture) {
	ctx, cancel := context.WithCancel(context.Background())
	err := f.st.Update(ctx, func(tx store.Tx) error {
		cancel()
		for i := 0; ; i++ {
			if err := tx.AddRecipient(recipient(fmt.Sprint(i), 1)); err != nil {
				return err
			}
		}
	})
	f.equal("cancelled inside", errors.Is(err, context.Canceled), true)
	err = f.st.Update(ctx, func(store.Tx) error { f.Error("ran after it was cancelled"); return nil })
	f.equal("cancelled before", errors.Is(err, context.Canceled), true)
	err = f.st.View(ctx, func(store.Tx) error { f.Error("ran after it was cancelled"); return nil })
	f.equal("cancelled view", errors.Is(err, context.Canceled), true)
	f.equal("entries", len(f.entries()), 0)
}

// isolation checks that a view does not see what is written meanwhile.
func isolation(f *fixture) {
	f.update(func(tx store.Tx) error { return tx.AddRecipient(recipient("a", 1)) })
	f.view(func(tx store.Tx) error {
		before, err := tx.Recipients()
		f.update(func(tx store.Tx) error { return tx.AddRecipient(recipient("b", 1)) })
		after, err2 := tx.Recipients()
		f.equal("recipients seen", len(after), len(before))
		return errors.Join(err, err2)
	})
}

// nested checks that callbacks may read on, the same verb included.
func nested(f *fixture) {
	Fill(f, f.st)
	f.view(func(tx store.Tx) error {
		seen := 0
		err := tx.Chunks("s1", func(store.Chunk) error {
			return tx.Chunks("s1", func(store.Chunk) error {
				seen++
				_, err := tx.Snapshot("s1")
				return err
			})
		})
		f.equal("chunks in chunks", seen, len(chunks())*len(chunks()))
		return err
	})
}

// concurrent has several goroutines write and read at once.
func concurrent(f *fixture) {
	const writers, each = 4, 25
	var group sync.WaitGroup
	for w := range writers {
		group.Add(2)
		go func() {
			defer group.Done()
			for i := range each {
				name := fmt.Sprint(w, "/", i)
				if err := f.st.Update(context.Background(), func(tx store.Tx) error { return tx.AddRecipient(recipient(name, i)) }); err != nil {
					f.Error(err)
				}
			}
		}()
		go func() {
			defer group.Done()
			for range each {
				err := f.st.View(context.Background(), func(tx store.Tx) error {
					list, err := tx.Recipients()
					c, err2 := tx.Checkpoint()
					if int64(len(list)) != c.Size {
						f.Errorf("%d recipients and %d entries in one view", len(list), c.Size)
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					f.Error(err)
				}
			}
		}()
	}
	group.Wait()
	f.equal("entries", len(f.entries()), writers*each)
}

func verify(f *fixture) {
	f.wantValid()
	Fill(f, f.st)
	report, err := store.Verify(context.Background(), f.st, Signer{})
	f.must(err)
	f.equal("valid", report.Valid(), true)
	f.equal("entries", report.Entries, int64(41))
	for _, signer := range []store.Signer{Signer{1}, nil} {
		report, err = store.Verify(context.Background(), f.st, signer)
		f.must(err)
		f.equal("valid with another key, or none", report.Valid(), false)
	}
}

// bulk puts as much as a large export does.
func bulk(f *fixture) {
	ready(f)
	f.update(func(tx store.Tx) error {
		list := make([]store.Canary, 2000)
		for i := range list {
			list[i] = store.Canary{Slot: i, Lookups: []uint64{uint64(i), uint64(i) << 32}, Sealed: make([]byte, 300)}
		}
		return tx.AddExport(export("big", "acme", 1), list)
	})
	f.update(func(tx store.Tx) error {
		for i := range 500 {
			id := fmt.Sprintf("e%04d", i)
			if err := errors.Join(tx.AddExport(export(id, "acme", i), canaries(id)), tx.IssueExport(id)); err != nil {
				return err
			}
		}
		return nil
	})
	f.view(func(tx store.Tx) error {
		list, err := tx.Canaries("big")
		f.equal("canaries", len(list), 2000)
		f.equal("export filled in", list[1999].Export, "big")
		every, err2 := tx.Exports("orders")
		f.equal("exports", len(every), 501)
		return errors.Join(err, err2)
	})
}
