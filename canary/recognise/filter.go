package recognise

import (
	"math/bits"
	"slices"
)

// filter is a bitmap of hashes that keeps most look-ups out of the tables. It
// knows what was added once it is sealed.
type filter struct {
	added []uint64
	bits  []uint64
	shift uint
}

// The size of a filter: bits for each hash, and the logarithms of the fewest and
// of the most bits.
const (
	bitsPerHash = 16
	minFilter   = 10
	maxFilter   = 24
)

func (f *filter) add(h uint64) { f.added = append(f.added, h) }

func (f *filter) seal() {
	slices.Sort(f.added)
	f.added = slices.Compact(f.added)
	n := min(max(bits.Len(uint(bitsPerHash*len(f.added))), minFilter), maxFilter)
	f.shift = uint(64 - n)
	f.bits = make([]uint64, 1<<(n-6))
	for _, h := range f.added {
		f.bits[h>>f.shift>>6] |= 1 << (h >> f.shift & 63)
	}
	f.added = nil
}

func (f *filter) has(h uint64) bool {
	h >>= f.shift & 63
	return f.bits[h>>6]&(1<<(h&63)) != 0
}
