package evidence

import (
	"math"
	"testing"

	"telltale/fingerprint"
)

// TestWeights checks that each mixture's weights sum to one: else the mean of
// an e-value would not be one.
func TestWeights(t *testing.T) {
	for name, points := range map[string][]point{"shares": cellShares, "flips": cellFlips, "rows": rowShares, "survivals": survivals} {
		sum := 0.0
		for _, p := range points {
			sum += p.weight
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%s sum to %v", name, sum)
		}
	}
}

// TestMeanIsOne averages each e-value over everything that is drawn of an
// innocent recipient, exactly.
func TestMeanIsOne(t *testing.T) {
	reads := []cellCount{{0, 1 << 30, 1, 0, 1}, {0, 3 << 30, 0, 0, 2}, {2, 1 << 31, 1, 0, 1}, {2, 907633386, 0, 0, 1}, {5, 3387333910, 1, 0, 3}}
	var bits []int // expanded: one bit for each read
	for i, r := range reads {
		for range int(r.n) {
			bits = append(bits, i)
		}
	}
	mean := 0.0
	for set := range 1 << len(bits) {
		p, counts := 1.0, []cellCount{}
		for b, i := range bits {
			c := reads[i]
			c.n, c.bit = 1, uint8(set>>b&1)
			bias := float64(c.bias) / (1 << 32)
			if c.bit == 1 {
				p *= bias
			} else {
				p *= 1 - bias
			}
			counts = append(counts, c)
		}
		mean += p * math.Exp(cellsLogE(counts))
	}
	if math.Abs(mean-1) > 1e-12 {
		t.Errorf("mean of the cells' e-value is %v", mean)
	}
	for _, q := range []float64{0.01, 0.2, 0.5} {
		const n = 12
		mean := 0.0
		for missing := range n + 1 {
			choose := math.Exp(logChoose(n, int64(missing)))
			mean += choose * math.Pow(q, float64(missing)) * math.Pow(1-q, float64(n-missing)) * math.Exp(withheldLogE(q, n-missing, missing))
		}
		if math.Abs(mean-1) > 1e-12 {
			t.Errorf("mean of withheld rows at %v is %v", q, mean)
		}
	}
	for _, null := range []float64{1e-9, 0.01, 0.3, 1} {
		const n = 6
		mean := 0.0
		for hits := range n + 1 {
			nulls := make([]float64, hits)
			for i := range nulls {
				nulls[i] = null
			}
			choose := math.Exp(logChoose(n, int64(hits)))
			mean += choose * math.Pow(null, float64(hits)) * math.Pow(1-null, float64(n-hits)) * math.Exp(canariesLogE(nulls, n-hits))
		}
		if mean > 1+1e-12 {
			t.Errorf("mean of canaries at null %v is %v", null, mean)
		}
	}
}

// Forms of writing are weighed beside sixteen reads that survive cleaning, and
// never without them.
func TestFormsAreNotWeighedAlone(t *testing.T) {
	scheme := fingerprint.Scheme{Columns: []fingerprint.Column{{Name: "amount", Carrier: "number:1"}, {Name: "note", Carrier: "form:space"}}}
	for sturdyReads, want := range map[float64]int64{0: 0, 15: 15, 16: 116, 40: 140} {
		counts := []cellCount{{column: 0, n: sturdyReads}, {column: 1, n: 100}}
		kept, n := sturdy(scheme, counts, int64(sturdyReads)+100)
		sum := 0.0
		for _, c := range kept {
			sum += c.n
		}
		if n != want || int64(sum) != want {
			t.Errorf("%v sturdy reads beside 100 of forms: %d weighed, counted as %v, want %d", sturdyReads, n, sum, want)
		}
	}
}
