package chain

import (
	"maps"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// union is what all copies together tell of the issued tables.
type union struct {
	keys   []string // snapshots, ascending
	rows   map[string]*roaring.Bitmap
	size   map[string]uint64 // rows of the snapshot, at the least
	issued map[string]issuedCells
	layout map[string]*held // whose columns stand as issued
}

// issuedCells holds, per column and row, the hash of what was issued, or the
// commonest one where that is not known.
type issuedCells map[string]map[uint32]issuedCell

type issuedCell struct {
	hash    uint16
	certain bool
	differs bool // some copy's cell is known to depart, from what is not known
	count   int
}

func unionOf(items []*copied) *union {
	u := &union{rows: map[string]*roaring.Bitmap{}, size: map[string]uint64{}, issued: map[string]issuedCells{}, layout: map[string]*held{}}
	for _, c := range items {
		for key, h := range c.tables {
			if u.rows[key] == nil {
				u.rows[key], u.issued[key] = roaring.New(), issuedCells{}
			}
			u.rows[key].Or(h.rows)
			u.issued[key].vote(h, c.export != "")
		}
	}
	u.keys = slices.Sorted(maps.Keys(u.rows))
	for key, rows := range u.rows {
		u.layout[key] = layoutOf(items, key)
		if !rows.IsEmpty() {
			u.size[key] = uint64(rows.Maximum()) + 1
		}
	}
	return u
}

// vote notes what a copy tells of the issued cells: a majority vote (Boyer and
// Moore) where nothing tells it for certain.
func (u issuedCells) vote(h *held, issued bool) {
	for k, col := range h.cols {
		m := u[col.Name]
		if m == nil {
			m = make(map[uint32]issuedCell, len(h.sample))
			u[col.Name] = m
		}
		for i, row := range h.sample {
			v, known, edited := h.hashes[i*len(h.cols)+k], h.known[i]>>k&1 == 1, h.edited[i]>>k&1 == 1
			if v == 0 {
				continue
			}
			c := m[row]
			switch {
			case issued || known && !edited:
				c.hash, c.certain = v, true
			case known && edited:
				c.differs = true
			case c.certain:
			case c.count == 0:
				c.hash, c.count = v, 1
			case c.hash == v:
				c.count++
			default:
				c.count--
			}
			m[row] = c
		}
	}
}

const (
	maxRowTraits  = 6000 // above it, rows that only large copies have are sampled
	maxCellTraits = 20000
	smallCopy     = 1500 // rows of a copy of which each row is a trait of its own
	maxGroupings  = 4
)

// budget is how many traits may be made of rows and of cells, so that time and
// memory stay bounded.
func budget(copies int) (rows, cells int) {
	if copies < manyNodes/2 {
		return maxRowTraits, maxCellTraits
	}
	return maxRowTraits / 4, maxCellTraits / 8
}

// addRows makes a trait of every issued row. Rows that only large copies have
// are sampled by their hash when there are many; they weigh no more for it, so
// that the sample's chance is not taken for evidence.
func (l *traitList) addRows(items []*copied, u *union) {
	all := 0
	for _, key := range u.keys {
		all += int(u.rows[key].GetCardinality())
	}
	most, _ := budget(len(items))
	rate := min(1, float64(most)/float64(max(all, 1)))
	limit := uint32(rate * math.MaxUint32)
	groupings := groupingsOf(items, u)
	l.t.groups, l.t.values = make([][]int32, len(groupings)), make([]int, len(groupings))
	l.t.ordered = make([]bool, len(groupings))
	for c, g := range groupings {
		l.t.values[c], l.t.ordered[c] = g.values, g.ordered
	}
	extra := make([]int32, len(groupings))
	for _, key := range u.keys {
		fine := smallRows(items, key)
		it := u.rows[key].Iterator()
		states := make([]uint8, len(items))
		for it.HasNext() {
			row := it.Next()
			if rate < 1 && sampling(row) > limit && !fine.Contains(row) {
				continue
			}
			for v, c := range items {
				h := c.tables[key]
				states[v] = stateOf(c.all || h != nil && h.rows.Contains(row), false)
			}
			for c, g := range groupings {
				extra[c] = g.of(key, row)
			}
			l.add(states, present, rowTrait, 1, extra...)
		}
		l.addUnseen(items, rate*float64(u.size[key]-u.rows[key].GetCardinality()), groupings, key, states, extra)
	}
}

// addUnseen adds the rows that no copy has: their number at the least.
func (l *traitList) addUnseen(items []*copied, n float64, groupings []grouping, key string, states []uint8, extra []int32) {
	if n <= 0 {
		return
	}
	for v, c := range items {
		states[v] = stateOf(c.all, false)
	}
	for c, g := range groupings {
		if extra[c] = -1; g.column == "" {
			extra[c] = g.of(key, 0)
		}
	}
	l.add(states, present, rowTrait, n, extra...)
}

// smallRows are the rows of copies with few rows.
func smallRows(items []*copied, key string) *roaring.Bitmap {
	out, most := roaring.New(), uint64(smallCopy)
	if len(items) >= manyNodes/2 {
		most /= 5
	}
	for _, c := range items {
		if h := c.tables[key]; h != nil && h.rows.GetCardinality() <= most {
			out.Or(h.rows)
		}
	}
	return out
}

// grouping numbers the values of a column whose values repeat, as regions and
// days do; without a column, the snapshots.
type grouping struct {
	key, column string
	snapshots   []string
	number      map[uint16]int32
	cells       map[uint32]issuedCell
	values      int
	ordered     bool
}

func (g *grouping) of(key string, row uint32) int32 {
	if g.column == "" {
		return int32(slices.Index(g.snapshots, key))
	}
	c, ok := g.cells[row]
	if !ok || key != g.key {
		return -1
	}
	if n := g.number[c.hash]; n > 0 {
		return n
	}
	return -1
}

// groupingsOf finds the columns by which buyers may have filtered, those with
// the fewest values first.
func groupingsOf(items []*copied, u *union) []grouping {
	var out []grouping
	for _, key := range u.keys {
		for _, name := range slices.Sorted(maps.Keys(u.issued[key])) {
			g := grouping{key: key, column: name, cells: maps.Clone(u.issued[key][name]), number: map[uint16]int32{}}
			for _, row := range slices.Sorted(maps.Keys(g.cells)) {
				if h := g.cells[row].hash; g.number[h] == 0 {
					g.number[h] = int32(len(g.number)) + 1
				}
			}
			g.rank(items)
			if g.values = len(g.number) + 1; g.values > 2 && 4*g.values <= len(g.cells) {
				out = append(out, g)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b grouping) int { return a.values - b.values })
	out = out[:min(len(out), maxGroupings)]
	for i := range out {
		out[i].forget(items)
	}
	if len(u.keys) > 1 {
		out = append(out, grouping{snapshots: u.keys, values: len(u.keys)})
	}
	return out
}

// rank numbers the values in their order, when some copy tells it of most.
func (g *grouping) rank(items []*copied) {
	var lists [][]uint16
	for _, c := range items {
		h := c.tables[g.key]
		if h == nil {
			continue
		}
		if k, ok := h.index[g.column]; ok && k < len(h.ranks) && len(h.ranks[k]) > 0 {
			lists = append(lists, h.ranks[k])
		}
	}
	var list []uint16
	for _, v := range mergeRanks(lists) {
		if g.number[v] > 0 {
			list = append(list, v)
		}
	}
	if 10*len(list) < 9*len(g.number) {
		return
	}
	g.ordered = true
	for v := range g.number {
		g.number[v] = 0
	}
	for i, v := range list {
		g.number[v] = int32(i) + 1
	}
}

// forget takes out the rows whose value some copy has changed: where one
// filters by the column, it is not the issued value that decides.
func (g *grouping) forget(items []*copied) {
	known := maps.Clone(g.cells)
	for _, c := range items {
		w := viewOf(c, g.key, g.column, known)
		if w.rewritten {
			continue
		}
		for row, v := range w.cells {
			if v != known[row].hash {
				delete(g.cells, row)
			}
		}
	}
}
