package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

type weighted struct{ value, weight float64 }

var (
	shares    = []weighted{{1, .5}, {.7, .1}, {.5, .15}, {1. / 3, .1}, {.2, .08}, {.1, .05}, {.05, .02}}
	flips     = []weighted{{.002, .5}, {.01, .15}, {.03, .1}, {.07, .08}, {.15, .07}, {.25, .05}, {.35, .03}, {.45, .02}}
	rowShares = []weighted{{1, .4}, {.97, .15}, {.9, .1}, {.75, .1}, {.5, .1}, {.3, .08}, {.15, .05}, {.05, .02}}
	survivals = []weighted{{.02, .08}, {.1, .12}, {.3, .2}, {.5, .2}, {.7, .15}, {.9, .15}, {.99, .1}}
)

// mean is log of the weighted mean of exp(f).
func mean(points []weighted, f func(float64) float64) float64 {
	logs := make([]float64, len(points))
	top := math.Inf(-1)
	for i, p := range points {
		logs[i] = f(p.value)
		top = math.Max(top, logs[i])
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for i, p := range points {
		sum += p.weight * math.Exp(logs[i]-top)
	}
	return top + math.Log(sum)
}

// read is a site that was read.
type read struct {
	column int
	p      float64
	y, x   int
}

func (v *verifier) reads() []read {
	type site struct{ row, carrier int }
	carriers := v.scheme.carriers()
	number := map[int]int{}
	for i, c := range carriers {
		number[c] = i
	}
	threshold := uint32(0)
	switch d := v.Export.Density; {
	case d >= 1:
		threshold = math.MaxUint32
	case d > 0:
		threshold = uint32(d * (1 << 32))
	}
	votes := map[site]int{}
	for _, l := range v.Leak {
		for _, m := range l.Marks {
			s := v.Rows.Opened[l.Of].Sites[number[m.Column]]
			if m.Rank != nil && s.U < threshold {
				votes[site{l.Of, number[m.Column]}] += 2*int((*m.Rank&1)^int64(s.Mask)) - 1
			}
		}
	}
	var out []read
	for at, vote := range votes {
		r := v.Rows.Opened[at.row]
		y := 0
		if vote > 0 {
			y = 1
		}
		if vote != 0 {
			out = append(out, read{at.carrier, float64(r.Sites[at.carrier].Bias) / (1 << 32), y, r.Bits[at.carrier]})
		}
	}
	return v.sturdy(out, carriers)
}

// sturdy leaves the marks of forms of writing out, where fewer than 16 others
// stand beside them.
func (v *verifier) sturdy(reads []read, carriers []int) []read {
	var others []read
	for _, r := range reads {
		if !strings.HasPrefix(v.scheme.Columns[carriers[r.column]].Carrier, "form:") {
			others = append(others, r)
		}
	}
	if len(others) >= 16 {
		return reads
	}
	return others
}

func cells(reads []read) float64 {
	byColumn := map[int]map[read]float64{}
	for _, r := range reads {
		if byColumn[r.column] == nil {
			byColumn[r.column] = map[read]float64{}
		}
		byColumn[r.column][r]++
	}
	return mean(shares, func(w float64) float64 {
		sum := 0.0
		for _, column := range byColumn {
			sum += mean(flips, func(e float64) float64 {
				log := 0.0
				for r, n := range column {
					given, marginal := e+(1-2*e)*(r.p+w*(float64(r.x)-r.p)), e+(1-2*e)*r.p
					if r.y == 0 {
						given, marginal = 1-given, 1-marginal
					}
					log += n * math.Log(given/marginal)
				}
				return log
			})
		}
		return sum
	})
}

func withheld(q float64, present, missing int) float64 {
	return mean(rowShares, func(l float64) float64 {
		log := float64(present) * (math.Log1p(-q*(1-l)) - math.Log1p(-q))
		if missing > 0 {
			log += float64(missing) * math.Log(1-l)
		}
		return log
	})
}

func (v *verifier) canaryLog() (float64, error) {
	var nulls []float64
	phone := 1.0
	for _, h := range v.Hits {
		c, err := v.planted(h.Of)
		if err != nil {
			return 0, err
		}
		phones, contacts := len(h.Identities) > 0, false
		for _, j := range h.Identities {
			kind := c.Identities[j].Kind
			phones = phones && kind == "phone"
			contacts = contacts || kind == "phone" || kind == "email"
		}
		null := math.Max(v.Result.Floor, math.Min(1, h.Guesses*math.Exp2(-h.Bits)*math.Max(1, float64(len(c.Identities)))))
		if h.Message && !contacts {
			null = 1
		}
		if phones {
			phone = math.Min(phone, null)
		} else {
			nulls = append(nulls, null)
		}
	}
	if phone < 1 {
		nulls = append(nulls, math.Min(1, phone*float64(v.Export.Canaries)))
	}
	misses := math.Max(0, float64(v.Export.Canaries)-float64(len(v.Hits)))
	return mean(survivals, func(s float64) float64 {
		log := misses * math.Log(1-s)
		for _, null := range nulls {
			log += math.Log(math.Max(s, null) / null)
		}
		return log
	}), nil
}

func choose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return (a - b - c) / math.Ln10
}

// numbers recomputes what the bundle states.
func (v *verifier) numbers() error {
	r := v.Result
	if !(r.Alpha > 0 && r.Alpha < 1) || r.Candidates < 1 || !(r.Floor >= 0 && r.Floor <= 1) || v.Recipients < 0 || v.Recipients > r.Candidates {
		return errors.New("alpha, candidates, recipients or controls")
	}
	want, sum := []line{}, 0.0
	add := func(source string, log float64, n int) {
		if n > 0 {
			want = append(want, line{source, log / math.Ln10, int64(n)})
			sum += log / math.Ln10
		}
	}
	reads := v.reads()
	add("cells", cells(reads), len(reads))
	if q := v.Export.WithholdRate; q > 0 {
		missing := 0
		for _, row := range v.Rows.Opened {
			if float64(row.Number)/(1<<53) < q {
				missing++
			}
		}
		add("withheld", withheld(q, len(v.Rows.Opened)-missing, missing), len(v.Rows.Opened))
	}
	canary, err := v.canaryLog()
	if err != nil {
		return err
	}
	add("canary", canary, int(v.Export.Canaries))
	sum = min(max(sum, -1e9), 1e9)
	cherry := sum
	for i, in := range v.Inputs {
		considered := int64(0)
		for row := int64(1); row <= in.Rows; row++ {
			if v.sampled(i, row) {
				considered++
			}
		}
		cherry -= choose(max(considered, in.Used), in.Used)
	}
	bound := math.Min(1, math.Max(1e-300, float64(r.Candidates)*math.Pow(10, -sum)))
	passes := sum >= math.Log10(float64(r.Candidates)/r.Alpha)
	if len(want) != len(r.Lines) || !near(sum, r.Log10LR) || !near(cherry, r.Cherry) || passes != r.Passes || math.Abs(bound-r.Bound) > 1e-6*bound {
		return fmt.Errorf("log10 LR %v and bound %v are stated, %v and %v follow", r.Log10LR, r.Bound, sum, bound)
	}
	for i, w := range want {
		if g := r.Lines[i]; g.Source != w.Source || g.N != w.N || !near(g.Log10LR, min(max(w.Log10LR, -1e9), 1e9)) {
			return fmt.Errorf("%s: %v of %d is stated, %v of %d follows", g.Source, g.Log10LR, g.N, w.Log10LR, w.N)
		}
	}
	return nil
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(a)) }
