package chain

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// The cost of a derivation is a description length in nats: what has to be
// said to turn the parent into the child. The difference of two costs is the
// logarithm of a likelihood ratio under the model in the package comment.
const (
	costAddedRow   = 6.0  // a linked row that the parent lacks, beyond saying which
	costForeign    = 8.0  // a foreign row that the parent lacks
	costNewValue   = 5.0  // the content of an edited cell, beyond saying which
	costRevert     = 14.0 // an edited cell that is as issued again
	costRewrite    = 12.0 // a column that was rewritten as a whole
	costRegain     = 30.0 // a column that the parent lost
	costHeader     = 2.0  // a column that was renamed
	costShape      = 2.5  // a column whose spelling changed
	costMoved      = 4.0  // columns put in another order
	costShuffled   = 12.0 // rows put in an order that is neither the parent's nor the issued one
	costResorted   = 4.0  // rows put back into the issued order
	costHabit      = 0.4  // another dialect
	costEarlier    = 0.7  // the child was seen first: no contradiction, as a copy exists before it is seen
	costBefore     = 200  // seen before the export was issued
	costStrange    = 60.0 // accused of a recipient that the parent's marks do not name
	costUnknown    = 8.0  // an unknown source instead of an export
	maxMarks       = 80.0 // the most that the marks of an export are counted
	sameOrder      = 0.97 // share of row pairs in the same order that makes two orders one
	rewrittenShare = 0.4  // of a column's cells, from which on it counts as rewritten
)

// derivation is the account of one step from parent to child.
type derivation struct {
	cost                            float64
	parentRows, childRows           uint64
	kept, added                     uint64
	foreign, foreignKept            int
	cells, edits, inherited, revert int
	rewritten                       []string
	lost, regained, renamed         []string
	sharedColumns                   int
	lostShared                      []string // columns of the issued table that parent and child both lack
	orderKept, reordered            bool
	tables                          int
}

// derive accounts for child as made from parent.
func (m *model) derive(parent, child *copied) derivation {
	d := derivation{childRows: child.linked(), parentRows: parent.linked()}
	if parent.all {
		d.parentRows = m.universe(child)
	}
	for _, key := range child.keys() {
		d.tables++
		m.deriveTable(&d, key, parent, child)
	}
	d.foreignRows(parent, child)
	d.cost += habitCost(parent, child)
	return d
}

func (m *model) deriveTable(d *derivation, key string, parent, child *copied) {
	c, p := child.tables[key], parent.tables[key]
	n := c.rows.GetCardinality()
	total := m.rowsOf[key]
	if parent.all {
		kept := n
		if issued := m.issued[key]; issued != nil {
			kept, total = issued.AndCardinality(c.rows), issued.GetCardinality()
			d.cost += subset(m.rowsOf[key]-total, n-kept) + costAddedRow*float64(n-kept)
		}
		d.kept, d.added = d.kept+kept, d.added+n-kept
		d.cost += subsetUnnamed(total, kept, c.extra) + m.columnsFromIssue(d, key, c) + m.cellsFromIssue(d, key, c, nil) + m.orderFromIssue(d, c)
		return
	}
	if p == nil {
		d.added += n
		d.cost += subset(total, n) + costAddedRow*float64(n) + m.cellsFromIssue(d, key, c, nil)
		d.regained = append(d.regained, columnNames(c)...)
		return
	}
	held := p.rows.GetCardinality()
	kept := p.rows.AndCardinality(c.rows)
	covered := min(n-kept, p.extra)
	added := n - kept - covered
	d.kept, d.added = d.kept+kept+covered, d.added+added
	d.cost += subsetUnnamed(held+p.extra, kept+covered, c.extra) + lchoose(float64(total-min(total, held)), float64(min(covered, total-min(total, held))))
	if n > kept {
		d.cost += m.cellsFromIssue(d, key, c, p.rows)
	}
	if added > 0 {
		d.cost += subset(total-min(total, held), added) + costAddedRow*float64(added)
	}
	d.columns(m, key, p, c)
	d.changed(m, key, p, c)
	d.cost += d.order(m, p, c)
}

