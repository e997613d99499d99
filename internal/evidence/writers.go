package evidence

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"telltale/store"
)

// trust finds out which keys may have written to the ledger: those that
// certificates connect with the key that was given, else with the first.
func (v *verification) trust() error {
	keys := make([]store.Key, len(v.b.Keys))
	for i, k := range v.b.Keys {
		keys[i] = store.Key{ID: k.ID, Role: store.Role(k.Role), Public: k.Public, Box: k.Box, Certificate: []byte(k.Certificate)}
	}
	anchor := keys[0].Public
	if v.options.PublicKey != "" {
		anchor = v.options.PublicKey
	}
	known, err := note.NewVerifier(anchor)
	if err == nil {
		v.writers, err = store.Trust(keys, known)
	}
	if err != nil {
		return err
	}
	if w, ok := v.writers.By(known); !ok || w.Role != store.Whole || w.Public != anchor {
		return fmt.Errorf("%s is no whole key of this ledger", anchor)
	}
	if w, ok := v.writers.By(v.verifier); !ok || w.Public != v.b.PublicKey {
		return fmt.Errorf("%s is no key of this ledger", v.b.PublicKey)
	}
	return nil
}

// readCheckpoint reads a checkpoint of the ledger, and finds out whose it is.
func (v *verification) readCheckpoint(text string) (store.Checkpoint, store.Writer, error) {
	if len(v.b.Keys) == 0 {
		c, err := store.ReadCheckpoint([]byte(text), v.verifier)
		if err == nil && c.Since > 1 {
			err = errors.New("its signer did not write all of the ledger, and the bundle does not name the other keys")
		}
		return c, store.Writer{}, err
	}
	return v.writers.Read([]byte(text))
}

// turn is a checkpoint with its signer.
type turn struct {
	store.Checkpoint
	by store.Writer
}

// written checks that each entry is stated to be his by a key that may write
// entries of its kind.
func (v *verification) written(last store.Writer) error {
	turns := []turn{{v.checkpoint, last}}
	for i, t := range v.b.Turns {
		c, by, err := v.readCheckpoint(t.Checkpoint)
		if err == nil {
			err = store.VerifyConsistency(c, v.checkpoint, plain(t.Proof))
		}
		if err != nil {
			return fmt.Errorf("turn %d: %w", i+1, err)
		}
		turns = append(turns, turn{c, by})
	}
	for _, e := range v.b.Entries {
		if !stated(turns, e) {
			return fmt.Errorf("entry %d (%s): no key that may write it states that it did", e.Seq, e.Kind)
		}
	}
	return nil
}

func stated(turns []turn, e LedgerEntry) bool {
	for _, t := range turns {
		if max(1, t.Since) <= e.Seq && e.Seq <= t.Size && t.by.Role.MayWrite(e.Kind) {
			return true
		}
	}
	return false
}
