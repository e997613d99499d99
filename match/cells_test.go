package match

import (
	"slices"
	"testing"

	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// TestFlipsAreTold: a column is said to be wiped out or inverted only beside
// another that reads as it was marked, and from thirty marks on.
func TestFlipsAreTold(t *testing.T) {
	l := &layer{scheme: fingerprint.Scheme{Columns: []fingerprint.Column{{Name: "a"}, {Name: "b"}}}, carriers: []int{0, 1}}
	wiped, inverted := `the marks of column "b" were wiped out: it was rounded or rewritten`, `the marks of column "b" read inverted: all its values were moved by one step`
	for _, c := range []struct {
		name   string
		counts [2]int
		flips  []float64
		want   []string
	}{
		{"one wiped out", [2]int{40, 40}, []float64{0.1, 0.5}, []string{wiped}},
		{"one inverted", [2]int{40, 40}, []float64{0.1, 0.97}, []string{inverted}},
		{"inverted alone", [2]int{0, 40}, []float64{0, 0.97}, []string{inverted}},
		{"not ours, or marked under another key", [2]int{40, 40}, []float64{0.5, 0.47}, nil},
		{"few marks", [2]int{40, 29}, []float64{0.1, 0.5}, nil},
		{"both read well", [2]int{40, 40}, []float64{0, 0.2}, nil},
	} {
		var in []code.Read
		for g, n := range c.counts {
			in = append(in, slices.Repeat([]code.Read{{Group: uint16(g)}}, n)...)
		}
		d := &decision{}
		d.tellFlips(l, in, c.flips)
		if !slices.Equal(d.result.Warnings, c.want) {
			t.Errorf("%s: %q, want %q", c.name, d.result.Warnings, c.want)
		}
	}
}
