package match

import (
	"slices"
	"time"

	"telltale/fingerprint"
	"telltale/fingerprint/code"
	"telltale/internal/stat"
)

// ledger is one part of the e-process: what some of the messages say, every
// person, site and canary once, as it was when it first came.
type ledger struct {
	origin int     // a message of the campaign, or -1 for all messages
	weight float64 // in the e-process
	parts  []*ledgerPart
}

// ledgerPart is a ledger's account of one source.
type ledgerPart struct {
	rows     map[fingerprint.RowKey]bool
	sites    map[siteOf]bool
	hits     map[hitKey]effectHit
	persons  int
	held     []int             // persons whose row the candidate was to have, per candidate
	withheld [][]code.Withheld // per candidate
	cells    [][]code.Running  // per variant and candidate
	reads    []int64           // per candidate
	shared   []code.Running
	sharedN  int64
}

type siteOf struct {
	variant int
	site    [16]byte
}

func newLedger(sources []*source, origin int, weight float64) *ledger {
	l := &ledger{origin: origin, weight: weight}
	for range sources {
		l.parts = append(l.parts, &ledgerPart{})
	}
	return l
}

func (p *ledgerPart) begin(s *source) {
	if p.rows != nil {
		return
	}
	n := len(s.names)
	p.rows, p.sites, p.hits = map[fingerprint.RowKey]bool{}, map[siteOf]bool{}, map[hitKey]effectHit{}
	p.held, p.withheld, p.reads = make([]int, n), make([][]code.Withheld, n), make([]int64, n)
	p.cells = make([][]code.Running, len(s.variants))
}

// add takes what a message says.
func (p *ledgerPart) add(s *source, e *effect) {
	p.begin(s)
	if e.person {
		p.rows[e.key] = true
		p.addRow(e)
	}
	for i := range e.reads {
		p.addRead(s, &e.reads[i])
	}
	for _, h := range e.hits {
		p.hits[h.key] = h
	}
	for i := range e.shared {
		p.addShared(s, &e.shared[i])
	}
}

// news leaves in e what p has not seen yet. What is known already of a
// candidate's secrets may enter no ledger any more, for its factor is known.
func (p *ledgerPart) news(e *effect) {
	e.person = e.person && !p.rows[e.key]
	e.reads = slices.DeleteFunc(e.reads, func(x effectRead) bool { return p.sites[siteOf{x.variant, x.site}] })
	e.shared = slices.DeleteFunc(e.shared, func(x effectRead) bool { return p.sites[siteOf{-1, x.site}] })
	e.hits = slices.DeleteFunc(e.hits, func(h effectHit) bool { _, seen := p.hits[h.key]; return seen })
}

func (p *ledgerPart) addRow(e *effect) {
	p.persons++
	for who, state := range e.state {
		if state == notHeld {
			continue
		}
		p.held[who]++
		if e.rate == nil || e.rate[who] <= 0 || e.rate[who] >= 1 {
			continue
		}
		c := countAt(&p.withheld[who], e.rate[who])
		if state == leftOut {
			c.Missing++
		} else {
			c.Present++
		}
	}
}

func countAt(counts *[]code.Withheld, rate float64) *code.Withheld {
	for i := range *counts {
		if (*counts)[i].Rate == rate {
			return &(*counts)[i]
		}
	}
	*counts = append(*counts, code.Withheld{Rate: rate})
	return &(*counts)[len(*counts)-1]
}

func (p *ledgerPart) addRead(s *source, x *effectRead) {
	p.sites[siteOf{x.variant, x.site}] = true
	if p.cells[x.variant] == nil {
		p.cells[x.variant] = make([]code.Running, len(s.names))
	}
	for who, bit := range x.bits {
		if bit != unmarked {
			p.cells[x.variant][who].Add(x.ratios, bit)
			p.reads[who]++
		}
	}
}

func (p *ledgerPart) addShared(s *source, x *effectRead) {
	p.sites[siteOf{-1, x.site}] = true
	if p.shared == nil {
		p.shared = make([]code.Running, len(s.names))
	}
	p.sharedN++
	for who, bit := range x.bits {
		if bit != unmarked {
			p.shared[who].Add(x.ratios, bit)
		}
	}
}

