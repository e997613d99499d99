// Package attack simulates what happens to copies after they leave the house:
// what thieves, resellers and spreadsheets do to a table, alone and together.
//
// An Attack is a step on a table in memory; Chain composes steps. All
// randomness comes from the generator that is passed in, so a seed tells the
// whole story. Tables are never changed in place.
//
// The adversary knows the table, the method and other people's copies, and
// has no key: this package must not import internal/key.
//
// Every row carries where it came from in Origin and every column its first
// name in Names, which the attacks keep up. They are the truth that tests
// compare with; no attack looks at them.
package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Foreign is the origin of a row that was never issued.
const Foreign = -1

// Table is a table in memory. Header is nil when it was dropped.
type Table struct {
	Header []string
	Rows   [][]string
	Names  []string // per column: its name at the start
	Origin []int    // per row: its number at the start, or Foreign
}

// New makes a table of its own first state.
func New(header []string, rows [][]string) Table {
	t := Table{Header: header, Rows: rows, Names: slices.Clone(header), Origin: make([]int, len(rows))}
	for i := range t.Origin {
		t.Origin[i] = i
	}
	return t
}

// Attack turns one table into another.
type Attack struct {
	Name string
	Run  func(t Table, r *rand.Rand) Table
}

// Chain runs attacks one after the other.
func Chain(list ...Attack) Attack {
	name := ""
	for i, a := range list {
		if i > 0 {
			name += ", "
		}
		name += a.Name
	}
	return Attack{name, func(t Table, r *rand.Rand) Table {
		for _, a := range list {
			t = a.Run(t, r)
		}
		return t
	}}
}

// Column finds a column by its first name, or returns -1.
func (t Table) Column(name string) int { return slices.Index(t.Names, name) }

// keep returns the table with the rows of the given places, in that order.
func (t Table) keep(places []int) Table {
	out := t
	out.Rows, out.Origin = make([][]string, 0, len(places)), make([]int, 0, len(places))
	for _, i := range places {
		out.Rows, out.Origin = append(out.Rows, t.Rows[i]), append(out.Origin, t.Origin[i])
	}
	return out
}

// edit returns the table with every cell passed through f.
func (t Table) edit(f func(row, col int, v string) string) Table {
	out := t
	out.Rows = make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		cells := slices.Clone(row)
		for c := range cells {
			cells[c] = f(i, c, cells[c])
		}
		out.Rows[i] = cells
	}
	return out
}

// editColumns is edit for the named columns; none means all.
func editColumns(names []string, f func(v string, r *rand.Rand) string) func(Table, *rand.Rand) Table {
	return func(t Table, r *rand.Rand) Table {
		in := make([]bool, len(t.Names))
		for c, name := range t.Names {
			in[c] = len(names) == 0 || slices.Contains(names, name)
		}
		return t.edit(func(_, c int, v string) string {
			if c >= len(in) || !in[c] {
				return v
			}
			return f(v, r)
		})
	}
}

func percent(p float64) string { return fmt.Sprintf("%g%%", p*100) }
