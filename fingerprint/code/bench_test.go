package code

import (
	"math/rand/v2"
	"testing"
)

// hashed is Words whose bits cost about as much as a keyed block each: nothing is stored.
type hashed struct {
	n     int
	reads []Read
}

func (h hashed) Len() int { return h.n }

func (h hashed) bit(candidate int, i int32) uint64 {
	x := uint64(candidate)<<32 | uint64(uint32(i))
	for range 4 {
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	if uint32(x) < uint32(h.reads[i].Bias) {
		return 1
	}
	return 0
}

func (h hashed) Bits(candidate int, dst []uint64) {
	clear(dst)
	for i := range h.reads {
		dst[i>>6] |= h.bit(candidate, int32(i)) << (i & 63)
	}
}

func (h hashed) BitsOf(candidate int, which []int32, dst []uint64) {
	clear(dst)
	for j, i := range which {
		dst[j>>6] |= h.bit(candidate, i) << (j & 63)
	}
}

// interleaved fills in the symbols of a leak made of the first c words.
func (h hashed) interleaved(r *rand.Rand, c int) {
	for i := range h.reads {
		h.reads[i].Symbol = uint8(h.bit(r.IntN(c), int32(i)))
	}
}

func blank(r *rand.Rand, n, m int) hashed {
	h := hashed{n, make([]Read, m)}
	for i := range h.reads {
		h.reads[i] = Read{Bias: Pick(4, r.Uint32()), Group: uint16(i % 3)}
	}
	return h
}

func benchmarkDecode(b *testing.B, n, m, c int, stored bool) {
	r := rand.New(rand.NewPCG(1, 2))
	h := blank(r, n, m)
	h.interleaved(r, c)
	var w Words = h
	if stored {
		p := make(packed, n)
		for i := range p {
			p[i] = make([]uint64, (m+63)/64)
			h.Bits(i, p[i])
		}
		w = p
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := decode(b, h.reads, w, true); len(got.Accused) != c {
			b.Fatalf("%d accused, want %d", len(got.Accused), c)
		}
	}
}

func BenchmarkDecode1000x10000(b *testing.B)       { benchmarkDecode(b, 1000, 10000, 1, true) }
func BenchmarkDecode1000x10000of5(b *testing.B)    { benchmarkDecode(b, 1000, 10000, 5, true) }
func BenchmarkDecode100000x100000of5(b *testing.B) { benchmarkDecode(b, 100000, 100000, 5, false) }
