package code

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// cell is a set of reads that nothing but the symbol and a candidate's own bit tells apart. known and sum are what the side
// information says: how many of the known words have a one here, and the sum of the shares of those that do.
type cell struct {
	p     float64
	group int
	known int
	sum   float64
	n     [2]int // reads by symbol
}

// view is the reads as the model sees them. Reads stand in the order of the table; entry gives 2*cell+symbol of each. Cells are
// ordered by group.
type view struct {
	cells  []cell
	entry  []int32
	groups int
	known  int     // words that are known
	share  float64 // their shares, summed
	from   []int32 // with no side information: entry e holds the positions from[e]..from[e+1]
}

// table is the reads sorted by group, bias and symbol, so that every entry of the plain view is one range of bits.
type table struct {
	order []int32 // position -> index of the read
	plain view
}

func newTable(reads []Read) (*table, error) {
	t := &table{order: make([]int32, len(reads))}
	for i, r := range reads {
		if r.Symbol > 1 {
			return nil, fmt.Errorf("read %d: symbol %d, want 0 or 1", i, r.Symbol)
		}
		t.order[i] = int32(i)
		t.plain.groups = max(t.plain.groups, int(r.Group)+1)
	}
	slices.SortStableFunc(t.order, func(a, b int32) int { return compareReads(reads[a], reads[b]) })
	t.plain.fill(reads, t.order)
	return t, nil
}

func compareReads(a, b Read) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Bias, b.Bias), cmp.Compare(a.Symbol, b.Symbol))
}

func (v *view) fill(reads []Read, order []int32) {
	v.entry = make([]int32, len(order))
	for at, i := range order {
		r := reads[i]
		if at == 0 || r.Group != reads[order[at-1]].Group || r.Bias != reads[order[at-1]].Bias {
			v.cells = append(v.cells, cell{p: r.Bias.P(), group: int(r.Group)})
		}
		c := len(v.cells) - 1
		v.cells[c].n[r.Symbol]++
		v.entry[at] = int32(2*c) + int32(r.Symbol)
	}
	v.from = make([]int32, 2*len(v.cells)+1)
	at := int32(0)
	for c, x := range v.cells {
		v.from[2*c], v.from[2*c+1] = at, at+int32(x.n[0])
		at += int32(x.n[0] + x.n[1])
	}
	v.from[2*len(v.cells)] = at
}

// sample is the table of the reads at the given positions only.
func (t *table) sample(reads []Read, positions []int32) *table {
	s := &table{order: make([]int32, len(positions))}
	for j, at := range positions {
		s.order[j] = t.order[at]
	}
	s.plain.groups = t.plain.groups
	slices.SortStableFunc(s.order, func(a, b int32) int { return compareReads(reads[a], reads[b]) })
	s.plain.fill(reads, s.order)
	return s
}

// count sets ones[e] to the number of one-bits of a word among the reads of entry e.
func (v *view) count(word []uint64, ones []int32) {
	if v.from != nil {
		for e := range ones {
			ones[e] = int32(popcount(word, int(v.from[e]), int(v.from[e+1])))
		}
		return
	}
	clear(ones)
	for i, w := range word {
		for base := i * 64; w != 0; w &= w - 1 {
			ones[v.entry[base+bits.TrailingZeros64(w)]]++
		}
	}
}

// popcount is the number of ones among bits from..to-1.
func popcount(word []uint64, from, to int) int {
	if from >= to {
		return 0
	}
	first, last := from/64, (to-1)/64
	head, tail := ^uint64(0)<<(from%64), ^uint64(0)>>(63-(to-1)%64)
	if first == last {
		return bits.OnesCount64(word[first] & head & tail)
	}
	n := bits.OnesCount64(word[first]&head) + bits.OnesCount64(word[last]&tail)
	for _, w := range word[first+1 : last] {
		n += bits.OnesCount64(w)
	}
	return n
}

// agree is the number of reads that equal the word's bit.
func (v *view) agree(ones []int32) int {
	n := 0
	for c, x := range v.cells {
		n += x.n[0] - int(ones[2*c]) + int(ones[2*c+1])
	}
	return n
}

// fetch gives candidates' words at the table's positions. It is used by one goroutine.
type fetch struct {
	words Words
	order []int32
	raw   []uint64
}

func newFetch(w Words, order []int32, reads int) *fetch {
	f := &fetch{words: w, order: order}
	if _, ok := w.(Selector); !ok {
		f.raw = make([]uint64, (reads+63)/64)
	}
	return f
}

func (f *fetch) word(candidate int, dst []uint64) {
	if s, ok := f.words.(Selector); ok {
		s.BitsOf(candidate, f.order, dst)
		return
	}
	f.words.Bits(candidate, f.raw)
	clear(dst)
	for at, i := range f.order {
		dst[at>>6] |= (f.raw[i>>6] >> (i & 63) & 1) << (at & 63)
	}
}
