package code

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// strained is a decoder whose every limit is so low that it binds with a handful of candidates and reads.
func strained(reads []Read, w Words) *decoder {
	d := newDecoder(context.Background(), reads, w, 2)
	d.knownOdds, d.prior, d.threshold = .3, math.Log(float64(w.Len())), math.Inf(1)
	return d
}

// Nothing that picks candidates by their words may raise a mean above 1: screening on a sample, the pool, the cut of the known words,
// ties. For every word of one candidate, with everybody else's fixed, the e-value is computed and averaged: exactly, no alarm is left to chance.
func TestNoSelectionRaisesTheMean(t *testing.T) {
	const m, n = 6, 5
	for name, strain := range map[string]func(d *decoder){
		"screened, four are picked": func(d *decoder) { d.sampleBits, d.fullBits, d.poolMost = 3*n, 4*m, 0 },
		"screened, one is picked":   func(d *decoder) { d.sampleBits, d.fullBits, d.poolMost = 2*n, m, 0 },
		"a pool of four":            func(d *decoder) { d.poolMost = 4 },
		"a pool of two":             func(d *decoder) { d.poolMost = 2 },
		"one known word":            func(d *decoder) { d.knownMost = 1 },
		"all of them":               func(d *decoder) { d.sampleBits, d.fullBits, d.poolMost, d.knownMost = 3*n, 4*m, 3, 1 },
	} {
		for seed := range uint64(4) {
			if testing.Short() && seed%2 == 0 {
				continue
			}
			r := rand.New(rand.NewPCG(seed, 23))
			reads, words := draw(r, n, m, 4, 1+int(seed%2), attack{"", int(seed % 3), 0, interleave, nil})
			if seed == 3 {
				words[1], words[2] = words[0], words[0] // ties with each other, and with the candidate's word when it is theirs
			}
			at := int(seed+2) % n
			words[at] = []uint64{0}
			sum := 0.0
			for x := range uint64(1 << m) {
				words[at][0] = x
				d := strained(reads, selecting{words})
				d.minSample, d.minPicked = 1, 1
				strain(d)
				if _, err := d.run(d.poolMost > 0); err != nil {
					t.Fatal(err)
				}
				sum += chanceOf(reads, x) * math.Exp(d.scores[at].LogE)
			}
			if exact := name == "one known word"; sum > 1+1e-9 || exact && sum < 1-1e-9 {
				t.Errorf("%s, seed %d: mean e-value %.12f, want at most 1, and 1 where nobody is left out", name, seed, sum)
			}
		}
	}
}

// chanceOf is the probability of a word under innocence.
func chanceOf(reads []Read, x uint64) float64 {
	p := 1.0
	for i, read := range reads {
		if x>>i&1 == 1 {
			p *= read.Bias.P()
		} else {
			p *= 1 - read.Bias.P()
		}
	}
	return p
}

// More copies of the source's word than may be weighed on all reads: those that are not picked are not accused, and nothing else happens.
func TestMoreSourcesThanArePicked(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 37))
	reads, words := draw(r, 1, 900, 4, 1, attack{"", 1, 0, interleave, nil})
	for range 40 {
		words = append(words, words[0])
	}
	d := newDecoder(context.Background(), reads, selecting{innocents(r, words, reads, 20)}, 2)
	d.prior, d.threshold = math.Log(61), math.Log(61/1e-6)
	d.sampleBits, d.fullBits, d.minPicked = 61*300, 900*10, 1
	if got, err := d.run(true); err != nil || len(got.Accused) != 10 || got.Accused[9] > 40 {
		t.Errorf("accused %v (%v), want ten of the 41 with the source's word", got.Accused, err)
	}
}

// The order of reads and of candidates says nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	for seed, a := range attacks {
		r := rand.New(rand.NewPCG(uint64(seed), 29))
		reads, words := draw(r, 40, 300, 6, 3, a)
		want := decode(t, reads, words, true).Scores
		order, who := r.Perm(len(reads)), r.Perm(len(words))
		shuffled, moved := make([]Read, len(reads)), make(packed, len(words))
		for j, i := range order {
			shuffled[j] = reads[i]
		}
		for k, c := range who {
			moved[k] = make([]uint64, len(words[c]))
			for j, i := range order {
				moved[k][j>>6] |= uint64(words.bit(c, i)) << (j & 63)
			}
		}
		for k, got := range decode(t, shuffled, moved, true).Scores {
			if l := want[who[k]].LogE; math.Abs(got.LogE-l) > 1e-9*math.Max(1, math.Abs(l)) {
				t.Errorf("%s: log e %v in another order, want %v", a.name, got.LogE, l)
			}
		}
	}
}

