package chain

import "math"

// pair is a probability of the data for each state of a trait: absent and
// present.
type pair [2]float64

// messages are the parts of the likelihood of a forest (Felsenstein's pruning
// algorithm, 1981, and its outward pass), per node and trait. Issued rows are
// summed over the states of hidden nodes; of other traits the likeliest states
// count: how many hops might have made a departure must not speak for a tree.
// Foreign rows count where they arise; that a hop lost some of them says
// nothing, or copies that share few would be given a source that had just these.
//
//	in[v][s]   of what is seen at v and below, when v has state s
//	up[v][s]   the same, when the parent of v has state s
//	out[v][s]  of what is seen elsewhere and the state s of v
//
// Of a merged copy, up is by its first source. The other one's states are taken
// from the rest of the forest, without the merged copies, and do not depend on
// the copy: what it tells it tells of the first source.
//
//	other[v][s]   probability that the second source of v has state s
//	joined[v][s]  as in, when what came from the first source of v has state s
type messages struct {
	f             *forest
	in, up, out   [][]pair
	other, joined [][]pair
	fresh         []bool // whether out is known
	single        bool   // whether merged copies are left out
}

func newMessages(f *forest) *messages {
	n := len(f.parent)
	lists := make([][]pair, 5*n)
	return &messages{f: f, in: lists[:n], up: lists[n : 2*n], out: lists[2*n : 3*n], other: lists[3*n : 4*n], joined: lists[4*n:], fresh: make([]bool, n)}
}

func (f *forest) messages(pool *pool) *messages {
	m := newMessages(f)
	m.assist(pool)
	m.inwards(pool)
	return m
}

func (m *messages) inwards(pool *pool) {
	order := m.f.nodes()
	for i := len(order) - 1; i >= 0; i-- {
		m.inward(order[i], pool)
	}
}

// pool keeps the memory of messages.
type pool struct {
	n    int
	free [][]pair
}

func (p *pool) get() []pair {
	if k := len(p.free); k > 0 {
		b := p.free[k-1]
		p.free = p.free[:k-1]
		return b
	}
	return make([]pair, p.n)
}

func (m *messages) release(p *pool) {
	for _, list := range [][][]pair{m.in, m.up, m.out, m.other, m.joined} {
		for i, b := range list {
			if b != nil {
				p.free = append(p.free, b)
				list[i] = nil
			}
		}
	}
}

// inward fills in and up of a node whose children are done.
func (m *messages) inward(v int, p *pool) {
	if m.in[v] == nil {
		m.in[v], m.up[v] = p.get(), p.get()
	}
	in := m.in[v]
	m.f.observe(v, in)
	for _, k := range m.f.kids[v] {
		if m.without(k) {
			continue
		}
		for i, u := range m.up[k] {
			in[i][0] *= u[0]
			in[i][1] *= u[1]
		}
	}
	if v > 0 {
		m.join(v, p)
		m.f.t.through(&m.f.hop[v], m.feed(v), m.up[v])
	}
}

// observe sets what is seen at a node itself.
func (f *forest) observe(v int, in []pair) {
	if f.hidden(v) {
		for i := range in {
			in[i] = pair{1, 1}
		}
		return
	}
	for i, s := range f.t.state[v] {
		in[i] = seen[s]
	}
}

var seen = [3]pair{absent: {1, 0}, present: {0, 1}, unknown: {1, 1}}

// through carries a message from a child to the parent's states.
func (t *traits) through(h *hop, in, up []pair) {
	for i := range t.rows {
		q := h.of(t, i)
		up[i] = pair{in[i][0] + t.birth[i]*in[i][1], (1-q)*in[i][0] + q*in[i][1]}
	}
	for i := t.rows; i < t.foreign; i++ {
		up[i] = pair{max(in[i][0], t.birth[i]*in[i][1]), max(in[i][0], in[i][1])}
	}
	for i := t.foreign; i < len(in); i++ {
		q := t.keep[i]
		up[i] = pair{max(in[i][0], t.birth[i]*in[i][1]), max((1-q)*in[i][0], q*in[i][1])}
	}
}

// either is the likelihood of a trait from that of its two states.
func (t *traits) either(i int, p pair) float64 {
	if i < t.rows {
		return p[0] + p[1]
	}
	return max(p[0], p[1])
}

