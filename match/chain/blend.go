package chain

// A merged copy was taken from what two sources hold together. What came from
// the first one came by the copy's hop, as in any other copy; what was merged
// with it was taken from the second one, and the copy is a part of both.

// blend says how a merged copy took from what its first source gave and from
// its second source.
type blend struct {
	take hop // from the second source
	own  hop // of what was merged
}

func (b *blend) cost() float64 { return b.take.cost + b.own.cost }

// What a second source costs, in nats. Who merges two lists mostly has them whole
// and sells a part of both; shares of each that fit are found for much that was
// never merged. A copy and its own source have no more rows than the source: that
// somebody merged them, unseen above all, would only say that some of its rows were
// likelier to be taken, which much else may have caused. That two are kin costs less
// than an unseen copy, or one would be made up that keeps them apart.
const (
	costMerge     = 18.0  // of two sources that were taken whole
	costPart      = 10.0  // more of parts of them, or of kin
	costUnseenKin = 100.0 // more when an unseen copy was merged from kin
)

// mergeCost is what it takes to describe a merge.
func (s *search) mergeCost(v int) float64 {
	kin := s.f.mixesKin(v)
	b := blending{s.f.hop[v], s.f.blend[v]}
	cost := costMerge + b.blend.cost() + b.extra(kin)
	if kin && s.f.hidden(v) && !s.lenient {
		cost += costUnseenKin
	}
	return cost
}

// whole is a hop by which a source of a merge was taken as it was.
var whole = hop{keep: maxShare, foreign: 1 - 1e-3}

// lent is the probability that an issued row was there to be merged by the
// second source, which has it with probability y.
func (b *blend) lent(t *traits, i int, y float64) float64 { return y * b.take.of(t, i) }

// joined sets o to the probability of what is seen at a merged copy and below,
// for the states of what came from its first source. Of departures the source
// that explains them best counts.
func (t *traits) joined(b *blend, other, in, o []pair) {
	for i := range t.rows {
		q := b.own.of(t, i)
		z := q * b.lent(t, i, other[i][1])
		z += t.birth[i] * (1 - z)
		o[i] = pair{in[i][0]*(1-z) + in[i][1]*z, in[i][0]*(1-q) + in[i][1]*q}
	}
	for i := t.rows; i < t.foreign; i++ {
		o[i] = pair{max(in[i][0], in[i][1]*other[i][1]), in[i][1]}
	}
	for i := t.foreign; i < len(o); i++ {
		no, yes := t.inherited(i, other[i])
		x := max(in[i][0]*no, in[i][1]*yes)
		o[i] = pair{max(in[i][0], x), max(in[i][1], x)}
	}
}

// inherited is how likely a copy has a departure or not when its source has the
// states p.
func (t *traits) inherited(i int, p pair) (no, yes float64) {
	return max(p[0], p[1]*(1-t.keep[i])), max(p[1]*t.keep[i], p[0]*t.birth[i])
}

// blended turns the probabilities of what came from the first source into those
// of the merged copy.
func (t *traits) blended(b *blend, other, o []pair) {
	for i := range t.rows {
		q := b.own.of(t, i)
		z := q * b.lent(t, i, other[i][1])
		z += t.birth[i] * (1 - z)
		o[i] = pair{o[i][0]*(1-z) + o[i][1]*(1-q), o[i][0]*z + o[i][1]*q}
	}
	for i := t.rows; i < t.foreign; i++ {
		o[i] = pair{max(o[i][0], o[i][1]), max(o[i][1], o[i][0]*other[i][1])}
	}
	for i := t.foreign; i < len(o); i++ {
		no, yes := t.inherited(i, other[i])
		x := max(o[i][0], o[i][1])
		o[i] = pair{max(o[i][0], x*no), max(o[i][1], x*yes)}
	}
}

// merged reports whether a node has two sources that are taken into account.
func (m *messages) merged(v int) bool { return m.f.second[v] >= 0 && !m.single }

// without reports whether a child tells nothing of its parent.
func (m *messages) without(v int) bool { return m.f.second[v] >= 0 && m.single }

// feed is what is seen at a node and below, by the states of what came by the
// node's hop.
func (m *messages) feed(v int) []pair {
	if m.merged(v) {
		return m.joined[v]
	}
	return m.in[v]
}

// join makes the feed of a merged node.
func (m *messages) join(v int, p *pool) {
	if !m.merged(v) {
		return
	}
	if m.joined[v] == nil {
		m.joined[v] = p.get()
	}
	m.f.t.joined(&m.f.blend[v], m.other[v], m.in[v], m.joined[v])
}

// assist finds the states of all second sources.
func (m *messages) assist(p *pool) {
	var rest *messages
	for v, b := range m.f.second {
		if b < 0 {
			continue
		}
		m.other[v] = p.get()
		if !m.f.hidden(b) {
			m.f.t.lends(b, m.other[v])
			continue
		}
		if rest == nil {
			rest = newMessages(m.f)
			rest.single = true
			rest.inwards(p)
			defer rest.release(p)
		}
		rest.marginal(b, m.other[v], p)
	}
}

// lends sets o to the states of a copy that was seen. What is not known of it
// is of rows and columns that it does not have, and explains nothing.
func (t *traits) lends(v int, o []pair) {
	for i, s := range t.state[v] {
		if o[i] = seen[s]; s == unknown {
			o[i] = pair{0, 0}
		}
	}
}

// free says how much the state of a row in a node tells of what came by the
// node's hop: of a merged copy, only what the other source does not explain.
func (m *messages) free(v int) func(i int) float64 {
	if !m.merged(v) {
		return func(int) float64 { return 1 }
	}
	b, other := &m.f.blend[v], m.other[v]
	return func(i int) float64 {
		if i >= m.f.t.rows {
			return 1 - other[i][1]
		}
		return 1 - b.lent(m.f.t, i, other[i][1])
	}
}

// fit finds how the rows of a node were taken from a parent that has each trait
// with probability pi, and with prior beside what the node tells.
func (f *forest) fit(v int, pi, prior []float64, in []pair, free func(int) float64) hop {
	if f.second[v] < 0 {
		return f.t.fit(pi, prior, in, f.states(v))
	}
	told := make([]float64, len(pi))
	for i := range pi {
		told[i] = pi[i] * free(i)
	}
	h := f.t.chooseFrom(told, prior, in, nil)
	f.t.refine(&h, pi, in)
	return h
}
