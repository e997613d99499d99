// Package survey reads a table once and says what it is: its columns' kinds,
// which of them name a row, which lead to a person, which can carry marks, and
// what canaries have to look like. inspect shows a survey; dataset add turns
// it into a scheme and a profile.
//
// Kinds, roles and carriers are decided on the first SampleRows rows; order,
// counts and the profile are learned from all of them.
package survey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/table"
	"telltale/match/link"
)

// SampleRows is how many rows decide kinds, roles and carriers.
const SampleRows = 5000

// Choices are what the user decided; everything left zero is suggested.
type Choices struct {
	Key       []string
	Identity  []string
	Carriers  map[string]string // by column, see fingerprint.ParseCarrier
	Kinds     map[string]identity.Kind
	Locale    string
	Coalition int
	Density   float64 // 0: suggested from the capacity
}

// Column is what is known of one column.
type Column struct {
	Name     string
	Kind     identity.Kind
	Guesses  []identity.Guess
	Key      bool
	Identity bool
	Carrier  string
	Capacity float64 // share of the sampled cells that can carry a mark, 0..1
	Empty    float64 // share of the sampled cells that are empty, 0..1
	Distinct int     // distinct values in the sample
	Sorted   bool    // in order throughout the table
	Noted    bool    // the link index notes which cells are marked
}

// Survey is what is known of a table.
type Survey struct {
	Schema     table.Schema
	Locale     string
	Rows       int64
	Unreadable int64              // rows that are not as they should be
	FirstBad   *table.SyntaxError // the first of them
	Columns    []Column
	Coalition  int
	Density    float64
	Joint      []*fingerprint.Joint // how noted columns go together with the others
	Profile    *canary.Profile
	Sampled    int
	Repeated   *link.DuplicateKeyError // two of the sampled rows that the key columns of the Choices do not tell apart
}

// UnknownColumnError names a column of the Choices that the table has not.
type UnknownColumnError struct {
	Column string
	Known  []string
}

func (e *UnknownColumnError) Error() string {
	return fmt.Sprintf("column %q: the table has no such column", e.Column)
}

// Read surveys the table that r reads.
func Read(ctx context.Context, r table.Reader, c Choices) (*Survey, error) {
	s := &Survey{Schema: r.Schema(), Coalition: c.Coalition, Density: c.Density}
	if s.Coalition == 0 {
		s.Coalition = fingerprint.DefaultCoalition
	}
	if err := c.check(s.Schema.Columns); err != nil {
		return nil, err
	}
	sample, err := s.take(ctx, r, SampleRows)
	if err != nil {
		return nil, err
	}
	s.Sampled = len(sample)
	if err := s.decide(sample, c); err != nil {
		return nil, err
	}
	s.Repeated = s.repeated(sample, c)
	if err := s.learn(ctx, r, sample); err != nil {
		return nil, err
	}
	if s.Density == 0 {
		s.Density = s.suggestDensity()
	}
	return s, nil
}

// repeated finds two of the first rows that the user's key columns do not tell
// apart. What comes later is found by the export.
func (s *Survey) repeated(sample [][]string, c Choices) *link.DuplicateKeyError {
	if len(c.Key) == 0 || s.Unreadable > 0 { // rows that were not read have no number here
		return nil
	}
	first := map[string]int{}
	for i, cells := range sample {
		key := ""
		for k, col := range s.Columns {
			if col.Key {
				key += strconv.Quote(cells[k])
			}
		}
		if was, ok := first[key]; ok {
			return &link.DuplicateKeyError{First: int64(was + 1), Second: int64(i + 1)}
		}
		first[key] = i
	}
	return nil
}

// take reads up to most good rows.
func (s *Survey) take(ctx context.Context, r table.Reader, most int) ([][]string, error) {
	var rows [][]string
	for len(rows) < most {
		cells, err := s.next(ctx, r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, cells)
	}
	return rows, nil
}

// next is the next good row; bad ones are counted.
func (s *Survey) next(ctx context.Context, r table.Reader) ([]string, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row, err := r.Read()
		var bad *table.SyntaxError
		switch {
		case err == nil:
			s.Rows++
			return row.Cells, nil
		case errors.As(err, &bad):
			if s.FirstBad == nil {
				s.FirstBad = bad
			}
			s.Unreadable++
		default:
			return nil, err
		}
	}
}

// learn goes over the whole table, of which sample has been read already.
func (s *Survey) learn(ctx context.Context, r table.Reader, sample [][]string) error {
	learner := canary.NewLearner(s.canaryColumns(), s.Locale)
	orders := make([]order, len(s.Columns))
	see := func(cells []string) {
		learner.Add(cells)
		for i := range orders {
			orders[i].add(cells[i])
		}
	}
	for _, cells := range sample {
		see(cells)
	}
	for {
		cells, err := s.next(ctx, r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		see(cells)
	}
	s.Profile = learner.Profile()
	for i := range orders {
		s.Columns[i].Sorted = orders[i].sorted()
		s.Profile.Columns[i].Sorted = s.Columns[i].Sorted
	}
	return nil
}

func (s *Survey) canaryColumns() []canary.Column {
	var out []canary.Column
	for _, c := range s.Columns {
		out = append(out, canary.Column{Name: c.Name, Kind: c.Kind, Key: c.Key, Identity: c.Identity || c.Kind.Person()})
	}
	return out
}

// Scheme is the scheme that the survey suggests, with the choices in it.
func (s *Survey) Scheme() fingerprint.Scheme {
	scheme := fingerprint.Scheme{Version: fingerprint.SchemeVersion, Coalition: s.Coalition, Density: s.Density, Locale: s.Locale, Joint: s.Joint}
	for _, c := range s.Columns {
		scheme.Columns = append(scheme.Columns, fingerprint.Column{
			Name: c.Name, Kind: c.Kind, Key: c.Key, Identity: c.Identity, Carrier: c.Carrier, Sorted: c.Sorted, Noted: c.Noted,
		})
	}
	return scheme
}

// MarkCells estimates how many cells of the table will carry a mark.
func (s *Survey) MarkCells() int64 {
	var share float64
	for _, c := range s.Columns {
		share += c.Capacity
	}
	return int64(share * s.Density * float64(s.Rows))
}

func (c Choices) check(known []string) error {
	named := slices.Concat(c.Key, c.Identity)
	for name := range c.Carriers {
		named = append(named, name)
	}
	for name := range c.Kinds {
		named = append(named, name)
	}
	slices.Sort(named)
	for _, name := range named {
		if !slices.Contains(known, name) {
			return &UnknownColumnError{name, known}
		}
	}
	return nil
}