// of is the probability that a hop keeps an issued row.
func (h *hop) of(t *traits, i int) float64 {
	if q := h.passes(t, i); q >= 0 {
		return h.keep * q
	}
	return leaked
}

// passes is the share of a row that passes the filters of a hop, -1 for none.
func (h *hop) passes(t *traits, i int) float64 {
	q := 1.0
	for k := range h.filters {
		f := &h.filters[k]
		switch g := t.groups[f.column][i]; {
		case g < 0:
			q *= f.pass
		case !f.in[g]:
			return -1
		}
	}
	return q
}

// outward returns out of a node, and makes it when needed.
func (m *messages) outward(v int, p *pool) []pair {
	if m.fresh[v] {
		return m.out[v]
	}
	if m.out[v] == nil {
		m.out[v] = p.get()
	}
	m.fresh[v] = true
	out := m.out[v]
	if v == 0 {
		for i, s := range m.f.t.root {
			out[i] = seen[s]
		}
		return out
	}
	m.beside(v, out, p)
	t, h := m.f.t, &m.f.hop[v]
	for i, o := range out {
		q := t.keepOf(h, i)
		switch {
		case i < t.rows:
			out[i] = pair{o[0] + o[1]*(1-q), o[0]*t.birth[i] + o[1]*q}
		case i < t.foreign:
			out[i] = pair{max(o[0], o[1]), max(o[0]*t.birth[i], o[1])}
		default:
			out[i] = pair{max(o[0], o[1]*(1-q)), max(o[0]*t.birth[i], o[1]*q)}
		}
	}
	if m.merged(v) {
		t.blended(&m.f.blend[v], m.other[v], out)
	}
	return out
}

// beside sets o to what is seen elsewhere than below v, for the states of v's
// parent.
func (m *messages) beside(v int, o []pair, pool *pool) {
	p := m.f.parent[v]
	copy(o, m.outward(p, pool))
	var own [3]pair
	if m.f.hidden(p) {
		own = [3]pair{{1, 1}, {1, 1}, {1, 1}}
	} else {
		own = seen
	}
	for i := range o {
		s := unknown
		if p < m.f.given {
			s = m.f.t.state[p][i]
		}
		o[i][0] *= own[s][0]
		o[i][1] *= own[s][1]
	}
	for _, k := range m.f.kids[p] {
		if k == v || m.without(k) {
			continue
		}
		for i, u := range m.up[k] {
			o[i][0] *= u[0]
			o[i][1] *= u[1]
		}
	}
	for i := range o {
		o[i] = o[i].scaled()
	}
}

// scaled makes a pair's sum one.
func (p pair) scaled() pair {
	s := p[0] + p[1]
	if s <= 0 {
		return pair{0.5, 0.5}
	}
	return pair{p[0] / s, p[1] / s}
}

// marginal sets o to the distribution of a node's states.
func (m *messages) marginal(v int, o []pair, pool *pool) {
	out, in := m.outward(v, pool), m.in[v]
	for i := range o {
		o[i] = pair{out[i][0] * in[i][0], out[i][1] * in[i][1]}.scaled()
	}
}

// total is the log likelihood of the forest.
func (m *messages) total() float64 {
	var l logSum
	t := m.f.t
	for i, p := range m.in[0] {
		switch t.root[i] {
		case absent:
			l.add(p[0], t.weight[i])
		case present:
			l.add(p[1], t.weight[i])
		default:
			l.add(t.either(i, p)/2, t.weight[i])
		}
	}
	return l.value()
}

// logSum sums logarithms of probabilities, with few calls of Log.
type logSum struct{ product, sum float64 }

func (l *logSum) add(p, weight float64) {
	if p < 1e-300 {
		p = 1e-300
	}
	if weight != 1 || p < 1e-50 || p > 1e50 {
		l.sum += weight * math.Log(p)
		return
	}
	if l.product == 0 {
		l.product = 1
	}
	if l.product *= p; l.product < 1e-250 || l.product > 1e250 {
		l.sum += math.Log(l.product)
		l.product = 1
	}
}

func (l *logSum) value() float64 {
	if l.product == 0 {
		return l.sum
	}
	return l.sum + math.Log(l.product)
}
