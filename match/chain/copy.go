package chain

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// copied is a copy as the reconstruction compares it: one that was seen, or
// the least that an unseen one must have held.
type copied struct {
	node    int  // index of the node given, -1 for a hidden one
	all     bool // an export without a sketch: holds every row as issued
	tables  map[string]*held
	spam    bool // only messages are known of it: some of its rows
	foreign Foreign
	strange []int // foreign rows, numbered across the copies, ascending
	habits  []Habit
	accused map[string]float64 // recipient -> share of those accused
	logE    map[string]float64 // recipient -> ln e-value, of all that were weighed
	export  string             // recipient it was issued to, for an export
	rows    int64
}

// held is what a copy holds of one snapshot.
type held struct {
	rows    *roaring.Bitmap
	cols    []Column
	ranks   [][]uint16 // per column, none in a copy that was not seen
	index   map[string]int
	limit   uint32
	sample  []uint32
	hashes  []uint16
	edited  []uint64
	known   []uint64
	order   []Position
	aliases []Alias
}

func newCopied(i int, n Node) *copied {
	c := &copied{node: i, tables: map[string]*held{}, accused: map[string]float64{}, logE: map[string]float64{}}
	if n.Kind == Export {
		c.export = n.Recipient
		c.all = n.Sketch == nil
	}
	c.spam = n.Kind == Campaign
	if n.Sketch == nil {
		return c
	}
	s := n.Sketch
	c.foreign, c.habits, c.rows = s.Foreign, s.Habits, s.Rows
	for _, r := range s.Recipients {
		c.logE[r.Recipient] = r.LogE
		if r.Accused {
			c.accused[r.Recipient] = r.Share
		}
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		c.tables[t.Dataset+"\x00"+t.Snapshot] = heldOf(t)
	}
	return c
}

func heldOf(t *Table) *held {
	h := &held{rows: t.Rows, cols: t.Columns, ranks: t.Ranks, limit: t.Cells.Limit, sample: t.Cells.Rows, hashes: t.Cells.Hashes,
		edited: t.Cells.Edited, known: t.Cells.Known, order: t.Order, aliases: t.Aliases}
	if h.rows == nil {
		h.rows = roaring.New()
	}
	h.reindex()
	return h
}

func (h *held) reindex() {
	h.index = make(map[string]int, len(h.cols))
	for k, c := range h.cols {
		h.index[c.Name] = k
	}
}

