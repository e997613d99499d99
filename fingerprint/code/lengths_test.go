package code

import (
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

// needed finds the least number of reads, to within 2 %, at which the first and at which every source is accused.
func needed(t *testing.T, seed uint64, n int, a attack, most int) (first, all int, wrong bool) {
	reads, words := draw(rand.New(rand.NewPCG(seed, 77)), n, most, 4, 1, a)
	seen := make(map[int][2]bool)
	at := func(m int) [2]bool {
		if got, ok := seen[m]; ok {
			return got
		}
		r := decode(t, reads[:m], words.prefix(m), true)
		hit := 0
		for _, c := range r.Accused {
			if c < a.c {
				hit++
			} else {
				wrong = true
			}
		}
		seen[m] = [2]bool{hit > 0, hit == a.c}
		return seen[m]
	}
	search := func(which int) int {
		lo, hi := 16.0, float64(most)
		for hi/lo > 1.02 && hi-lo > 1 {
			mid := math.Sqrt(lo * hi)
			if at(int(mid))[which] {
				hi = mid
			} else {
				lo = mid
			}
		}
		return int(hi)
	}
	return search(0), search(1), wrong
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
		first, all, wrong := measure(t, l.attack, 3*l.all+60)
		table += fmt.Sprintf("| %d | %s | %d | %d | %d | %d | %d |\n", l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		if median(first) > l.first || median(all) > l.all || wrong > 0 {
			t.Errorf("%d %s: first %d (want <= %d), all %d (want <= %d), %d wrong", l.c, l.name, median(first), l.first, median(all), l.all, wrong)
		}
	}
	t.Log("seeds 1.." + fmt.Sprint(*lengthSeeds) + "\n" + table)
}

func measure(t *testing.T, a attack, most int) (first, all []int, wrong int) {
	first, all = make([]int, *lengthSeeds), make([]int, *lengthSeeds)
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan bool, runtime.GOMAXPROCS(0))
	for s := range *lengthSeeds {
		slots <- true
		wg.Go(func() {
			defer func() { <-slots }()
			f, g, w := needed(t, uint64(s+1), 1000, a, most)
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
