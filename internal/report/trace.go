package report

import (
	"fmt"
	"math"
	"strings"

	"telltale/internal/screen"
	"telltale/match"
)

// Line is a decision in one line: what the last message was, and what is known
// with it.
func Line(r match.Result) string {
	var parts []string
	for _, s := range r.Sightings {
		parts = append(parts, s.Input, strings.TrimSpace(s.Contact), sightingOf(s), s.Campaign)
	}
	parts = append(parts, string(r.Verdict))
	if len(r.Suspects) > 0 && (r.RowsLinked > 0 || r.CanaryHits > 0) {
		parts = append(parts, fmt.Sprintf("first: %s, log10 %s, wrong at most %s", r.Suspects[0].Recipient, Log10(r.Suspects[0].Log10LR), Bound(r.Suspects[0].FalseAccusationBound)))
	}
	if r.Needs != nil && r.Needs.Persons > 0 {
		parts = append(parts, fmt.Sprintf("%d more would decide", r.Needs.Persons))
	}
	return screen.Safe(strings.Join(parts, "  "))
}

func sightingOf(s match.Sighting) string {
	switch {
	case len(s.Canaries) > 0:
		return canariesOf(s.Canaries)
	case len(s.Aliases) > 0:
		return "a contact that only the copy issued to " + strings.Join(s.Aliases, ", ") + " shows"
	case s.Person:
		return "a person of ours"
	}
	return "nobody of ours"
}

// canariesOf names whose canaries were seen: those that a contact names alone,
// and only where there are none, those that share it with others.
func canariesOf(seen []match.SightedCanary) string {
	var names, reused []string
	for _, c := range seen {
		if c.Reused {
			reused = append(reused, c.Recipient)
		} else {
			names = append(names, c.Recipient)
		}
	}
	if len(names) == 0 {
		return "a contact that was reused, which says nothing of one copy alone; one with it was issued to " + strings.Join(reused, ", ")
	}
	return "a canary of the copy issued to " + strings.Join(names, ", ")
}

// steps shows the list of candidates shrinking.
func (p printer) steps(r match.Result) {
	const most = 12
	for k, s := range r.Steps {
		if k > 0 && k < len(r.Steps)-1 && len(s.Excluded) == 0 {
			continue // it changed nothing
		}
		p.line("left      %d after: %s", s.Candidates, s.Step)
		for i, x := range s.Excluded {
			if i == most {
				p.line("            and %d more", len(s.Excluded)-most)
				break
			}
			p.line("            without %s: %s", x.Recipient, x.Reason)
		}
	}
}

// campaigns lists the groups of more than one message.
func (p printer) campaigns(r match.Result) {
	const most = 12
	shown, single := 0, 0
	for _, c := range r.Campaigns {
		if c.Messages < 2 {
			single++
			continue
		}
		if shown++; shown > most {
			continue
		}
		leads := ""
		if c.Leading != "" {
			leads = fmt.Sprintf("; by itself most against the copy of %s (log10 %s)", c.Leading, Log10(c.Log10LR))
		}
		if c.Attributed {
			leads += ", which it attributes"
		}
		p.line("campaign  %s: %d messages to %d persons, same %s%s", c.ID, c.Messages, c.Persons, c.Shares, leads)
	}
	if shown > most {
		p.line("campaign  and %d more", shown-most)
	}
	if shown > 0 && single > 0 {
		p.line("campaign  none: %d messages stand alone", single)
	}
}

// modelled shows what depends on a model, on its own line.
func (p printer) modelled(r match.Result) {
	p.model(r, match.SourceMembership, "over-representation among those who complain, in no bound, log10", "rows")
	p.model(r, match.SourceReused, "contacts that served several copies, split among these in equal parts, in no bound, log10", "contacts")
}

func (p printer) model(r match.Result, source, what, of string) {
	var parts []string
	tells := false
	for _, s := range r.Suspects {
		for _, m := range s.ModelBased {
			if m.Source == source {
				tells = tells || math.Abs(m.Log10LR) >= 0.05
				parts = append(parts, fmt.Sprintf("%s %s (%d %s)", s.Recipient, Log10(m.Log10LR), m.N, of))
			}
		}
	}
	if tells {
		p.line("model     %s: %s", what, strings.Join(parts, "; "))
	}
}
