package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"telltale/fingerprint"
	"telltale/internal/stat"
	"telltale/store"
)

// Candidate is a recipient who may have been the source.
type Candidate struct {
	Number    int // among the candidates, from 0
	Recipient string
	Exports   []store.Export // of the dataset that is weighed
}

// Weight is what a line of evidence says of a candidate.
type Weight struct {
	LogE  float64 // natural logarithm of an e-value
	N     int64   // what it rests on: cells, canaries, rows
	Share float64 // of the leak that comes from the candidate's copy; 0 when the evidence does not tell

	// What one more observation like these adds to LogE if the copy is a source:
	// half of the time more than Gain, nine times in ten more than GainLow; 0 when
	// it is not known.
	Gain, GainLow float64
}

// Evidence is one line of evidence. The e-values of different lines are
// independent for a candidate who is no source.
type Evidence interface {
	Source() string
	Weigh(c Candidate) Weight
}

// Decide merges readings and weighs them. The readings are not changed.
// Messages by themselves are weighed as a Trace does, in the order given.
func (e *Engine) Decide(ctx context.Context, readings []*Reading) (Result, error) {
	t := e.NewTrace()
	messages := slices.DeleteFunc(slices.Clone(readings), func(r *Reading) bool { return !r.message })
	if err := t.Add(ctx, messages...); err != nil {
		return Result{}, err
	}
	if len(messages) > 0 && len(messages) == len(readings) {
		return t.Result(ctx)
	}
	d := e.merge(readings)
	for _, name := range d.concerned {
		if err := d.weigh(ctx, e.dataset(name)); err != nil {
			return Result{}, err
		}
	}
	d.describeReused()
	d.rankByModel()
	d.conclude()
	if len(messages) > 0 {
		return d.result, t.label(ctx, &d.result)
	}
	return d.result, nil
}

// decision is a decision in the making.
type decision struct {
	engine     *Engine
	all        *Reading
	files      bool // some reading is of a file
	latest     time.Time
	always     bool     // some reading has no time: no export is too late
	lost       int64    // parts of messages that could not be read
	concerned  []string // datasets, the one with the most linked rows first
	candidates []Candidate
	logE       []float64 // per candidate
	suspects   []Suspect // per candidate
	result     Result
}

func (e *Engine) merge(readings []*Reading) *decision {
	d := &decision{engine: e, all: newReading(Seen{})}
	d.result = emptyResult(e.options.Alpha)
	for _, r := range readings {
		d.result.Inputs = append(d.result.Inputs, r.Inputs...)
		d.result.Sightings = append(d.result.Sightings, r.Sightings...)
		d.files = d.files || !r.message
		d.always = d.always || r.at.IsZero()
		if r.at.After(d.latest) {
			d.latest = r.at
		}
		d.all.looked += max(1, r.looked)
		d.all.aliased += r.aliased
		for k, n := range r.tried {
			d.all.tried[k] += n
		}
	}
	for _, r := range readings {
		for _, name := range sortedKeys(r.datasets) {
			if s := e.dataset(name); s != nil {
				d.all.observed(name).merge(d.owned(s, r))
			}
		}
		e.expand(r, d.all)
	}
	d.result.Looked = d.all.looked
	for _, name := range sortedKeys(d.all.datasets) {
		d.settle(e.dataset(name), d.all.datasets[name])
	}
	d.concern()
	d.findCandidates()
	return d
}

func emptyResult(alpha float64) Result {
	return Result{Schema: SchemaMatch, Inputs: []Input{}, Datasets: []Concern{}, Alpha: alpha,
		Suspects: []Suspect{}, Canaries: []Canary{}, Ways: []WayCount{}, Links: []LinkedBy{}, Sightings: []Sighting{}, Campaigns: []Campaign{}, Steps: []Step{}, Warnings: []string{}}
}

// concern lists the datasets in which something was found.
func (d *decision) concern() {
	for _, name := range sortedKeys(d.all.datasets) {
		if o := d.all.datasets[name]; o.Rows > 0 || len(o.Canaries) > 0 || len(o.Aliases) > 0 || o.calledPerson() || len(o.reused) > 0 {
			d.concerned = append(d.concerned, name)
		}
	}
	slices.SortStableFunc(d.concerned, func(a, b string) int {
		x, y := d.all.datasets[a], d.all.datasets[b]
		return cmp.Or(cmp.Compare(y.rows(), x.rows()), cmp.Compare(len(y.Canaries), len(x.Canaries)))
	})
}

// rows is the number of distinct rows that linked.
func (o *observed) rows() (n int64) {
	if len(o.Layers) == 1 {
		for _, l := range o.Layers {
			return int64(len(l.Keys))
		}
	}
	seen := map[fingerprint.RowKey]bool{}
	for _, l := range o.Layers {
		for _, k := range l.Keys {
			seen[k] = true
		}
	}
	return int64(len(seen))
}

// inTime reports whether an export can have been a source.
func (d *decision) inTime(x store.Export) bool { return d.always || !x.IssuedAt.After(d.latest) }

