package code

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"telltale/internal/stat"
)

var (
	calibration      = flag.Int("calibration", 4000, "innocents per attack in TestCalibration")
	calibrationState = flag.String("calibration.state", "", "file in which TestCalibration keeps its counts, to go on where it was stopped")
)

const (
	calibrationSeed = 11
	perLeak         = 2000 // plain innocents beside the sources of one simulated leak
	framedPerLeak   = 4
	tails           = 12 // P(E >= 10^k) for k below it
)

var attacks = []attack{
	{"nobody", 0, 0, interleave, nil}, {"single", 1, 0, interleave, nil}, {"single, 10 % flips", 1, .1, interleave, nil},
	{"single, 30 % flips", 1, .3, interleave, nil}, {"interleave", 5, 0, interleave, nil}, {"majority", 5, 0, majority, nil},
	{"minority", 5, 0, minority, nil}, {"coin", 5, 0, coin, nil}, {"all ones", 5, 0, allOnes, nil}, {"all zero", 5, .05, allZero, nil},
	{"uneven shares", 4, .02, interleave, uneven}, {"by columns", 3, 0, interleave, byColumn},
}

// uneven takes eight of sixteen reads from the first copy, four, three and one from the others.
func uneven(r *rand.Rand, _ int) int { return int("0000000011112223"[r.IntN(16)] - '0') }

func byColumn(_ *rand.Rand, group int) int { return group }

// bernoulli sets each of 64 bits with probability bias / 2^32: binary digits of 64 uniform numbers are drawn, the highest first, until all
// differ from those of the bias.
func bernoulli(r *rand.Rand, b Bias) (less uint64) {
	open := ^uint64(0)
	for digit := 31; digit >= 0 && open != 0; digit-- {
		u := r.Uint64()
		if b>>digit&1 == 1 {
			less |= open &^ u
			open &= u
		} else {
			open &^= u
		}
	}
	return less
}

// innocents appends n words to words.
func innocents(r *rand.Rand, words packed, reads []Read, n int) packed {
	byBias := make([]map[Bias]uint64, (len(reads)+63)/64)
	for i, x := range reads {
		if i%64 == 0 {
			byBias[i/64] = map[Bias]uint64{}
		}
		byBias[i/64][x.Bias] |= 1 << (i % 64)
	}
	for range n {
		word := make([]uint64, len(byBias))
		for i, masks := range byBias {
			for _, b := range sortedBiases(masks) {
				word[i] |= bernoulli(r, b) & masks[b]
			}
		}
		words = append(words, word)
	}
	return words
}

func sortedBiases(m map[Bias]uint64) []Bias {
	var out []Bias
	for b := range m {
		out = append(out, b)
	}
	slices.Sort(out)
	return out
}

// frame is a way to draw words that look like a source's: from the distribution of a word given the reads, were it a source with this share
// and these flips, beside the real sources or instead of them. ratio is how much likelier it makes a word than chance does; weighing by
// 1/ratio turns what framed words show into what innocents would, and shows tails that no simulation of innocents reaches.
type frame struct {
	share, flips float64
	beside       bool
}

var frames = []frame{{1, .004, false}, {1, .1, false}, {1, .3, false}, {.5, .01, false}, {.3, .01, false}, {.2, .02, false}, {.12, .02, false}, {.5, .01, true}, {.2, .02, true}}

// chance is P(y = 1) at read i when the word has the bit x there.
func (f frame) chance(reads []Read, words packed, c, i, x int) float64 {
	others := reads[i].Bias.P()
	if f.beside && c > 0 {
		others = 0
		for j := range c {
			others += float64(words.bit(j, i)) / float64(c)
		}
	}
	return flipped((1-f.share)*others+f.share*float64(x), f.flips)
}

