package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Coalition makes one table from the copies of several recipients. Copies
// must have the same columns; rows are matched by Origin, which stands for
// the eye of a colluder who lays two printouts side by side. Canaries and
// other rows that only some copies have (Origin Foreign, or absent elsewhere)
// are treated as each attack says.
type Coalition struct {
	Name string
	Run  func(copies []Table, r *rand.Rand) Table
}

// RowMix takes each row whole from a random copy among those that have it.
func RowMix() Coalition {
	return Coalition{"rows mixed", func(copies []Table, r *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string { return rows[r.IntN(len(rows))] })
	}}
}

// CommonRowMix is RowMix over the rows that all copies have.
func CommonRowMix() Coalition {
	return Coalition{"common rows mixed", func(copies []Table, r *rand.Rand) Table {
		return combine(copies, len(copies), func(rows [][]string) []string { return rows[r.IntN(len(rows))] })
	}}
}

// Interleave takes each cell from a random copy.
func Interleave() Coalition {
	return Coalition{"cells interleaved", func(copies []Table, r *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string { return values[r.IntN(len(values))] })
		})
	}}
}

// Majority takes the commonest value of each cell; of equally common ones a
// random one.
func Majority() Coalition { return byCount("majority", 1) }

// Minority takes the rarest value of each cell.
func Minority() Coalition { return byCount("minority", -1) }

func byCount(name string, sign int) Coalition {
	return Coalition{name, func(copies []Table, r *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string { return pickByCount(values, sign, r) })
		})
	}}
}

// Coin takes one of the distinct values of each cell, all as likely.
func Coin() Coalition {
	return Coalition{"coin", func(copies []Table, r *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string {
				slices.Sort(values)
				values = slices.Compact(values)
				return values[r.IntN(len(values))]
			})
		})
	}}
}

// BlankDiffering empties every cell in which the copies differ.
func BlankDiffering() Coalition {
	return Coalition{"differing cells blanked", func(copies []Table, _ *rand.Rand) Table {
		return combine(copies, 1, func(rows [][]string) []string {
			return cellwise(rows, func(values []string) string {
				for _, v := range values {
					if v != values[0] {
						return ""
					}
				}
				return values[0]
			})
		})
	}}
}

func pickByCount(values []string, sign int, r *rand.Rand) string {
	counts := map[string]int{}
	for _, v := range values {
		counts[v] += sign
	}
	var best []string
	top := -1 << 30
	for _, v := range values {
		switch n := counts[v]; {
		case n > top:
			best, top = []string{v}, n
		case n == top && !slices.Contains(best, v):
			best = append(best, v)
		}
	}
	return best[r.IntN(len(best))]
}

func cellwise(rows [][]string, pick func([]string) string) []string {
	out := make([]string, len(rows[0]))
	values := make([]string, 0, len(rows))
	for c := range out {
		values = values[:0]
		for _, row := range rows {
			if c < len(row) {
				values = append(values, row[c])
			}
		}
		out[c] = pick(values)
	}
	return out
}

// combine goes through the rows of all copies in the order of the first one
// that has each, and takes those that at least need copies have.
func combine(copies []Table, need int, pick func(rows [][]string) []string) Table {
	if len(copies) == 0 {
		return Table{}
	}
	out := copies[0]
	out.Rows, out.Origin = nil, nil
	where := make([]map[int]int, len(copies))
	for k, t := range copies {
		where[k] = make(map[int]int, len(t.Rows))
		for i, o := range t.Origin {
			if o != Foreign {
				where[k][o] = i
			}
		}
	}
	done := map[int]bool{}
	for _, t := range copies {
		for i, o := range t.Origin {
			if o == Foreign && need > 1 || done[o] {
				continue
			}
			rows := [][]string{t.Rows[i]}
			if o != Foreign {
				done[o] = true
				rows = rows[:0]
				for k := range copies {
					if j, ok := where[k][o]; ok {
						rows = append(rows, copies[k].Rows[j])
					}
				}
			}
			if len(rows) >= need || o == Foreign && need <= 1 {
				out.Rows, out.Origin = append(out.Rows, pick(rows)), append(out.Origin, o)
			}
		}
	}
	return out
}

// Coalitions lists all ways to mix copies.
func Coalitions() []Coalition {
	return []Coalition{RowMix(), CommonRowMix(), Interleave(), Majority(), Minority(), Coin(), BlankDiffering(), Average(), Largest(), Stack()}
}

// Merge puts the rows of two lists together, of the columns that both have;
// of a row that both have the first stays.
func Merge(a, b Table) Table {
	var common []string
	for _, n := range a.Names {
		if b.Column(n) >= 0 {
			common = append(common, n)
		}
	}
	out := Keep(common...).Run(a, nil)
	have := map[int]bool{}
	for _, o := range a.Origin {
		have[o] = true
	}
	for i, o := range b.Origin {
		if o != Foreign && have[o] {
			continue
		}
		row := make([]string, len(out.Names))
		for c, n := range out.Names {
			row[c] = b.Rows[i][b.Column(n)]
		}
		out.Rows, out.Origin = append(out.Rows, row), append(out.Origin, o)
	}
	return out
}

func (c Coalition) String() string { return fmt.Sprintf("coalition: %s", c.Name) }
