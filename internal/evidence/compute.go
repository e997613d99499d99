package evidence

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/stat"
)

// Sources of evidence in a bundle.
const (
	sourceCells    = "cells"
	sourceWithheld = "withheld"
	sourceCanary   = "canary"
)

// compute recomputes the result of a bundle from what it opens. It takes alpha,
// the number of candidates and the controls as they
// stand.
func (b *Bundle) compute() (Computed, error) {
	scheme, err := b.scheme()
	if err != nil {
		return Computed{}, err
	}
	counts, cells := b.cellCounts(scheme)
	present, missing := b.withheldCounts()
	nulls, misses, err := b.nulls()
	if err != nil {
		return Computed{}, err
	}
	c := Computed{Alpha: b.Result.Alpha, Candidates: b.Result.Candidates, Floor: b.Result.Floor, Lines: []Line{}}
	sum := 0.0
	add := func(source string, logE float64, n int64) {
		if n > 0 {
			c.Lines = append(c.Lines, Line{source, stat.Log10(logE), n})
			sum += logE
		}
	}
	add(sourceCells, cellsLogE(counts), cells)
	if b.Export.WithholdRate > 0 {
		add(sourceWithheld, withheldLogE(b.Export.WithholdRate, present, missing), int64(present+missing))
	}
	add(sourceCanary, canariesLogE(nulls, misses), int64(b.Export.Canaries))
	c.Log10LR = finite(stat.Log10(sum))
	need := math.Log10(float64(c.Candidates) / c.Alpha)
	c.Bound = min(1, max(leastBound, float64(c.Candidates)*math.Pow(10, -c.Log10LR)))
	c.Cherry = c.Log10LR - b.picking()
	c.Passes = c.Log10LR >= need
	for i := range c.Lines {
		c.Lines[i].Log10LR = finite(c.Lines[i].Log10LR)
	}
	return c, nil
}

// leastBound is the smallest bound that is stated.
const leastBound = 1e-300

// finite keeps a number within what JSON can carry.
func finite(x float64) float64 { return min(max(x, -1e9), 1e9) }

// scheme is the scheme as it was recorded.
func (b *Bundle) scheme() (s fingerprint.Scheme, err error) {
	if b.parsed != nil && b.parsed.rules == b.Dataset.Rules {
		return b.parsed.scheme, nil
	}
	if err = json.Unmarshal([]byte(b.Dataset.Rules), &s); err != nil {
		return s, fmt.Errorf("rules of the dataset: %w", err)
	}
	if err = s.Validate(); err == nil {
		b.parsed = &parsedRules{b.Dataset.Rules, s}
	}
	return s, err
}

// parsedRules are the rules of a bundle's dataset, read once.
type parsedRules struct {
	rules  string
	scheme fingerprint.Scheme
}

// site is a cell of an opened row, by the place of its column among those that
// carry marks.
type site struct{ row, carrier int }

// cellCounts reads every site once, by the majority of the rows of the leak
// that show it, and counts alike.
func (b *Bundle) cellCounts(scheme fingerprint.Scheme) (counts []cellCount, n int64) {
	carriers, votes := carriersOf(scheme), map[site]int{}
	for _, l := range b.Leak {
		for _, m := range l.Marks {
			at := slices.Index(carriers, m.Column)
			if m.Rank == nil || at < 0 || l.Of < 0 || l.Of >= len(b.Rows.Opened) || at >= len(b.Rows.Opened[l.Of].Sites) {
				continue
			}
			s := b.Rows.Opened[l.Of].Sites[at]
			if s.U < fingerprint.Threshold(b.Export.Density) {
				votes[site{l.Of, at}] += 2*int(uint8(*m.Rank&1)^s.Mask&1) - 1
			}
		}
	}
	index := map[cellCount]int{}
	for at, vote := range votes {
		if vote == 0 {
			continue
		}
		row := b.Rows.Opened[at.row]
		key := cellCount{column: carriers[at.carrier], bias: row.Sites[at.carrier].Bias}
		if vote > 0 {
			key.symbol = 1
		}
		if at.carrier < len(row.Bits) && row.Bits[at.carrier] == 1 {
			key.bit = 1
		}
		if _, ok := index[key]; !ok {
			index[key] = len(counts)
			counts = append(counts, key)
		}
		counts[index[key]].n++
		n++
	}
	slices.SortFunc(counts, compareCounts)
	return sturdy(scheme, counts, n)
}

