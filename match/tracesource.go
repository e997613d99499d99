package match

import (
	"slices"
	"time"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
)

// source is a dataset as messages are weighed against it: who got which copy of
// it. Candidates are numbered within the source.
type source struct {
	d        *dataset
	names    []string
	number   map[string]int
	copies   map[string][]issuedCopy // by snapshot
	all      []issuedCopy
	retired  []issuedCopy               // of which nobody knows any more what they held
	withhold []*fingerprint.Withholding // nil for those from whom nothing is withheld
	variants []variant
	words    [][]fingerprint.Word // per variant and candidate; nil where nothing is marked
	sets     [][]canarySet        // per candidate
	served   []bool               // with shared canaries
	servedIn map[*family][]bool   // with those of that family
}

// issuedCopy is an export as far as messages tell it.
type issuedCopy struct {
	who    int
	issued time.Time
	rate   float64
	cover  *canary.Cover
}

// rateOf is the rate at which the copy lacks the row.
func (c issuedCopy) rateOf(k fingerprint.RowKey) float64 { return max(c.rate, c.cover.Rate(k)) }

// variant is a way in which copies are marked.
type variant struct {
	layer     *layer
	threshold uint32
	marked    []bool // per candidate
}

// canarySet is the canaries of an export.
type canarySet struct {
	canaries []int
	issued   time.Time
}

func newSource(e *Engine, d *dataset) *source {
	s := &source{d: d, number: map[string]int{}, copies: map[string][]issuedCopy{}}
	for _, x := range d.exports {
		if _, ok := s.number[x.Recipient]; !ok {
			s.number[x.Recipient], s.names = len(s.names), append(s.names, x.Recipient)
		}
	}
	s.served, s.servedIn = make([]bool, len(s.names)), map[*family][]bool{}
	for _, f := range d.families {
		s.servedIn[f] = make([]bool, len(s.names))
	}
	s.addCopies()
	for _, l := range d.layers {
		s.addVariants(l)
	}
	s.collectCanaries()
	return s
}

// addCopies notes who was to hold what. Of a recipient whose withheld rows are
// of several families, those of the first alone are known by rule; his other
// copies count as if they withheld nothing, which says nothing.
func (s *source) addCopies() {
	s.withhold = make([]*fingerprint.Withholding, len(s.names))
	by := make([]*family, len(s.names))
	for _, x := range s.d.exports {
		who, f := s.number[x.Recipient], s.d.familyOf(x.Scheme)
		if (x.WithholdRate > 0 || len(x.Cover) > 0) && by[who] == nil && f != nil {
			w := fingerprint.NewWithholding(s.d.name, x.Recipient, f.steady)
			s.withhold[who], by[who] = &w, f
		}
		c := issuedCopy{who, x.IssuedAt, x.WithholdRate, s.d.covers[x.ID]}
		if by[who] != f {
			c.rate, c.cover = 0, nil
		}
		if !x.Retired.IsZero() {
			s.retired = append(s.retired, c)
		}
		s.all = append(s.all, c)
		s.copies[x.Snapshot] = append(s.copies[x.Snapshot], c)
	}
}

func (s *source) addVariants(l *layer) {
	for _, x := range s.d.exports {
		t := fingerprint.Threshold(x.Density)
		if x.Scheme != l.version || t == 0 {
			continue
		}
		at := slices.IndexFunc(s.variants, func(v variant) bool { return v.layer == l && v.threshold == t })
		if at < 0 {
			at = len(s.variants)
			s.variants = append(s.variants, variant{l, t, make([]bool, len(s.names))})
			s.words = append(s.words, make([]fingerprint.Word, len(s.names)))
		}
		who := s.number[x.Recipient]
		if !s.variants[at].marked[who] {
			s.variants[at].marked[who] = true
			s.words[at][who] = l.marker.Word(x.Recipient)
		}
	}
}

func (s *source) collectCanaries() {
	s.sets = make([][]canarySet, len(s.names))
	by := map[string][]int{}
	for i, p := range s.d.planted {
		if p.canary.Shared {
			for _, name := range p.recipients {
				s.served[s.number[name]], s.servedIn[p.family][s.number[name]] = true, true
			}
			continue
		}
		for _, id := range p.exports {
			by[id] = append(by[id], i)
		}
	}
	for _, x := range s.d.exports {
		who, set := s.number[x.Recipient], by[x.ID]
		if len(set) > 0 && !slices.ContainsFunc(s.sets[who], func(c canarySet) bool { return slices.Equal(c.canaries, set) }) {
			s.sets[who] = append(s.sets[who], canarySet{set, x.IssuedAt})
		}
	}
}

// effect is what one message says of the candidates of a source.
type effect struct {
	person bool
	key    fingerprint.RowKey
	state  []rowState // per candidate
	rate   []float64  // per candidate, of withholding; nil when nothing is withheld
	reads  []effectRead
	shared []effectRead
	hits   []effectHit
}

type rowState uint8

const (
	notHeld  rowState = iota // by a copy that had been issued
	inCopy                   // held, and not withheld
	leftOut                  // withheld
	unmarked = 2             // bit of a candidate whose copy is not marked there
)

