package canary

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"telltale/internal/identity"
)

// Profile is what was learned of a table. It holds real rows: seal it.
type Profile struct {
	Columns []Column
	Locale  string
	Rows    int64
	Stats   []Stat
	Sample  []Row  // a uniform choice of rows, in the order of the table
	Seen    filter // identities of all rows
	Names   Spread // how often full names occur

	mu     sync.Mutex
	model  *model  // prepared at the first use
	taught *taught // what its chooser learned
}

// Row is a sampled row and its number.
type Row struct {
	Index int64
	Cells []string
}

// Stat is what was counted of one column over all rows.
type Stat struct {
	Missing         int64
	Rising, Falling bool  // no value is below (above) the one before
	Steps           int64 // neighbours that differ, in a column in order
	First, Last     string
	Runs            []Run // serial numbers by shape
	Shapeless       int64
	Values          Spread // how often values occur
	Single          bool   // no value was counted twice, and Seen holds them all; for columns without a rule of their own
}

// sorted reports whether the column stood in order: 1 rising, -1 falling.
func (s Stat) sorted() int {
	switch {
	case s.Steps < 2:
		return 0
	case s.Rising:
		return 1
	case s.Falling:
		return -1
	}
	return 0
}

// settle forgets how often neighbours differ in a column without order.
func (s *Stat) settle() {
	if !s.Rising && !s.Falling {
		s.Steps = 0
	}
}

func (p *Profile) clone() *Profile {
	q := &Profile{Columns: p.Columns, Locale: p.Locale, Rows: p.Rows, Names: Spread{slices.Clone(p.Names.Values)}, Sample: slices.Clone(p.Sample), Stats: slices.Clone(p.Stats)}
	for i := range q.Stats {
		q.Stats[i].Runs = slices.Clone(q.Stats[i].Runs)
		q.Stats[i].Values.Values = slices.Clone(q.Stats[i].Values.Values)
		for j := range q.Stats[i].Runs {
			q.Stats[i].Runs[j] = q.Stats[i].Runs[j].clone()
		}
	}
	for _, l := range p.Seen.Layers {
		l.Words = slices.Clone(l.Words)
		q.Seen.Layers = append(q.Seen.Layers, l)
	}
	return q
}

func (p *Profile) sort() {
	slices.SortFunc(p.Sample, func(a, b Row) int { return int(min(max(a.Index-b.Index, -1), 1)) })
}

// saved is the stored form; the version is raised when its meaning changes.
// Version 1 had no counts of values and names, version 2 did not tell which
// columns are without repeats.
type saved struct {
	Version int
	Columns []Column
	Locale  string
	Rows    int64
	Stats   []Stat
	Sample  []Row
	Seen    filter
	Names   Spread
	Taught  *taught // may lack: then it is learned when it is needed
}

const profileVersion = 3

// maxWindow is twice what the packer looks back, in bytes: a damaged head may
// ask for half a gigabyte.
const maxWindow = 16 << 20

// MarshalBinary returns the profile as bytes, the same for the same profile.
func (p *Profile) MarshalBinary() ([]byte, error) {
	return saved{profileVersion, p.Columns, p.Locale, p.Rows, p.Stats, p.Sample, p.Seen, p.Names, p.taught}.bytes()
}

func (s saved) bytes() ([]byte, error) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	if err := gob.NewEncoder(z).Encode(s); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote; its errors wrap ErrProfile.
func (p *Profile) UnmarshalBinary(data []byte) error {
	z, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProfile, err)
	}
	defer z.Close()
	var s saved
	if err := gob.NewDecoder(z).Decode(&s); err != nil {
		return fmt.Errorf("%w: %w", ErrProfile, err)
	}
	if s.Version < 1 || s.Version > profileVersion || len(s.Stats) != len(s.Columns) {
		return fmt.Errorf("%w: version %d with %d columns and %d of their statistics, want version 1 to %d", ErrProfile, s.Version, len(s.Columns), len(s.Stats), profileVersion)
	}
	*p = Profile{Columns: s.Columns, Locale: s.Locale, Rows: s.Rows, Stats: s.Stats, Sample: s.Sample, Seen: s.Seen, Names: s.Names, taught: s.Taught}
	if s.Version == 1 {
		p.countSample()
	}
	if s.Version < 3 {
		p.addSingles()
	}
	return nil
}

// countSample makes up for what version 1 did not count over the whole table.
func (p *Profile) countSample() {
	roles := findRoles(p.Columns)
	for _, row := range p.Sample {
		p.count(&roles, row.Cells)
	}
}

// count notes how often the values of a row and its full name occur.
func (p *Profile) count(r *roles, cells []string) {
	for i := range p.Stats {
		if v := cell(cells, i); !blank(v) {
			if again := p.Stats[i].Values.add(entry("value", v), 1); again {
				p.Stats[i].Single = false
			}
		}
	}
	if name, ok := r.fullName(cells, p.Locale); ok {
		p.Names.add(entry(identity.Name, name), 1)
	}
}

// Merge adds what was learned of rows that follow those of p in the table.
func (p *Profile) Merge(q *Profile) error {
	if !slices.Equal(p.Columns, q.Columns) {
		return fmt.Errorf("merge: columns differ: %d and %d", len(p.Columns), len(q.Columns))
	}
	for i := range p.Stats {
		p.Stats[i].merge(q.Stats[i])
	}
	p.mergeSample(q)
	p.Seen.merge(q.clone().Seen)
	p.Names.merge(q.Names)
	p.Rows += q.Rows
	p.model, p.taught = nil, nil
	return nil
}

func (s *Stat) merge(t Stat) {
	s.Missing += t.Missing
	s.Shapeless += t.Shapeless
	s.Values.merge(t.Values)
	s.Single = s.Single && t.Single && s.Values.repeated() == 0
	for _, r := range t.Runs {
		s.mergeRun(r)
	}
	if t.First == "" {
		return
	}
	if s.First != "" {
		c := compare(s.Last, t.First)
		s.Rising = s.Rising && t.Rising && c <= 0
		s.Falling = s.Falling && t.Falling && c >= 0
		s.Steps += t.Steps
		if c != 0 {
			s.Steps++
		}
	} else {
		s.First, s.Rising, s.Falling, s.Steps = t.First, t.Rising, t.Falling, t.Steps
	}
	s.settle()
	s.Last = t.Last
}

// mergeSample chooses among both samples, each row standing for as many rows
// as were read for it; which are kept depends on their numbers alone.
func (p *Profile) mergeSample(q *Profile) {
	type weighed struct {
		row Row
		key float64
	}
	var all []weighed
	add := func(rows []Row, total, shift int64) {
		weight := float64(total) / float64(max(len(rows), 1))
		for _, r := range rows {
			u := float64(mix(uint64(r.Index+shift)+1)>>11)/(1<<53) + 1e-18
			all = append(all, weighed{Row{r.Index + shift, r.Cells}, -log2(u) / weight})
		}
	}
	add(p.Sample, p.Rows, 0)
	add(q.Sample, q.Rows, p.Rows)
	slices.SortStableFunc(all, func(a, b weighed) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	p.Sample = nil
	for _, w := range all[:min(len(all), sampleRows)] {
		p.Sample = append(p.Sample, w.row)
	}
	p.sort()
}

// Needs says how many phones and mailboxes one canary takes: one for every
// column of the kind. Mailboxes are an alternative to owned domains.
func (p *Profile) Needs() (phones, emails int) {
	r := findRoles(p.Columns)
	return len(r.phones), len(r.emails)
}