// terms gives, per read, the log ratio of a framed word to a chance one where its bit is 0 and where it is 1.
func (f frame) terms(reads []Read, words packed, c int) [][2]float64 {
	out := make([][2]float64, len(reads))
	for i, r := range reads {
		p := r.Bias.P()
		like := [2]float64{f.chance(reads, words, c, i, 0), f.chance(reads, words, c, i, 1)}
		if r.Symbol == 0 {
			like = [2]float64{1 - like[0], 1 - like[1]}
		}
		even := (1-p)*like[0] + p*like[1]
		out[i] = [2]float64{math.Log(like[0] / even), math.Log(like[1] / even)}
	}
	return out
}

// framed appends n words, a tenth of them by chance and the others each by one of the frames, and returns their weights: the ratio of
// their probability by chance to that of having been drawn here.
func framed(r *rand.Rand, words packed, reads []Read, c, n int) (packed, []float64) {
	var all [][][2]float64
	for _, f := range frames {
		all = append(all, f.terms(reads, words, c))
	}
	var weights []float64
	for range n {
		terms := make([][2]float64, len(reads)) // by chance
		if r.IntN(10) > 0 {
			terms = all[r.IntN(len(all))]
		}
		word := make([]uint64, (len(reads)+63)/64)
		logs := make([]float64, len(all)+1)
		for i, x := range reads {
			bit := 0
			if r.Float64() < x.Bias.P()*math.Exp(terms[i][1]) {
				bit = 1
			}
			word[i>>6] |= uint64(bit) << (i & 63)
			for k := range all {
				logs[k] += all[k][i][bit]
			}
		}
		for k := range all {
			logs[k] += math.Log(.9 / float64(len(all)))
		}
		logs[len(all)] = math.Log(.1)
		words = append(words, word)
		weights = append(weights, math.Exp(-stat.LogSumExp(logs)))
	}
	return words, weights
}

// tally counts e-values. Errors are those between leaks, since candidates of one leak have the reads in common.
type tally struct {
	Leaks, N     float64
	Sum, Squares float64           // of e-values; of their sums by leak
	Capped       [2]float64        // the same with e-values capped at 100
	Over         [tails]float64    // how many reach 10^k
	Tail         [tails][2]float64 // weighted: sums and squares of what leaks contribute to P(E >= 10^k)
}

func (t *tally) add(logE, weights []float64) {
	var sum, capped float64
	var over [tails]float64
	for i, l := range logE {
		e := math.Exp(l)
		sum += weights[i] * e
		capped += weights[i] * min(e, 100)
		for k := range over {
			if l >= float64(k)*math.Ln10 {
				over[k] += weights[i]
			}
		}
	}
	t.Leaks++
	t.N += float64(len(logE))
	t.Sum, t.Squares = t.Sum+sum, t.Squares+sum*sum
	t.Capped[0], t.Capped[1] = t.Capped[0]+capped, t.Capped[1]+capped*capped
	for k, x := range over {
		t.Over[k] += x
		t.Tail[k][0], t.Tail[k][1] = t.Tail[k][0]+x, t.Tail[k][1]+x*x
	}
}

// mean of a sum over leaks and of its squares, per candidate, with its standard error.
func (t *tally) mean(sum, squares float64) (mean, err float64) {
	perLeak := t.N / t.Leaks
	m := sum / t.Leaks
	return m / perLeak, math.Sqrt(math.Max(0, squares/t.Leaks-m*m)/t.Leaks) / perLeak
}