// subset is ln of (n+1) * C(n,k): naming k of n when every share is as likely.
func subset(n, k uint64) float64 {
	if k > n {
		k = n
	}
	return math.Log(float64(n+1)) + lchoose(float64(n), float64(k))
}

// subsetUnnamed is subset for k rows and extra others that need not be named:
// all choices of them are summed over.
func subsetUnnamed(n, k, extra uint64) float64 {
	k = min(k, n)
	extra = min(extra, n-k)
	return subset(n, k+extra) - lchoose(float64(n-k), float64(extra))
}

func lchoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

func columnNames(h *held) []string {
	var out []string
	for _, c := range h.cols {
		out = append(out, c.Name)
	}
	return out
}

// columns accounts for lost, regained, renamed and moved columns.
func (d *derivation) columns(m *model, key string, p, c *held) {
	var shared []Column
	for _, col := range p.cols {
		if _, ok := c.index[col.Name]; !ok {
			d.lost = append(d.lost, col.Name)
		} else {
			shared = append(shared, col)
		}
	}
	last, moved, renamed, respelt := -1, false, 0, 0
	for _, col := range shared {
		k := c.index[col.Name]
		moved = moved || k < last
		last = k
		if col.Header != c.cols[k].Header && col.Header != 0 && c.cols[k].Header != 0 {
			renamed++
			d.renamed = append(d.renamed, col.Name)
		}
		if col.Shape != c.cols[k].Shape && col.Shape != 0 && c.cols[k].Shape != 0 {
			respelt++
		}
	}
	for _, col := range c.cols {
		if _, ok := p.index[col.Name]; !ok {
			d.regained = append(d.regained, col.Name)
		}
	}
	for name := range m.columnsOf[key] {
		_, inP := p.index[name]
		if _, inC := c.index[name]; !inP && !inC {
			d.lostShared = append(d.lostShared, name)
		}
	}
	slices.Sort(d.lostShared)
	d.sharedColumns += len(shared)
	d.cost += subset(uint64(len(p.cols)), uint64(len(shared)))
	d.cost += costRegain*float64(len(c.cols)-len(shared)) + costHeader*float64(renamed) + costShape*float64(respelt)
	if moved {
		d.cost += costMoved
	}
}

// columnsFromIssue is the same for a child of an export without a sketch.
func (m *model) columnsFromIssue(d *derivation, key string, c *held) float64 {
	all := m.columnsOf[key]
	for name := range all {
		if _, ok := c.index[name]; !ok {
			d.lost = append(d.lost, name)
		}
	}
	slices.Sort(d.lost)
	d.sharedColumns += len(c.cols)
	cost := subset(uint64(len(all)), uint64(len(c.cols)))
	last, moved := -1, false
	for _, col := range c.cols {
		at := m.issuedOrder[key][col.Name]
		moved = moved || at < last
		last = at
		if s := m.issuedShape[key][col.Name]; s != col.Shape && s != 0 && col.Shape != 0 {
			cost += costShape
		}
		if s := m.issuedHeader[key][col.Name]; s != col.Header && s != 0 && col.Header != 0 {
			cost += costHeader
		}
	}
	if moved {
		cost += costMoved
	}
	return cost
}

// cellsFromIssue accounts for the edits of rows that are not in except, made
// from the issued state.
func (m *model) cellsFromIssue(d *derivation, key string, c *held, except *roaring.Bitmap) float64 {
	cost := 0.0
	for k := range c.cols {
		n, edits := 0, 0
		for i, row := range c.sample {
			if except != nil && except.Contains(row) {
				continue
			}
			v := c.hashes[i*len(c.cols)+k]
			n++
			if m.edited(key, c, i, k, row, v) {
				edits++
			}
		}
		cost += editCost(n, edits, &d.rewritten, c.cols[k].Name)
		d.cells, d.edits = d.cells+n, d.edits+edits
	}
	return cost
}

