package chain

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMoments(t *testing.T) {
	for s, want := range map[string]float64{"12.5": 12.5, " -3 ": -3, "2026-04-03": 20260403, "2026/4/3 10:00": 20260403, "03.04.2026": 20260403, "3/4/2026": 20260403} {
		if m, ok := momentOf(s); !ok || m.at(false) != want {
			t.Errorf("%q: %v %v, want %v", s, m.at(false), ok, want)
		}
	}
	for _, s := range []string{"", "Leeds", "12-34", "2026-13-01", "2026-01-45", "0/0/2026", "45/1/2026", "NaN", "1.2.3", "2026-"} {
		if m, ok := momentOf(s); ok {
			t.Errorf("%q was read as %v", s, m)
		}
	}
}

// TestRanks shuffles days and asks for their order, written in four ways.
func TestRanks(t *testing.T) {
	const seed = 8
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for _, layout := range []string{"%[1]d-%02[2]d-%02[3]d", "%[3]d.%[2]d.%[1]d", "%02[2]d/%02[3]d/%[1]d", "%[1]d%02[2]d%02[3]d"} {
		var k ranking
		days := r.Perm(300)
		for _, d := range append(slices.Clone(days), days...) {
			k.add(uint16(d+1), fmt.Sprintf(layout, 2025+d/200, 1+d%200/25, 1+d%25))
		}
		k.add(5000, "unknown")
		if got := k.ranks(); len(got) != 300 || !slices.IsSorted(got) {
			t.Errorf("%s: %d ranks in order %v", layout, len(got), slices.IsSorted(got))
		}
	}
	var names, many ranking
	for i := range 2000 {
		names.add(uint16(1+i%10), fmt.Sprint("City ", i%10))
		many.add(uint16(1+i), fmt.Sprint(i))
	}
	if names.ranks() != nil || many.ranks() != nil {
		t.Error("cities or too many values were ranked")
	}
}

func TestMergeRanks(t *testing.T) {
	got := mergeRanks([][]uint16{{2, 4, 9}, {1, 2, 3, 9, 10}, {4, 5}})
	if want := []uint16{1, 2, 4, 5, 3, 9, 10}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