// sturdy leaves out the n reads' fragile ones where fewer than
// fingerprint.LeastSturdy others stand beside them.
func sturdy(scheme fingerprint.Scheme, counts []cellCount, n int64) ([]cellCount, int64) {
	kept, left := []cellCount{}, int64(0)
	for _, c := range counts {
		if !fingerprint.Fragile(scheme.Columns[c.column].Carrier) {
			kept, left = append(kept, c), left+int64(c.n)
		}
	}
	if left >= fingerprint.LeastSturdy {
		return counts, n
	}
	return kept, left
}

func compareCounts(a, b cellCount) int {
	for _, d := range []int64{int64(a.column - b.column), int64(a.bias) - int64(b.bias), int64(a.symbol) - int64(b.symbol), int64(a.bit) - int64(b.bit)} {
		if d != 0 {
			return int(max(-1, min(1, d)))
		}
	}
	return 0
}

// withheldCounts counts the opened rows by whether the copy held them.
func (b *Bundle) withheldCounts() (present, missing int) {
	for _, r := range b.Rows.Opened {
		if fingerprint.WithheldAt(r.Number, b.Export.WithholdRate) {
			missing++
		} else {
			present++
		}
	}
	return present, missing
}

// nulls bounds, for each canary that was seen, the chance that it is seen
// though the copy is no source. Those that are known by a telephone number
// alone are one hit, the most telling, at their number times its chance: owned
// numbers come in blocks.
func (b *Bundle) nulls() (nulls []float64, misses int, err error) {
	phone := 1.0
	for i, h := range b.Hits {
		c, err := b.canary(h.Of)
		if err != nil {
			return nil, 0, fmt.Errorf("hit %d: %w", i, err)
		}
		null := b.null(h, c)
		if onlyPhone(c, h.Identities) {
			phone = min(phone, null)
		} else {
			nulls = append(nulls, null)
		}
	}
	if phone < 1 {
		nulls = append(nulls, min(1, phone*float64(b.Export.Canaries)))
	}
	return nulls, max(0, b.Export.Canaries-len(b.Hits)), nil
}

func (b *Bundle) canary(at int) (c canary.Canary, err error) {
	if at < 0 || at >= len(b.Canaries.Opened) {
		return c, fmt.Errorf("canary %d of %d", at, len(b.Canaries.Opened))
	}
	return c, strictJSON([]byte(b.Canaries.Opened[at].Text), &c)
}

// null is min(1, guesses 2^-bits identities), at least the share of controls.
func (b *Bundle) null(h Hit, c canary.Canary) float64 {
	if h.Message && !agrees(c, h.Identities, identity.Email, identity.Phone) {
		return 1
	}
	return max(b.Result.Floor, min(1, h.Guesses*math.Exp2(-h.Bits)*float64(max(1, len(c.Identities)))))
}

func agrees(c canary.Canary, identities []int, kinds ...identity.Kind) bool {
	return slices.ContainsFunc(identities, func(i int) bool {
		return i >= 0 && i < len(c.Identities) && slices.Contains(kinds, c.Identities[i].Kind)
	})
}

func onlyPhone(c canary.Canary, identities []int) bool {
	for _, i := range identities {
		if i < 0 || i >= len(c.Identities) || c.Identities[i].Kind != identity.Phone {
			return false
		}
	}
	return len(identities) > 0
}

// picking is log10 of the number of ways in which rows of the inputs could
// have been left out: a bound on what choosing them after the fact may have
// gained.
func (b *Bundle) picking() float64 {
	sum := 0.0
	for _, in := range b.Inputs {
		sum += logChoose(max(in.considered(), in.Used), in.Used)
	}
	return stat.Log10(sum)
}
