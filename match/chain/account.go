package chain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// account counts what it takes to make one copy from another.
type account struct {
	parentRows, childRows   uint64
	kept, added             uint64
	foreign, foreignKept    int
	edits, inherited        int // cells of the child that depart from what was issued: not so in the parent, so in the parent
	parentEdits             int // cells of the parent that depart, of those that the child has
	revert                  int // of these, as issued in the child
	rewritten               []string
	lost, regained, renamed []string
	lostShared              []string // columns that other copies have and both lack
	orderKept, columnsKept  bool     // an order of rows or of columns that is not the issued one
}

// compare accounts for child as made from parent.
func (u *union) compare(parent, child *copied) *account {
	d := &account{childRows: child.linked(), parentRows: parent.linked()}
	for _, key := range child.keys() {
		c, p := child.tables[key], parent.tables[key]
		if parent.all {
			p = u.whole(key)
			d.parentRows += p.rows.GetCardinality()
		}
		n := c.rows.GetCardinality()
		if p == nil {
			d.added += n
			continue
		}
		kept := p.rows.AndCardinality(c.rows)
		d.kept, d.added = d.kept+kept, d.added+n-kept
		if !child.spam && !parent.all {
			u.columns(d, key, p, c)
			d.orderKept = d.orderKept || !issuedOrder(c.order) && concordance(p.order, c.order) > sameOrder
		}
		u.cells(d, key, p, c)
	}
	for _, id := range child.strange {
		if _, ok := slices.BinarySearch(parent.strange, id); ok {
			d.foreignKept++
		}
	}
	d.foreign = len(child.strange)
	return d
}

// whole is a snapshot as issued, as far as the copies tell.
func (u *union) whole(key string) *held {
	h := &held{rows: u.rows[key]}
	h.reindex()
	return h
}

func (u *union) columns(d *account, key string, p, c *held) {
	if base := u.layout[key]; base != nil {
		common, same, issued := sequence(c, p, base)
		d.columnsKept = d.columnsKept || common >= leastColumns && same && !issued
	}
	for _, col := range p.cols {
		k, ok := c.index[col.Name]
		switch {
		case !ok:
			d.lost = append(d.lost, col.Name)
		case col.Header != c.cols[k].Header && col.Header != 0 && c.cols[k].Header != 0:
			d.renamed = append(d.renamed, col.Name)
		}
	}
	for _, col := range c.cols {
		if !hasColumn(p, col.Name) {
			d.regained = append(d.regained, col.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.issued[key])) {
		if !hasColumn(p, name) && !hasColumn(c, name) {
			d.lostShared = append(d.lostShared, name)
		}
	}
}

// cells counts the edits of the rows that both have; edits of a column that
// was rewritten as a whole are named once.
func (u *union) cells(d *account, key string, p, c *held) {
	n, edits := make([]int, len(c.cols)), make([]int, len(c.cols))
	i := 0
	for k, row := range c.sample {
		for i < len(p.sample) && p.sample[i] < row {
			i++
		}
		at := -1
		if i < len(p.sample) && p.sample[i] == row {
			at = i
		}
		for col := range c.cols {
			v := c.hashes[k*len(c.cols)+col]
			is, ok := u.issued[key][c.cols[col].Name][row]
			if v == 0 || !ok {
				continue
			}
			n[col]++
			before, seen := p.cell(at, c.cols[col].Name)
			was := seen && before.hash != 0 && before.hash != is.hash
			d.parentEdits += int(bit(was))
			switch {
			case v == is.hash:
				d.revert += int(bit(was))
			case was && before.hash == v:
				d.inherited++
			default:
				edits[col]++
			}
		}
	}
	for col, e := range edits {
		if e > 3 && float64(e) > rewrittenShare*float64(n[col]) {
			d.rewritten = append(d.rewritten, c.cols[col].Name)
		} else {
			d.edits += e
		}
	}
}

// count writes a number with separators and its noun.
func count[T ~int | ~int64 | ~uint64](n T, one, many string) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n == 1 {
		return s + " " + one
	}
	return strings.TrimSpace(s + " " + many)
}
