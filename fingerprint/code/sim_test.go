package code

import (
	"context"
	"math/rand/v2"
	"testing"
)

// packed is Words from a matrix of bits.
type packed [][]uint64

func (p packed) Len() int { return len(p) }

func (p packed) Bits(candidate int, dst []uint64) { copy(dst, p[candidate]) }

// selecting is packed with the optional ability.
type selecting struct{ packed }

func (s selecting) BitsOf(candidate int, which []int32, dst []uint64) {
	clear(dst)
	for j, i := range which {
		dst[j>>6] |= (s.packed[candidate][i>>6] >> (i & 63) & 1) << (j & 63)
	}
}

func (p packed) bit(candidate, i int) int { return int(p[candidate][i>>6] >> (i & 63) & 1) }

// prefix is the same words at the first m reads.
func (p packed) prefix(m int) packed {
	out := make(packed, len(p))
	for i, w := range p {
		out[i] = append([]uint64(nil), w[:(m+63)/64]...)
		if m%64 != 0 {
			out[i][m/64] &= 1<<(m%64) - 1
		}
	}
	return out
}

// attack writes a symbol where k of c copies hold a one; pick is the bit of one copy, drawn at random.
type attack struct {
	name  string
	c     int
	flips float64
	write func(r *rand.Rand, k, c, pick int) int
	from  func(r *rand.Rand, group int) int // the copy that pick is of; nil: any, evenly
}

func (a attack) source(r *rand.Rand, group int) int {
	if a.from == nil {
		return r.IntN(a.c)
	}
	return a.from(r, group)
}

func interleave(_ *rand.Rand, _, _, pick int) int { return pick }

func majority(_ *rand.Rand, k, c, pick int) int {
	switch {
	case 2*k > c:
		return 1
	case 2*k < c:
		return 0
	}
	return pick
}

func minority(_ *rand.Rand, k, c, pick int) int {
	switch {
	case k == 0 || k == c:
		return pick
	case 2*k > c:
		return 0
	case 2*k < c:
		return 1
	}
	return pick
}

func coin(r *rand.Rand, k, c, pick int) int {
	if k == 0 || k == c {
		return pick
	}
	return r.IntN(2)
}

func allOnes(_ *rand.Rand, k, _, pick int) int {
	if k > 0 {
		return 1
	}
	return pick
}

func allZero(_ *rand.Rand, k, c, pick int) int {
	if k < c {
		return 0
	}
	return pick
}

// draw makes n words at m reads; the first a.c of them are the sources.
func draw(r *rand.Rand, n, m, c0, groups int, a attack) ([]Read, packed) {
	reads := make([]Read, m)
	words := make(packed, n)
	for i := range words {
		words[i] = make([]uint64, (m+63)/64)
	}
	for i := range reads {
		reads[i].Bias = Pick(c0, r.Uint32())
		reads[i].Group = uint16(r.IntN(groups))
		k := 0
		for j := range words {
			b := uint64(0)
			if r.Uint32() < uint32(reads[i].Bias) {
				b = 1
			}
			words[j][i>>6] |= b << (i & 63)
			if j < a.c {
				k += int(b)
			}
		}
		y := 0
		if a.c > 0 {
			y = a.write(r, k, a.c, words.bit(a.source(r, int(reads[i].Group)), i))
		} else {
			y = r.IntN(2)
		}
		if r.Float64() < a.flips {
			y = 1 - y
		}
		reads[i].Symbol = uint8(y)
	}
	return reads, words
}

func decode(t testing.TB, reads []Read, w Words, joint bool) Result {
	t.Helper()
	r, err := Decode(context.Background(), reads, w, Options{Joint: joint})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
