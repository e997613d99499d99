package code

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestRefuses(t *testing.T) {
	one := packed{{0}}
	for name, got := range map[string]error{
		"a symbol beyond 1": second(Decode(context.Background(), []Read{{Symbol: 2}}, one, Options{})),
		"alpha above 1":     second(Decode(context.Background(), nil, one, Options{Alpha: 2})),
		"too few to share":  second(Decode(context.Background(), nil, packed{{0}, {1}}, Options{Candidates: 1})),
		"a wild group":      second(Decode(context.Background(), []Read{{Group: 60000}}, one, Options{})),
	} {
		if got == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := second(Decode(ended, []Read{{Bias: 1 << 31}}, one, Options{})); err != context.Canceled {
		t.Errorf("ended context: got %v, want context.Canceled", err)
	}
}

func second(_ Result, err error) error { return err }

func TestNothingToGoBy(t *testing.T) {
	r := decode(t, nil, packed{{0}, {1}}, true)
	if len(r.Scores) != 2 || r.Scores[1].LogE != 0 || r.Scores[1].Candidate != 1 {
		t.Errorf("no reads: got %+v, want two candidates at log e 0", r.Scores)
	}
	if r := decode(t, []Read{{Bias: 1 << 31}}, packed{}, true); len(r.Scores) != 0 {
		t.Errorf("no candidates: got %+v", r.Scores)
	}
	if r := decode(t, []Read{{Bias: 0, Symbol: 1}, {Bias: 1<<32 - 1}}, packed{{3}}, true); math.IsNaN(r.Scores[0].LogE) {
		t.Error("extreme biases: log e is not a number")
	}
}

// One column of three was normalised away: it drops out, and costs little. Seed 4; 60 reads of one clean source are far beyond need.
func TestDeadColumnDropsOut(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	reads, words := draw(r, 100, 600, 4, 3, attack{"", 1, 0, interleave, nil})
	for i := range reads {
		if reads[i].Group == 1 {
			reads[i].Symbol = uint8(r.IntN(2))
		}
	}
	got := decode(t, reads, words, true)
	if got.Flips[1] < .4 || got.Flips[0] > .05 || got.Flips[2] > .05 {
		t.Errorf("flip rates %v, want about 0, 0.5, 0", got.Flips)
	}
	if l := got.Scores[0].LogE; l < 170 {
		t.Errorf("log e %v, want nearly what 400 clean reads give (206)", l)
	}
	if !strings.Contains(strings.Join(got.Warnings, "\n"), "group 1") {
		t.Errorf("warnings %q do not name the group", got.Warnings)
	}
}

// Somebody moved all values of two columns of three by one step, or of all: their symbols are inverted, and speak all the same. Seed 6;
// as above.
func TestInvertedColumns(t *testing.T) {
	for _, inverted := range []int{2, 3} {
		for _, sources := range []int{1, 3} {
			r := rand.New(rand.NewPCG(6, uint64(10*inverted+sources)))
			reads, words := draw(r, 100, 450*sources, 4, 3, attack{"", sources, 0, interleave, nil})
			for i := range reads {
				if int(reads[i].Group) < inverted {
					reads[i].Symbol ^= 1
				}
			}
			got := decode(t, reads, words, true)
			if len(got.Accused) != sources || slices.Max(got.Accused) >= sources {
				t.Errorf("%d columns inverted, %d sources: accused %v", inverted, sources, got.Accused)
			}
			if got.Flips[0] < .9 {
				t.Errorf("flip rates %v, want nearly 1 first", got.Flips)
			}
		}
	}
}

// Half of the reads are of rows that are nobody's.
func TestForeignRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 4))
	reads, words := draw(r, 200, 500, 4, 1, attack{"", 1, .25, interleave, nil})
	if got := decode(t, reads, words, true); !reflect.DeepEqual(got.Accused, []int{0}) {
		t.Errorf("accused %v, want the one source", got.Accused)
	}
}

func TestSharesOfTwo(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 4))
	reads, words := draw(r, 100, 1500, 4, 1, attack{"", 2, 0, func(r *rand.Rand, _, _, pick int) int { return pick }, nil})
	for i := range reads {
		from := 0
		if r.Float64() < .3 {
			from = 1
		}
		reads[i].Symbol = uint8(words.bit(from, i))
	}
	got := decode(t, reads, words, true)
	if len(got.Accused) != 2 {
		t.Fatalf("accused %v, want two", got.Accused)
	}
	for i, want := range []float64{.7, .3} {
		s := got.Scores[i]
		if s.ShareLow > want || s.ShareHigh < want || math.Abs(s.Share-want) > .08 {
			t.Errorf("share of %d: %.3f (%.3f..%.3f), want %.1f", i, s.Share, s.ShareLow, s.ShareHigh, want)
		}
	}
}

// With small budgets only the best are weighed on all reads; the sources are among them, and the rest is not accused.
func TestScreening(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 4))
	reads, words := draw(r, 600, 3000, 4, 2, attack{"", 3, 0, interleave, nil})
	d := newDecoder(context.Background(), reads, selecting{words}, 2)
	d.knownOdds, d.prior, d.threshold = 20, math.Log(600), math.Log(600/1e-6)
	d.sampleBits, d.fullBits = 600*800, 3000*70
	got, err := d.run(true)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.picked) != 70 || len(got.Accused) != 3 || len(got.Warnings) == 0 {
		t.Errorf("%d picked, accused %v, warnings %q; want 70, the three sources, a warning", len(d.picked), got.Accused, got.Warnings)
	}
}

func TestSameAnswerEveryTime(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 4))
	reads, words := draw(r, 150, 400, 6, 4, attack{"", 2, .02, interleave, nil})
	a := decode(t, reads, words, true)
	for _, workers := range []int{1, 2, 7} {
		b, err := Decode(context.Background(), reads, words, Options{Joint: true, Workers: workers})
		if err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%d workers: another answer (%v)", workers, err)
		}
	}
}