// weighLeak draws leak number n under an attack, with its innocents, and counts what everybody weighs.
func (c *calibrated) weighLeak(t testing.TB, k, n int) {
	a := attacks[k]
	r := rand.New(rand.NewPCG(calibrationSeed+uint64(k)<<32, uint64(n)))
	groups := 1 + n%3
	if a.from != nil {
		groups = 3
	}
	reads, words := draw(r, a.c, []int{40, 400, 120, 40, 120}[n%5], []int{4, 4, 6, 2}[n%4], groups, a)
	words, weights := framed(r, words, reads, a.c, framedPerLeak)
	words = innocents(r, words, reads, perLeak)
	result, err := Decode(context.Background(), reads, words, Options{Joint: true})
	if err != nil {
		t.Fatal(err)
	}
	var logE []float64
	for _, s := range result.Scores[a.c:] {
		logE = append(logE, s.LogE)
	}
	c.Framed.add(logE[:framedPerLeak], weights)
	plain := logE[framedPerLeak:]
	c.Lines[cells].add(plain, ones(perLeak))
	for i, l := range [][]float64{sharedLine(t, r), withheldLine(r), canaryLine(r)} {
		c.Lines[shared+i].add(l, ones(perLeak))
		for i := range plain {
			plain[i] += l[i]
		}
	}
	c.Lines[together].add(plain, ones(perLeak))
}

// The lines of evidence that are calibrated.
const (
	cells = iota
	shared
	withheld
	canaries
	together // their product
)

var lineNames = [...]string{"cells", "shared canaries", "withheld rows", "canaries", "all of them together"}

// calibrated is what TestCalibration has counted under one attack.
type calibrated struct {
	Lines  [len(lineNames)]tally
	Framed tally
}

// sharedLine is what 30 shared canaries of a complete leak of one copy say of innocents.
func sharedLine(t testing.TB, r *rand.Rand) []float64 {
	reads, words := draw(r, 1, 30, 4, 1, attacks[1])
	result, err := Decode(context.Background(), reads, innocents(r, words[:0], reads, perLeak), Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, perLeak)
	for i, s := range result.Scores {
		out[i] = s.LogE
	}
	return out
}

// withheldLine is what the rows of a leak say of innocents, from whom each was withheld at one of two rates.
func withheldLine(r *rand.Rand) []float64 {
	rates := []float64{.01, .05, .2}
	out := make([]float64, perLeak)
	at := r.IntN(len(rates))
	q, other := rates[at], rates[(at+1)%len(rates)]
	many, few := 64*(1+r.IntN(13)), 64
	for i := range out {
		a, b := missing(r, q, many), missing(r, other, few)
		out[i] = WithheldLogE([]Withheld{{q, many - a, a}, {other, few - b, b}}, nil)
	}
	return out
}

// missing is how many of n rows are withheld at rate q, n being a multiple of 64.
func missing(r *rand.Rand, q float64, n int) (k int) {
	for range n / 64 {
		k += bits.OnesCount64(bernoulli(r, Bias(q*(1<<32))))
	}
	return k
}

// canaryLine is what three canaries say of innocents, each seen by chance as often as its bound allows.
func canaryLine(r *rand.Rand) []float64 {
	out := make([]float64, perLeak)
	nulls := []float64{.2, .03, .001}
	survival := Survival(r.Float64())
	for i := range out {
		var hits, misses []float64
		for _, null := range nulls {
			if r.Float64() < null {
				hits = append(hits, null)
			} else {
				misses = append(misses, null)
			}
		}
		out[i] = CanaryLogE(hits, misses, survival)
	}
	return out
}

func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }

// TestCalibration weighs innocents beside real sources: P(E >= 10^k) <= 10^-k and mean <= 1. Per attack and k the exact binomial tail must
// be below 1e-7, so that the whole test raises a false alarm with probability below 1e-4 (the means of capped e-values allow for 6 standard
// errors). The table of docs/statistics.md is
//
//	go test ./fingerprint/code -run Calibration$ -calibration=1000000 -calibration.state=FILE -timeout 5h -v
//
// which may be stopped and started again.
func TestCalibration(t *testing.T) {
	counts := make([]calibrated, len(attacks))
	loadState(t, &counts)
	for k, a := range attacks {
		c := &counts[k]
		for done := &c.Lines[cells]; int(done.N) < *calibration; {
			if c.weighLeak(t, k, int(done.Leaks)); int(done.Leaks)%20 == 0 {
				saveState(t, counts)
			}
		}
		for i := range c.Lines {
			c.Lines[i].check(t, a.name+", "+lineNames[i])
		}
	}
	saveState(t, counts)
	t.Log(calibrationTable(counts))
}

