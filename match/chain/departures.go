package chain

import (
	"maps"
	"math"
	"slices"
)

// rewrittenShare is the share of a column's cells from which on it counts as
// rewritten as a whole: it then departs once, not cell by cell.
const rewrittenShare = 0.4

// addCells makes a trait of every edited cell of a snapshot's rows, and of
// every rewritten column.
func (l *traitList) addCells(items []*copied, key string, issued issuedCells) {
	for _, name := range slices.Sorted(maps.Keys(issued)) {
		views := make([]columnView, len(items))
		for v, c := range items {
			views[v] = viewOf(c, key, name, issued[name])
		}
		l.addClasses(views, rewriteTrait, func(v int) bool { return views[v].rewritten }, func(a, b int) bool { return views[a].agrees(&views[b]) })
		_, most := budget(len(items))
		l.addEdits(views, issued[name], most/len(issued))
	}
}

// columnView is what a copy shows of one column.
type columnView struct {
	all       bool // an export: everything as issued
	visible   bool
	rewritten bool
	cells     map[uint32]uint16
}

func viewOf(c *copied, key, name string, issued map[uint32]issuedCell) columnView {
	w := columnView{all: c.all}
	h := c.tables[key]
	if h == nil || c.spam {
		return w
	}
	k, ok := h.index[name]
	if !ok {
		return w
	}
	w.visible, w.cells = true, make(map[uint32]uint16, len(h.sample))
	differ, comparable := 0, 0
	for i, row := range h.sample {
		v := h.hashes[i*len(h.cols)+k]
		is, told := issued[row], h.known[i]>>k&1 == 1
		if v == 0 || is.certain && !told && v != is.hash {
			continue // nothing, or perhaps the mark
		}
		w.cells[row] = v
		if is.certain && told {
			comparable++
			differ += int(bit(is.hash != v))
		}
	}
	w.rewritten = differ > 3 && float64(differ) > rewrittenShare*float64(comparable)
	return w
}

// agrees reports whether two rewritten columns read the same.
func (w *columnView) agrees(x *columnView) bool {
	same, both := 0, 0
	for row, v := range w.cells {
		if u, ok := x.cells[row]; ok {
			both++
			same += int(bit(u == v))
		}
	}
	return both > 3 && 5*same > 4*both
}

// addEdits makes a trait of every value in which some copy's cell departs: of
// most rows about, chosen by their hash.
func (l *traitList) addEdits(views []columnView, issued map[uint32]issuedCell, most int) {
	rows := map[uint32]bool{}
	for _, w := range views {
		for row, v := range w.cells {
			if !w.rewritten && v != issued[row].hash {
				rows[row] = true
			}
		}
	}
	limit := uint32(min(1, float64(most)/float64(max(len(rows), 1))) * math.MaxUint32)
	states := make([]uint8, len(views))
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		if sampling(row) > limit {
			continue
		}
		is := issued[row]
		is.certain = is.certain || is.differs && is.count == 0
		done := map[uint16]bool{is.hash: true}
		for _, w := range views {
			v, ok := w.cells[row]
			if !ok || w.rewritten || done[v] {
				continue
			}
			done[v] = true
			for k, x := range views {
				states[k] = x.stateOf(row, v, is)
			}
			root, kind := absent, cellTrait
			if !is.certain {
				root, kind = unknown, openTrait
			}
			l.add(states, root, kind, 1)
		}
	}
}

func (w *columnView) stateOf(row uint32, value uint16, issued issuedCell) uint8 {
	v, ok := w.cells[row]
	switch {
	case w.all && !w.visible && issued.certain:
		return absent
	case !ok || w.rewritten:
		return unknown
	case v == value:
		return present
	case v == issued.hash:
		return absent
	}
	return unknown // edited otherwise, which is said by itself
}

// addLayout makes traits of the columns a copy has, their headers and their
// spelling.
func (l *traitList) addLayout(items []*copied, key string, base *held) {
	names := map[string]bool{}
	for _, c := range items {
		if h := c.tables[key]; h != nil && !c.spam {
			for _, col := range h.cols {
				names[col.Name] = true
			}
		}
	}
	states := make([]uint8, len(items))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for v, c := range items {
			h := c.tables[key]
			states[v] = stateOf(c.all || h != nil && !c.spam && hasColumn(h, name), c.spam || h == nil)
		}
		l.add(states, present, columnTrait, 1)
		l.addSpellings(items, key, name, base, headerTrait, func(c Column) uint64 { return c.Header })
		l.addSpellings(items, key, name, base, shapeTrait, func(c Column) uint64 { return c.Shape })
	}
}

func hasColumn(h *held, name string) bool { _, ok := h.index[name]; return ok }

