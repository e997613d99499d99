package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"telltale/store"
)

// forgetIn takes something out of everything that Fill puts there.
func forgetIn(tx store.Tx, n int) error {
	_, err := tx.Erase(store.Forget, at(n), func(e store.Eraser) ([]byte, error) {
		blank := func(c store.Chunk) (store.Chunk, error) {
			c.Data = append([]byte("less of "), c.Column...)
			return c, nil
		}
		return []byte("forgotten"), errors.Join(e.Chunks("s1", blank), e.Profile("orders", 1, []byte("less")), e.Sighting("spring", 2, []byte("less")),
			e.Owner("phone", 7, "orders/acme/else"))
	})
	return err
}

func erasures(f *fixture) {
	Fill(f, f.st)
	f.refuse("another kind", store.ErrInvalid, erase("destroy", func(store.Eraser) error { return nil }))
	f.refuse("unknown snapshot", store.ErrNotFound, erase(store.Forget, func(e store.Eraser) error { return e.DropChunks("s9") }))
	f.refuse("unknown scheme", store.ErrNotFound, erase(store.Forget, func(e store.Eraser) error { return e.Profile("orders", 9, nil) }))
	f.refuse("unknown sighting", store.ErrNotFound, erase(store.Forget, func(e store.Eraser) error { return e.Sighting("spring", 9, nil) }))
	f.refuse("unknown export", store.ErrNotFound, erase(store.Retire, func(e store.Eraser) error { return e.Retire("e9") }))
	f.refuse("retired already", store.ErrInvalid, erase(store.Retire, func(e store.Eraser) error { return e.Retire("e2") }))
	f.refuse("owner of a free contact", store.ErrInvalid, erase(store.Forget, func(e store.Eraser) error { return e.Owner("domain", 7, "x") }))
	f.refuse("unknown contact", store.ErrNotFound, erase(store.Forget, func(e store.Eraser) error { return e.Owner("email", 7, "x") }))
	f.refuse("twice in one erasure", store.ErrInvalid, erase(store.Forget, func(e store.Eraser) error {
		return errors.Join(e.Sighting("spring", 1, nil), e.Sighting("spring", 1, nil))
	}))
	f.refuse("chunk of another part", store.ErrInvalid, erase(store.Forget, func(e store.Eraser) error {
		return e.Chunks("s1", func(c store.Chunk) (store.Chunk, error) { c.Part += "x"; return c, nil })
	}))
	f.view(func(tx store.Tx) error {
		list, err := tx.Erasures()
		f.equal("erasures", len(list), 2)
		f.equal("first", fmt.Sprint(list[0].Seq, list[0].Kind, string(list[0].Sealed), len(list[0].Changes)), "1forgetforgotten4")
		f.equal("second", fmt.Sprint(list[1].Seq, list[1].Kind, len(list[1].Changes)), fmt.Sprint(2, "retire", len(canaries("e2"))+1))
		f.equal("time", list[0].At, kept(15))
		return errors.Join(err, whatIsLeft(f, tx))
	})
	f.update(func(tx store.Tx) error { return forgetIn(tx, 17) })
	f.update(erase(store.Retire, func(e store.Eraser) error { return errors.Join(e.DropChunks("s1"), e.DropChunks("s2")) }))
	f.view(func(tx store.Tx) error {
		s, err := tx.Snapshot("s1")
		f.equal("nothing is left of the index", s.Erased(), true)
		return errors.Join(err, tx.Chunks("s1", func(store.Chunk) error { return errors.New("a chunk is left") }))
	})
}

func erase(kind string, f func(store.Eraser) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		_, err := tx.Erase(kind, at(20), func(e store.Eraser) ([]byte, error) { return nil, f(e) })
		return err
	}
}

// whatIsLeft checks that contents are gone and the records' digests are not.
func whatIsLeft(f *fixture, tx store.Tx) error {
	s, err := tx.Snapshot("s1")
	f.equal("index changed", s.Now != s.Index && !s.Erased(), true)
	err2 := tx.Chunks("s1", func(c store.Chunk) error {
		f.equal("chunk", string(c.Data), "less of "+c.Column)
		return nil
	})
	d, err3 := tx.Dataset("orders")
	f.equal("profile", string(d.Schemes[0].Profile), "less")
	f.equal("scheme's digest", d.Schemes[0].Digest("orders"), scheme(1).Digest("orders"))
	list, err4 := tx.Sightings("spring")
	y := sighting("y", "spring", 10)
	f.equal("sighting", string(list[1].Sealed), "less")
	f.equal("what was sealed", list[1].SealedSum(), sha256.Sum256(y.Sealed))
	f.equal("the other sighting", list[0].Original, [32]byte{})
	phones, err8 := tx.Contacts("phone")
	f.equal("owner", phones[0].Owner, "orders/acme/else")
	was := phones[0]
	was.Owner, was.Original = "orders/acme/0", [32]byte{}
	f.equal("contact's digest", phones[0].Digest(), was.Digest())
	e, err5 := tx.Export("e2")
	f.equal("retired", e.Retired, kept(16))
	left, err6 := tx.Canaries("e2")
	for i, c := range canaries("e2") {
		f.equal("canary", left[i], c.Emptied())
		f.equal("canary's digest", left[i].Digest(), c.Digest())
	}
	err7 := tx.CanaryLookups(func(_ uint64, export string, _ int) error {
		f.equal("export with lookups", export, "e1")
		return nil
	})
	return errors.Join(err, err2, err3, err4, err5, err6, err7, err8)
}
