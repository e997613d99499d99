package sqlite

import (
	"bytes"

	"telltale/store"
)

// ChainSigner is what a store.Signer may offer besides: the signature that
// heads of version 1 carry. Registries of that version cannot be brought up to
// date without it.
type ChainSigner interface {
	SignChain(message []byte) []byte
}

// checkChain makes sure that the ledger of a registry of version 1 is the one
// that was signed, before it is taken over and signed anew.
func (t *tx) checkChain() error {
	signer, ok := t.sign.(ChainSigner)
	if !ok {
		return store.ErrSchema
	}
	var end store.Chain1
	err := t.each(`SELECT seq, at, kind, subject, digest, prev, hash FROM ledger_entries ORDER BY seq`, nil, func(scan row) error {
		var e store.Entry
		var at int64
		var digest, prev, hash []byte
		if err := scan(&e.Seq, &at, &e.Kind, &e.Subject, &digest, &prev, &hash); err != nil {
			return err
		}
		e.At = moment(at)
		copy(e.Digest[:], digest)
		return end.Next(e, array(prev), array(hash))
	})
	if err != nil {
		return err
	}
	var seq int64
	var hash, signature []byte
	ok, err = t.get(`SELECT seq, hash, signature FROM ledger_head WHERE one = 1`, nil, &seq, &hash, &signature)
	if err == nil && (!ok || seq != end.Seq || array(hash) != end.Hash || !bytes.Equal(signature, signer.SignChain(end.Message()))) {
		err = damaged("the ledger's head is not that of its last entry, or not signed with this key")
	}
	return err
}

func array(b []byte) (a [32]byte) {
	copy(a[:], b)
	return a
}

// plantTree makes the tree over the entries that there are.
func (t *tx) plantTree() error {
	tree := store.NewTree()
	if err := t.Entries(tree.Append); err != nil {
		return err
	}
	return t.putCheckpoint(tree, tree.Checkpoint())
}