// layoutOf is the layout as issued: that of the export if it has one, else that of the copy
// with the most columns and rows.
func layoutOf(items []*copied, key string) *held {
	var best *held
	issued := false
	for _, c := range items {
		h := c.tables[key]
		if h == nil || c.spam || issued && c.export == "" {
			continue
		}
		if best == nil || c.export != "" && !issued || len(h.cols) > len(best.cols) ||
			len(h.cols) == len(best.cols) && h.rows.GetCardinality() > best.rows.GetCardinality() {
			best, issued = h, c.export != ""
		}
	}
	return best
}

// addSpellings makes a trait of every way in which a column's header or
// pattern departs from the issued one.
func (l *traitList) addSpellings(items []*copied, key, name string, base *held, kind traitKind, of func(Column) uint64) {
	was := uint64(0)
	if k, ok := base.index[name]; ok {
		was = of(base.cols[k])
	}
	list := make([]uint64, len(items))
	for v, c := range items {
		if h := c.tables[key]; h != nil && !c.spam && hasColumn(h, name) {
			list[v] = of(h.cols[h.index[name]])
		}
		if c.all {
			list[v] = was
		}
	}
	states := make([]uint8, len(items))
	for _, x := range slices.Compact(slices.Sorted(slices.Values(list))) {
		if x == 0 || x == was || was == 0 {
			continue
		}
		for v, y := range list {
			states[v] = unknown
			if y == x || y == was {
				states[v] = uint8(bit(y == x))
			}
		}
		l.add(states, absent, kind, 1)
	}
}

// addOrders makes a trait of every order of rows that is not the issued one
// and that several copies may share.
func (l *traitList) addOrders(items []*copied, key string) {
	views := make([]columnView, len(items))
	orders := make([][]Position, len(items))
	moved := make([]bool, len(items))
	for v, c := range items {
		views[v].all = c.all
		if h := c.tables[key]; h != nil && len(h.order) >= 8 && !c.spam {
			views[v].visible, orders[v] = true, h.order
			moved[v] = !issuedOrder(h.order)
		}
	}
	l.addClasses(views, orderTrait, func(v int) bool { return moved[v] }, func(a, b int) bool { return concordance(orders[a], orders[b]) > sameOrder })
}

// addColumnOrders makes a trait of every order of columns that is not the issued
// one. Of a copy whose columns stand as in both, or in neither, nothing is known.
func (l *traitList) addColumnOrders(items []*copied, key string, base *held) {
	states, done := make([]uint8, len(items)), make([]bool, len(items))
	for x, c := range items {
		h := c.tables[key]
		if h == nil || done[x] || c.all || c.spam {
			continue
		}
		fewest := len(h.cols)
		for v, c := range items {
			states[v] = stateOf(false, !c.all)
			if c.tables[key] == nil || c.all || c.spam {
				continue
			}
			common, same, issued := sequence(c.tables[key], h, base)
			switch {
			case common < leastColumns || same == issued:
			case issued:
				states[v] = absent
			default:
				states[v], done[v] = present, true
				fewest = min(fewest, common)
			}
		}
		if done[x] {
			l.add(states, absent, columnOrderTrait(fewest), 1)
		}
	}
}

// leastColumns is the number of columns from which on their order tells
// anything.
const leastColumns = 4

// sequence counts the columns that three copies have, and reports whether
// those of h stand in the order of x, and in that of base.
func sequence(h, x, base *held) (common int, same, issued bool) {
	same, issued = true, true
	lastX, lastBase := -1, -1
	for _, c := range h.cols {
		i, ok := x.index[c.Name]
		k, known := base.index[c.Name]
		if !ok || !known {
			continue
		}
		same, issued = same && i > lastX, issued && k > lastBase
		lastX, lastBase = i, k
		common++
	}
	return common, same, issued
}

// addClasses makes a trait of every class of copies that depart in the same
// way.
func (l *traitList) addClasses(views []columnView, kind traitKind, departs func(v int) bool, same func(a, b int) bool) {
	class := make([]int, len(views))
	for v := range views {
		if class[v] = -1; !departs(v) {
			continue
		}
		class[v] = v
		for u := range v {
			if class[u] == u && same(u, v) {
				class[v] = u
				break
			}
		}
	}
	states := make([]uint8, len(views))
	for x := range views {
		if class[x] != x {
			continue
		}
		for v := range views {
			switch {
			case class[v] == x:
				states[v] = present
			case class[v] < 0 && (views[v].visible || views[v].all):
				states[v] = absent
			default:
				states[v] = unknown
			}
		}
		l.add(states, absent, kind, 1)
	}
}
