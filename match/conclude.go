package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"telltale/internal/stat"
	"telltale/match/link"
)

// conclude turns the weights into suspects, a verdict and warnings.
func (d *decision) conclude() {
	n := float64(max(1, d.result.Candidates))
	limit := d.limit()
	for i := range d.suspects {
		p := &d.suspects[i]
		p.LogE = finite(d.logE[i])
		p.Log10LR = finite(stat.Log10(d.logE[i]))
		p.FalseAccusationBound = min(1, math.Exp(math.Log(n)-p.LogE))
		p.Accused = p.LogE >= limit
		p.Share = min(max(p.Share, 0), 1)
	}
	slices.SortStableFunc(d.suspects, func(a, b Suspect) int {
		if a.Accused != b.Accused {
			return map[bool]int{true: -1, false: 1}[a.Accused]
		}
		return cmp.Or(cmp.Compare(b.LogE, a.LogE), cmp.Compare(a.modelRank, b.modelRank), strings.Compare(a.Recipient, b.Recipient))
	})
	accused := 0
	for accused < len(d.suspects) && d.suspects[accused].Accused {
		accused++
	}
	d.shares(accused)
	listed := 0
	if accused == 0 {
		listed = d.shortlist()
	}
	d.result.Verdict = d.verdict(accused, listed)
	d.explain(accused, listed)
	d.result.Suspects = append(d.result.Suspects, d.suspects...)
	if !d.engine.options.All {
		d.result.Suspects = d.result.Suspects[:min(len(d.suspects), accused+max(5, listed))]
	}
}

// shares gives a single accused candidate the whole when nothing tells.
func (d *decision) shares(accused int) {
	for i := range accused {
		if d.suspects[i].Share == 0 {
			d.suspects[i].Share = 1 / float64(accused)
		}
	}
}

// shortlist marks the smallest set of candidates that holds 95 % of the
// posterior weight, when every candidate is as likely a source as any other
// beforehand and all of them together as likely as a source that is none of
// them. It returns its size; 0 when it narrows nothing down.
func (d *decision) shortlist() int {
	n := len(d.suspects)
	if n < 2 {
		return 0
	}
	logs := []float64{math.Log(float64(n))} // none of them
	for _, p := range d.suspects {
		logs = append(logs, p.LogE)
	}
	total, sum := stat.LogSumExp(logs), 0.0
	for i := range n {
		if sum += math.Exp(d.suspects[i].LogE - total); sum < 0.95 {
			continue
		}
		if size := i + 1; size*2 <= n {
			for k := range size {
				d.suspects[k].Shortlisted = true
			}
			return size
		}
		return 0
	}
	return 0
}

func (d *decision) verdict(accused, listed int) Verdict {
	switch {
	case d.unreadable() > 0:
		return Incomplete
	case accused > 0:
		return Attributed
	case listed > 0:
		return Shortlist
	case d.result.RowsLinked > 0 || d.result.CanaryHits > 0 || d.aliasSeen() || len(d.result.Reused) > 0:
		return Ours
	}
	return None
}

func (d *decision) unreadable() int64 {
	if d.lost > 0 {
		return d.lost
	}
	n := int64(0)
	for _, in := range d.result.Inputs {
		n += in.Unreadable
	}
	return n
}

func (d *decision) warn(format string, args ...any) {
	w := fmt.Sprintf(format, args...)
	if !slices.Contains(d.result.Warnings, w) {
		d.result.Warnings = append(d.result.Warnings, w)
	}
}

// explain says what an investigator must know beside the verdict.
func (d *decision) explain(accused, listed int) {
	if n := d.unreadable(); n > 0 {
		d.warn("%d rows or parts of the input could not be read: nothing is said about them", n)
	}
	for _, in := range d.result.Inputs {
		if in.Format == readAsText && in.Searched > 0 {
			d.warn("%s was read as text: no table of ours was found in it, and only canaries were looked for", in.Name)
		}
	}
	if len(d.concerned) > 1 {
		d.warn("rows of several datasets were found; %s has the most", d.result.Dataset)
	}
	d.explainNumbers()
	d.explainRetired()
	d.explainReused()
	if len(d.concerned) > 0 && len(d.candidates) == 0 {
		d.warn("every export of the dataset was issued after the input had been seen: nobody is a candidate")
	}
	for _, p := range d.suspects[:accused] {
		if only, ok := p.only(); ok && only == SourceCanary && d.result.MarksRead == 0 {
			d.warn("canaries alone speak against the copy of %s: no marks were read that could confirm them", p.Recipient)
		}
		if p.Coverage < 0.5 && d.result.RowsLinked > 0 && p.RetiredCopies == 0 {
			d.warn("the copy of %s holds only %.0f %% of the rows that were linked: there are other sources", p.Recipient, 100*p.Coverage)
		}
	}
	if accused == 0 && len(d.suspects) > 0 && d.files {
		d.missingEvidence(listed)
	}
}

// explainNumbers says where nothing but bare numbers was, or could have been,
// linked.
func (d *decision) explainNumbers() {
	var names []string
	for _, name := range sortedKeys(d.all.datasets) {
		if d.all.datasets[name].Bare {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		d.warn("a column of bare numbers fits rows of several datasets (%s) and was linked to none: name the right one with --dataset", strings.Join(names, ", "))
	}
	if len(d.result.Ways) == 1 && d.result.Ways[0].Way == string(link.RowNumber) && d.result.MarksRead == 0 {
		d.warn("rows were linked by bare numbers alone: any table with such numbers would be")
	}
}

// only is the single source of evidence of a suspect that weighs anything.
func (p *Suspect) only() (string, bool) {
	var sources []string
	for _, e := range p.Evidence {
		if e.Log10LR > 0.5 {
			sources = append(sources, e.Source)
		}
	}
	if len(sources) == 1 {
		return sources[0], true
	}
	return "", false
}

// missingEvidence says how much more would decide. From a single source a cell
// carries at most one bit, and about four fifths of one in practice; where the
// decoder could tell more, each suspect on the shortlist has its own number.
func (d *decision) missingEvidence(listed int) {
	limit := d.limit()
	cells := int(math.Ceil((limit - max(0, d.suspects[0].LogE)) / math.Ln2 / 0.8))
	for i := range d.suspects[:listed] {
		d.suspects[i].needs(limit)
	}
	first := d.suspects[0]
	switch {
	case d.result.RowsLinked == 0 && d.result.CanaryHits == 0:
	case first.MoreMarks != nil:
		d.warn("nobody passes the bound; about %d more marks like those read would decide on the copy of %s, %d to be on the safe side; or one canary",
			first.MoreMarks.Likely, first.Recipient, first.MoreMarks.Safe)
	case listed > 0:
		d.warn("nobody passes the bound; about %d more marked cells of one copy, or one canary, would decide", cells)
	case d.result.MarksRead >= 40:
		d.warn("the %d marks read fit nobody's copy: the rows are ours, but may come from the original, or from changed or mixed copies", d.result.MarksRead)
	default:
		d.warn("the evidence is thin: about %d marked cells of one copy, or one canary, would decide, and %d marks were read", cells, d.result.MarksRead)
	}
}

// needs notes how many more marks would take the suspect to the limit.
func (p *Suspect) needs(limit float64) {
	if p.gainLow > 0 && p.LogE < limit {
		p.MoreMarks = &MoreMarks{int(math.Ceil((limit - p.LogE) / p.gain)), int(math.Ceil((limit - p.LogE) / p.gainLow))}
	}
}
