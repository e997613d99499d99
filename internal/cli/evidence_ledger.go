package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"telltale/internal/evidence"
	"telltale/store"
)

// loadWriters takes what shows which key wrote the entries of the bundle, where
// the ledger has had several: the keys with their certificates, and the last
// checkpoint of each turn that an entry was written in.
func (k *packing) loadWriters(tx store.Tx, prover *store.Prover, size int64) error {
	turns, err := tx.Turns()
	if err != nil || len(turns) == 0 && len(k.r.ring.keys) < 2 {
		return err
	}
	for _, r := range k.r.ring.keys {
		k.bundle.Keys = append(k.bundle.Keys, evidence.LedgerKey{ID: r.ID, Role: string(r.Role), Public: r.Public, Box: r.Box, Certificate: string(r.Certificate)})
	}
	since := int64(1)
	for _, t := range turns {
		wrote := false
		for _, e := range k.bundle.Entries {
			wrote = wrote || since <= e.Seq && e.Seq <= t.Size
		}
		if since = t.Size + 1; !wrote {
			continue
		}
		proof, err := prover.Consistency(t.Size, size)
		if err != nil {
			return err
		}
		k.bundle.Turns = append(k.bundle.Turns, evidence.LedgerTurn{Checkpoint: string(t.Text), Proof: hexOf(proof)})
	}
	return nil
}

func (k *packing) loadLedger(tx store.Tx, checkpoints []string) error {
	now, err := tx.Checkpoint()
	if err != nil {
		return err
	}
	prover, err := store.NewProver(tx)
	if err != nil {
		return err
	}
	k.bundle.Checkpoint, k.bundle.Entries, k.bundle.Stamps = string(now.Text), []evidence.LedgerEntry{}, []evidence.LedgerStamp{}
	wanted := k.wanted()
	err = tx.Entries(func(e store.Entry) error {
		if !wanted(e) {
			return nil
		}
		proof, err := prover.Inclusion(e.Seq)
		k.bundle.Entries = append(k.bundle.Entries, evidence.LedgerEntry{Seq: e.Seq, Micros: e.At.UnixMicro(), Kind: e.Kind, Subject: e.Subject,
			Digest: e.Digest[:], Salt: e.Salt[:], Proof: hexOf(proof)})
		return err
	})
	if err != nil {
		return err
	}
	if err := k.loadWriters(tx, prover, now.Size); err != nil {
		return err
	}
	stamps, err := tx.Stamps()
	if err != nil {
		return err
	}
	for _, path := range checkpoints {
		c, err := k.r.readCheckpoint(path)
		if err != nil {
			return err
		}
		stamps = append(stamps, store.Stamp{Size: c.Size, Checkpoint: c.Text})
	}
	slices.SortStableFunc(stamps, func(a, b store.Stamp) int { return cmp.Compare(a.Size, b.Size) })
	for _, s := range stamps {
		proof, err := k.continued(prover, s, now)
		if err != nil {
			return err
		}
		k.bundle.Stamps = append(k.bundle.Stamps, evidence.LedgerStamp{Checkpoint: string(s.Checkpoint), Response: bytes.Clone(s.Response), Proof: hexOf(proof)})
	}
	return nil
}

// continued proves that the ledger continues a checkpoint, and looks whether it does.
func (k *packing) continued(prover *store.Prover, s store.Stamp, now store.Checkpoint) ([][]byte, error) {
	older, _, err := k.r.ring.writers.Read(s.Checkpoint)
	if err != nil {
		return nil, err
	}
	proof, err := prover.Consistency(s.Size, now.Size)
	if err == nil {
		err = store.VerifyConsistency(older, now, proof)
	}
	if err != nil {
		return nil, &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("checkpoint of %d entries: %w", s.Size, err),
			hint: "the ledger does not continue it: the registry was changed, or is another branch or an older copy; do not rely on it"}
	}
	return proof, nil
}

func hexOf(hashes [][]byte) []evidence.Hex {
	out := make([]evidence.Hex, len(hashes))
	for i, h := range hashes {
		out[i] = bytes.Clone(h)
	}
	return out
}
