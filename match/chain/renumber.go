package chain

import (
	"cmp"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// Place is a row of a snapshot.
type Place struct {
	Snapshot string
	Row      uint32
}

// Renumber is the sketch with its rows where place puts them. States of one
// table that share rows can so be compared over the same rows. What meets in
// one snapshot is put together as Merge does; of several rows that come to one
// place the first one's cells stay. s is left as it is.
func (s *Sketch) Renumber(place func(dataset string, from Place) Place) *Sketch {
	out := *s
	out.Tables = nil
	for i := range s.Tables {
		out.Tables = mergeTables(out.Tables, s.Tables[i].renumber(place))
	}
	return &out
}

// renumber gives a table for each snapshot that rows of t come to.
func (t *Table) renumber(place func(dataset string, from Place) Place) []Table {
	parts := map[string]*Table{}
	to := func(row uint32) (*Table, uint32) {
		p := place(t.Dataset, Place{t.Snapshot, row})
		x := parts[p.Snapshot]
		if x == nil {
			x = &Table{Dataset: t.Dataset, Snapshot: p.Snapshot, Rows: roaring.New(), Columns: t.Columns, Ranks: t.Ranks, Cells: Cells{Limit: t.Cells.Limit}}
			parts[p.Snapshot] = x
		}
		return x, p.Row
	}
	for it := t.Rows.Iterator(); it.HasNext(); {
		x, row := to(it.Next())
		x.Rows.Add(row)
	}
	for i, row := range t.Cells.Rows {
		x, at := to(row)
		x.Cells.append(at, &t.Cells, i, len(t.Columns))
	}
	for _, p := range t.Order {
		x, row := to(p.Row)
		x.Order = append(x.Order, Position{row, p.At})
	}
	for _, a := range t.Aliases {
		x, row := to(a.Row)
		x.Aliases = append(x.Aliases, Alias{a.Hash, row})
	}
	var out []Table
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		parts[name].sort()
		out = append(out, *parts[name])
	}
	return out
}

// append adds the i-th row of from as row.
func (c *Cells) append(row uint32, from *Cells, i, columns int) {
	c.Rows = append(c.Rows, row)
	c.Hashes = append(c.Hashes, from.Hashes[i*columns:(i+1)*columns]...)
	c.Edited, c.Known = append(c.Edited, from.Edited[i]), append(c.Known, from.Known[i])
}

// sort restores the order of what a table lists.
func (t *Table) sort() {
	byRow := make([]int, len(t.Cells.Rows))
	for i := range byRow {
		byRow[i] = i
	}
	slices.SortStableFunc(byRow, func(a, b int) int { return cmp.Compare(t.Cells.Rows[a], t.Cells.Rows[b]) })
	sorted := Cells{Limit: t.Cells.Limit}
	for _, i := range byRow {
		if n := len(sorted.Rows); n == 0 || sorted.Rows[n-1] != t.Cells.Rows[i] {
			sorted.append(t.Cells.Rows[i], &t.Cells, i, len(t.Columns))
		}
	}
	t.Cells = sorted
	slices.SortStableFunc(t.Order, func(a, b Position) int { return cmp.Compare(a.Row, b.Row) })
	t.Order = slices.CompactFunc(t.Order, func(a, b Position) bool { return a.Row == b.Row })
	slices.SortFunc(t.Aliases, compareAliases)
}
