package recognise

import (
	"math/bits"
	"slices"
)

// filter tells whether a hash may have been added. It keeps most look-ups out of
// the tables, and knows what was added once it is sealed. Of each hash it holds
// two bits of one word, which the upper bits of the hash choose.
type filter struct {
	added []uint64
	words []uint64
	shift uint
}

// The size of a filter: bits for each hash, and the logarithms of the fewest and
// of the most words.
const (
	bitsPerHash = 16
	minFilter   = 4
	maxFilter   = 18
)

func (f *filter) add(h uint64) { f.added = append(f.added, h) }

func (f *filter) seal() {
	slices.Sort(f.added)
	f.added = slices.Compact(f.added)
	n := min(max(bits.Len(uint(bitsPerHash*len(f.added)/64)), minFilter), maxFilter)
	f.shift = uint(64 - n)
	f.words = make([]uint64, 1<<n)
	for _, h := range f.added {
		f.words[h>>f.shift] |= twoBits(h)
	}
	f.added = nil
}

func (f *filter) has(h uint64) bool {
	two := twoBits(h)
	return f.words[h>>(f.shift&63)]&two == two
}

func twoBits(h uint64) uint64 { return 1<<(h&63) | 1<<(h>>6&63) }