// keys lists the snapshots of a copy in a fixed order.
func (c *copied) keys() []string {
	out := make([]string, 0, len(c.tables))
	for k := range c.tables {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// linked counts the linked rows.
func (c *copied) linked() (n uint64) {
	for _, h := range c.tables {
		n += h.rows.GetCardinality()
	}
	return n
}

// join returns the least copy that two descend from: the rows and columns of
// either, and the cells and foreign rows that both share.
func join(a, b *copied) *copied {
	j := &copied{node: -1, tables: map[string]*held{}, accused: map[string]float64{}, logE: map[string]float64{}}
	for _, x := range []*copied{a, b} {
		for r, v := range x.logE {
			j.logE[r] = max(j.logE[r], v)
		}
		for r, v := range x.accused {
			j.accused[r] = max(j.accused[r], v)
		}
	}
	for _, id := range a.strange {
		if _, ok := slices.BinarySearch(b.strange, id); ok {
			j.strange = append(j.strange, id)
		}
	}
	for _, k := range append(a.keys(), b.keys()...) {
		if j.tables[k] == nil {
			j.tables[k] = joinHeld(a.tables[k], b.tables[k])
		}
	}
	return j
}

// joinHeld unites what two copies hold of a snapshot. Where their cells
// differ, the one that is known to be as issued stands, else the first's.
func joinHeld(a, b *held) *held {
	if a == nil || b == nil {
		only := a
		if a == nil {
			only = b
		}
		alone := *only
		return &alone
	}
	j := &held{rows: roaring.Or(a.rows, b.rows), cols: slices.Clone(a.cols), limit: min(a.limit, b.limit), order: joinOrder(a, b)}
	for _, c := range b.cols {
		if _, ok := a.index[c.Name]; !ok {
			j.cols = append(j.cols, c)
		}
	}
	if len(j.cols) > 64 {
		j.cols = j.cols[:64]
	}
	for k := range j.cols {
		if i, ok := b.index[j.cols[k].Name]; ok {
			if j.cols[k].Header != b.cols[i].Header {
				j.cols[k].Header = 0
			}
			if j.cols[k].Shape != b.cols[i].Shape {
				j.cols[k].Shape = 0
			}
		}
	}
	j.reindex()
	i, k := 0, 0
	for i < len(a.sample) || k < len(b.sample) {
		ia, ib := -1, -1
		switch {
		case k == len(b.sample) || i < len(a.sample) && a.sample[i] < b.sample[k]:
			ia = i
		case i == len(a.sample) || b.sample[k] < a.sample[i]:
			ib = k
		default:
			ia, ib = i, k
		}
		if ia >= 0 {
			i++
		}
		if ib >= 0 {
			k++
		}
		j.addRow(a, ia, b, ib)
	}
	return j
}

// joinOrder keeps the order of rows only where both agree on it.
func joinOrder(a, b *held) []Position {
	if concordance(a.order, b.order) > sameOrder {
		if len(a.order) >= len(b.order) {
			return a.order
		}
		return b.order
	}
	return nil
}

func (j *held) addRow(a *held, ia int, b *held, ib int) {
	var row uint32
	if ia >= 0 {
		row = a.sample[ia]
	} else {
		row = b.sample[ib]
	}
	if sampling(row) > j.limit {
		return
	}
	var edited, known uint64
	for k, c := range j.cols {
		va, oka := a.cell(ia, c.Name)
		vb, okb := b.cell(ib, c.Name)
		v := va
		if !oka || okb && va.hash != vb.hash && vb.known && !vb.edited {
			v = vb
		}
		if !oka && !okb || oka && okb && va.hash != vb.hash && !v.known {
			v = value{known: true} // as issued, for all that is known
		}
		j.hashes = append(j.hashes, v.hash)
		edited |= bit(v.edited) << k
		known |= bit(v.known) << k
	}
	j.sample = append(j.sample, row)
	j.edited = append(j.edited, edited)
	j.known = append(j.known, known)
}

// value is one cell: hash 0 stands for a cell of which nothing is known.
type value struct {
	hash          uint16
	edited, known bool
}

func (h *held) cell(i int, column string) (value, bool) {
	if h == nil || i < 0 {
		return value{}, false
	}
	k, ok := h.index[column]
	if !ok {
		return value{}, false
	}
	return value{h.hashes[i*len(h.cols)+k], h.edited[i]>>k&1 == 1, h.known[i]>>k&1 == 1}, true
}

// readdress links foreign rows of copies that other copies know by a contact
// that was written into a row of ours.
func readdress(items []*copied) {
	type place struct {
		key string
		row uint32
	}
	known := map[uint64]place{}
	for _, c := range items {
		for key, h := range c.tables {
			for _, a := range h.aliases {
				known[a.Hash] = place{key, a.Row}
			}
		}
	}
	if len(known) == 0 {
		return
	}
	for _, c := range items {
		kept := c.foreign.Rows[:0:0]
		found := map[string][]uint32{}
		for _, row := range c.foreign.Rows {
			i := slices.IndexFunc(row, func(h uint64) bool { _, ok := known[h]; return ok })
			if i < 0 {
				kept = append(kept, row)
				continue
			}
			p := known[row[i]]
			found[p.key] = append(found[p.key], p.row)
		}
		c.foreign.Rows = kept
		for key, rows := range found {
			c.gain(key, rows)
		}
	}
}

// gain adds rows of which no cells are known.
func (c *copied) gain(key string, rows []uint32) {
	h := c.tables[key]
	if h == nil {
		h = &held{rows: roaring.New()}
		h.reindex()
		c.tables[key] = h
	}
	h.rows = h.rows.Clone()
	h.rows.AddMany(rows)
}
