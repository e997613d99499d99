package code

import (
	"math"

	"telltale/internal/stat"
)

// Leaks may be put together column by column: each group then comes from few copies, or from one. Seen from one source, some groups are its own
// and in the others its word says nothing.
const columnsPrior = 0.06 // weight of such leaks, where there are several groups

var (
	columnShares  = [...]int{0, 4, 8} // indices into shares: in a group that is the candidate's, its copy has this share
	columnWeights = [...]float64{.6, .25, .15}
	columnChances = [...]float64{.1, .35, .75} // how likely a group is the candidate's; equal weights
)

// columns is the mixture over which groups are the candidate's. With L_g the ratio of group g when it is, the ratio for a chance pi is the
// product over groups of 1 - pi + pi L_g.
type columns struct {
	own []mixed // by share; their weights sum to 1
}

// newColumns takes the fits of all strategies, linear ones first.
func (m *model) newColumns(fits []*fit) *columns {
	x := new(columns)
	for i, at := range columnShares {
		x.own = append(x.own, m.newMixed(fits[at], math.Log(columnWeights[i])))
	}
	return x
}

func (w *weigher) columns(x *columns) float64 {
	var sums [len(columnChances)]float64
	var own [len(columnShares)]float64
	for g := range w.view.groups {
		if w.starts[g] == w.starts[g+1] {
			continue
		}
		for i, s := range x.own {
			own[i] = s.logWeight + w.group(s, g)
		}
		l := stat.LogSumExp(own[:])
		for i, chance := range columnChances {
			sums[i] += stat.LogAdd(math.Log1p(-chance), math.Log(chance)+l)
		}
	}
	return stat.LogSumExp(sums[:]) - math.Log(float64(len(sums)))
}
