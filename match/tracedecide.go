package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"telltale/internal/stat"
)

// SourceCampaigns is the line of what campaigns add to the e-process beyond
// all messages together.
const SourceCampaigns = "campaigns"

// tracing is a decision about messages, in the making.
type tracing struct {
	*decision
	t       *Trace
	numbers [][]int // per candidate and source: its number there, or -1
	floors  []floors
}

// Result weighs what has been added so far. It may be asked for at any time.
func (t *Trace) Result(ctx context.Context) (Result, error) { return t.result(ctx, false) }

func (t *Trace) result(ctx context.Context, last bool) (Result, error) {
	d := &tracing{decision: &decision{engine: t.engine, all: t.all, latest: t.latest, always: t.always}, t: t}
	d.result = emptyResult(t.engine.options.Alpha)
	from := 0
	if last {
		from = max(0, len(t.sightings)-1)
	}
	d.result.Inputs, d.result.Sightings = append(d.result.Inputs, t.inputs[from:]...), append(d.result.Sightings, t.sightings[from:]...)
	d.lost = t.lost
	d.concern()
	d.findCandidates()
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	for _, name := range d.concerned {
		d.describe(t.engine.dataset(name), d.all.datasets[name])
		d.countMarks(t.engine.dataset(name), d.all.datasets[name])
	}
	d.prepare()
	for i := range d.candidates {
		d.weighAll(i)
	}
	d.describeReused()
	d.rankByModel()
	d.conclude()
	d.listCampaigns(from)
	d.narrow()
	return d.result, nil
}

func (d *tracing) countMarks(s *dataset, o *observed) {
	for _, l := range s.layers {
		if read := o.Layers[l.version]; read != nil {
			sites, _ := l.collect(read)
			d.result.MarksRead += int64(len(sites))
		}
	}
}

// prepare numbers the candidates in every source, and takes the null that
// controls show.
func (d *tracing) prepare() {
	for _, s := range d.t.sources {
		o := d.all.datasets[s.d.name]
		f := s.d.floors(o)
		if f.most() > 0 {
			d.warn("%d control identities that were never issued turned up too: hits of canaries count accordingly less", o.controls())
		}
		d.floors = append(d.floors, f)
	}
	d.numbers = make([][]int, len(d.candidates))
	for i, c := range d.candidates {
		for _, s := range d.t.sources {
			n, ok := s.number[c.Recipient]
			if !ok {
				n = -1
			}
			d.numbers[i] = append(d.numbers[i], n)
		}
	}
}

// weighAll sums the e-process of a candidate: the ledger of all messages, those
// of the campaigns, and what stands on none.
func (d *tracing) weighAll(i int) {
	pooled, each := d.t.ledgers[0].total(d.t.sources, d.numbers[i], d.floors)
	parts, rest := []float64{pooled + math.Log(pooledWeight)}, 1-pooledWeight
	for _, l := range d.t.ledgers[1:] {
		e, _ := l.total(d.t.sources, d.numbers[i], d.floors)
		parts, rest = append(parts, e+math.Log(l.weight)), rest-l.weight
	}
	d.logE[i] = stat.LogSumExp(append(parts, math.Log(rest)))
	p := &d.suspects[i]
	sum := 0.0
	for k, s := range d.t.sources {
		sum += each[k].logE()
		for n, w := range each[k] {
			p.add(lineSources[n], w)
		}
		d.describeCopies(p, s, k, d.numbers[i][k])
	}
	if diff := d.logE[i] - sum; math.Abs(diff) > math.Ln10/20 {
		p.Evidence = append(p.Evidence, EvidenceWeight{SourceCampaigns, finite(stat.Log10(diff)), int64(len(d.t.ledgers) - 1)})
	}
	d.addAliases(i)
}

// addAliases multiplies by what addresses of relays say: draws of their own.
func (d *tracing) addAliases(i int) {
	for _, s := range d.t.sources {
		if w := d.t.aliasesOf(s.d).Weigh(d.candidates[i]); w.N > 0 || w.LogE != 0 {
			d.logE[i] += w.LogE
			d.suspects[i].add(SourceAlias, w)
		}
	}
}

// describeCopies notes which exports a candidate has, and which part of the
// persons they were to hold.
func (d *tracing) describeCopies(p *Suspect, s *source, k, who int) {
	o := d.all.datasets[s.d.name]
	if who < 0 || o == nil || !slices.Contains(d.concerned, s.d.name) {
		return
	}
	for _, x := range s.d.exports {
		if x.Recipient == p.Recipient && d.inTime(x) {
			p.Exports = append(p.Exports, x.ID)
		}
	}
	p.RetiredCopies += d.retiredOf(p.Recipient, s.d)
	part := d.t.ledgers[0].parts[k]
	if part.persons == 0 || s.d.name != d.concerned[0] {
		return
	}
	p.Coverage = float64(part.held[who]) / float64(part.persons)
	if p.RetiredCopies == 0 {
		p.ModelBased = append(p.ModelBased, s.membership(part, who))
	}
}

// rankByModel puts those first, among candidates of equal evidence, whose rows
// are over-represented among those who complain, or who had a contact that was
// seen and others had too.
func (d *decision) rankByModel() {
	weight := func(p *Suspect) (sum float64) {
		for _, m := range p.ModelBased {
			sum += m.Log10LR
		}
		return sum
	}
	order := make([]int, len(d.suspects))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight(&d.suspects[b]), weight(&d.suspects[a])) })
	suspects, logs := make([]Suspect, len(order)), make([]float64, len(order))
	for to, from := range order {
		suspects[to], logs[to] = d.suspects[from], d.logE[from]
	}
	d.suspects, d.logE = suspects, logs
	for i := range d.suspects {
		d.suspects[i].modelRank = i
	}
}

// limit is the logarithm of the e-value that an accusation takes.
func (d *decision) limit() float64 {
	return math.Log(float64(max(1, d.result.Candidates)) / d.engine.options.Alpha)
}

// missingComplaints says what would decide, see Needs.
func (d *decision) missingComplaints(n Needs) {
	switch {
	case n.Persons > 0:
		d.warn("nobody passes the bound: %s", n.words())
	default:
		d.warn("nobody passes the bound, and complaints like these would not change that: %s", n.words())
	}
}

func (n Needs) words() string {
	s := "one message to a canary of one copy would decide"
	if n.Persons > 0 {
		s = fmt.Sprintf("about %d more complaints like these, by other persons of the same campaign, or one message to a canary would decide", n.Persons)
	}
	if n.Cells > 0 {
		s += fmt.Sprintf("; so would %d values that carry marks, quoted in the messages", n.Cells)
	}
	return s
}

// label adds to a decision on files and messages what the messages by themselves
// tell of campaigns.
func (t *Trace) label(ctx context.Context, to *Result) error {
	r, err := t.Result(ctx)
	to.Campaigns = r.Campaigns
	for i := range to.Sightings {
		to.Sightings[i].Campaign = r.Sightings[i].Campaign
	}
	return err
}
