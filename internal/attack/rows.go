package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Sample keeps each row with probability share.
func Sample(share float64) Attack {
	return Attack{"sample " + percent(share), func(t Table, r *rand.Rand) Table {
		var places []int
		for i := range t.Rows {
			if r.Float64() < share {
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}

// SampleN keeps n rows, drawn at random, in their order.
func SampleN(n int) Attack {
	return Attack{fmt.Sprintf("sample %d rows", n), func(t Table, r *rand.Rand) Table {
		places := r.Perm(len(t.Rows))[:min(n, len(t.Rows))]
		slices.Sort(places)
		return t.keep(places)
	}}
}

// Filter keeps the rows whose cell in a column is one of a random set of its
// values that holds about share of the rows, as a buyer takes some regions.
func Filter(column string, share float64) Attack {
	return Attack{fmt.Sprintf("filter %s %s", column, percent(share)), func(t Table, r *rand.Rand) Table {
		c := t.Column(column)
		if c < 0 {
			return Sample(share).Run(t, r)
		}
		counts := map[string]int{}
		var values []string
		for _, row := range t.Rows {
			if counts[row[c]] == 0 {
				values = append(values, row[c])
			}
			counts[row[c]]++
		}
		r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		want, n := map[string]bool{}, 0
		for _, v := range values {
			if float64(n) < share*float64(len(t.Rows)) {
				want[v] = true
				n += counts[v]
			}
		}
		var places []int
		for i, row := range t.Rows {
			if want[row[c]] {
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}

// Truncate keeps the first rows.
func Truncate(share float64) Attack {
	return Attack{"truncate to " + percent(share), func(t Table, _ *rand.Rand) Table {
		places := make([]int, int(share*float64(len(t.Rows))))
		for i := range places {
			places[i] = i
		}
		return t.keep(places)
	}}
}

// Shuffle puts the rows in random order.
func Shuffle() Attack {
	return Attack{"shuffle", func(t Table, r *rand.Rand) Table { return t.keep(r.Perm(len(t.Rows))) }}
}

// SortBy sorts the rows by a column.
func SortBy(column string) Attack {
	return Attack{"sort by " + column, func(t Table, _ *rand.Rand) Table {
		c := t.Column(column)
		if c < 0 {
			return t
		}
		places := make([]int, len(t.Rows))
		for i := range places {
			places[i] = i
		}
		slices.SortStableFunc(places, func(a, b int) int { return strings.Compare(t.Rows[a][c], t.Rows[b][c]) })
		return t.keep(places)
	}}
}

// Duplicate repeats a share of the rows at random places.
func Duplicate(share float64) Attack {
	return Attack{"duplicate " + percent(share), func(t Table, r *rand.Rand) Table {
		var places []int
		for i := range t.Rows {
			places = append(places, i)
		}
		for range int(share * float64(len(t.Rows))) {
			places = slices.Insert(places, r.IntN(len(places)+1), r.IntN(len(t.Rows)))
		}
		return t.keep(places)
	}}
}

// Repeat concatenates the whole table n times.
func Repeat(n int) Attack {
	return Attack{fmt.Sprintf("repeat %d times", n), func(t Table, _ *rand.Rand) Table {
		var places []int
		for range n {
			for i := range t.Rows {
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}

// Mix puts rows of a foreign table of the same columns at random places. The
// number of foreign rows is share of the table's own.
func Mix(foreign Table, share float64) Attack {
	return Attack{"foreign rows " + percent(share), func(t Table, r *rand.Rand) Table {
		out := t
		out.Rows, out.Origin = slices.Clone(t.Rows), slices.Clone(t.Origin)
		for range min(int(share*float64(len(t.Rows))), len(foreign.Rows)) {
			row := make([]string, len(t.Names))
			from := foreign.Rows[r.IntN(len(foreign.Rows))]
			for c, name := range t.Names {
				if k := foreign.Column(name); k >= 0 {
					row[c] = from[k]
				}
			}
			at := r.IntN(len(out.Rows) + 1)
			out.Rows, out.Origin = slices.Insert(out.Rows, at, row), slices.Insert(out.Origin, at, Foreign)
		}
		return out
	}}
}

// Junk mixes in rows made up from the table's own cells, each from another
// row, so that they look right and belong to nobody.
func Junk(share float64) Attack {
	return Attack{"junk " + percent(share), func(t Table, r *rand.Rand) Table {
		out := t
		out.Rows, out.Origin = slices.Clone(t.Rows), slices.Clone(t.Origin)
		if len(t.Rows) == 0 {
			return out
		}
		for range int(share * float64(len(t.Rows))) {
			row := make([]string, len(t.Names))
			for c := range row {
				if from := t.Rows[r.IntN(len(t.Rows))]; c < len(from) {
					row[c] = scramble(from[c], r)
				}
			}
			at := r.IntN(len(out.Rows) + 1)
			out.Rows, out.Origin = slices.Insert(out.Rows, at, row), slices.Insert(out.Origin, at, Foreign)
		}
		return out
	}}
}

// scramble changes digits and lower-case letters, and keeps the pattern.
func scramble(v string, r *rand.Rand) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '0' && c <= '9':
			return '0' + rune(r.IntN(10))
		case c >= 'a' && c <= 'z' && r.IntN(3) == 0:
			return 'a' + rune(r.IntN(26))
		}
		return c
	}, v)
}
