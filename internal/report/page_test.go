package report

import (
	"strings"
	"testing"
	"time"

	"telltale/match"
	"telltale/match/chain"
)

func TestSayNamesACopyAndNeverAPerson(t *testing.T) {
	s := Say(match.Result{Verdict: match.Attributed, Alpha: 1e-6, Candidates: 1000, RowsLinked: 1200, Dataset: "orders", MarksRead: 40, Suspects: []match.Suspect{
		{Recipient: "bolt", Accused: true, FalseAccusationBound: 2.5e-12}, {Recipient: "acme", FalseAccusationBound: 1}}})
	want(t, s.Answer, "The copy issued to bolt is a source of what was found.")
	want(t, s.HowSure, "If no copy of bolt were a source, evidence as strong as this would come up in at most 1 in 10¹¹ such investigations among 1,000 candidates.")
	if len(s.Else) != 4 || len(s.Certain) != 2 {
		t.Errorf("%d other explanations and %d things it rests on, want 4 and 2", len(s.Else), len(s.Certain))
	}
	if text := strings.Join(append(s.Answer, s.Else...), " "); strings.Contains(text, "acme") {
		t.Errorf("somebody who is not accused is named: %s", text)
	}
}

func TestSayWhatIsNotSure(t *testing.T) {
	for _, c := range []struct {
		r    match.Result
		want string
	}{
		{match.Result{Verdict: match.None}, "Nothing of ours was recognised."},
		{match.Result{Verdict: match.Ours, RowsLinked: 3}, "What was found is ours. Nothing says whose copy it comes from."},
		{match.Result{Verdict: match.Shortlist, RowsLinked: 3, Suspects: []match.Suspect{{Recipient: "acme", Shortlisted: true}}}, "Nobody can be named. The weight lies with the copies issued to acme."},
		{match.Result{Verdict: match.Incomplete}, "Part of what was given could not be read. Do not take this result as clean."},
	} {
		s := Say(c.r)
		want(t, s.Answer, c.want)
		if len(s.Else) > 0 {
			t.Errorf("%s: explanations of an accusation that was not made: %q", c.r.Verdict, s.Else)
		}
	}
}

func want(t *testing.T, list []string, line string) {
	t.Helper()
	for _, l := range list {
		if l == line {
			return
		}
	}
	t.Errorf("%q is not in %q", line, list)
}

// TestOneIn: a chance is never told smaller than it is.
func TestOneIn(t *testing.T) {
	for p, want := range map[float64]string{1: "1 in 1", 0.03: "1 in 33", 1e-6: "1 in 1,000,000", 2.5e-12: "1 in 10¹¹", 1e-12: "1 in 10¹²", 0: "1 in 10³⁰⁰"} {
		if got := oneIn(p); got != want {
			t.Errorf("oneIn(%g) = %q, want %q", p, got, want)
		}
	}
}

// TestPageShowsWhatFilesHoldAsText: names come from strangers.
func TestPageShowsWhatFilesHoldAsText(t *testing.T) {
	const evil = "<script>alert(1)</script>\u202e\x1b[31m"
	var b strings.Builder
	err := Page(&b, Case{Name: evil, Tool: "telltale", Made: time.Unix(0, 0), Facts: []chain.Fact{{From: evil, To: evil, Basis: "chat", Note: evil}},
		Result: match.Result{Verdict: match.None, Inputs: []match.Input{{Name: evil, Problem: evil}}, Warnings: []string{evil}},
		Chain:  &chain.Graph{Nodes: []chain.GraphNode{{ID: "a", Kind: chain.Export, Recipient: evil}, {ID: "b", Kind: chain.Hidden, Label: evil}}, Edges: []chain.Edge{{From: "a", To: "b", Why: evil}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "\u202e", "\x1b", "http:", "https:", "src="} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if n := strings.Count(b.String(), "&lt;script&gt;"); n < 8 {
		t.Errorf("%d of the names are shown, want 8 at least", n)
	}
}

// TestDrawing: no two boxes overlap, and lines run from left to right.
func TestDrawing(t *testing.T) {
	g := chain.Graph{}
	for _, id := range strings.Fields("a b c d e f") {
		g.Nodes = append(g.Nodes, chain.GraphNode{ID: id, Kind: chain.Sighting, Label: id})
	}
	for _, e := range strings.Fields("ab ac bd cd be") {
		g.Edges = append(g.Edges, chain.Edge{From: e[:1], To: e[1:], Posterior: 0.9})
	}
	d := draw(g)
	at := map[[2]int]string{}
	for _, b := range d.Boxes {
		if other := at[[2]int{b.X, b.Y}]; other != "" {
			t.Errorf("%s lies on %s", b.Name, other)
		}
		at[[2]int{b.X, b.Y}] = b.Name
	}
	for _, l := range d.Lines {
		if l.X1 >= l.X2 {
			t.Errorf("line %+v does not run to the right", l)
		}
	}
}
