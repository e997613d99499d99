// Package report renders decisions for people. It words what match decided and
// decides nothing; every caveat that a result carries is printed.
package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"telltale/internal/screen"
	"telltale/match"
	"telltale/match/link"
)

// alternatives stand under every accusation.
const alternatives = "The proposition is: the copy issued to %s is a source of what was examined.\n" +
	"It names a copy, never a person. Other explanations to rule out: the copy was\n" +
	"stolen from %s, an account was used by somebody else, the issuer itself leaked\n" +
	"the copy, or somebody who held it planted what was found."

// Text writes a decision for a terminal or a text file. paint colours the
// verdict; it may be nil.
func Text(w io.Writer, r match.Result, paint func(string) string) {
	if paint == nil {
		paint = func(s string) string { return s }
	}
	p := printer{w}
	p.verdict(r, func(s string) painted { return painted(paint(s)) })
	p.inputs(r)
	p.found(r)
	p.suspects(r)
	p.modelled(r)
	p.steps(r)
	p.campaigns(r)
	p.sightings(r)
	for _, warning := range r.Warnings {
		p.line("warning   %s", warning)
	}
	if names := accused(r); len(names) > 0 {
		who := strings.Join(names, " and to ")
		p.line("")
		p.line(alternatives, who, strings.Join(names, " or "))
	}
}

type printer struct{ w io.Writer }

// line writes a line. Strings among args are made safe to show, but for those
// that were painted.
func (p printer) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = screen.Safe(s)
		}
	}
	fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

// painted is text of ours with the codes of its colour.
type painted string

func (p printer) verdict(r match.Result, paint func(string) painted) {
	switch r.Verdict {
	case match.Attributed:
		for _, s := range r.Suspects {
			if s.Accused {
				p.line("%s: the copy issued to %s (chance of a wrong accusation at most %s)", paint("attributed"), s.Recipient, Bound(s.FalseAccusationBound))
			}
		}
	case match.Shortlist:
		p.line("%s: nobody can be named; the weight lies with %s", paint("shortlist"), strings.Join(shortlisted(r), ", "))
	case match.Ours:
		what := "rows"
		if r.RowsLinked == 0 && r.CanaryHits+len(r.Reused) > 0 {
			what = "canaries"
		}
		p.line("%s: %s of dataset %s, but nothing says whose copy they come from", paint("ours, source unknown"), what, r.Dataset)
	case match.None:
		p.line("%s: nothing of ours was recognised", paint("no evidence"))
	case match.Incomplete:
		p.line("%s: part of the input could not be read; do not read this as clean", paint("incomplete"))
		for _, s := range r.Suspects {
			if s.Accused {
				p.line("attributed, from what was read: the copy issued to %s (chance of a wrong accusation at most %s)", s.Recipient, Bound(s.FalseAccusationBound))
			}
		}
	}
	p.line("")
}

func accused(r match.Result) []string {
	var names []string
	for _, s := range r.Suspects {
		if s.Accused {
			names = append(names, s.Recipient)
		}
	}
	return names
}

func shortlisted(r match.Result) []string {
	var names []string
	for _, s := range r.Suspects {
		if s.Shortlisted {
			names = append(names, s.Recipient)
		}
	}
	return names
}

func (p printer) inputs(r match.Result) {
	const most = 10
	for i, in := range r.Inputs {
		if i == most {
			p.line("inputs    and %d more", len(r.Inputs)-most)
			return
		}
		var parts []string
		if in.Format != "" {
			parts = append(parts, strings.TrimSpace(in.Format+" "+in.Encoding))
		}
		if in.Format != "message" {
			parts = append(parts, fmt.Sprintf("%d rows", in.Rows))
		}
		if in.Unreadable > 0 {
			parts = append(parts, fmt.Sprintf("%d UNREADABLE", in.Unreadable))
		}
		detail := strings.Join(parts, ", ")
		if in.Problem != "" {
			detail += ": " + in.Problem
		}
		p.line("input     %s: %s", in.Name, detail)
	}
}