// Whatever is read, numbers come out, and shares and rates in their ranges.
func TestNumbersComeOut(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 31))
	fill := func(m int, read func(i int) Read) []Read {
		out := make([]Read, m)
		for i := range out {
			out[i] = read(i)
		}
		return out
	}
	for name, reads := range map[string][]Read{
		"never a one":          fill(500, func(i int) Read { return Read{Bias: 0, Symbol: uint8(i % 2)} }),
		"always a one":         fill(500, func(i int) Read { return Read{Bias: 1<<32 - 1, Symbol: uint8(i % 2)} }),
		"all biases 1/2":       fill(500, func(i int) Read { return Read{Bias: 1 << 31, Symbol: uint8(r.IntN(2))} }),
		"all zeros":            fill(900, func(i int) Read { return Read{Bias: Pick(4, r.Uint32())} }),
		"all ones":             fill(900, func(i int) Read { return Read{Bias: Pick(4, r.Uint32()), Symbol: 1} }),
		"against every bias":   fill(900, func(i int) Read { b := Pick(16, r.Uint32()); return Read{Bias: b, Symbol: uint8(1 - b>>31)} }),
		"one read":             fill(1, func(i int) Read { return Read{Bias: Pick(4, 0), Symbol: 1} }),
		"a group for each":     fill(1200, func(i int) Read { return Read{Bias: Pick(4, r.Uint32()), Symbol: uint8(r.IntN(2)), Group: uint16(i)} }),
		"a bias for each":      fill(1200, func(i int) Read { return Read{Bias: Bias(r.Uint32()), Symbol: uint8(r.IntN(2))} }),
		"both symbols of each": fill(800, func(i int) Read { return Read{Bias: Pick(4, uint32(i/2)<<22), Symbol: uint8(i % 2)} }),
	} {
		words := innocents(r, nil, reads, 6)
		words = append(words, words[0], nil) // twice the same, and one who is what was read
		words[7] = make([]uint64, len(words[0]))
		for i, x := range reads {
			words[7][i>>6] |= uint64(x.Symbol) << (i & 63)
		}
		got := decode(t, reads, words, true)
		for _, s := range got.Scores {
			if bad(s.LogE) || bad(s.Gain) || bad(s.GainLow) || s.GainLow > s.Gain || !(s.ShareLow >= 0 && s.ShareLow <= s.ShareHigh && s.ShareHigh <= 1) {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if a, b := got.Scores[0], got.Scores[6]; a.LogE != b.LogE {
			t.Errorf("%s: one word twice, log e %v and %v", name, a.LogE, b.LogE)
		}
		for g, e := range got.Flips {
			if !(e >= 0 && e <= 1) {
				t.Errorf("%s: flip rate %v of group %d", name, e, g)
			}
		}
	}
}

func bad(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// A million reads of one candidate, and of one source among a few: sums of a million logarithms keep their digits.
func TestManyReads(t *testing.T) {
	const m = 1_000_000
	r := rand.New(rand.NewPCG(33, 33))
	reads := make([]Read, m)
	for i := range reads {
		reads[i] = Read{Bias: Pick(4, r.Uint32()), Group: uint16(i % 2)}
	}
	words := innocents(r, nil, reads, 3)
	for i := range reads {
		reads[i].Symbol = uint8(words.bit(i%2, i)) // two sources, each a column
	}
	got := decode(t, reads, words, true)
	if fmt.Sprint(len(got.Accused)) != "2" || got.Scores[2].LogE > 0 || bad(got.Scores[2].LogE) {
		t.Errorf("accused %v, log e of the third %v; want the two sources, and less than 0", got.Accused, got.Scores[2].LogE)
	}
	if alone := decode(t, reads, words[:1], true); bad(alone.Scores[0].LogE) || len(alone.Accused) != 1 {
		t.Errorf("one candidate: %+v", alone.Scores)
	}
}
