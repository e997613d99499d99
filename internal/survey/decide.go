package survey

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"telltale/fingerprint"
	"telltale/internal/identity"
)

const (
	// carrierShare is the least share of a column's cells that must be able to
	// carry a mark for an address or company column to be a carrier rather
	// than an identity.
	carrierShare = 0.1
	// enoughMarks is how many marked cells a table gets before the density is
	// lowered: some hundred times what one source needs.
	enoughMarks = 40000
	// leastDensity keeps a slice of some hundred rows of a large table
	// traceable.
	leastDensity = 0.1
)

// decide gives every column its kind, role and carrier.
func (s *Survey) decide(sample [][]string, c Choices) error {
	columns := make([][]string, len(s.Schema.Columns))
	for i := range columns {
		columns[i] = make([]string, len(sample))
		for j, cells := range sample {
			columns[i][j] = cells[i]
		}
	}
	s.Locale = cmp.Or(c.Locale, identity.GuessLocale(columns))
	for i, name := range s.Schema.Columns {
		s.Columns = append(s.Columns, s.look(name, columns[i], c))
	}
	s.assignRoles(columns, c)
	for i := range s.Columns {
		s.assignCarrier(&s.Columns[i], columns[i], c)
	}
	return s.note(sample, columns, c)
}

func (s *Survey) look(name string, cells []string, c Choices) Column {
	header := name
	if !s.Schema.Header {
		header = ""
	}
	col := Column{Name: name, Guesses: identity.Classify(header, cells, s.Locale)}
	col.Kind = cmp.Or(c.Kinds[name], col.Guesses[0].Kind)
	distinct := map[string]bool{}
	empty := 0
	for _, cell := range cells {
		if strings.TrimSpace(cell) == "" {
			empty++
		}
		distinct[cell] = true
	}
	col.Distinct = len(distinct)
	if len(cells) > 0 {
		col.Empty = float64(empty) / float64(len(cells))
	}
	return col
}

func (s *Survey) assignRoles(columns [][]string, c Choices) {
	in := make([]identity.Column, len(columns))
	for i, col := range s.Columns {
		in[i] = identity.Column{Header: col.Name, Sample: columns[i], Guesses: col.Guesses}
	}
	roles := identity.SuggestRoles(in, s.Locale)
	for i := range s.Columns {
		col := &s.Columns[i]
		col.Key = named(c.Key, col.Name, slices.Contains(roles.Key, i))
		leads := slices.Contains(roles.Identity, i) || col.Kind == identity.Serial && !col.Key
		col.Identity = named(c.Identity, col.Name, leads && !s.yields(col, columns[i], c))
	}
}

// named is whether a column has a role: by the user's list if there is one,
// else as suggested.
func named(list []string, name string, suggested bool) bool {
	if len(list) > 0 {
		return slices.Contains(list, name)
	}
	return suggested
}

// yields tells whether a column that could be an identity is of more use as a
// carrier: the user said so, or it is an address or a company whose spellings
// can be exchanged. Links do without it; marks may not.
func (s *Survey) yields(col *Column, cells []string, c Choices) bool {
	if spec, ok := c.Carriers[col.Name]; ok {
		return spec != "none"
	}
	if col.Key || col.Kind != identity.Address && col.Kind != identity.Organisation {
		return false
	}
	return capacity("text", s.Locale, cells) >= carrierShare
}

func (s *Survey) assignCarrier(col *Column, cells []string, c Choices) {
	spec, chosen := c.Carriers[col.Name]
	switch {
	case chosen:
		col.Carrier = spec
	case col.Key || col.Identity || numbersRows(cells):
		return
	case col.Kind == identity.Address || col.Kind == identity.Organisation:
		col.Carrier = "text"
	default:
		col.Carrier = fingerprint.SuggestCarrier(col.Kind, col.Name, cells, s.Locale)
	}
	col.Capacity = capacity(col.Carrier, s.Locale, cells)
	if col.Capacity == 0 && !chosen {
		col.Carrier = ""
	}
}

// leastNumbered are the rows from which on a column can be seen to number them.
const leastNumbered = 20

// numbersRows tells whether cells number the rows: whoever changes one makes a
// gap and a repeat. They are distinct whole numbers from a dense range, or count
// up by one and begin anew now and then, for every order or every survey.
func numbersRows(cells []string) bool {
	numbers := make([]int64, len(cells))
	for i, cell := range cells {
		n, err := strconv.ParseInt(strings.TrimSpace(cell), 10, 64)
		if err != nil {
			return false
		}
		numbers[i] = n
	}
	return len(numbers) >= leastNumbered && (dense(numbers) || counting(numbers))
}

// dense tells whether numbers are distinct, and at least half of those between
// the least and the largest are there.
func dense(numbers []int64) bool {
	seen := make(map[int64]bool, len(numbers))
	for _, n := range numbers {
		seen[n] = true
	}
	return len(seen) == len(numbers) && slices.Max(numbers)-slices.Min(numbers) < 2*int64(len(numbers))
}

// counting tells whether numbers go up by one from row to row, most of the time,
// and else go back to the first of them.
func counting(numbers []int64) bool {
	up, first := 0, numbers[0]
	for i, n := range numbers[1:] {
		switch {
		case n == numbers[i]+1:
			up++
		case n != first:
			return false
		}
	}
	return 2*up >= len(numbers)
}

// capacity is the share of the cells that can carry a mark.
func capacity(spec, locale string, cells []string) float64 {
	carrier, err := fingerprint.ParseCarrier(spec, locale)
	if err != nil || len(cells) == 0 {
		return 0
	}
	able := 0
	for _, cell := range cells {
		if _, rank, ok := carrier.Class(cell); ok && movable(carrier, cell, rank) {
			able++
		}
	}
	return float64(able) / float64(len(cells))
}

func movable(carrier fingerprint.Carrier, cell string, rank int64) bool {
	if _, ok := carrier.Render(cell, rank+1); ok {
		return true
	}
	_, ok := carrier.Render(cell, rank-1)
	return ok
}

// suggestDensity marks every cell of a small table and some of a large one; in a
// table for analysis, no more than its figures bear.
func (s *Survey) suggestDensity() float64 {
	var share float64
	for _, c := range s.Columns {
		share += c.Capacity
	}
	cells := share * float64(s.Rows)
	density := 1.0
	if cells > enoughMarks {
		density = max(leastDensity, float64(int(100*enoughMarks/cells+0.5))/100)
	}
	if s.forAnalysis() {
		density = min(density, s.analysisDensity())
	}
	return density
}
