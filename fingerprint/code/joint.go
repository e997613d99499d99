package code

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"telltale/internal/stat"
)

const (
	poolMost   = 4000 // candidates that are weighed again, at most
	poolBits   = 4e8  // and the bits that one pass over them may look at
	knownMost  = 24   // words that serve as side information, at most
	knownOdds  = 20   // odds at which a candidate's word begins to serve as side information
	knownSteps = 8    // rounds in which the known words may grow
)

// coalitions finds, for each candidate, the likely other sources, and weighs the candidate given their words.
//
// known(r) is built from everybody's words but r's, so given all of those and the reads, r's ratio still has mean 1. It starts empty; in each
// round everybody else whose e-value, given the known words, reaches N times knownOdds joins it, until nobody does.
type coalitions struct {
	*decoder
	pool   []int
	passes map[string][]float64 // known words -> log e-value of everybody in the pool given them
}

func newCoalitions(d *decoder) *coalitions {
	k := min(d.poolMost, max(64, poolBits/len(d.reads)), len(d.picked))
	return &coalitions{decoder: d, pool: d.picked[:k], passes: make(map[string][]float64)}
}

// reweigh replaces the e-value of everybody in the pool by the mean of the one without and the one with side information.
func (c *coalitions) reweigh() {
	whole := c.known(-1)
	if len(whole) == 0 {
		return
	}
	given := c.pass(whole)
	refined := make([]float64, len(c.pool))
	for i := range c.pool {
		refined[i] = given[i]
		if slices.Contains(whole, i) {
			refined[i] = c.without(i)
		}
	}
	for i, r := range c.pool {
		c.scores[r].LogE = stat.LogAdd(c.scores[r].LogE, refined[i]) - math.Ln2
	}
	inPool := make(map[int]bool, len(c.pool))
	for _, r := range c.pool {
		inPool[r] = true
	}
	for i := range c.scores {
		if !inPool[i] {
			c.scores[i].LogE -= math.Ln2
		}
	}
}

// without is the log e-value of pool member i given the sources that the others' words alone point to.
func (c *coalitions) without(i int) float64 {
	others := c.known(i)
	if len(others) == 0 {
		return c.scores[c.pool[i]].LogE
	}
	return c.pass(others)[i]
}

// known lists, as ascending indices into the pool, whose words serve as side information when the word of leftOut may not be looked at.
func (c *coalitions) known(leftOut int) []int {
	var in []int
	for range knownSteps {
		logE := c.pass(in)
		if c.ctx.Err() != nil {
			return nil
		}
		var join []int
		for i, l := range logE {
			if i != leftOut && l >= c.prior+math.Log(c.knownOdds) && !slices.Contains(in, i) {
				join = append(join, i)
			}
		}
		if len(join) == 0 || len(in) == c.knownMost {
			break
		}
		slices.SortStableFunc(join, func(a, b int) int { return cmp.Compare(logE[b], logE[a]) })
		in = append(in, join[:min(len(join), c.knownMost-len(in))]...)
		slices.Sort(in)
	}
	return in
}

// pass weighs the pool given the words of some of its members. The values of those members themselves mean nothing.
func (c *coalitions) pass(known []int) []float64 {
	key := fmt.Sprint(known)
	if got, ok := c.passes[key]; ok {
		return got
	}
	out := make([]float64, len(c.pool))
	c.passes[key] = out
	if len(known) == 0 {
		for i, r := range c.pool {
			out[i] = c.scores[r].LogE
		}
		return out
	}
	v, _ := c.informed(c.candidates(known))
	m := newModel(v)
	c.each(len(c.pool), func() func(int) {
		w, ones := m.weigher(), make([]int32, 2*len(v.cells))
		return func(i int) {
			v.count(c.bits[c.pool[i]], ones)
			out[i] = w.logE(ones)
		}
	})
	return out
}

func (c *coalitions) candidates(indices []int) []int {
	out := make([]int, len(indices))
	for i, at := range indices {
		out[i] = c.pool[at]
	}
	return out
}
