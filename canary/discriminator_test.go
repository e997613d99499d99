package canary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"telltale/internal/identity"
)

// The measure of detectability: a logistic model over hashed features of every
// cell (its value, its frequency, its length, its character trigrams), five
// times cross-validated, and the area under its ROC curve. 0.5 is guessing.

const featureBits = 17

type example struct {
	features []uint32
	canary   bool
	score    float64
}

func featurize(tab testTable, rows [][]string, counts []map[string]int) [][]uint32 {
	out := make([][]uint32, len(rows))
	for n, r := range rows {
		var fs []uint32
		add := func(s string) { fs = append(fs, uint32(entry("f", s)>>(64-featureBits))) }
		for i, c := range tab.cols {
			v := judged(c, cell(r, i))
			if c.Key && c.Kind == identity.Integer {
				continue
			}
			t := strings.ToLower("^" + v + "$")
			add(fmt.Sprint(i, "=", v))
			add(fmt.Sprint(i, "#", min(counts[i][v], 3)))
			add(fmt.Sprint(i, "l", len(v)))
			rs := []rune(t)
			for k := 0; k+3 <= len(rs); k++ {
				add(fmt.Sprint(i, "t", string(rs[k:k+3])))
			}
		}
		slices.Sort(fs)
		out[n] = slices.Compact(fs)
	}
	return out
}

// judged hides what is the user's choice, not the mint's: the domain.
func judged(c Column, v string) string {
	if c.Kind == identity.Email {
		v, _, _ = strings.Cut(v, "@")
	}
	return v
}

func auc(tab testTable, real, fake [][]string, seed uint64) float64 {
	counts := make([]map[string]int, len(tab.cols))
	for i, c := range tab.cols {
		counts[i] = map[string]int{}
		for _, r := range append(slices.Clone(real), fake...) {
			counts[i][judged(c, cell(r, i))]++
		}
	}
	var all []*example
	for k, rows := range [][][]string{real, fake} {
		for _, f := range featurize(tab, rows, counts) {
			all = append(all, &example{features: f, canary: k == 1})
		}
	}
	rng := rand.New(rand.NewPCG(seed, 5))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	const folds = 5
	for f := range folds {
		var train []*example
		for i, e := range all {
			if i%folds != f {
				train = append(train, e)
			}
		}
		w := logistic(train, len(real)/max(len(fake), 1), rng)
		for i, e := range all {
			if i%folds == f {
				e.score = w.score(e)
			}
		}
	}
	return area(all)
}

type weights struct{ w, g []float64 }

func (m weights) score(e *example) float64 {
	s := 0.0
	for _, f := range e.features {
		s += m.w[f]
	}
	return s / math.Sqrt(float64(len(e.features)))
}

func logistic(train []*example, balance int, rng *rand.Rand) weights {
	m := weights{make([]float64, 1<<featureBits), make([]float64, 1<<featureBits)}
	for range 12 {
		for _, i := range rng.Perm(len(train)) {
			e := train[i]
			y, weight := 0.0, 1.0
			if e.canary {
				y, weight = 1, float64(balance)
			}
			g := (1/(1+math.Exp(-m.score(e))) - y) * weight / math.Sqrt(float64(len(e.features)))
			for _, f := range e.features {
				d := g + 1e-4*m.w[f]
				m.g[f] += d * d
				m.w[f] -= 0.1 * d / (math.Sqrt(m.g[f]) + 1e-6)
			}
		}
	}
	return m
}

func area(all []*example) float64 {
	slices.SortFunc(all, func(a, b *example) int { return int(math.Copysign(1, a.score-b.score)) })
	ranks, pos := 0.0, 0
	for i, e := range all {
		if e.canary {
			ranks, pos = ranks+float64(i+1), pos+1
		}
	}
	neg := len(all) - pos
	return (ranks - float64(pos*(pos+1))/2) / float64(pos*neg)
}

// TestDetect measures every table.
func TestDetect(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models")
	}
	for _, tab := range append(realTables(t), people(3000), courier(5000)) {
		t.Run(tab.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			if len(tab.rows) > 5000 {
				from := rng.IntN(len(tab.rows) - 5000)
				tab.rows = tab.rows[from : from+5000]
			}
			n := max(len(tab.rows)/50, 2)
			copies := min(max(200/n, 5), 40)
			mean, err, all, keyed := detect(t, tab, n, copies)
			t.Logf("%-14s %5d rows, %d copies with %d canaries: AUC %.3f +- %.3f; half of the canaries cost %.2f of the rows; %s", tab.name, len(tab.rows), copies, n,
				mean, err, removed(all), strings.Join(keyed, ", "))
		})
	}
}
