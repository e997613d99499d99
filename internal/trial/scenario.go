package trial

import (
	"math/rand/v2"

	"telltale/internal/attack"
)

// Scenario is who leaks, and what is done to the data before it turns up.
type Scenario struct {
	Name   string
	Copies int              // how many copies come together, >= 1
	Mix    attack.Coalition // of several copies; unused for one
	After  attack.Attack    // what is done to the result; none: nothing
	// Canaries tells that the copies' canaries are still in the leak. Without
	// it every row that is not of the table was found out and removed: the
	// worst that can happen to them.
	Canaries bool
	Dialect  attack.Dialect
}

// leak plays a scenario on some copies: the whole of what could leak, its rows
// in random order, so that the first k of them are a sample of k.
func (s Scenario) leak(copies []attack.Table, r *rand.Rand) attack.Table {
	t := copies[0]
	if !s.Canaries {
		for i := range copies {
			copies[i] = known(copies[i])
		}
		t = copies[0]
	}
	if len(copies) > 1 {
		t = s.Mix.Run(copies, r)
	}
	if s.After.Run != nil {
		t = s.After.Run(t, r)
	}
	return attack.Shuffle().Run(t, r)
}

// known keeps the rows that are of the table.
func known(t attack.Table) attack.Table {
	out := t
	out.Rows, out.Origin = nil, nil
	for i, o := range t.Origin {
		if o != attack.Foreign {
			out.Rows, out.Origin = append(out.Rows, t.Rows[i]), append(out.Origin, o)
		}
	}
	return out
}

// first is the table with its first k rows.
func first(t attack.Table, k int) attack.Table {
	t.Rows, t.Origin = t.Rows[:k], t.Origin[:k]
	return t
}

// draw picks the sources of one leak: s.Copies distinct ones of n.
func (s Scenario) draw(n int, r *rand.Rand) []int { return r.Perm(n)[:min(max(1, s.Copies), n)] }
