// Package trial plays a leak through from beginning to end: it issues marked
// copies of a table with the real exporter, lets simulated adversaries at them,
// gives what they leave to the real matcher, and counts whom it names.
//
//	source, err := trial.Survey(ctx, "customers", header, rows, survey.Choices{})
//	w, err := trial.Issue(ctx, registry, secret, source, trial.Policy{Recipients: 100})
//	needs, err := w.Needs(ctx, trial.Scenarios(w.Scheme(), 100), trial.Effort{Leaks: 10, Seed: 1}, nil)
//
// A Scenario is who leaks and what is done to the data. Needs finds, for each,
// how many leaked rows it takes until a source is named, and until all are;
// Try judges one leak. Change says what marking did to the table.
//
// The registry and the secret are the caller's, and must be those of nobody:
// a registry that is thrown away, and a secret that marks no real copy. The
// matcher learns of the copies what a registry knows, and of the leak nothing
// but its bytes; the truth (which rows, whose) is kept beside it and is looked
// at only for counting.
//
// Everything is drawn from seeds: the same table, secret, policy and effort
// give the same numbers, whatever the number of processors.
//
// The package words nothing. Command line, golden table and tests share it.
package trial

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/attack"
	"telltale/internal/key"
	"telltale/internal/survey"
	"telltale/match"
	"telltale/store"
)

// Source is a table of which copies are issued.
type Source struct {
	Dataset string
	Header  []string // names of the scheme's columns, in its order
	Rows    [][]string
	Scheme  fingerprint.Scheme
	Profile *canary.Profile // of these rows
}

// Survey makes a source of a table as dataset add does.
func Survey(ctx context.Context, dataset string, header []string, rows [][]string, c survey.Choices) (Source, error) {
	s, err := survey.Read(ctx, newReader(header, rows), c)
	if err != nil {
		return Source{}, fmt.Errorf("dataset %s: %w", dataset, err)
	}
	return Source{Dataset: dataset, Header: header, Rows: rows, Scheme: s.Scheme(), Profile: s.Profile}, nil
}

// Policy is how copies are made and judged. The zero value of a field is its
// default.
type Policy struct {
	Recipients int     // candidates, >= 1; default 100
	Copies     int     // how many of them leak in turn; default 12, at most Recipients
	Canaries   int     // in each copy
	Shared     int     // shared canaries
	Withhold   float64 // rate, 0 to 0.5
	Cover      float64 // rows for each canary, see canary.NewCover
	MakeRoom   bool    // leave rows out of all copies for canaries, see canary.Profile.Vacate
	Density    float64 // 0: that of the scheme; NoMarks: none
	Pool       canary.Contacts
	Alpha      float64 // default match.DefaultAlpha
}

// NoMarks as Policy.Density marks nothing.
const NoMarks = -1

// mostCandidates is how many recipients are really recorded. More of them only
// raise the threshold N/alpha: it is raised by lowering alpha in proportion.
const mostCandidates = 200

func (p Policy) withDefaults() Policy {
	if p.Recipients == 0 {
		p.Recipients = 100
	}
	if p.Copies == 0 {
		p.Copies = 12
	}
	p.Copies = min(p.Copies, p.Recipients, mostCandidates)
	if p.Alpha == 0 {
		p.Alpha = match.DefaultAlpha
	}
	return p
}

func (p Policy) density() float64 { return max(0, p.Density) }

func (p Policy) candidates() int { return min(p.Recipients, mostCandidates) }

// World is a table that was issued, with the copies that may leak.
type World struct {
	source    Source
	policy    Policy
	copies    []attack.Table // canaries have the origin attack.Foreign
	issued    []Issued
	vacancies *canary.Vacancies
	covering  *canary.Cover
	open      func() (*match.Engine, error)
	engines   chan *match.Engine // one for each processor, nil until it is needed
}

// Issued counts what a copy holds.
type Issued struct {
	Recipient string
	Rows      int64 // canaries included
	Marked    int64 // cells that carry a mark
	Changed   int64 // of them, those that differ from the original
	Withheld  int64
	Canaries  int
}

// Issue makes the copies and records them in st, which no dataset of that name
// must be in yet, and which must stay open. It fails with a
// *canary.ExhaustedError where the pool does not reach for the canaries of all
// recipients.
func Issue(ctx context.Context, st store.Store, master key.Secret, s Source, p Policy) (*World, error) {
	w := &World{source: s, policy: p.withDefaults()}
	if w.policy.Density == 0 {
		w.policy.Density = s.Scheme.Density
	}
	if err := w.issue(ctx, st, master); err != nil {
		return nil, fmt.Errorf("dataset %s: %w", s.Dataset, err)
	}
	alpha := w.policy.Alpha * float64(w.policy.candidates()) / float64(w.policy.Recipients)
	w.open = func() (*match.Engine, error) {
		return match.Open(ctx, st, master, match.Options{Alpha: alpha, Datasets: []string{s.Dataset}, All: true})
	}
	w.engines = make(chan *match.Engine, runtime.GOMAXPROCS(0))
	for range cap(w.engines) {
		w.engines <- nil
	}
	return w, nil
}

// with runs f with an engine of its own, as soon as one is free.
func (w *World) with(f func(*match.Engine) error) (err error) {
	e := <-w.engines
	defer func() { w.engines <- e }()
	if e == nil {
		if e, err = w.open(); err != nil {
			return err
		}
	}
	return f(e)
}

// Scheme is the scheme under which the copies were marked.
func (w *World) Scheme() fingerprint.Scheme { return w.source.Scheme }

// Policy is the policy in force, defaults filled in.
func (w *World) Policy() Policy { return w.policy }

// Issued describes the copies that may leak.
func (w *World) Issued() []Issued { return w.issued }

// Copy is one of the copies that may leak, 0 <= i < Policy().Copies.
func (w *World) Copy(i int) attack.Table { return w.copies[i] }

// Original is the table before it was marked.
func (w *World) Original() attack.Table { return attack.New(w.source.Header, w.source.Rows) }

func recipientName(i int) string { return fmt.Sprintf("recipient-%04d", i) }

// generator returns the generator of one purpose.
func generator(seed uint64, purpose ...uint64) *rand.Rand {
	h := uint64(0x9e3779b97f4a7c15)
	for _, p := range purpose {
		h = (h ^ p) * 0xbf58476d1ce4e5b9
		h ^= h >> 31
	}
	return rand.New(rand.NewPCG(seed, h))
}
