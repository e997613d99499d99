package erase

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"telltale/internal/evidence"
	"telltale/internal/key"
	"telltale/match/link"
	"telltale/store"
)

// Check proves anew that erasures changed nothing but what they say: for each
// snapshot that rows were taken out of, that the tree over its rows is the one
// that the last erasure left, and with the leaves that were kept in the places
// of the erased rows the one that it found; and that the exports made of it still
// lead to what they committed to before they were issued.
//
// Damage is in the checks; the error is about reading.
func Check(ctx context.Context, tx store.Tx, keys Keys) ([]store.Check, error) {
	c := &checking{ctx: ctx, tx: tx, ring: keys, kept: map[string][]kept{},
		trees: newCheck("rows of erased indexes"), exports: newCheck("commitments after erasures")}
	opened := newCheck("erasures open")
	list, err := tx.Erasures()
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		r, err := openRecord(keys, e)
		if opened.Count++; err != nil {
			fail(&opened, "%v", err)
		}
		for _, k := range r.Kept {
			c.kept[k.Snapshot] = append(c.kept[k.Snapshot], k)
		}
	}
	err = c.tables()
	return []store.Check{opened, c.trees, c.exports}, err
}

func newCheck(name string) store.Check { return store.Check{Name: name, Failures: []string{}} }

func fail(c *store.Check, format string, args ...any) {
	c.Failed++
	c.Failures = append(c.Failures, fmt.Sprintf(format, args...))
}

type checking struct {
	ctx            context.Context
	tx             store.Tx
	ring           Keys
	kept           map[string][]kept // by snapshot, in the order of the erasures
	trees, exports store.Check
}

func (c *checking) tables() error {
	datasets, err := c.tx.Datasets()
	if err != nil {
		return err
	}
	for _, d := range datasets {
		tables, err := tablesOf(c.tx, d)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if len(c.kept[t.ID]) == 0 {
				continue
			}
			if err := c.table(t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checking) table(t table) error {
	root, err := c.ring.Root(t.Dataset, t.Scheme)
	if err != nil {
		return err
	}
	tree := link.NewRowTree(t.spec, t.Dataset, t.ID, root)
	c.trees.Count++
	err = c.tx.Chunks(t.ID, func(x store.Chunk) error { return errors.Join(c.ctx.Err(), tree.Take(chunkOf(x))) })
	if errors.Is(err, link.ErrFormat) || errors.Is(err, key.ErrSealed) {
		fail(&c.trees, "snapshot %q: its index cannot be read: %v", t.ID, err)
		return nil
	}
	if err != nil {
		return err
	}
	c.unwind(t, tree.Leaves())
	return c.commitments(t, root, tree.Set())
}

// unwind goes back from what is there to what was there before the first
// erasure.
func (c *checking) unwind(t table, leaves [][32]byte) {
	for _, k := range slices.Backward(c.kept[t.ID]) {
		if link.RootOf(leaves) != k.After.sum {
			fail(&c.trees, "snapshot %q: its rows are not those that the erasure left", t.ID)
			return
		}
		for i, at := range k.Places {
			if at < 0 || at >= len(leaves) || i >= len(k.Leaves) {
				fail(&c.trees, "snapshot %q: row %d of %d was erased", t.ID, at, len(leaves))
				return
			}
			leaves[at] = k.Leaves[i].sum
		}
		if link.RootOf(leaves) != k.Before.sum {
			fail(&c.trees, "snapshot %q: more was changed than the %d rows that were erased", t.ID, len(k.Places))
			return
		}
	}
}

// commitments checks every export of the snapshot.
func (c *checking) commitments(t table, root key.Root, rows *link.RowSet) error {
	exports, err := c.tx.Exports(t.Dataset)
	if err != nil {
		return err
	}
	committer, err := evidence.NewCommitter(t.scheme, t.Dataset, root)
	if err != nil {
		return err
	}
	for _, x := range exports {
		if x.Snapshot != t.ID || len(x.Commitments) == 0 {
			continue
		}
		want, err := evidence.ParseCommitments(x.Commitments)
		all := evidence.Kept{Sites: map[int]evidence.Hash{}, Word: map[int]evidence.Hash{}}
		for _, k := range c.kept[t.ID] {
			add(all, k.of(x.ID))
		}
		if err == nil {
			err = committer.Check(rows, x.Recipient, want, all)
		}
		if c.exports.Count++; err != nil {
			fail(&c.exports, "export %q: %v", x.ID, err)
		}
	}
	return nil
}
