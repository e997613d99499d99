package canary

import (
	"math"
	"math/bits"

	"telltale/internal/identity"
)

// filter is a set of strings that forgets none and invents few: a Bloom filter
// that grows by layers, each twice as large as the one before. Ten bits and
// seven probes an entry give about 1% of false members a layer.
type filter struct {
	Layers []layer
}

type layer struct {
	Words    []uint64
	Room     int // entries that still fit
	Capacity int
}

const (
	filterFirst  = 4096
	filterBits   = 10
	filterProbes = 7
)

func (f *filter) add(h uint64) {
	n := len(f.Layers)
	if n == 0 || f.Layers[n-1].Room == 0 {
		capacity := filterFirst
		if n > 0 {
			capacity = 2 * f.Layers[n-1].Capacity
		}
		f.Layers = append(f.Layers, layer{make([]uint64, capacity*filterBits/64), capacity, capacity})
		n++
	}
	f.Layers[n-1].set(h)
}

func (f *filter) has(h uint64) bool {
	for i := range f.Layers {
		if f.Layers[i].has(h) {
			return true
		}
	}
	return false
}

func (f *filter) merge(g filter) { f.Layers = append(f.Layers, g.Layers...) }

func (l *layer) set(h uint64) {
	l.Room--
	for i := uint64(0); i < filterProbes; i++ {
		at := l.probe(h, i)
		l.Words[at>>6] |= 1 << (at & 63)
	}
}

func (l *layer) has(h uint64) bool {
	for i := uint64(0); i < filterProbes; i++ {
		at := l.probe(h, i)
		if l.Words[at>>6]&(1<<(at&63)) == 0 {
			return false
		}
	}
	return true
}

func (l *layer) probe(h, i uint64) uint64 {
	hi, _ := bits.Mul64(mix(h+i*0x9e3779b97f4a7c15), uint64(len(l.Words))*64)
	return hi
}

// entry hashes an identity for the filter: FNV-1a over kind and parts, each
// ended by a byte that text cannot hold, then finalised.
func entry(k identity.Kind, parts ...string) uint64 {
	h := fnv(14695981039346656037, string(k))
	for _, p := range parts {
		h = fnv(h, p)
	}
	return mix(h)
}

func fnv(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return (h ^ 0xff) * 1099511628211
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func log2(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return math.Log2(x)
}
