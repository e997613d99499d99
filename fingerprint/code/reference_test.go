package code

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// compare decodes with odds so low that side information comes into play, and reports whether it did.
func compare(t failer, reads []Read, words packed, odds float64, workers int) (informed bool) {
	t.Helper()
	s := &slow{reads: reads, models: map[string]*slowModel{}, odds: math.Log(float64(len(words))) + math.Log(odds)}
	for c := range words {
		s.words = append(s.words, make([]int, len(reads)))
		for i := range reads {
			s.words[c][i] = words.bit(c, i)
		}
	}
	for _, r := range reads {
		s.groups = max(s.groups, int(r.Group)+1)
	}
	for _, joint := range []bool{false, true} {
		var w Words = words
		if workers > 1 {
			w = selecting{words}
		}
		d := newDecoder(context.Background(), reads, w, workers)
		d.knownOdds, d.prior, d.threshold = odds, math.Log(float64(len(words))), math.Inf(1)
		got, err := d.run(joint)
		if err != nil {
			t.Fatal(err)
		}
		for c := range words {
			want := s.logE(c, joint)
			informed = informed || joint && math.Abs(want-s.logE(c, false)) > 1e-6
			if l := got.Scores[c].LogE; math.IsNaN(l) || math.Abs(l-want) > 1e-9*math.Max(1, math.Abs(want)) {
				t.Fatalf("reads %v, word %b, joint %v: log e %.12f, want %.12f", reads, words[c], joint, l, want)
			}
		}
	}
	return informed
}

// All small cases: every multiset of up to three reads of two biases, two symbols and two groups, every word.
func TestAgreesWithReferenceOnAllSmallCases(t *testing.T) {
	var kinds []Read
	for _, b := range []Bias{Pick(4, 0), Pick(6, 1<<31)} {
		for y := range uint8(2) {
			for g := range uint16(2) {
				kinds = append(kinds, Read{b, y, g})
			}
		}
	}
	cases, most := 0, 3
	if testing.Short() {
		most = 2
	}
	var grow func(reads []Read, from int)
	grow = func(reads []Read, from int) {
		if m := len(reads); m > 0 {
			words := make(packed, 1<<m)
			for x := range words {
				words[x] = []uint64{uint64(x)}
			}
			compare(t, reads, words, .2, 1)
			cases++
		}
		for k := from; k < len(kinds) && len(reads) < most; k++ {
			grow(append(slices.Clone(reads), kinds[k]), k)
		}
	}
	grow(nil, 0)
	if want := []int{8 + 36, 8 + 36 + 120}[most-2]; cases != want {
		t.Errorf("%d cases, want %d", cases, want)
	}
}

// Random cases with real coalitions and biases at the ends. Agreement is exact up to rounding: no alarm is left to chance.
func TestAgreesWithReferenceOnRandomCases(t *testing.T) {
	informed := 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 19))
		a := attacks[int(seed)%len(attacks)]
		reads, words := draw(r, a.c+2, 3+r.IntN(40), []int{2, 4, 6, 8}[seed%4], 1+int(seed%3), a)
		if seed%5 == 4 {
			reads[0].Bias, reads[1].Bias, reads[2].Bias = 0, 1, 1<<32-1
		}
		if compare(t, reads, words, .5, 2) {
			informed++
		}
	}
	if informed < 6 {
		t.Errorf("side information came into play in %d of 24 cases: the test shows little", informed)
	}
}

func TestAgreesWithReferenceWhenFuzzed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		reads := make([]Read, rapid.IntRange(1, 40).Draw(r, "reads"))
		words := packed{make([]uint64, 2), make([]uint64, 2)}
		for i := range reads {
			reads[i] = Read{Pick(rapid.IntRange(1, 8).Draw(r, "c0"), rapid.Uint32().Draw(r, "u")), uint8(rapid.IntRange(0, 1).Draw(r, "y")), uint16(rapid.IntRange(0, 2).Draw(r, "g"))}
			for c := range words {
				words[c][i>>6] |= uint64(rapid.IntRange(0, 1).Draw(r, "x")) << (i & 63)
			}
		}
		compare(r, reads, words, 1e3, 1)
	})
}