type effectRead struct {
	variant int
	site    [16]byte
	ratios  code.Ratios
	bits    []uint8 // per candidate, or unmarked
}

type effectHit struct {
	key  hitKey
	seen sighted
	at   time.Time
	null float64 // pays for all looks
}

// hitKey tells hits that show nothing but a number from others: they are
// stakes of their own.
type hitKey struct {
	id    sightedID
	phone bool
}

// effectOf returns what a message says, nil when it says nothing.
func (s *source) effectOf(r *Reading, look, guesses int64) *effect {
	e := &effect{}
	for i := range r.persons {
		if r.persons[i].Dataset == s.d.name {
			s.addPerson(e, &r.persons[i], r.at)
		}
	}
	if o := r.datasets[s.d.name]; o != nil {
		s.addHits(e, o, r, look, guesses)
	}
	if !e.person && len(e.hits) == 0 {
		return nil
	}
	return e
}

func (s *source) addPerson(e *effect, p *linkedPerson, at time.Time) {
	e.person, e.key = true, p.Key
	e.state = make([]rowState, len(s.names))
	for _, snapshot := range p.Snapshots {
		for _, c := range s.copies[snapshot] {
			s.hold(e, c, at)
		}
	}
	for _, c := range s.retired {
		if e.state[c.who] == inCopy {
			s.hold(e, c, at)
		}
	}
	for who, w := range s.withhold {
		if w != nil && e.state[who] == inCopy && e.rate != nil && e.rate[who] > 0 && w.Withheld(p.Key, e.rate[who]) {
			e.state[who] = leftOut
		}
	}
	s.addReads(e, p)
}

// hold notes that a copy was to have the row: at the lowest rate of all copies
// of its holder, since what is withheld at one rate is withheld at every higher one.
func (s *source) hold(e *effect, c issuedCopy, at time.Time) {
	if !at.IsZero() && c.issued.After(at) {
		return
	}
	rate := c.rateOf(e.key)
	if rate > 0 && e.rate == nil {
		e.rate = make([]float64, len(s.names))
	}
	if e.rate != nil && (e.state[c.who] == notHeld || rate < e.rate[c.who]) {
		e.rate[c.who] = rate
	}
	e.state[c.who] = inCopy
}

func (s *source) addReads(e *effect, p *linkedPerson) {
	s.addQuoted(e, p.Key, quotedMarks{p.Scheme, p.Columns, p.Symbols})
	for _, q := range p.Also {
		s.addQuoted(e, p.Key, q)
	}
}

func (s *source) addQuoted(e *effect, k fingerprint.RowKey, p quotedMarks) {
	l := s.d.layer(p.Scheme)
	if l == nil {
		return
	}
	for i, name := range p.Columns {
		column := slices.IndexFunc(l.scheme.Columns, func(c fingerprint.Column) bool { return c.Name == name })
		if column < 0 {
			continue
		}
		site := l.marker.Site(k, column)
		for v := range s.variants {
			if s.variants[v].layer == l && site.U < s.variants[v].threshold {
				e.reads = append(e.reads, s.read(e, v, site, p.Symbols[i]))
			}
		}
	}
}

// read gives the bits of those whose copies held the row.
func (s *source) read(e *effect, v int, site fingerprint.Site, symbol uint8) effectRead {
	x := effectRead{variant: v, site: site.ID, ratios: code.NewRatios(code.Read{Bias: code.Bias(site.Bias), Symbol: symbol}), bits: make([]uint8, len(s.names))}
	for who := range s.names {
		x.bits[who] = unmarked
		if s.variants[v].marked[who] && (e.state == nil || e.state[who] == inCopy) {
			x.bits[who] = s.words[v][who].Bit(site)
		}
	}
	return x
}

func (s *source) addHits(e *effect, o *observed, r *Reading, look, guesses int64) {
	for i := range s.d.planted {
		p := &s.d.planted[i]
		seen, ok := o.Canaries[p.id]
		if !ok || slices.ContainsFunc(e.hits, func(h effectHit) bool { return h.key.id == p.id }) {
			continue
		}
		seen = p.own(seen, r.when(), false)
		chance := p.null(seen, float64(max(1, guesses)))
		if chance >= maxNull {
			continue
		}
		e.hits = append(e.hits, effectHit{hitKey{p.id, p.onlyPhone(seen)}, seen, r.at, code.LookNull(chance, look)})
		if p.canary.Shared {
			s.addShared(e, p)
		}
	}
}

// addShared reads a shared canary as a symbol of the code: a one.
func (s *source) addShared(e *effect, p *planted) {
	marker := p.family.layers[0].steady
	site := marker.SharedSite(canary.SharedSite(p.canary.Slot))
	x := effectRead{site: site.ID, ratios: code.NewRatios(code.Read{Bias: code.Bias(site.Bias), Symbol: 1}), bits: make([]uint8, len(s.names))}
	for who, name := range s.names {
		if x.bits[who] = unmarked; s.servedIn[p.family][who] {
			x.bits[who] = marker.Word(name).Bit(site)
		}
	}
	e.shared = append(e.shared, x)
}