func (p printer) found(r match.Result) {
	if r.Dataset == "" && r.CanaryHits == 0 {
		return
	}
	p.line("dataset   %s", r.Dataset)
	p.line("found     %d rows linked, %d marks read, %d canaries, %d controls", r.RowsLinked, r.MarksRead, r.CanaryHits, r.Controls)
	p.links(r)
	p.line("weighed   %d candidates, alpha %g", r.Candidates, r.Alpha)
}

// links says how the rows were linked: each way, with the columns that did most.
func (p printer) links(r match.Result) {
	const most = 3
	for _, w := range r.Ways {
		var of []match.LinkedBy
		for _, l := range r.Links {
			if l.Way == w.Way {
				of = append(of, l)
			}
		}
		slices.SortStableFunc(of, func(a, b match.LinkedBy) int { return cmp.Compare(b.Rows, a.Rows) })
		var by []string
		for _, l := range of[:min(most, len(of))] {
			by = append(by, columnsOf(l))
		}
		if len(of) > most {
			by = append(by, "other columns")
		}
		p.line("linked    %d rows by %s: %s", w.Rows, wayName(w.Way), strings.Join(by, "; "))
	}
}

func columnsOf(l match.LinkedBy) string {
	names := strings.Join(l.Columns, " + ")
	if len(l.Similar) == 0 {
		return names
	}
	slips := strings.Join(l.Similar, " + ") + " misspelt"
	if names == "" {
		return slips
	}
	return names + ", " + slips
}

// wayName is a way of linking in words.
func wayName(way string) string {
	switch link.Way(way) {
	case link.Email:
		return "e-mail address"
	case link.Phone:
		return "telephone number"
	case link.NationalID:
		return "national id"
	case link.Serial:
		return "serial number"
	case link.Hash:
		return "hash"
	case link.Combination:
		return "columns together"
	case link.Similar:
		return "similar values"
	case link.RowNumber:
		return "row number"
	case match.WayContact:
		return "contact"
	}
	return "columns"
}

func (p printer) suspects(r match.Result) {
	if len(r.Suspects) == 0 {
		return
	}
	p.line("")
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format = table.FormatOptions{Header: text.FormatDefault}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.AppendHeader(table.Row{"RECIPIENT", "", "LOG10 LR", "WRONG AT MOST", "SHARE", "COVERAGE", "EVIDENCE (LOG10 LR, N)"})
	for _, s := range r.Suspects {
		state := ""
		switch {
		case s.Accused:
			state = "attributed"
		case s.Shortlisted:
			state = "shortlist"
		}
		t.AppendRow(table.Row{s.Recipient, state, Log10(s.Log10LR), Bound(s.FalseAccusationBound), fmt.Sprintf("%.0f%%", 100*s.Share),
			fmt.Sprintf("%.0f%%", 100*s.Coverage), evidence(s)})
	}
	for _, line := range strings.Split(t.Render(), "\n") {
		p.line("%s", line)
	}
	p.line("")
}

func evidence(s match.Suspect) string {
	var parts []string
	for _, e := range s.Evidence {
		parts = append(parts, fmt.Sprintf("%s %s, %d", e.Source, Log10(e.Log10LR), e.N))
	}
	return strings.Join(parts, "; ")
}

func (p printer) sightings(r match.Result) {
	const most = 20
	for i, s := range r.Sightings {
		if i == most {
			p.line("message   and %d more", len(r.Sightings)-most)
			return
		}
		to := ""
		if s.Contact != "" {
			to = " to " + s.Contact
		}
		if s.Received != "" {
			to += " " + s.Received
		}
		p.line("message   %s%s: %s", s.Input, to, sightingOf(s))
		for _, note := range s.Notes {
			p.line("            %s", note)
		}
	}
}

// Log10 renders a base-10 logarithm of a likelihood ratio.
func Log10(x float64) string {
	if math.IsInf(x, -1) {
		return "excluded"
	}
	return fmt.Sprintf("%.1f", x)
}

// Bound renders a probability that may be extremely small.
func Bound(p float64) string {
	switch {
	case p >= 1:
		return "1"
	case p == 0:
		return "1e-300"
	case p >= 0.001:
		return fmt.Sprintf("%.3f", p)
	}
	return fmt.Sprintf("%.0e", p)
}
