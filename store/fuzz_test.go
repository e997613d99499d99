package store_test

import (
	"errors"
	"math/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"telltale/internal/budget"
	"telltale/store"
	"telltale/store/storetest"
)

// FuzzCheckpoint reads checkpoints, signed ones too, so that their text is
// reached; one that is accepted is written again as it was.
func FuzzCheckpoint(f *testing.F) {
	signer := storetest.Signer{}
	c, err := store.NewTree().Checkpoint().Sign(signer)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.Text, false)
	f.Add([]byte("storetest\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"), true)
	f.Add([]byte("storetest\n-1\n\n\n"), true)
	f.Fuzz(func(t *testing.T, text []byte, sign bool) {
		signed := text
		if sign {
			var err error
			if signed, err = note.Sign(&note.Note{Text: string(text)}, signer); err != nil {
				return
			}
		}
		budget.Check(t, len(text), func() {
			c, err := store.ReadCheckpoint(signed, signer.Verifier())
			if err != nil {
				if !errors.Is(err, store.ErrCorrupt) {
					t.Errorf("%v is not ErrCorrupt", err)
				}
				return
			}
			if again, err := c.Sign(signer); err != nil || sign && string(again.Text) != string(signed) {
				t.Errorf("%q is written again as %q: %v", signed, again.Text, err)
			}
		})
	})
}

// FuzzTree restores a ledger's tree from its edge.
func FuzzTree(f *testing.F) {
	tree := store.NewTree()
	for n := range int64(5) {
		if err := tree.Append(store.Entry{Seq: n + 1}); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(tree.Size(), tree.Edge())
	f.Add(int64(1)<<62, make([]byte, 64))
	f.Fuzz(func(t *testing.T, size int64, edge []byte) {
		budget.Check(t, len(edge), func() {
			tree, err := store.RestoreTree(size, edge)
			if err != nil {
				if !errors.Is(err, store.ErrCorrupt) {
					t.Errorf("%v is not ErrCorrupt", err)
				}
				return
			}
			if tree.Size() != size || string(tree.Edge()) != string(edge) {
				t.Errorf("a tree of %d with edge %x is one of %d with edge %x", size, edge, tree.Size(), tree.Edge())
			}
			tree.Root()
		})
	})
}

// FuzzProof checks a proof of inclusion and one of growth: nothing but the true
// ones is accepted.
func FuzzProof(f *testing.F) {
	f.Add(make([]byte, 96), int64(3), int64(5))
	f.Fuzz(func(t *testing.T, hashes []byte, seq, size int64) {
		var proof [][]byte
		for ; len(hashes) >= 32; hashes = hashes[32:] {
			proof = append(proof, hashes[:32])
		}
		if len(hashes) > 0 {
			proof = append(proof, hashes)
		}
		c := store.Checkpoint{Size: size, Root: [32]byte{1}}
		budget.Check(t, 32*len(proof), func() {
			if store.VerifyInclusion(c, store.Entry{Seq: seq}, proof) == nil {
				t.Error("an entry is in a ledger that has it not")
			}
			_ = store.VerifyConsistency(store.Checkpoint{Size: seq, Root: [32]byte{2}}, c, proof)
		})
	})
}

// FuzzCertificate reads certificates of keys, those that a trusted key signed
// too. None is believed that says something else than its key, and none that
// nobody signed.
func FuzzCertificate(f *testing.F) {
	signer := storetest.Signer{}
	_, public, err := note.GenerateKey(rand.New(rand.NewSource(1)), "other")
	if err != nil {
		f.Fatal(err)
	}
	for _, role := range []store.Role{store.Issuing, store.Investigating, store.Whole, "none"} {
		k := store.Key{ID: "k1", Role: role, Public: public, Box: []byte{1}}
		for _, before := range []string{"", signer.Verifier().Name()} {
			f.Add(k.ID, string(role), public, k.Box, []byte(k.CertificateText(before)), true)
			f.Add(k.ID, string(role), public, k.Box, []byte(k.CertificateText(before)), false)
		}
	}
	f.Fuzz(func(t *testing.T, id, role, public string, box, text []byte, sign bool) {
		k := store.Key{ID: id, Role: store.Role(role), Public: public, Box: box, Certificate: text}
		if sign {
			signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
			if err != nil {
				return
			}
			k.Certificate = signed
		}
		budget.Check(t, len(k.Certificate)+len(public)+len(box), func() {
			_, err := store.Trust([]store.Key{k}, signer.Verifier())
			if err != nil && !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("%v is not ErrCorrupt", err)
			}
			rest, ours := strings.CutPrefix(string(text), k.CertificateText(""))
			if err == nil && (!sign || !ours || rest != "" && !strings.HasPrefix(rest, "before: ")) {
				t.Errorf("%q is believed of %+v", k.Certificate, k)
			}
			if err == nil && k.Role == store.Whole {
				t.Errorf("a whole key that did not sign itself is believed: %q", k.Certificate)
			}
		})
	})
}
