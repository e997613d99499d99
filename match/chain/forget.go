package chain

import "slices"

// Forget takes the hashes of people out of a sketch: of the cells of those rows
// of a snapshot, and of rows that hold any of the contacts, which are written
// like Row.Keys. Which numbered rows were there stays, so that what others
// inherited from whom does not change. It reports whether anything changed.
func (s *Sketch) Forget(h Hasher, rows map[string]map[uint32]bool, contacts []string) bool {
	hashes := map[uint64]bool{}
	for _, c := range contacts {
		hashes[h.Sum64("contact", c)] = true
	}
	changed := false
	for i := range s.Tables {
		changed = s.Tables[i].forget(rows[s.Tables[i].Snapshot], hashes) || changed
	}
	n := len(s.Foreign.Rows)
	s.Foreign.Rows = slices.DeleteFunc(s.Foreign.Rows, func(row []uint64) bool {
		return slices.ContainsFunc(row, func(x uint64) bool { return hashes[x] })
	})
	return changed || len(s.Foreign.Rows) != n
}

func (t *Table) forget(rows map[uint32]bool, hashes map[uint64]bool) (changed bool) {
	width := len(t.Columns)
	for i, row := range t.Cells.Rows {
		if !rows[row] {
			continue
		}
		cells := t.Cells.Hashes[i*width : (i+1)*width]
		changed = changed || slices.ContainsFunc(cells, func(x uint16) bool { return x != 0 })
		clear(cells)
		t.Cells.Edited[i], t.Cells.Known[i] = 0, 0
	}
	n := len(t.Aliases)
	t.Aliases = slices.DeleteFunc(t.Aliases, func(a Alias) bool { return rows[a.Row] || hashes[a.Hash] })
	return changed || len(t.Aliases) != n
}