func (d *decision) findCandidates() {
	number := map[string]int{}
	var names []string
	for _, name := range d.concerned {
		for _, x := range d.engine.dataset(name).exports {
			if d.inTime(x) {
				names = append(names, x.Recipient)
			}
		}
	}
	for i, name := range sortedSet(names) {
		number[name] = i
		d.candidates = append(d.candidates, Candidate{Number: i, Recipient: name})
		d.suspects = append(d.suspects, Suspect{Recipient: name, Exports: []string{}, Evidence: []EvidenceWeight{}})
	}
	d.logE = make([]float64, len(d.candidates))
	if len(d.candidates) > 0 {
		d.result.Candidates = d.tested()
	}
}

// tested is the N among whom the bound is shared: the recipients of every
// dataset that was looked at, because which of them are concerned is decided by
// what was found.
func (d *decision) tested() int {
	var names []string
	for _, s := range d.engine.datasets {
		for _, x := range s.exports {
			if d.inTime(x) {
				names = append(names, x.Recipient)
			}
		}
	}
	return len(sortedSet(names))
}

// of returns the candidates of one dataset with their exports of it.
func (d *decision) of(s *dataset) []Candidate {
	to := map[string][]store.Export{}
	for _, x := range s.exports {
		if d.inTime(x) {
			to[x.Recipient] = append(to[x.Recipient], x)
		}
	}
	var out []Candidate
	for _, c := range d.candidates {
		if c.Exports = to[c.Recipient]; len(c.Exports) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// weigh adds what one dataset says. The first dataset counts in full; of the
// others each candidate gets the mean of what it says and of nothing, as the
// leak may be of the first alone.
func (d *decision) weigh(ctx context.Context, s *dataset) error {
	o := d.all.datasets[s.name]
	first := s.name == d.concerned[0]
	d.describe(s, o)
	candidates := d.of(s)
	if len(candidates) == 0 {
		return nil
	}
	held, err := hold(ctx, s, o)
	if err != nil {
		return err
	}
	lines, err := d.lines(ctx, s, o, held, candidates)
	if err != nil {
		return err
	}
	for _, c := range candidates {
		p := &d.suspects[c.Number]
		sum := 0.0
		for _, line := range lines {
			w := line.Weigh(c)
			sum += w.LogE
			p.add(line.Source(), w)
		}
		if !first {
			sum = stat.LogAdd(0, sum) - math.Ln2
		}
		d.logE[c.Number] += sum
		exports, coverage := held.coverage(c)
		p.Exports = append(p.Exports, exports...)
		p.RetiredCopies += d.retiredOf(c.Recipient, s)
		if first {
			p.Coverage = coverage
		}
	}
	return nil
}

func (p *Suspect) add(source string, w Weight) {
	if w.Gain > 0 && p.gain == 0 {
		p.gain, p.gainLow = w.Gain, w.GainLow
	}
	if w.N == 0 && w.LogE == 0 {
		return
	}
	if w.Share > 0 && (p.Share == 0 || source == SourceCells) {
		p.Share = w.Share
	}
	for i := range p.Evidence {
		if p.Evidence[i].Source == source {
			p.Evidence[i].Log10LR += stat.Log10(w.LogE)
			p.Evidence[i].N += w.N
			return
		}
	}
	p.Evidence = append(p.Evidence, EvidenceWeight{Source: source, Log10LR: finite(stat.Log10(w.LogE)), N: w.N})
}

// finite keeps a number within what JSON can carry.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(max(x, -1e9), 1e9)
}

func (d *decision) lines(ctx context.Context, s *dataset, o *observed, held *holdings, candidates []Candidate) ([]Evidence, error) {
	cells, err := d.weighCells(ctx, s, o, candidates)
	if err != nil {
		return nil, err
	}
	canaries := d.weighCanaries(s, o, held)
	shared, err := d.weighShared(ctx, s, o, held, candidates)
	if err != nil {
		return nil, err
	}
	withheld, err := d.weighWithheld(ctx, s, held, candidates)
	if err != nil {
		return nil, err
	}
	return []Evidence{canaries, shared, cells, withheld, weighAliases(s, o, d.all.aliased)}, nil
}

// describe notes what was seen of a dataset.
func (d *decision) describe(s *dataset, o *observed) {
	if d.result.Dataset == "" {
		d.result.Dataset = s.name
	}
	rows := o.rows()
	d.result.Datasets = append(d.result.Datasets, Concern{s.name, rows})
	d.result.RowsLinked += rows
	d.result.Controls += o.controls()
	for _, by := range sortedKeys(o.By) {
		d.result.Links = append(d.result.Links, linkedBy(s.name, by, o.By[by]))
	}
	d.result.Ways = countWays(d.result.Links)
	counted := map[sightedID]bool{}
	for _, p := range s.planted {
		seen, ok := o.Canaries[p.id]
		if !ok {
			continue
		}
		if !counted[p.id] {
			counted[p.id] = true
			d.result.CanaryHits++
		}
		var kinds []string
		for _, i := range seen.Matched {
			if i < len(p.canary.Identities) {
				kinds = append(kinds, string(p.canary.Identities[i].Kind))
			}
		}
		for i, id := range p.exports {
			if i == 0 || p.canary.Shared {
				d.result.Canaries = append(d.result.Canaries, Canary{id, s.recipientOf(id), p.canary.Slot, p.canary.Shared, kinds, seen.Bits, p.exports, seen.Matched, seen.Message, p.guesses(seen), seen.Form, seen.Inside})
			}
		}
	}
}
