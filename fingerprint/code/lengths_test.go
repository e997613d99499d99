package code

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

var lengthSeeds = flag.Int("lengths", 0, "seeds per line of the table of lengths; 0 skips it")
var crowdSeeds = flag.Int("lengths.crowd", 0, "the same for N = 100,000")
var lengthFrom = flag.Int("lengths.from", 1, "the first seed")
var lengthNames = flag.String("attack", "", "measure only the attack of this name")

// lengths is the table of docs/statistics.md: N = 1000, alpha = 1e-6, c0 = 4. The targets are medians.
var lengths = []struct {
	attack
	first, all int
}{
	{attack{"none", 1, 0, interleave, nil}, 48, 48},
	{attack{"10% flips", 1, .1, interleave, nil}, 105, 105},
	{attack{"30% flips", 1, .3, interleave, nil}, 450, 450},
	{attack{"interleave", 2, 0, interleave, nil}, 200, 220},
	{attack{"interleave", 3, 0, interleave, nil}, 350, 440},
	{attack{"minority", 3, 0, minority, nil}, 480, 520},
	{attack{"interleave", 5, 0, interleave, nil}, 780, 1300},
	{attack{"majority", 5, 0, majority, nil}, 700, 1700},
	{attack{"minority", 5, 0, minority, nil}, 1000, 1400},
	{attack{"coin", 5, 0, coin, nil}, 1250, 1400},
	{attack{"all ones", 5, 0, allOnes, nil}, 1000, 1000},
	{attack{"interleave", 8, 0, interleave, nil}, 2100, 3100},
}

// trial is one leak among n candidates, of which the words of only some are drawn until a length is found.
type trial struct {
	attack
	n     int
	r     *rand.Rand
	reads []Read
	words packed
	seen  map[int][2]bool
	wrong bool
}

// at reports whether, with m reads, the first and every source is accused.
func (x *trial) at(t *testing.T, m int, words packed) [2]bool {
	got, err := Decode(context.Background(), x.reads[:m], words.prefix(m), Options{Joint: true, Candidates: x.n})
	if err != nil {
		t.Fatal(err)
	}
	hit := 0
	for _, c := range got.Accused {
		if c < x.c {
			hit++
		} else {
			x.wrong = true
		}
	}
	return [2]bool{hit > 0, hit == x.c}
}

// search finds the least number of reads, to within 2 %.
func (x *trial) search(t *testing.T, which int) int {
	lo, hi := 16.0, float64(len(x.reads))
	for hi/lo > 1.02 && hi-lo > 1 {
		mid := math.Sqrt(lo * hi)
		m := int(mid)
		if _, ok := x.seen[m]; !ok {
			x.seen[m] = x.at(t, m, x.words)
		}
		if x.seen[m][which] {
			hi = mid
		} else {
			lo = mid
		}
	}
	return int(hi)
}

// needed finds the numbers of reads at which the first and at which every source is accused. A thousand candidates take part in the search, at
// the bound for n; then all n are weighed at both lengths, and the answer must be the same.
func needed(t *testing.T, seed uint64, n int, a attack, most int) (first, all int, wrong bool) {
	x := &trial{attack: a, n: n, r: rand.New(rand.NewPCG(seed, 77)), seen: map[int][2]bool{}}
	x.reads, x.words = draw(x.r, min(n, 1000), most, 4, 1, a)
	first, all = x.search(t, 0), x.search(t, 1)
	if n > len(x.words) {
		everybody := innocents(x.r, x.words, x.reads, n-len(x.words))
		if !x.at(t, first, everybody)[0] || !x.at(t, all, everybody)[1] {
			t.Errorf("seed %d: %s of %d: lengths %d and %d do not hold among all %d", seed, a.name, a.c, first, all, n)
		}
	}
	return first, all, x.wrong
}

func median(x []int) int {
	slices.Sort(x)
	return x[len(x)/2]
}

// TestLengths measures the table: go test ./fingerprint/code -run Lengths -lengths=51 -v
func TestLengths(t *testing.T) {
	if *lengthSeeds == 0 {
		t.Skip("asked for by -lengths=SEEDS")
	}
	table := "| coalition | attack | first, median | target | all, median | target | wrong |\n|---|---|---|---|---|---|---|\n"
	for _, l := range lengths {
		if *lengthNames != "" && *lengthNames != fmt.Sprint(l.name, l.c) {
			continue
		}
		first, all, wrong := measure(t, *lengthSeeds, 1000, l.attack, 3*l.all+60)
		table += fmt.Sprintf("| %d | %s | %d | %d | %d | %d | %d |\n", l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		if median(first) > l.first || median(all) > l.all || wrong > 0 {
			t.Errorf("%d %s: first %d (want <= %d), all %d (want <= %d), %d wrong", l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		}
	}
	t.Logf("%d seeds from %d\n%s", *lengthSeeds, *lengthFrom, table)
}

// crowd is the table for N = 100,000.
var crowd = []struct {
	attack
	first, all, most int
}{
	{attack{"none", 1, 0, interleave, nil}, 100, 100, 200},
	{attack{"interleave", 5, 0, interleave, nil}, 1900, 1900, 3000},
	{attack{"all ones", 5, 0, allOnes, nil}, 1000, 1000, 1500},
}

// TestLengthsOfACrowd measures them: go test ./fingerprint/code -run LengthsOfACrowd -lengths.crowd=51 -v -timeout 5h
func TestLengthsOfACrowd(t *testing.T) {
	if *crowdSeeds == 0 {
		t.Skip("asked for by -lengths.crowd=SEEDS")
	}
	for _, l := range crowd {
		if *lengthNames != "" && *lengthNames != fmt.Sprint(l.name, l.c) {
			continue
		}
		first, all, wrong := measure(t, *crowdSeeds, 100_000, l.attack, l.most)
		if median(first) > l.first || median(all) > l.all || wrong > 0 {
			t.Errorf("%d %s: first %d (want <= %d), all %d (want <= %d), %d wrong", l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		}
		t.Logf("%d seeds from %d\n| %d | %s | %d | %d | %d | %d | %d |", *crowdSeeds, *lengthFrom, l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		t.Logf("first %v, all %v", first, all)
	}
}

func measure(t *testing.T, seeds, n int, a attack, most int) (first, all []int, wrong int) {
	first, all = make([]int, seeds), make([]int, seeds)
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan bool, runtime.GOMAXPROCS(0))
	for s := range seeds {
		slots <- true
		wg.Go(func() {
			defer func() { <-slots }()
			f, g, w := needed(t, uint64(s+*lengthFrom), n, a, most)
			mu.Lock()
			defer mu.Unlock()
			first[s], all[s] = f, g
			if w {
				wrong++
			}
		})
	}
	wg.Wait()
	return first, all, wrong
}
