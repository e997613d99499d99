package attack

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// hop draws what one seller does to a list of n rows: he takes some of the
// rows, and does or does not do each of the other things.
func (s Resale) hop(r *rand.Rand, n int) Attack {
	steps := []Attack{s.selection(r, n)}
	maybe := func(p float64, a Attack) {
		if r.Float64() < p {
			steps = append(steps, a)
		}
	}
	maybe(0.4, DropSome(1+r.IntN(2), s.Contacts))
	maybe(s.Edit, Edit(0.001*math.Pow(20, r.Float64())))
	maybe(0.1, Retype(s.Name))
	maybe(0.4, Junk(0.002*float64(1+r.IntN(10))))
	maybe(0.15, Duplicate(0.01*float64(1+r.IntN(5))))
	maybe(0.3, Dedupe())
	maybe(0.3, s.phones(r))
	maybe(0.3, RenameSome(0.4))
	maybe(0.15, Reorder())
	maybe(0.15, Shuffle())
	maybe(0.15, SortBy([]string{s.Name, s.Region, s.Date}[r.IntN(3)]))
	return Chain(steps...)
}

// selection draws which 20-80% of the rows a buyer takes.
func (s Resale) selection(r *rand.Rand, n int) Attack {
	share := 0.2 + 0.6*r.Float64()
	if n < 2*minSold {
		share = 0.8
	}
	switch x := r.Float64(); {
	case x < 0.2 && s.Region != "":
		return Filter(s.Region, share)
	case x < 0.4 && s.Date != "":
		return FilterRange(s.Date, share)
	}
	return Sample(share)
}

func (s Resale) phones(r *rand.Rand) Attack {
	if r.IntN(2) == 0 {
		return PhoneDigits(s.Phone)
	}
	return PhoneSpaces(3+r.IntN(2), s.Phone)
}

// FilterRange keeps the rows whose cell in a column is in a random interval,
// in the order of text, that holds about share of the rows, as a buyer takes
// the newest ones.
func FilterRange(column string, share float64) Attack {
	return Attack{"range of " + column + " " + percent(share), func(t Table, r *rand.Rand) Table {
		c := t.Column(column)
		if c < 0 || len(t.Rows) == 0 {
			return Sample(share).Run(t, r)
		}
		values := make([]string, len(t.Rows))
		for i, row := range t.Rows {
			values[i] = row[c]
		}
		slices.Sort(values)
		span := int(share * float64(len(values)))
		at := r.IntN(len(values) - span)
		from, to := values[at], values[at+max(span-1, 0)]
		var places []int
		for i, row := range t.Rows {
			if row[c] >= from && row[c] <= to {
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}

// DropSome drops n columns at random, but of those named in need always
// leaves one.
func DropSome(n int, need []string) Attack {
	return Attack{"drop some columns", func(t Table, r *rand.Rand) Table {
		for range n {
			var free []int
			left := 0
			for c, name := range t.Names {
				if free = append(free, c); slices.Contains(need, name) {
					left++
				}
			}
			shuffle(free, r)
			for _, c := range free {
				if len(free) > 2 && (left > 1 || !slices.Contains(need, t.Names[c])) {
					t = Drop(t.Names[c]).Run(t, r)
					break
				}
			}
		}
		return t
	}}
}

// Retype is what remains of a column that somebody typed again: another case
// throughout, and a wrong letter in one cell of fifty.
func Retype(column string) Attack {
	upper := Chain(Upper(column), Edit(0.02, column))
	return Attack{"retype " + column, upper.Run}
}

// Dedupe keeps the first of rows that are the same.
func Dedupe() Attack {
	return Attack{"deduplicate", func(t Table, _ *rand.Rand) Table {
		have := map[string]bool{}
		var places []int
		for i, row := range t.Rows {
			if k := strings.Join(row, "\x00"); !have[k] {
				have[k] = true
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}