// lines are the e-values of a candidate, in the order canary, shared canary,
// cells, withheld. They rest on different keys and multiply.
type lines [4]Weight

func (l *lines) logE() (sum float64) {
	for _, w := range l {
		sum += w.LogE
	}
	return sum
}

var lineSources = [...]string{SourceCanary, SourceShared, SourceCells, SourceWithheld}

func (p *ledgerPart) weigh(s *source, who int, f floors) (l lines) {
	if p.rows == nil {
		return l
	}
	l[0] = p.weighCanaries(s, who, f)
	if p.shared != nil && s.served[who] {
		l[1] = Weight{LogE: p.shared[who].LogE(), N: p.sharedN}
	}
	var logs []float64
	for v, runs := range p.cells {
		if s.variants[v].marked[who] && runs != nil {
			logs = append(logs, runs[who].LogE())
			l[2].Share = max(l[2].Share, runs[who].Share())
		}
	}
	l[2].LogE, l[2].N = logMeanOf(logs), p.reads[who]
	l[3] = withheldWeight(p.withheld[who])
	return l
}

func withheldWeight(counts []code.Withheld) Weight {
	n, missing, expected := int64(0), 0.0, 0.0
	for _, c := range counts {
		n += int64(c.Present + c.Missing)
		missing += float64(c.Missing)
		expected += c.Rate * float64(c.Present+c.Missing)
	}
	if n == 0 {
		return Weight{}
	}
	return Weight{LogE: code.WithheldLogE(counts, nil), N: n, Share: max(1e-3, 1-missing/expected)}
}

// weighCanaries weighs the stakes on a candidate's canaries: the mean over its
// exports with different ones.
func (p *ledgerPart) weighCanaries(s *source, who int, f floors) Weight {
	var logs []float64
	n := int64(0)
	for _, set := range s.sets[who] {
		l, hits := p.stakes(s, set, f)
		logs, n = append(logs, l), max(n, hits)
	}
	return Weight{LogE: logMeanOf(logs), N: n}
}

func (p *ledgerPart) stakes(s *source, set canarySet, f floors) (logE float64, n int64) {
	var hits []float64
	quiet, phone := 0, 1.0
	for _, i := range set.canaries {
		c := &s.d.planted[i]
		h, hit := p.hits[hitKey{c.id, false}]
		by, called := p.hits[hitKey{c.id, true}]
		switch {
		case hit && !set.before(h.at), !hit && !c.reachable():
		case hit:
			hits = append(hits, max(f.mail, h.null))
		default:
			quiet++
		}
		if called && set.before(by.at) {
			phone = min(phone, max(f.phone, by.null))
			n++
		}
	}
	n += int64(len(hits))
	if phone < 1 {
		hits = append(hits, min(1, phone*float64(len(set.canaries)))) // one factor for all of them: see canaryEvidence.set
	}
	return code.StakedLogE(hits, quiet), n
}

func (c canarySet) before(t time.Time) bool { return t.IsZero() || !c.issued.After(t) }

// reachable reports whether a message can hit a canary and be told from chance.
func (p *planted) reachable() bool {
	for i, id := range p.canary.Identities {
		if s := (sighted{Bits: id.Bits, Matched: []int{i}, Message: true}); p.null(s, 1) < maxNull {
			return true
		}
	}
	return false
}

// total is the logarithm of a ledger's e-value for a candidate, by its number in
// every source (-1 where it has no copy). Of several sources half the weight
// lies on all of them together and half on each alone, as the leak may be of one.
func (l *ledger) total(sources []*source, numbers []int, floors []floors) (float64, []lines) {
	each := make([]lines, len(sources))
	sum := 0.0
	var alone, weights []float64
	for k, s := range sources {
		if numbers[k] >= 0 {
			each[k] = l.parts[k].weigh(s, numbers[k], floors[k])
		}
		sum += each[k].logE()
		alone, weights = append(alone, each[k].logE()), append(weights, 0.5/float64(len(sources)))
	}
	if len(sources) < 2 {
		return sum, each
	}
	return stat.LogMean(append(alone, sum), append(weights, 0.5)), each
}
