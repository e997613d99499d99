package stat

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

const precision = 400

func flt(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// slowTail is P(X >= k), term by term in 400-bit arithmetic.
func slowTail(n, k int64, p float64) *big.Float {
	sum := flt(0)
	q := new(big.Float).Sub(flt(1), flt(p))
	for j := max(k, 0); j <= n; j++ {
		term := new(big.Float).SetPrec(precision).SetInt(new(big.Int).Binomial(n, j))
		for range j {
			term.Mul(term, flt(p))
		}
		for range n - j {
			term.Mul(term, q)
		}
		sum.Add(sum, term)
	}
	return sum
}

// logOf is the natural logarithm of a big float of any exponent.
func logOf(x *big.Float) float64 {
	if x.Sign() == 0 {
		return math.Inf(-1)
	}
	mant := new(big.Float)
	exp := x.MantExp(mant)
	m, _ := mant.Float64()
	return math.Log(m) + float64(exp)*math.Ln2
}

func near(got, want, tolerance float64) bool {
	return got == want || math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want)/100)
}

func TestTailsAgainstBigArithmetic(t *testing.T) {
	for _, n := range []int64{1, 2, 7, 30, 150} {
		for _, p := range []float64{1e-12, 1e-3, .2113, .5, .77, .999} {
			for k := int64(-1); k <= n+1; k += max(1, n/11) {
				if got, want := LogUpperTail(n, k, p), logOf(slowTail(n, k, p)); !near(got, want, 1e-11) {
					t.Errorf("LogUpperTail(%d, %d, %v) = %v, want %v", n, k, p, got, want)
				}
			}
		}
	}
}

// Far below the smallest float64, the tail is still right.
func TestDeepTail(t *testing.T) {
	for _, c := range []struct {
		n, k int64
		p    float64
	}{{400, 390, 1e-4}, {600, 600, .01}, {500, 300, 1e-5}} {
		got, want := LogUpperTail(c.n, c.k, c.p), logOf(slowTail(c.n, c.k, c.p))
		if !near(got, want, 1e-11) || got > -700 {
			t.Errorf("LogUpperTail(%d, %d, %v) = %v, want %v", c.n, c.k, c.p, got, want)
		}
	}
}

func TestBinomialSumsToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, p := rapid.Int64Range(0, 300).Draw(t, "n"), rapid.Float64Range(0, 1).Draw(t, "p")
		var logs []float64
		for k := range n + 1 {
			logs = append(logs, LogBinomial(n, k, p))
		}
		if sum := LogSumExp(logs); math.Abs(sum) > 1e-11 {
			t.Fatalf("log of the sum is %v, want 0", sum)
		}
	})
}

func TestLogSums(t *testing.T) {
	inf := math.Inf(1)
	if got := LogSumExp([]float64{1000, 1000}); !near(got, 1000+math.Ln2, 1e-14) {
		t.Errorf("got %v", got)
	}
	if got := LogSumExp(nil); got != -inf {
		t.Errorf("no terms: got %v, want -Inf", got)
	}
	if got := LogAdd(-inf, -inf); got != -inf {
		t.Errorf("log(0+0): got %v, want -Inf", got)
	}
	if got := LogMean([]float64{-2000, 5, -inf}, []float64{1, 0, 1}); !near(got, -2000-math.Ln2, 1e-14) {
		t.Errorf("got %v", got)
	}
	if got := LogMean([]float64{inf, 0}, []float64{0, 2}); got != 0 {
		t.Errorf("zero weight: got %v, want 0", got)
	}
	if !math.IsNaN(LogMean([]float64{1}, []float64{-1})) || !math.IsNaN(LogSumExp([]float64{1, math.NaN()})) {
		t.Error("outside the domain: want NaN")
	}
	for _, x := range []float64{-1e-20, -.1, -.7, -40} {
		sum, term := flt(0), flt(1) // 1 - exp(x) by its series, in big arithmetic
		for k := 1; k < 400; k++ {
			term.Mul(term, flt(x))
			term.Quo(term, flt(float64(k)))
			sum.Sub(sum, term)
		}
		if got, want := Log1mExp(x), logOf(sum); x > -20 && !near(got, want, 1e-14) {
			t.Errorf("Log1mExp(%v) = %v, want %v", x, got, want)
		}
	}
}

// An interval of level 95 % covers with probability >= 95 %, computed exactly for every k.
func TestClopperPearsonCovers(t *testing.T) {
	for _, p := range []float64{.01, .1, .37, .5} {
		covered := 0.0
		for k := range int64(41) {
			if low, high := ClopperPearson(k, 40, .95); low <= p && p <= high {
				covered += math.Exp(LogBinomial(40, k, p))
			}
		}
		if covered < .95 {
			t.Errorf("p %v: covered %v, want >= 0.95", p, covered)
		}
	}
	if low, high := ClopperPearson(0, 100, .95); low != 0 || !near(high, 1-math.Pow(.025, .01), 1e-10) {
		t.Errorf("0 of 100: %v..%v, want 0..%v", low, high, 1-math.Pow(.025, .01))
	}
}

// The ends of Wilson's interval solve its defining equation.
func TestWilson(t *testing.T) {
	z := NormalQuantile(.975)
	if math.Abs(z-1.959963984540054) > 1e-13 {
		t.Errorf("quantile %.15f", z)
	}
	for _, k := range []int64{1, 20, 63, 99} {
		low, high := Wilson(k, 100, .95)
		for _, p := range []float64{low, high} {
			if d := float64(k)/100 - p; math.Abs(d*d-z*z*p*(1-p)/100) > 1e-14 {
				t.Errorf("k %d: end %v is no root", k, p)
			}
		}
	}
	if low, high := Wilson(0, 0, .95); !math.IsNaN(low) || !math.IsNaN(high) {
		t.Error("n = 0: want NaN")
	}
}
