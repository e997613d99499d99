package trial

import (
	"context"
	"errors"
	"math"

	"telltale/canary"
	"telltale/internal/key"
	"telltale/store"
)

// Assessment is how a table stands up to leaks under a policy, at what price,
// and what would help.
type Assessment struct {
	Policy   Policy // in force, defaults filled in
	Issued   []Issued
	Needs    []Need // of Scenarios, in their order
	Change   Change
	Remedies []Remedy
}

// Marked is the mean number of marked cells in a copy.
func (a Assessment) Marked() float64 {
	sum := 0.0
	for _, x := range a.Issued {
		sum += float64(x.Marked) / float64(len(a.Issued))
	}
	return sum
}

// Judged counts the decisions of the matcher, and those of them in which
// anybody was accused who was no source.
func (a Assessment) Judged() (judged, wrong int) {
	for _, n := range a.Needs {
		judged, wrong = judged+n.Judged, wrong+n.Wrong
	}
	for _, r := range a.Remedies {
		judged, wrong = judged+r.After.Judged, wrong+r.After.Wrong
	}
	return judged, wrong
}

// Setting is what a remedy changes.
type Setting string

// The settings. All but Coalition are of one export; Coalition is of the
// dataset, which must be registered anew for it.
const (
	Density   Setting = "density"
	Coalition Setting = "coalition"
	Withhold  Setting = "withhold"
	Canaries  Setting = "canaries"
)

// Remedy is a setting that was tried where leaks were not traced.
type Remedy struct {
	Setting Setting
	Value   float64
	Before  Need
	After   Need
}

// Helps reports whether leaks are traced with the remedy that were not without.
func (r Remedy) Helps() bool {
	_, ok := r.After.First.Rows9(r.After.Leaks)
	return ok
}

// Progress is told how many leaks there are to play, and of each that was.
type Progress interface {
	Expect(leaks int)
	Done()
}

// Assess issues the table, plays all scenarios of its scheme, and tries a
// remedy for each weakness that it finds. It fails with a
// *canary.ExhaustedError where the pool does not reach for all recipients.
func Assess(ctx context.Context, st store.Store, master key.Secret, s Source, p Policy, e Effort, progress Progress) (Assessment, error) {
	w, err := Issue(ctx, st, master, s, p)
	if err != nil {
		return Assessment{}, err
	}
	out := Assessment{Policy: w.policy, Issued: w.issued}
	scenarios := Scenarios(s.Scheme, w.policy.Recipients)
	progress.Expect(len(scenarios) * e.Leaks)
	if out.Needs, err = w.Needs(ctx, scenarios, e, progress.Done); err != nil {
		return out, err
	}
	out.Change = w.Change()
	fewer := Effort{Leaks: max(1, (e.Leaks+1)/2), Seed: e.Seed}
	for _, r := range w.remedies(out.Needs) {
		progress.Expect(fewer.Leaks)
		tried, err := r.try(ctx, st, master, w, fewer, progress)
		var exhausted *canary.ExhaustedError
		if errors.As(err, &exhausted) {
			continue // no such canaries can be had
		}
		if err != nil {
			return out, err
		}
		out.Remedies = append(out.Remedies, tried)
	}
	return out, nil
}

// remedies lists what is worth trying: for marks that are too few, and for
// leaks that hold none.
func (w *World) remedies(needs []Need) []Remedy {
	var list []Remedy
	if n, ok := weakest(needs, func(s Scenario) bool { return !s.Canaries && s.After.Run == nil }); ok {
		switch {
		case w.policy.Density < 1 && w.issued[0].Marked > 0:
			list = append(list, Remedy{Setting: Density, Value: 1, Before: n})
		case n.Scenario.Copies > w.source.Scheme.Coalition && w.issued[0].Marked > 0:
			list = append(list, Remedy{Setting: Coalition, Value: float64(n.Scenario.Copies), Before: n})
		}
	}
	n, ok := weakest(needs, func(s Scenario) bool { return s.Canaries && s.After.Run != nil })
	if !ok {
		return list
	}
	if q := w.withholding(); q > w.policy.Withhold {
		list = append(list, Remedy{Setting: Withhold, Value: q, Before: n})
	}
	if w.policy.Canaries == 0 {
		list = append(list, Remedy{Setting: Canaries, Value: float64(max(1, min(20, len(w.source.Rows)/25))), Before: n})
	}
	return list
}

// weakest is the first of some scenarios of which nine leaks of ten are not
// traced: they stand in the order of difficulty.
func weakest(needs []Need, among func(Scenario) bool) (Need, bool) {
	for _, n := range needs {
		if _, ok := n.First.Rows9(n.Leaks); !ok && among(n.Scenario) {
			return n, true
		}
	}
	return Need{}, false
}

// withholding is the least rate at which the table has enough rows to tell the
// recipients apart by what they lack, with a third to spare; 0 if there is none.
func (w *World) withholding() float64 {
	for _, q := range []float64{0.01, 0.02, 0.05, 0.1} {
		if need := math.Log(float64(w.policy.Recipients)/w.policy.Alpha) / -math.Log1p(-q); 1.33*need <= float64(len(w.source.Rows)) {
			return q
		}
	}
	return 0
}

// try issues the table once more, with the setting changed, and plays the
// scenario that was lost.
func (r Remedy) try(ctx context.Context, st store.Store, master key.Secret, w *World, e Effort, progress Progress) (Remedy, error) {
	s, p := w.source, w.policy
	s.Dataset += "-" + string(r.Setting)
	switch r.Setting {
	case Density:
		p.Density = r.Value
	case Coalition:
		s.Scheme.Coalition = int(r.Value)
	case Withhold:
		p.Withhold = r.Value
	case Canaries:
		p.Canaries = int(r.Value)
		if len(p.Pool.Domains) == 0 {
			p.Pool.Domains = []string{"owned-domain.example"}
		}
	}
	again, err := Issue(ctx, st, master, s, p)
	if err != nil {
		return r, err
	}
	needs, err := again.Needs(ctx, []Scenario{r.Before.Scenario}, e, progress.Done)
	if err == nil {
		r.After = needs[0]
	}
	return r, err
}
