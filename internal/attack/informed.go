package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Attacks of somebody who knows the method, but not the key.

// Shift adds the same amount to every number of the named columns. What carries
// its mark in the last digit then carries the opposite one, everywhere.
func Shift(amount float64, columns ...string) Attack {
	return Attack{fmt.Sprintf("all numbers moved by %g", amount), editColumns(columns, func(v string, _ *rand.Rand) string { return moved(v, amount) })}
}

// Jitter moves half of the numbers of the named columns up or down by step.
func Jitter(step float64, columns ...string) Attack {
	return Attack{fmt.Sprintf("half of the numbers moved by %g up or down", step), editColumns(columns, func(v string, r *rand.Rand) string {
		switch r.IntN(4) {
		case 0:
			return moved(v, step)
		case 1:
			return moved(v, -step)
		}
		return v
	})}
}

// moved adds to a number and keeps its decimals; what is no number stays.
func moved(v string, amount float64) string {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || strings.ContainsAny(v, "eExXnN") {
		return v
	}
	decimals := 0
	if _, rest, ok := strings.Cut(v, "."); ok {
		decimals = len(rest)
	}
	return strconv.FormatFloat(x+amount, 'f', decimals, 64)
}

// Later moves all dates and times of the ISO form by d.
func Later(d time.Duration, columns ...string) Attack {
	return Attack{fmt.Sprintf("all times moved by %v", d), editColumns(columns, func(v string, _ *rand.Rand) string {
		for _, l := range []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339} {
			if t, err := time.Parse(l, v); err == nil {
				return t.Add(d).Format(l)
			}
		}
		return v
	})}
}

// Restore gives back the cells of an older, unmarked state of the table where
// the adversary has it: for a share of the rows.
func Restore(original Table, share float64) Attack {
	return Attack{"original cells for " + percent(share) + " of the rows", func(t Table, r *rand.Rand) Table {
		out := t
		out.Rows = slices.Clone(t.Rows)
		for i, o := range t.Origin {
			if o == Foreign || r.Float64() >= share {
				continue
			}
			row := slices.Clone(t.Rows[i])
			for c, name := range t.Names {
				if k := original.Column(name); k >= 0 {
					row[c] = original.Rows[o][k]
				}
			}
			out.Rows[i] = row
		}
		return out
	}}
}

// Swap exchanges the cells of the named columns between rows, so that every
// one of them stands beside another row's.
func Swap(share float64, columns ...string) Attack {
	return Attack{percent(share) + " of " + strings.Join(columns, "+") + " exchanged between rows", func(t Table, r *rand.Rand) Table {
		var places []int
		for i := range t.Rows {
			if r.Float64() < share {
				places = append(places, i)
			}
		}
		out := t
		out.Rows = slices.Clone(t.Rows)
		for k, i := range places {
			row := slices.Clone(t.Rows[i])
			from := t.Rows[places[(k+1)%len(places)]]
			for c, name := range t.Names {
				if contains(columns, name) {
					row[c] = from[c]
				}
			}
			out.Rows[i] = row
		}
		return out
	}}
}

// Average takes the mean of what the copies hold where all of them hold
// numbers, with the decimals of the first; else a random one's.
func Average() Coalition {
	return Coalition{"numbers averaged", func(copies []Table, r *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string {
				sum := 0.0
				for _, v := range values {
					x, err := strconv.ParseFloat(v, 64)
					if err != nil {
						return values[r.IntN(len(values))]
					}
					sum += x
				}
				first, _ := strconv.ParseFloat(values[0], 64)
				return moved(values[0], sum/float64(len(values))-first)
			})
		})
	}}
}

// Largest takes the value that sorts last, numbers by size: every copy's
// upward moves, and nobody's downward ones.
func Largest() Coalition {
	return Coalition{"largest value", func(copies []Table, _ *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string { return slices.MaxFunc(values, bySize) })
		})
	}}
}

func bySize(a, b string) int {
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	switch {
	case errA != nil || errB != nil:
		return strings.Compare(a, b)
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Stack puts whole copies one under the other, so that every row is there as
// often as there are copies, each time with another one's marks.
func Stack() Coalition {
	return Coalition{"copies stacked", func(copies []Table, _ *rand.Rand) Table {
		out := copies[0]
		out.Rows, out.Origin = slices.Clone(out.Rows), slices.Clone(out.Origin)
		for _, t := range copies[1:] {
			out.Rows, out.Origin = append(out.Rows, t.Rows...), append(out.Origin, t.Origin...)
		}
		return out
	}}
}
