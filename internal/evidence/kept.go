package evidence

import (
	"fmt"

	"telltale/match/link"
)

// Kept holds the leaf hashes of forgotten rows in the trees of one export, by
// the rows' places: all that is left of them, and what the other rows of the
// export need to be proven still.
type Kept struct{ Sites, Word map[int]Hash }

// Keep tells the committer which rows of the export that it opens next were
// forgotten.
func (c *Committer) Keep(k Kept) { c.kept = k }

// Leaves are the leaf hashes of rows in the trees of a recipient's export, to be
// kept when the rows are forgotten.
func (c *Committer) Leaves(rows *link.RowSet, recipient string, places []int) Kept {
	k, w := Kept{map[int]Hash{}, map[int]Hash{}}, c.word(recipient)
	for _, at := range places {
		k.Sites[at], k.Word[at] = c.leaves(rows, at, w)
	}
	return k
}

func (c *Committer) leaves(rows *link.RowSet, at int, w *word) (site, bits Hash) {
	drawn := c.sites(nil, rows, at)
	k := rows.Keys[at]
	return hashOf(siteLeaf(nil, c.salt.Block(k), rows, at, drawn)), hashOf(w.leaf(nil, k, drawn))
}

// levels are the leaf hashes of both trees, with those that were kept in the
// places of forgotten rows.
func (c *Committer) levels(rows *link.RowSet, w *word) (sites, bits []Hash) {
	sites, bits = make([]Hash, len(rows.Keys)), make([]Hash, len(rows.Keys))
	for at := range rows.Keys {
		sites[at], bits[at] = c.leaves(rows, at, w)
	}
	for at, h := range c.kept.Sites {
		sites[at] = h
	}
	for at, h := range c.kept.Word {
		bits[at] = h
	}
	return sites, bits
}

// Check tells whether the rows of the registry, with what was kept of those that
// were forgotten, are still the ones that a recipient's export committed to.
func (c *Committer) Check(rows *link.RowSet, recipient string, want Commitments, kept Kept) error {
	for _, places := range []map[int]Hash{kept.Sites, kept.Word} {
		for at := range places {
			if at < 0 || at >= len(rows.Keys) {
				return fmt.Errorf("%w: row %d of %d was kept", errProof, at, len(rows.Keys))
			}
		}
	}
	c.Keep(kept)
	sites, bits := c.levels(rows, c.word(recipient))
	if rootOf(sites) != want.Sites || rootOf(bits) != want.Word {
		return fmt.Errorf("%w: its rows are not those that were committed to", errProof)
	}
	return nil
}