func (c *tally) check(t *testing.T, name string) {
	for k := 1; k < tails; k++ {
		if count := int64(c.Over[k]); stat.LogUpperTail(int64(c.N), count, math.Pow10(-k)) < math.Log(1e-7) {
			t.Errorf("%s: %d of %.0f innocents reach 10^%d", name, count, c.N, k)
		}
	}
	if mean, err := c.mean(c.Capped[0], c.Capped[1]); c.Leaks > 20 && mean > 1+6*err {
		t.Errorf("%s: mean of E capped at 100 is %v, want at most 1", name, mean)
	}
}

func loadState(t *testing.T, counts any) {
	if *calibrationState == "" {
		return
	}
	text, err := os.ReadFile(*calibrationState)
	if os.IsNotExist(err) {
		return
	}
	if err == nil {
		err = json.Unmarshal(text, counts)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func saveState(t *testing.T, counts any) {
	if *calibrationState == "" {
		return
	}
	text, err := json.Marshal(counts)
	if err == nil {
		err = os.WriteFile(*calibrationState, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func calibrationTable(counts []calibrated) string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %.0f innocents per attack\n\n", calibrationSeed, counts[0].Lines[cells].N)
	head := "| mean of E | its error | P(E >= 10) | >= 100 | >= 1000 | >= 10^4 | >= 10^5 |\n|---|---|---|---|---|---|---|---|\n"
	b.WriteString("| cells, attack and sources " + head)
	for k, c := range counts {
		fmt.Fprintf(&b, "| %s %d %s", attacks[k].name, attacks[k].c, c.Lines[cells].row())
	}
	fmt.Fprintf(&b, "\n| line of evidence, all attacks %s", head)
	for line, name := range lineNames {
		var all tally
		for _, c := range counts {
			all.merge(c.Lines[line])
		}
		fmt.Fprintf(&b, "| %s %s", name, all.row())
	}
	fmt.Fprintf(&b, "\n%.0f framed words per attack\n\n| cells, attack and sources | mean of E | its error ", counts[0].Framed.N)
	shown := []int{1, 2, 3, 4, 6, 9}
	for _, j := range shown {
		fmt.Fprintf(&b, "| 10^%d P(E >= 10^%d) ", j, j)
	}
	b.WriteString("|\n|---|---|---|---|---|---|---|---|---|\n")
	for k, c := range counts {
		mean, err := c.Framed.mean(c.Framed.Sum, c.Framed.Squares)
		fmt.Fprintf(&b, "| %s %d | %.3f | %.3f ", attacks[k].name, attacks[k].c, mean, err)
		for _, j := range shown {
			p, err := c.Framed.mean(c.Framed.Tail[j][0], c.Framed.Tail[j][1])
			fmt.Fprintf(&b, "| %.3f ± %.3f ", p*math.Pow10(j), err*math.Pow10(j))
		}
		b.WriteString("|\n")
	}
	return b.String()
}

func (t *tally) row() string {
	mean, err := t.mean(t.Sum, t.Squares)
	s := fmt.Sprintf("| %.3f | %.3f ", mean, err)
	for j := 1; j < 6; j++ {
		s += fmt.Sprintf("| %.2g ", t.Over[j]/t.N)
	}
	return s + "|\n"
}

func (t *tally) merge(u tally) {
	t.Leaks, t.N, t.Sum, t.Squares = t.Leaks+u.Leaks, t.N+u.N, t.Sum+u.Sum, t.Squares+u.Squares
	for i := range t.Capped {
		t.Capped[i] += u.Capped[i]
	}
	for k := range t.Over {
		t.Over[k] += u.Over[k]
	}
}
