package store

import (
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Prover makes proofs about a ledger. It holds the hash of every node, 64
// bytes an entry.
type Prover struct{ levels [][][]byte }

// NewProver reads the whole ledger.
func NewProver(tx Tx) (*Prover, error) {
	p := &Prover{levels: [][][]byte{{}}}
	err := tx.Entries(func(e Entry) error {
		hash := e.LeafHash()
		p.levels[0] = append(p.levels[0], hash[:])
		return nil
	})
	for below := p.levels[0]; len(below) > 1; below = p.levels[len(p.levels)-1] {
		var above [][]byte
		for i := 0; i+1 < len(below); i += 2 {
			above = append(above, rfc6962.DefaultHasher.HashChildren(below[i], below[i+1]))
		}
		p.levels = append(p.levels, above)
	}
	return p, err
}

// Size is the number of entries.
func (p *Prover) Size() int64 { return int64(len(p.levels[0])) }

// Inclusion proves that entry seq, 1 <= seq <= Size, is in the ledger.
func (p *Prover) Inclusion(seq int64) ([][]byte, error) {
	if seq < 1 || seq > p.Size() {
		return nil, fmt.Errorf("ledger entry %d of %d: %w", seq, p.Size(), ErrNotFound)
	}
	nodes, err := proof.Inclusion(uint64(seq-1), uint64(p.Size()))
	if err != nil {
		return nil, err
	}
	return p.fetch(nodes)
}

// Consistency proves that the ledger of size newer begins with the one of size
// older, 0 <= older <= newer <= Size.
func (p *Prover) Consistency(older, newer int64) ([][]byte, error) {
	if older < 0 || older > newer || newer > p.Size() {
		return nil, fmt.Errorf("ledger sizes %d and %d: %w: this ledger has %d entries", older, newer, ErrNotFound, p.Size())
	}
	nodes, err := proof.Consistency(uint64(older), uint64(newer))
	if err != nil {
		return nil, err
	}
	return p.fetch(nodes)
}

func (p *Prover) fetch(nodes proof.Nodes) ([][]byte, error) {
	hashes := make([][]byte, len(nodes.IDs))
	for i, id := range nodes.IDs {
		hashes[i] = p.levels[id.Level][id.Index]
	}
	return nodes.Rehash(hashes, rfc6962.DefaultHasher.HashChildren)
}

// VerifyInclusion checks that the ledger of checkpoint c has e among its
// entries. The checkpoint's signature is another matter.
func VerifyInclusion(c Checkpoint, e Entry, hashes [][]byte) error {
	leaf := e.LeafHash()
	err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(e.Seq-1), uint64(c.Size), leaf[:], hashes, c.Root[:])
	if err != nil {
		return fmt.Errorf("ledger entry %d: %w: %w", e.Seq, ErrCorrupt, err)
	}
	return nil
}

// VerifyConsistency checks that the ledger of checkpoint newer begins with
// that of older: nothing was changed or removed in between.
func VerifyConsistency(older, newer Checkpoint, hashes [][]byte) error {
	err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older.Size), uint64(newer.Size), hashes, older.Root[:], newer.Root[:])
	if err != nil {
		return fmt.Errorf("ledgers of %d and %d entries: %w: %w", older.Size, newer.Size, ErrCorrupt, err)
	}
	return nil
}
