package code

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

type biasVectors struct {
	Points []struct {
		C0      int
		Biases  []uint32
		Weights []uint64
	}
	Picks []struct {
		C0   int
		U    uint32
		Bias uint32
	}
}

func TestBiasVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/bias.json")
	if err != nil {
		t.Fatal(err)
	}
	var v biasVectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Points) < 10 || len(v.Picks) < 10 {
		t.Fatalf("%d points and %d picks, want at least 10 of each", len(v.Points), len(v.Picks))
	}
	for _, x := range v.Points {
		for i, p := range Points(x.C0) {
			if uint32(p.Bias) != x.Biases[i] || p.Weight != x.Weights[i] {
				t.Errorf("c0 %d point %d: got %v, want %d %d", x.C0, i, p, x.Biases[i], x.Weights[i])
			}
		}
	}
	for _, x := range v.Picks {
		if got := Pick(x.C0, x.U); uint32(got) != x.Bias {
			t.Errorf("Pick(%d, %d) = %d, want %d", x.C0, x.U, got, x.Bias)
		}
	}
}

func TestPointsAreADistribution(t *testing.T) {
	for c0 := -1; c0 < 50; c0++ {
		points, sum, mean := Points(c0), uint64(0), 0.0
		for i, p := range points {
			sum += p.Weight
			mean += p.Bias.P() * float64(p.Weight)
			if i > 0 && p.Bias <= points[i-1].Bias {
				t.Errorf("c0 %d: biases do not ascend", c0)
			}
		}
		if sum != 1<<32 || math.Abs(mean/(1<<32)-.5) > 1e-12 {
			t.Errorf("c0 %d: weights sum to %d, mean bias %v", c0, sum, mean/(1<<32))
		}
	}
	want := []float64{.0694, .3300, .6700, .9306}
	for i, p := range Points(8) {
		if math.Abs(p.Bias.P()-want[i]) > 5e-5 {
			t.Errorf("c0 8, point %d: %v, want %v", i, p.Bias.P(), want[i])
		}
	}
}
