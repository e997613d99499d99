package canary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// copyFeatures are what can be seen of every row of a copy by somebody who has
// nothing but the copy: of each cell its length, its digits and capitals, its
// number, how common it and its trigrams are; of each pair of cells how common
// they are together; of the row its place, its distance from its neighbours in
// every number, and how many cells the most alike other rows share with it.
func copyFeatures(tab testTable, rows [][]string) (names []string, out [][]float64) {
	out = make([][]float64, len(rows))
	add := func(name string, of func(i int) float64) {
		names = append(names, name)
		for i := range rows {
			out[i] = append(out[i], of(i))
		}
	}
	add("place", func(i int) float64 { return float64(i) / float64(len(rows)) })
	codes := make([][]int32, len(tab.cols))
	sizes := make([]int, len(tab.cols))
	for j, c := range tab.cols {
		codes[j], sizes[j] = intern(rows, j)
		cellFeatures(c, j, rows, codes[j], sizes[j], add)
	}
	for j := range tab.cols {
		for k := range j {
			pairs := map[int64]int{}
			for i := range rows {
				pairs[int64(codes[j][i])<<32|int64(codes[k][i])]++
			}
			add(tab.cols[k].Name+"+"+tab.cols[j].Name, func(i int) float64 { return logCount(pairs[int64(codes[j][i])<<32|int64(codes[k][i])]) })
		}
	}
	first, second := alike(codes)
	add("most alike", func(i int) float64 { return float64(first[i]) })
	add("next alike", func(i int) float64 { return float64(second[i]) })
	return names, out
}

func intern(rows [][]string, j int) ([]int32, int) {
	ids, out := map[string]int32{}, make([]int32, len(rows))
	for i, r := range rows {
		v := cell(r, j)
		id, ok := ids[v]
		if !ok {
			id = int32(len(ids))
			ids[v] = id
		}
		out[i] = id
	}
	return out, len(ids)
}

func logCount(n int) float64 { return math.Log2(float64(min(n, 64))) }

func cellFeatures(c Column, j int, rows [][]string, codes []int32, size int, add func(string, func(int) float64)) {
	text := make([]string, len(rows))
	for i, r := range rows {
		text[i] = judged(c, cell(r, j))
	}
	counts := make([]int, size)
	for _, code := range codes {
		counts[code]++
	}
	add(c.Name+" count", func(i int) float64 { return logCount(counts[codes[i]]) })
	add(c.Name+" length", func(i int) float64 { return float64(len(text[i])) })
	add(c.Name+" digits", func(i int) float64 { return float64(len(onlyDigits(text[i]))) })
	add(c.Name+" capitals", func(i int) float64 {
		return float64(len(strings.FieldsFunc(text[i], func(r rune) bool { return !unicode.IsUpper(r) })))
	})
	trigrams := map[string]int{}
	for _, v := range text {
		eachTrigram(v, func(s string) { trigrams[s]++ })
	}
	add(c.Name+" rarest", func(i int) float64 {
		least := 64
		eachTrigram(text[i], func(s string) { least = min(least, trigrams[s]) })
		return logCount(least)
	})
	add(c.Name+" common", func(i int) float64 {
		sum, n := 0.0, 0.0
		eachTrigram(text[i], func(s string) { sum, n = sum+logCount(trigrams[s]), n+1 })
		return sum / max(n, 1)
	})
	number := make([]float64, len(rows))
	for i, v := range text {
		number[i] = -1
		if x, ok := parseScalar(strings.TrimSpace(v)); ok {
			number[i] = float64(x.units)
		} else if d := onlyDigits(v); d != "" && len(d) < 15 {
			fmt.Sscan(d, &number[i])
		}
	}
	add(c.Name+" number", func(i int) float64 { return number[i] })
	add(c.Name+" since", func(i int) float64 { return number[i] - number[max(i-1, 0)] })
	add(c.Name+" until", func(i int) float64 { return number[min(i+1, len(rows)-1)] - number[i] })
}

func eachTrigram(v string, f func(string)) {
	rs := []rune("^" + strings.ToLower(v) + "$")
	for k := 0; k+3 <= len(rs); k++ {
		f(string(rs[k : k+3]))
	}
}

