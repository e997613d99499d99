package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// columns returns the table with the columns of the given places.
func (t Table) columns(places []int) Table {
	pick := func(cells []string) []string {
		out := make([]string, len(places))
		for k, c := range places {
			if c < len(cells) {
				out[k] = cells[c]
			}
		}
		return out
	}
	out := t
	if t.Header != nil {
		out.Header = pick(t.Header)
	}
	out.Names = pick(t.Names)
	out.Rows = make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		out.Rows[i] = pick(row)
	}
	return out
}

// Keep keeps the named columns.
func Keep(names ...string) Attack {
	return Attack{"keep " + strings.Join(names, "+"), func(t Table, _ *rand.Rand) Table {
		var places []int
		for c, n := range t.Names {
			if slices.Contains(names, n) {
				places = append(places, c)
			}
		}
		return t.columns(places)
	}}
}

// Drop drops the named columns.
func Drop(names ...string) Attack {
	return Attack{"drop " + strings.Join(names, "+"), func(t Table, _ *rand.Rand) Table {
		var places []int
		for c, n := range t.Names {
			if !slices.Contains(names, n) {
				places = append(places, c)
			}
		}
		return t.columns(places)
	}}
}

// DropRandom drops n columns at random, never one of those named in but, and
// leaves at least one.
func DropRandom(n int, but ...string) Attack {
	return Attack{fmt.Sprintf("drop %d columns", n), func(t Table, r *rand.Rand) Table {
		var free []int
		for c, name := range t.Names {
			if !slices.Contains(but, name) {
				free = append(free, c)
			}
		}
		r.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
		gone := free[:min(n, len(free), len(t.Names)-1)]
		var places []int
		for c := range t.Names {
			if !slices.Contains(gone, c) {
				places = append(places, c)
			}
		}
		return t.columns(places)
	}}
}

// Reorder puts the columns in random order.
func Reorder() Attack {
	return Attack{"reorder columns", func(t Table, r *rand.Rand) Table { return t.columns(r.Perm(len(t.Names))) }}
}

// Rename gives every column a name that says nothing.
func Rename() Attack {
	return Attack{"rename columns", func(t Table, r *rand.Rand) Table {
		if t.Header == nil {
			return t
		}
		t.Header = slices.Clone(t.Header)
		for c := range t.Header {
			t.Header[c] = fmt.Sprintf("field%d", 1+r.IntN(900)*100+c)
		}
		return t
	}}
}

// RenameSome renames each column with probability share.
func RenameSome(share float64) Attack {
	return Attack{"rename " + percent(share) + " of columns", func(t Table, r *rand.Rand) Table {
		if t.Header == nil {
			return t
		}
		t.Header = slices.Clone(t.Header)
		for c := range t.Header {
			if r.Float64() < share {
				t.Header[c] = fmt.Sprintf("%s_%d", t.Header[c], r.IntN(1000))
			}
		}
		return t
	}}
}

// DropHeader drops the header line.
func DropHeader() Attack {
	return Attack{"drop header", func(t Table, _ *rand.Rand) Table {
		t.Header = nil
		return t
	}}
}
