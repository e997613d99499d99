package stat

import (
	"math"
	"testing"
)

func TestDescribe(t *testing.T) {
	x := []float64{4, 1, 3, 2, 10}
	s := Describe(x)
	if s.N != 5 || s.Mean != 4 || math.Abs(s.Deviation-math.Sqrt(12.5)) > 1e-12 || s.Quantiles != [5]float64{1, 2, 3, 4, 10} {
		t.Errorf("%+v", s)
	}
	if x[0] != 4 {
		t.Error("the sample was changed")
	}
	if (Describe(nil) != Summary{}) || Describe([]float64{7}).Deviation != 0 {
		t.Error("no numbers, or one")
	}
}

func TestCorrelation(t *testing.T) {
	x, y := []float64{1, 2, 3, 4}, []float64{2, 4, 6, 8.5}
	if r := Correlation(x, y); r < 0.99 || r > 1 {
		t.Errorf("%g", r)
	}
	if Correlation(x, []float64{5, 5, 5, 5}) != 0 || Correlation(x[:2], y[:2]) != 0 {
		t.Error("undefined correlations are not 0")
	}
}

// The table of counts 10, 20 / 30, 5 has chi2 = n (ad-bc)^2 / (row and column sums).
func TestCramersV(t *testing.T) {
	var a, b []string
	add := func(x, y string, n int) {
		for range n {
			a, b = append(a, x), append(b, y)
		}
	}
	add("x", "p", 10)
	add("x", "q", 20)
	add("y", "p", 30)
	add("y", "q", 5)
	want := math.Abs(10*5-20*30) / math.Sqrt(30*35*40*25)
	if got := CramersV(a, b); math.Abs(got-want) > 1e-12 {
		t.Errorf("%g, want %g", got, want)
	}
	if CramersV(a, a) < 1-1e-12 || CramersV([]string{"x", "x"}, []string{"p", "q"}) != 0 || CramersV(nil, nil) != 0 {
		t.Error("equal samples, or one category")
	}
}