// alike counts the cells that each row shares with the two rows that share
// most with it.
func alike(codes [][]int32) (first, second []int8) {
	n := len(codes[0])
	rows := make([][]int32, n)
	for i := range rows {
		for j := range codes {
			rows[i] = append(rows[i], codes[j][i])
		}
	}
	first, second = make([]int8, n), make([]int8, n)
	note := func(i int, same int8) {
		if same > first[i] {
			first[i], second[i] = same, first[i]
		} else if same > second[i] {
			second[i] = same
		}
	}
	for i := range rows {
		for k := range i {
			same := int8(0)
			for j, v := range rows[i] {
				if rows[k][j] == v {
					same++
				}
			}
			note(i, same)
			note(k, same)
		}
	}
	return first, second
}

// trial is one copy as an adversary sees it.
type trial struct {
	x      [][]float64
	canary []bool
}

func makeTrial(t testing.TB, tab testTable, p *Profile, label string, n int) (names []string, tr trial) {
	rows, isCanary, _ := plantFor(t, tab, p, label, n)
	names, tr.x = copyFeatures(tab, rows)
	tr.canary = isCanary
	return names, tr
}

// detect lets an adversary who has the program, and knows which rows of other
// copies of the same table are canaries, point at those of each copy in turn:
// trees are grown on half of the rows and the canaries of the other copies,
// and judged on the other half of the rows and the canaries of this one.
// Returned are the mean area under the ROC curve, its standard error over the
// copies, the scores of all rows judged, and what the trees keyed on.
func detect(t testing.TB, tab testTable, n, copies int) (mean, err float64, all []*example, keyed []string) {
	p := learn(tab)
	var trials []trial
	var names []string
	for k := range copies {
		var tr trial
		names, tr = makeTrial(t, tab, p, fmt.Sprintf("detect/%d/%s", k, tab.name), n)
		trials = append(trials, tr)
	}
	gains := make([]float64, len(names))
	var areas []float64
	for k := range trials {
		f := trainOn(trials, k)
		for j, g := range f.gains {
			gains[j] += g
		}
		var scored []*example
		for i, x := range trials[k].x {
			if trials[k].canary[i] || half(i) != k%2 {
				scored = append(scored, &example{canary: trials[k].canary[i], score: f.score(x)})
			}
		}
		areas = append(areas, area(scored))
		all = append(all, scored...)
	}
	for _, a := range areas {
		mean += a / float64(len(areas))
	}
	for _, a := range areas {
		err += (a - mean) * (a - mean)
	}
	order := make([]int, len(names))
	for j := range order {
		order[j] = j
	}
	slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, gains[b]-gains[a])) })
	for _, j := range order[:5] {
		keyed = append(keyed, names[j])
	}
	return mean, math.Sqrt(err / float64(len(areas)*max(len(areas)-1, 1))), all, keyed
}

// half puts rows that stand at about the same place on the same side.
func half(i int) int { return i / 16 % 2 }

func trainOn(trials []trial, without int) *forest {
	rng := rand.New(rand.NewPCG(uint64(without), 7))
	var x [][]float64
	var y []bool
	pos := 0
	for k, tr := range trials {
		for i := range tr.x {
			c := tr.canary[i]
			if k == without || !c && (half(i) != without%2 || rng.IntN(len(trials)-1) != 0) {
				continue
			}
			x, y = append(x, tr.x[i]), append(y, c)
			if c {
				pos++
			}
		}
	}
	weight := make([]float64, len(x))
	for i := range weight {
		weight[i] = pick(y[i], float64(len(x)-pos)/float64(pos), 1)
	}
	return growForest(x, y, weight)
}

// removed is the share of real rows that somebody has to delete who deletes
// the rows that look most like canaries until half of the canaries are gone.
func removed(all []*example) float64 {
	slices.SortFunc(all, func(a, b *example) int { return int(math.Copysign(1, b.score-a.score)) })
	canaries := 0
	for _, e := range all {
		if e.canary {
			canaries++
		}
	}
	gone, rows := 0, 0
	for _, e := range all {
		if e.canary {
			gone++
		} else {
			rows++
		}
		if 2*gone >= canaries {
			break
		}
	}
	return float64(rows) / float64(len(all)-canaries)
}
