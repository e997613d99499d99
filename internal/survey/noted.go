package survey

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"telltale/fingerprint"
)

const (
	// mostChanged is the share of the cells of a table for analysis in which a
	// copy may differ from the original.
	mostChanged = 0.01
	// sparseChange is how often a marked cell of a noted column differs.
	sparseChange = 0.15
	// leastColumnMarks is how many marks a column must get to be worth marking:
	// what names one of a hundred recipients by that column alone, but for one
	// copy in a hundred. A mark that differs in 0.15 of the copies is worth 0.184
	// in log10 E, with a standard deviation of 0.27; the decoder's mixture costs 2.
	leastColumnMarks = 90
)

// forAnalysis tells whether nothing in the table leads to a person: then it is
// data to be counted, and its marks must not show in what is counted.
func (s *Survey) forAnalysis() bool {
	return !slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Identity || c.Kind.Person() })
}

// NoPairsError names a column of the Choices that was to carry marks as
// categories, and cannot.
type NoPairsError struct{ Column string }

func (e *NoPairsError) Error() string {
	return fmt.Sprintf("column %q: no two of its values could stand for each other in enough rows", e.Column)
}

// strictness are the shares of the cells than which a mark must be no less
// likely, strictest first: the first one counts that leaves enough to mark.
var strictness = [...]float64{0.7, 0.75, 0.8, 0.85}

// note decides which columns are noted, finds the pairs of category columns, and
// learns how the columns go together.
func (s *Survey) note(sample, columns [][]string, c Choices) error {
	before := slices.Clone(s.Columns)
	if !s.mayNote(c) {
		return nil
	}
	for _, typical := range strictness {
		s.Columns = slices.Clone(before)
		if err := s.noteAt(typical, sample, columns, c); err != nil {
			return err
		}
		if !s.forAnalysis() || s.analysisDensity() < 1 {
			return nil
		}
	}
	return nil
}

// mayNote tells whether any column could come to be noted, so that other tables
// are not made to wait for a model.
func (s *Survey) mayNote(c Choices) bool {
	if s.forAnalysis() {
		return true
	}
	return slices.ContainsFunc(s.Columns, func(col Column) bool { return fingerprint.IsCategory(c.Carriers[col.Name]) })
}

func (s *Survey) noteAt(typical float64, sample, columns [][]string, c Choices) error {
	analysis := s.forAnalysis()
	joint := fingerprint.LearnJoint(s.Scheme().Columns, sample, typical)
	for i := range s.Columns {
		col := &s.Columns[i]
		spec, chosen := c.Carriers[col.Name]
		suggested := analysis && !chosen && col.Carrier == "" && !col.Key && !numbersRows(columns[i]) && fingerprint.Categories(col.Kind, col.Name, columns[i])
		if spec == "category" || suggested {
			col.Carrier = fingerprint.SuggestPairs(s.Scheme().Columns, i, sample, joint)
			if col.Carrier == "none" && chosen {
				return &NoPairsError{col.Name}
			}
		}
		col.Noted = marked(col.Carrier) && !fingerprint.Fragile(col.Carrier) && (analysis || fingerprint.IsCategory(col.Carrier))
	}
	s.Joint = fingerprint.KeepNoted(joint, s.Scheme().Columns)
	if err := s.measure(sample); err != nil {
		return err
	}
	if analysis {
		s.drop(c)
	}
	return nil
}

func marked(spec string) bool { return spec != "" && spec != "none" }

// measure finds what noted columns can carry, given the rest of each row.
func (s *Survey) measure(sample [][]string) error {
	scheme := s.Scheme()
	for i := range scheme.Columns {
		if !scheme.Columns[i].Noted {
			scheme.Columns[i].Carrier = ""
		}
	}
	capacities, err := fingerprint.Capacity(scheme, sample)
	if err != nil {
		return err
	}
	for i, k := range capacities {
		if s.Columns[i].Noted {
			s.Columns[i].Capacity = k.Share
		}
	}
	return nil
}

// drop takes the marks from the columns that could carry least, while some
// column would get fewer than it needs to tell a copy by itself and the others
// could take them. At least two columns keep theirs.
func (s *Survey) drop(c Choices) {
	var order []int
	for i, col := range s.Columns {
		if _, chosen := c.Carriers[col.Name]; col.Noted && !chosen {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Columns[a].Capacity, s.Columns[b].Capacity) })
	for len(order) > 2 || len(order) > 0 && s.Columns[order[0]].Capacity == 0 {
		weakest := &s.Columns[order[0]]
		density := s.analysisDensity()
		if weakest.Capacity > 0 && (density == 1 || weakest.Capacity*density*float64(s.Sampled) >= leastColumnMarks) {
			break
		}
		weakest.Carrier, weakest.Noted, weakest.Capacity = "", false, 0
		order = order[1:]
	}
	s.Joint = fingerprint.KeepNoted(s.Joint, s.Scheme().Columns)
}

// analysisDensity is the density at which a copy of the sampled rows differs
// from the original in less than mostChanged of its cells, but for one copy in a
// thirty thousand: four standard deviations are kept back.
func (s *Survey) analysisDensity() float64 {
	width := float64(len(s.Columns))
	rows := float64(max(s.Rows, int64(s.Sampled)))
	share := 0.0
	for _, c := range s.Columns {
		share += c.Capacity
	}
	if share == 0 || rows == 0 {
		return 1
	}
	spread := 4 * math.Sqrt((1-sparseChange)/(rows*width))
	root := (math.Sqrt(spread*spread+4*mostChanged) - spread) / 2
	return min(1, root*root*width/(sparseChange*share))
}
