package trial

import (
	"fmt"
	"slices"
	"strings"

	"telltale/fingerprint"
	"telltale/internal/attack"
	"telltale/internal/identity"
)

// Scenarios are the leaks that a table of that scheme, issued to so many
// recipients, has to stand: one copy and what is done to it, then several
// copies, ever more of them.
func Scenarios(s fingerprint.Scheme, recipients int) []Scenario {
	c := columnsOf(s)
	list := []Scenario{{Name: "everything", Copies: 1, Canaries: true}}
	if len(c.carriers) == 0 {
		return append(list, c.bare()...)
	}
	list = append(list,
		Scenario{Name: "everything but the canaries", Copies: 1},
		Scenario{Name: "reformatted, no header, columns reordered", Copies: 1, After: c.reformat(), Dialect: attack.Dialect{Delimiter: ';', LineEnd: "\r\n", Encoding: "utf-16le"}})
	if rough := c.round(); rough.Run != nil {
		list = append(list, Scenario{Name: rough.Name, Copies: 1, After: rough})
	}
	list = append(list,
		Scenario{Name: "10% of all cells altered", Copies: 1, After: attack.Alter(0.1)},
		Scenario{Name: "40% of all cells altered", Copies: 1, After: attack.Alter(0.4)},
		Scenario{Name: "half of the rows not of the table", Copies: 1, After: attack.Junk(1)})
	list = append(list, c.only()...)
	list = append(list, c.bare()...)
	return append(list, coalitions(recipients)...)
}

// coalitions mix the copies of several recipients.
func coalitions(recipients int) []Scenario {
	var list []Scenario
	for _, n := range []int{2, 3, 5, 10} {
		if n <= recipients {
			list = append(list, Scenario{Name: fmt.Sprintf("%d copies, cells mixed", n), Copies: n, Mix: attack.Interleave()})
		}
	}
	return list
}

// columns sorts the columns of a scheme by what leaks do to them.
type columns struct {
	linking, carriers []string // names
	numbers, times    []string // carriers of these sorts
	phones            []string
}

func columnsOf(s fingerprint.Scheme) (c columns) {
	for _, col := range s.Columns {
		sort, _, _ := strings.Cut(col.Carrier, ":")
		switch sort {
		case "", "none":
		case "number":
			c.numbers = append(c.numbers, col.Name)
		case "time":
			c.times = append(c.times, col.Name)
		}
		if sort != "" && sort != "none" {
			c.carriers = append(c.carriers, col.Name)
		} else if col.Key || col.Identity {
			c.linking = append(c.linking, col.Name)
		}
		if col.Kind == identity.Phone {
			c.phones = append(c.phones, col.Name)
		}
	}
	return c
}

// reformat changes how everything is written and nothing of what it says.
func (c columns) reformat() attack.Attack {
	steps := []attack.Attack{attack.Upper(), attack.Thousands(c.numbers...), attack.Pad(), attack.Reorder(), attack.DropHeader()}
	if len(c.numbers) == 0 { // no names would mean all columns
		steps = slices.Delete(steps, 1, 2)
	}
	if len(c.phones) > 0 {
		steps = append([]attack.Attack{attack.PhoneDigits(c.phones...)}, steps...)
	}
	return attack.Chain(steps...)
}

// round makes numbers and times coarser.
func (c columns) round() attack.Attack {
	switch {
	case len(c.numbers) > 0 && len(c.times) > 0:
		a := attack.Chain(attack.Round(0, c.numbers...), attack.Dates("2006-01-02", c.times...))
		a.Name = "numbers rounded to whole, times cut to days"
		return a
	case len(c.numbers) > 0:
		a := attack.Round(0, c.numbers...)
		a.Name = "numbers rounded to whole"
		return a
	case len(c.times) > 0:
		a := attack.Dates("2006-01-02", c.times...)
		a.Name = "times cut to days"
		return a
	}
	return attack.Attack{}
}

// mostSingle is how many carriers are tried as the only one that is left.
const mostSingle = 6

// only leaves one column that carries marks, beside those that rows are linked
// by; and, where rows can be linked without them, nothing but carriers.
func (c columns) only() []Scenario {
	var list []Scenario
	for _, name := range c.carriers[:min(mostSingle, len(c.carriers))] {
		if len(c.carriers) > 1 && len(c.linking) > 0 {
			list = append(list, Scenario{Name: "only " + name + " beside keys and names", Copies: 1, After: attack.Keep(append([]string{name}, c.linking...)...)})
		}
	}
	if len(c.linking) > 0 {
		list = append(list, Scenario{Name: "neither keys nor names", Copies: 1, After: attack.Drop(c.linking...)})
	}
	return list
}

// bare leaves the columns that lead to rows, and no marks.
func (c columns) bare() []Scenario {
	if len(c.linking) == 0 {
		return nil
	}
	return []Scenario{{Name: "keys and names only, no marks", Copies: 1, Canaries: true, After: attack.Keep(c.linking...)}}
}
