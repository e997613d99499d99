package canary

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// comparing simulates k recipients who compare copies made like that: row by
// row and canary by canary, by keyed draws as the export makes them.
func comparing(c Copies, k int, rng *rand.Rand) Comparison {
	out := Comparison{Rows: make([]float64, k+1), Canaries: make([]float64, k+1)}
	count := func(to []float64, held float64) {
		n := 0
		for range k {
			if rng.Float64() < held {
				n++
			}
		}
		to[n]++
	}
	var id [16]byte
	for r := range c.Rows {
		binary.BigEndian.PutUint64(id[8:], uint64(r))
		count(out.Rows, 1-max(c.Withheld, c.Cover.Rate(id)))
	}
	out.Canaries[1] = float64(k * c.Unique)
	for _, p := range c.Biases {
		count(out.Canaries, p)
	}
	return out
}

// countAUC is the area under the curve for whoever holds what fewer copies have
// for likelier a canary, and for the opposite where that is larger.
func countAUC(c Comparison) float64 {
	rows, canaries := c.Partial()
	area, above := 0.0, rows
	for j := 1; j < len(c.Rows)-1; j++ {
		above -= c.Rows[j]
		area += c.Canaries[j] * (above + c.Rows[j]/2)
	}
	area /= rows * canaries
	return max(area, 1-area)
}

// TestCoverHidesCanariesFromCoalitions: of 100,000 rows with 20 canaries in each
// copy and 40 shared ones, two to five recipients who compare copies learn
// hardly anything from the number of copies that hold a row; without cover
// three learn all, as they do where every row is withheld at one rate.
func TestCoverHidesCanariesFromCoalitions(t *testing.T) {
	seed := uint64(rand.Int64())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	biases := make([]float64, 40)
	for i := range biases {
		biases[i] = []float64{0.2113, 0.7887}[i%2]
	}
	made := Copies{Rows: 100_000, Unique: 20, Biases: biases}
	covered := made
	covered.Cover = NewCover(secret(fmt.Sprint("cover", seed)), made.Rows, made.Unique, biases, 2)
	even := made
	even.Withheld = 0.01
	if NewCover(secret("x"), made.Rows, made.Unique, biases, 0).Rate([16]byte{1}) != 0 {
		t.Error("no cover withholds")
	}
	for k := 2; k <= 5; k++ {
		want := covered.Compare(k)
		got := comparing(covered, k, rng)
		rows, canaries := got.Partial()
		// The counts are Poisson; a seed fails by chance with less than 1e-6.
		expected, planted := want.Partial()
		if math.Abs(rows-expected) > 5.5*math.Sqrt(expected) || math.Abs(canaries-planted) > 5.5*math.Sqrt(planted) {
			t.Errorf("%d copies: %.0f rows and %.0f canaries are in some; expected %.0f and %.0f", k, rows, canaries, expected, planted)
		}
		t.Logf("%d copies: %4.0f rows %.0f hide %.0f canaries %.0f; AUC expected %.3f, seen %.3f; without cover %.3f; at one rate %.3f", k, rows, got.Rows[1:k], canaries,
			got.Canaries[1:k], want.AUC(), countAUC(got), made.Compare(k).AUC(), even.Compare(k).AUC())
		if want.AUC() > 0.55 || expected < 1.8*planted*0.9 {
			t.Errorf("%d copies: AUC %.3f, %.0f rows for %.0f canaries", k, want.AUC(), expected, planted)
		}
		// Of canaries and rows in such numbers the area has this error.
		if se := hanley(0.55, int(canaries), int(rows)); countAUC(got) > 0.55+5*se {
			t.Errorf("%d copies: AUC %.3f", k, countAUC(got))
		}
		if made.Compare(k).AUC() != 1 || k > 2 && even.Compare(k).AUC() < 0.6 {
			t.Errorf("%d copies: AUC %.3f without cover, %.3f at one rate", k, made.Compare(k).AUC(), even.Compare(k).AUC())
		}
	}
	if got := covered.Cover.Lost(); math.Abs(got-(2*20*19+2*40*0.5)/100_000) > 1e-9 {
		t.Errorf("share of rows left out %g", got)
	}
}
