package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"telltale/store"
)

// keyRecord is the record of a key of the suite's, certified by others.
func keyRecord(n byte, role store.Role, before string, by ...Signer) store.Key {
	_, public := Signer{n}.texts()
	k := store.Key{ID: fmt.Sprint("k", n), Role: role, Public: public, Box: []byte{n, 1}, Anchor: []byte("anchor"), AddedAt: at(int(n))}
	var signers []note.Signer
	for _, s := range by {
		signers = append(signers, s)
	}
	var err error
	if k.Certificate, err = note.Sign(&note.Note{Text: k.CertificateText(before)}, signers...); err != nil {
		panic(err)
	}
	return k
}

func secret(holder, subject string) store.Secret {
	return store.Secret{Holder: holder, Subject: subject, Sealed: []byte("sealed " + subject)}
}

// as is the registry as another key writes to it.
func (f *fixture) as(s store.Signer) *fixture {
	return &fixture{f.TB, f.st.(interface {
		WithSigner(store.Signer) store.Store
	}).WithSigner(s)}
}

// fillKeys adds keys of every role, lets two of them write, and ends one.
func (f *fixture) fillKeys() {
	f.Helper()
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddKey(keyRecord(0, store.Whole, "", Signer{})), tx.AddKey(keyRecord(1, store.Issuing, "", Signer{})),
			tx.AddKey(keyRecord(2, store.Investigating, "", Signer{})),
			tx.AddSecret(secret("k0", "era/k0")), tx.AddSecret(secret("k1", "era/k1")), tx.AddSecret(secret("k2", "era/k0")))
	})
	f.as(granted{Signer{1}}).update(func(tx store.Tx) error { return tx.AddRecipient(recipient("by k1", 20)) })
	f.update(func(tx store.Tx) error {
		return errors.Join(tx.AddKey(keyRecord(3, store.Issuing, "", Signer{})), tx.AddSecret(secret("k3", "era/k3")), tx.EndKey("k2"))
	})
}

func keys(f *fixture) {
	f.view(func(tx store.Tx) error {
		list, err := tx.Keys()
		f.equal("keys of a new registry", len(list), 0)
		return err
	})
	f.update(func(tx store.Tx) error { return tx.SetKeyID("k0") })
	f.fillKeys()
	f.refuse("the same key", store.ErrExists, func(tx store.Tx) error { return tx.AddKey(keyRecord(1, store.Issuing, "", Signer{})) })
	f.refuse("unknown key", store.ErrNotFound, func(tx store.Tx) error { return tx.EndKey("k9") })
	f.refuse("key that ended", store.ErrNotFound, func(tx store.Tx) error { return tx.EndKey("k2") })
	f.refuse("the same secret", store.ErrExists, func(tx store.Tx) error { return tx.AddSecret(secret("k1", "era/k1")) })
	f.refuse("secret of a key that ended", store.ErrNotFound, func(tx store.Tx) error { return tx.AddSecret(secret("k2", "more")) })
	f.view(func(tx store.Tx) error {
		list, err := tx.Keys()
		f.must(err)
		f.equal("ended", []bool{list[0].Ended > 0, list[1].Ended > 0, list[2].Ended > 0, list[3].Ended > 0}, []bool{false, false, true, false})
		want := keyRecord(1, store.Issuing, "", Signer{})
		want.AddedAt, want.Granted = kept(1), list[1].Granted
		f.equal("key", list[1], want)
		mine, err := tx.Secrets("k1")
		f.must(err)
		f.equal("secrets", mine, []store.Secret{secret("k1", "era/k1")})
		gone, err := tx.Secrets("k2")
		f.equal("secrets of a key that ended", len(gone), 0)
		return err
	})
}

// roles checks that keys write what they may, and nothing else, and that a
// successor's certificate is signed by both.
func roles(f *fixture) {
	f.update(func(tx store.Tx) error { return tx.SetKeyID("k0") })
	f.fillKeys()
	issuing, ended, stranger := f.as(granted{Signer{1}}), f.as(granted{Signer{2}}), f.as(granted{Signer{7}})
	openCase := func(tx store.Tx) error { _, err := tx.OpenCase("c", at(1)); return err }
	issuing.refuse("case by an issuing key", store.ErrRole, openCase)
	issuing.refuse("key by an issuing key", store.ErrRole, func(tx store.Tx) error { return tx.AddKey(keyRecord(8, store.Whole, "", Signer{1})) })
	ended.refuse("key that ended", store.ErrRole, openCase)
	stranger.refuse("key that nobody let in", store.ErrRole, openCase)
	f.update(func(tx store.Tx) error {
		_, old := Signer{0}.texts()
		return errors.Join(tx.AddKey(keyRecord(5, store.Whole, old, Signer{0}, Signer{5})), tx.EndKey("k0"))
	})
	f.refuse("predecessor", store.ErrRole, openCase)
	next := f.as(Signer{5})
	next.update(openCase)
	issuing.update(func(tx store.Tx) error { return tx.AddRecipient(recipient("later", 3)) })
	for what, s := range map[string]store.Signer{"predecessor": Signer{}, "successor": Signer{5}, "issuing key": granted{Signer{1}}} {
		report, err := store.Verify(context.Background(), f.st, s)
		f.must(err)
		f.equal("valid for the "+what, report.Valid(), true)
	}
	f.forged(next)
}

// forged checks that a certificate counts only with the signatures it needs.
func (f *fixture) forged(next *fixture) {
	_, old := Signer{5}.texts()
	for what, k := range map[string]store.Key{
		"nobody's certificate":            keyRecord(9, store.Issuing, "", Signer{9}),
		"successor without its signature": keyRecord(9, store.Whole, old, Signer{5}),
		"successor by itself":             keyRecord(9, store.Whole, old, Signer{9}),
		"certificate of an issuing key":   keyRecord(9, store.Issuing, "", Signer{1}),
	} {
		list := []store.Key{keyRecord(0, store.Whole, "", Signer{}), keyRecord(1, store.Issuing, "", Signer{}), keyRecord(5, store.Whole, "", Signer{0}, Signer{5}), k}
		_, err := store.Trust(list, Signer{}.Verifier())
		f.equal(what, errors.Is(err, store.ErrCorrupt), true)
	}
}

// Granted lets another key into a registry that Fill has filled, and returns
// its signer.
func Granted(t testing.TB, st store.Store, n byte, role store.Role) store.Signer {
	f := &fixture{t, st}
	f.update(func(tx store.Tx) error { return tx.AddKey(keyRecord(n, role, "", Signer{})) })
	return granted{Signer{n}}
}
