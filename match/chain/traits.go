package chain

import (
	"math"
	"slices"
)

// traits are all that is compared: for every copy that was seen, which of the
// issued rows it has, which rows of others, which edited cells, columns,
// headers, spellings and orders of rows. A trait that is the same in every
// copy as another counts once, with a weight.
//
// The three parts stand one after the other: issued rows, foreign rows, and
// departures from what was issued.
type traits struct {
	state   [][]uint8 // per copy and trait: absent, present or unknown
	root    []uint8   // the same of the issued table
	weight  []float64
	birth   []float64 // probability that a hop makes it
	keep    []float64 // probability that a hop keeps it; not used for rows
	rows    int       // traits before it are issued rows
	foreign int       // traits before it, from rows on, are foreign rows
	groups  [][]int32 // per column by which buyers may filter and issued row: its value's number, -1 when not known
	values  []int     // per such column: how many values
	ordered []bool    // per such column: whether their numbers are in the order of the values
}

const (
	absent  = uint8(0)
	present = uint8(1)
	unknown = uint8(2)
)

// traitKind says how likely a hop makes a trait, and how likely it undoes one,
// as natural logarithms.
type traitKind struct{ birth, undo float64 }

// What buyers and sellers do, in nats. An edit has to hit the cell and the
// value; a row from nowhere has to be somebody's.
var (
	rowTrait     = traitKind{birth: -9, undo: 0}
	foreignTrait = traitKind{birth: -10, undo: 0}
	cellTrait    = traitKind{birth: -10, undo: -12}
	openTrait    = traitKind{birth: -9, undo: -9} // a cell of which it is not known what was issued
	columnTrait  = traitKind{birth: -14, undo: -2}
	headerTrait  = traitKind{birth: -6, undo: -5}
	shapeTrait   = traitKind{birth: -2.5, undo: -4}
	orderTrait   = traitKind{birth: -7, undo: -4}
	rewriteTrait = traitKind{birth: -5, undo: -9}
)

// columnOrderTrait is that a hop moves columns, and to this order of all that n
// of them can have; to one in e^20 at the least.
func columnOrderTrait(n int) traitKind {
	orders, _ := math.Lgamma(float64(n) + 1)
	return traitKind{birth: -2 - min(math.Round(orders), 20), undo: -4}
}

// traitList gathers traits; equal ones become one.
type traitList struct {
	t     traits
	index map[string]int
	key   []byte
}

// add takes the states of one trait in every copy. key is what else tells it
// from others: the groups of a row.
func (l *traitList) add(states []uint8, root uint8, kind traitKind, weight float64, extra ...int32) {
	l.key = append(l.key[:0], states...)
	l.key = append(l.key, root, uint8(int8(kind.birth*2)), uint8(int8(kind.undo*2)))
	for _, g := range extra {
		l.key = append(l.key, byte(g), byte(g>>8), byte(g>>16), byte(g>>24))
	}
	i, ok := l.index[string(l.key)]
	if !ok {
		i = len(l.t.weight)
		l.index[string(l.key)] = i
		l.t.weight = append(l.t.weight, 0)
		l.t.root = append(l.t.root, root)
		l.t.birth = append(l.t.birth, math.Exp(kind.birth))
		l.t.keep = append(l.t.keep, 1-math.Exp(kind.undo))
		for v, s := range states {
			l.t.state[v] = append(l.t.state[v], s)
		}
		for c, g := range extra {
			l.t.groups[c] = append(l.t.groups[c], g)
		}
	}
	l.t.weight[i] += weight
}

// traitsOf compares copies; those that are exports hold every row as issued
// unless they have a sketch.
func traitsOf(items []*copied, u *union) *traits {
	l := &traitList{index: map[string]int{}}
	l.t.state = make([][]uint8, len(items))
	l.addRows(items, u)
	l.t.rows = len(l.t.weight)
	l.addForeign(items)
	l.t.foreign = len(l.t.weight)
	for _, key := range u.keys {
		l.addCells(items, key, u.issued[key])
		l.addLayout(items, key, u.layout[key])
		l.addOrders(items, key)
		l.addColumnOrders(items, key, u.layout[key])
	}
	return &l.t
}

// addForeign makes a trait of every foreign row. Copies known by messages say
// nothing of them.
func (l *traitList) addForeign(items []*copied) {
	ids := foreignIDs(items)
	count := 0
	for v, list := range ids {
		for _, id := range list {
			count = max(count, id+1)
		}
		items[v].strange = slices.Compact(slices.Sorted(slices.Values(list)))
	}
	has := make([][]bool, len(items))
	for v, list := range ids {
		has[v] = make([]bool, count)
		for _, id := range list {
			has[v][id] = true
		}
	}
	states := make([]uint8, len(items))
	for id := range count {
		for v, c := range items {
			states[v] = stateOf(has[v][id], c.spam)
		}
		l.add(states, absent, foreignTrait, 1)
	}
}

func stateOf(has, unclear bool) uint8 {
	switch {
	case has:
		return present
	case unclear:
		return unknown
	}
	return absent
}

// foreignIDs numbers foreign rows across copies: two rows that share a keyed
// hash of a contact are one.
func foreignIDs(items []*copied) [][]int {
	limit := uint64(math.MaxUint64)
	for _, c := range items {
		if len(c.foreign.Rows) > 0 {
			limit = min(limit, c.foreign.Limit)
		}
	}
	owner := map[uint64]int{}
	var union []int
	find := func(i int) int {
		for union[i] != i {
			union[i] = union[union[i]]
			i = union[i]
		}
		return i
	}
	out := make([][]int, len(items))
	for v, c := range items {
		for _, row := range c.foreign.Rows {
			at := -1
			for _, h := range row {
				k, ok := owner[h]
				switch {
				case !ok && at < 0:
					at = len(union)
					union = append(union, at)
				case ok && at < 0:
					at = find(k)
				case ok:
					union[find(k)] = find(at)
				}
				owner[h] = at
			}
			if at >= 0 && row[0] <= limit {
				out[v] = append(out[v], at)
			}
		}
	}
	number := map[int]int{}
	for v := range out {
		for k, id := range out[v] {
			id = find(id)
			if _, ok := number[id]; !ok {
				number[id] = len(number)
			}
			out[v][k] = number[id]
		}
	}
	return out
}