// editCost names edits of n cells and says their content, or, for most of a
// column, that it was rewritten.
func editCost(n, edits int, rewritten *[]string, column string) float64 {
	if n == 0 {
		return 0
	}
	cost := subset(uint64(n), uint64(edits)) + costNewValue*float64(edits)
	if float64(edits) > rewrittenShare*float64(n) && edits > 3 {
		*rewritten = append(*rewritten, column)
		return min(cost, costRewrite+0.02*float64(edits))
	}
	return cost
}

// changed accounts for the cells of rows and columns that both have.
func (d *derivation) changed(m *model, key string, p, c *held) {
	limit := min(p.limit, c.limit)
	n := make([]int, len(c.cols))
	edits, reverts := make([]int, len(c.cols)), make([]int, len(c.cols))
	for i, k := 0, 0; i < len(p.sample) && k < len(c.sample); {
		switch {
		case p.sample[i] < c.sample[k]:
			i++
		case c.sample[k] < p.sample[i]:
			k++
		default:
			if sampling(p.sample[i]) <= limit {
				d.compareRow(m, key, p, c, i, k, n, edits, reverts)
			}
			i, k = i+1, k+1
		}
	}
	for k, col := range c.cols {
		cost := editCost(n[k], edits[k], &d.rewritten, col.Name)
		if reverts[k] > 0 {
			cost += subset(uint64(n[k]), uint64(reverts[k])) + min(costRevert*float64(reverts[k]), 4*costRevert+float64(reverts[k]))
		}
		d.cost += cost
		d.cells, d.edits, d.revert = d.cells+n[k], d.edits+edits[k], d.revert+reverts[k]
	}
}

func (d *derivation) compareRow(m *model, key string, p, c *held, i, k int, n, edits, reverts []int) {
	row := c.sample[k]
	for col := range c.cols {
		at, ok := p.index[c.cols[col].Name]
		if !ok {
			continue
		}
		a, b := p.hashes[i*len(p.cols)+at], c.hashes[k*len(c.cols)+col]
		n[col]++
		if a == b {
			if m.edited(key, c, k, col, row, b) {
				d.inherited++
			}
			continue
		}
		pe, ce := m.edited(key, p, i, at, row, a), m.edited(key, c, k, col, row, b)
		if a == 0 && !pe && !ce {
			continue // of an unseen copy: as issued
		}
		if pe && !ce {
			reverts[col]++
		} else {
			edits[col]++
		}
	}
}

// foreignRows accounts for rows that link to nothing.
func (d *derivation) foreignRows(parent, child *copied) {
	kept, limit := 0, min(parent.foreign.Limit, child.foreign.Limit)
	p, c := parent.foreign.Kept, child.foreign.Kept
	have, had := 0, 0
	for i, k := 0, 0; i < len(p) || k < len(c); {
		switch {
		case k == len(c) || i < len(p) && p[i] < c[k]:
			had += int(bit(p[i] <= limit))
			i++
		case i == len(p) || c[k] < p[i]:
			have += int(bit(c[k] <= limit || parent.all))
			k++
		default:
			if p[i] <= limit {
				kept, had, have = kept+1, had+1, have+1
			}
			i, k = i+1, k+1
		}
	}
	d.foreign, d.foreignKept = have, kept
	d.cost += subset(uint64(had), uint64(kept)) + costForeign*float64(have-kept)
}

func habitCost(parent, child *copied) float64 {
	if len(parent.habits) == 0 {
		return 0
	}
	cost := 0.0
	for _, h := range child.habits {
		if !slices.Contains(parent.habits, h) {
			cost += costHabit
		}
	}
	return cost
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
