package trial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"telltale/internal/attack"
	"telltale/internal/table"
)

// Effort is how hard to try.
type Effort struct {
	Leaks int // of each scenario, >= 1
	Seed  uint64
}

// Need is how much of a leak it takes.
type Need struct {
	Scenario Scenario
	Leaks    int // that were played
	Whole    int // rows of the smallest of them, taken whole
	First    Reach
	All      Reach // all sources named
	Judged   int   // decisions of the matcher, over all sizes that were tried
	Wrong    int   // of them, those in which anybody else was accused
}

// Reach says when leaks reach a goal. Rows and marks are those of the smallest
// sample of each leak that does, to within a fifth, ascending; leaks that do
// not reach it even as a whole are missing.
type Reach struct {
	Rows  []int
	Marks []int
}

// Rows9 is how many rows suffice for nine leaks of ten, of which there were n;
// ok is false when fewer reach the goal.
func (r Reach) Rows9(n int) (rows int, ok bool) { return at(r.Rows, n, 0.9) }

// Median is how many rows, and how many marks, suffice for half of n leaks.
func (r Reach) Median(n int) (rows, marks int, ok bool) {
	if rows, ok = at(r.Rows, n, 0.5); ok {
		marks, _ = at(r.Marks, n, 0.5)
	}
	return rows, marks, ok
}

// at is the smallest value that a share q of n observations do not exceed, of
// which those above the largest are missing.
func at(sorted []int, n int, q float64) (int, bool) {
	i := int(math.Ceil(q*float64(n))) - 1
	if i < 0 || i >= len(sorted) {
		return 0, false
	}
	return sorted[i], true
}

// Needs plays every scenario, on all processors, and reports in the order of
// the list. done, if not nil, is called after each leak that was played through.
func (w *World) Needs(ctx context.Context, list []Scenario, e Effort, done func()) ([]Need, error) {
	needs := make([]Need, len(list))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(cap(w.engines))
	// The last ones of a list take longest: they mix the most copies.
	for i := len(list) - 1; i >= 0; i-- {
		g.Go(func() error {
			n, err := w.need(ctx, list[i], e, uint64(i), done)
			if err != nil {
				return fmt.Errorf("%s: %w", list[i].Name, err)
			}
			needs[i] = n
			return nil
		})
	}
	return needs, g.Wait()
}

func (w *World) need(ctx context.Context, s Scenario, e Effort, number uint64, done func()) (Need, error) {
	n := Need{Scenario: s, Leaks: e.Leaks, Whole: math.MaxInt}
	start := ladderOf(15 * max(1, s.Copies) * max(1, s.Copies))
	for i := range e.Leaks {
		r := generator(e.Seed, number, uint64(i))
		sources := s.draw(len(w.copies), r)
		var copies []attack.Table
		for _, k := range sources {
			copies = append(copies, w.copies[k])
		}
		c := &climb{w: w, s: s, sources: sources, leak: s.leak(copies, r), seen: map[int]Outcome{}, need: &n}
		n.Whole = min(n.Whole, len(c.leak.Rows))
		var err error
		if start, err = c.find(ctx, start, &n.First, 1); err == nil && len(sources) > 1 {
			_, err = c.find(ctx, start, &n.All, len(sources))
		}
		if err != nil {
			return n, err
		}
		if done != nil {
			done()
		}
	}
	if s.Copies <= 1 {
		n.All = n.First
	}
	for _, list := range [][]int{n.First.Rows, n.First.Marks, n.All.Rows, n.All.Marks} {
		slices.Sort(list)
	}
	return n, nil
}

// climb looks for the smallest sample of one leak that suffices, on a ladder
// of sizes each a fifth larger than the one before.
type climb struct {
	w       *World
	s       Scenario
	sources []int
	leak    attack.Table
	seen    map[int]Outcome
	need    *Need
}

func rung(i int) int { return int(math.Round(math.Pow(1.19, float64(i)))) }

func ladderOf(rows int) int { return int(math.Round(math.Log(float64(max(rows, 1))) / math.Log(1.19))) }

// find appends to reach the smallest size that names enough sources, if any,
// and returns the rung at which to begin with the next leak.
func (c *climb) find(ctx context.Context, start int, reach *Reach, enough int) (int, error) {
	top := ladderOf(len(c.leak.Rows)) + 1 // the whole leak
	low, high := -1, top+1                // low does not suffice, high does; neither may have been tried
	step := 1
	for i := min(start, top); high-low > 1; {
		o, err := c.at(ctx, i)
		if err != nil {
			return start, err
		}
		if o.Named >= enough {
			high = i
		} else {
			low = i
		}
		switch {
		case high == top+1:
			i = min(top, low+step)
		case low == -1:
			i = max(0, high-step)
		default:
			i = (low + high) / 2
		}
		step *= 2
	}
	if high > top {
		return top, nil
	}
	o := c.seen[high]
	reach.Rows, reach.Marks = append(reach.Rows, o.Rows), append(reach.Marks, int(o.Marks))
	return high, nil
}

// at judges the sample of a rung.
func (c *climb) at(ctx context.Context, i int) (Outcome, error) {
	if o, ok := c.seen[i]; ok {
		return o, nil
	}
	k := min(max(1, rung(i)), len(c.leak.Rows))
	o, err := c.w.Try(ctx, first(c.leak, k), c.s.Dialect, c.sources...)
	if errors.Is(err, table.ErrNotTable) || errors.Is(err, table.ErrEmpty) {
		o, err = Outcome{Rows: k}, nil // a handful of rows may look like no table: nobody is named
	}
	if err != nil {
		return o, err
	}
	c.seen[i] = o
	c.need.Judged++
	if len(o.Wrong) > 0 {
		c.need.Wrong++
	}
	return o, nil
}
