package cli

import (
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
