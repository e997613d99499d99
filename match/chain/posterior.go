package chain

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// belief is how sure an edge into a node is.
type belief struct {
	posterior float64
	rival     int     // the next likely nearest seen ancestor, -1 for none
	share     float64 // its posterior
	there     float64 // of an unseen copy: that it is needed, whatever else is below it
	whole     float64 // of an unseen copy: that it is needed with just what is below it
}

const (
	replicates     = 100
	replicatesMany = 25   // with many copies
	farOff         = 80.0 // nats by which a place is worse than the best and not voted on
)

// weigh gives every edge a posterior. The rows and departures are drawn again,
// with replacement, and every place of every subtree is weighed by each draw
// without estimating its shares anew (Kishino, Miyata and Hasegawa, 1990). An
// edge has the mean share of the places with the same nearest ancestor that
// was seen; an unseen copy that of its being there with just what is below it.
// That it is there at all may be surer: one of its copies may come from
// elsewhere.
func (r *reconstruction) weigh() {
	draws := drawn(r.f.t.weight, r.drawCount())
	r.odds = make([]belief, len(r.f.parent))
	found, contributions := r.f, r.contributions()
	unseen := found.unseen()
	there := make([][]float64, len(unseen)) // per unseen copy and draw
	r.each(len(unseen), func(w *reconstruction, i int) {
		there[i] = w.needed(draws, func(f *forest) bool { return f.dissolve(unseen[i]) })
	})
	intact := make([][]float64, len(unseen)) // with just what is below it
	for i := range there {
		intact[i] = slices.Clone(there[i])
	}
	r.weighMerges(draws)
	nodes := found.nodes()[1:]
	var lowering sync.Mutex // of both: the least counts, in whatever order
	r.each(len(nodes), func(w *reconstruction, i int) {
		v := nodes[i]
		w.odds[v] = belief{posterior: calibrated(1), rival: -1}
		if !w.movable(v) {
			return
		}
		here := w.nearest(v)
		turns := w.turns(v, contributions)
		w.f = found.clone()
		left := w.f.detach(v)
		b := w.ballot(v, draws, w.standing(v, left, found, contributions), turns)
		w.odds[v] = w.count(b, here)
		lowering.Lock()
		for k, u := range unseen {
			b.stay(intact[k], found, w.f, u, v, left)
			if found.parent[v] == u && len(found.kids[u]) == 2 {
				b.stay(there[k], found, w.f, u, v, left)
			}
		}
		lowering.Unlock()
		w.f = found
	})
	for k, u := range unseen {
		b := &r.odds[u]
		b.there = min(calibrated(mean(there[k])), r.viaSecond(u))
		b.whole = min(calibrated(mean(intact[k])), b.there)
		b.posterior = min(b.posterior, b.whole)
	}
}

// each does n independent things on all cores. Every core has a search of its
// own over the forest that was found, which do leaves as it was.
func (r *reconstruction) each(n int, do func(w *reconstruction, i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for k := range min(n, runtime.GOMAXPROCS(0)) {
		w := *r
		w.pool = r.poolOf(k)
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(&w, i)
			}
		})
	}
	wait.Wait()
}

// poolOf is the memory of a core. The first has that of the search, which waits.
func (r *reconstruction) poolOf(core int) *pool {
	for len(r.pools) <= core {
		r.pools = append(r.pools, &pool{n: r.pool.n})
	}
	r.pools[0] = r.pool
	return r.pools[core]
}

func (r *reconstruction) drawCount() int {
	if len(r.f.nodes()) >= manyNodes {
		return replicatesMany
	}
	return replicates
}

// drawn gives each trait a number of times that it is drawn, in every draw:
// Poisson about its weight. The draws are always the same.
func drawn(weight []float64, n int) [][]float32 {
	r := rand.New(rand.NewPCG(1990, 100))
	out := make([][]float32, n)
	for b := range out {
		out[b] = make([]float32, len(weight))
		for i, w := range weight {
			out[b][i] = float32(poisson(w, r))
		}
	}
	return out
}

// poisson draws a number with mean w; above 30 from the normal distribution.
func poisson(w float64, r *rand.Rand) float64 {
	if w > 30 {
		return max(0, math.Round(w+math.Sqrt(w)*r.NormFloat64()))
	}
	n, p, limit := 0.0, r.Float64(), math.Exp(-w)
	for ; p > limit; n++ {
		p *= r.Float64()
	}
	return n
}

// ballot is how likely each place of a subtree is, by each draw.
type ballot struct {
	places []place
	share  [][]float64 // per place and draw; of a draw they add up to one
}

// turns are the forests in which a copy comes from one of its children, where
// that has nearly all of its rows: of each the child, and by how much it is
// likelier than the forest that was found.
func (r *reconstruction) turns(v int, with []float64) (out []place) {
	found, value := r.f, r.value()
	for _, k := range found.kids[v] {
		if found.hidden(v) || found.hidden(k) || r.spam[k] || r.added[v][k] > 3 {
			continue
		}
		if r.f = found.clone(); r.f.turn(k) {
			x := place{at: k, score: r.settled() - value, parts: r.contributions()}
			for i := range x.parts {
				x.parts[i] -= with[i]
			}
			out = append(out, x)
		}
	}
	r.f = found
	return out
}

// standing gives the place that a subtree has in the forest that was found, the
// shares of which have settled, its parts and costs.
func (r *reconstruction) standing(v, left int, found *forest, with []float64) func(*place) bool {
	at, above := found.parent[v], false
	if left >= 0 {
		at, above = left, true
	}
	return func(x *place) bool {
		if x.at != at || x.above != above {
			return false
		}
		w := r.f.t.weight
		fixed := x.score - dot(w, x.parts) + x.hop.cost + x.other.cost + x.hidden.cost - found.hop[v].cost
		if above {
			fixed -= found.hop[found.parent[v]].cost
			if found.second[found.parent[v]] < 0 {
				fixed -= found.hop[left].cost
			}
		}
		parts := r.contributions()
		for i, p := range parts {
			parts[i] = with[i] - p
		}
		if score := fixed + dot(w, parts); score > x.score {
			x.parts, x.score = parts, score
		}
		return true
	}
}

// ballot weighs the places of a subtree that is out of the forest.
func (r *reconstruction) ballot(v int, draws [][]float32, standing func(*place) bool, turns []place) *ballot {
	b := &ballot{}
	top := math.Inf(-1)
	r.trace = true
	r.places(v, func(x place) {
		if standing(&x) {
			b.turned(x, turns)
		}
		if top = max(top, x.score); x.score > top-farOff {
			b.places = append(b.places, x)
		}
	})
	r.trace = false
	for _, x := range b.places {
		share := make([]float64, len(draws))
		if x.score > top-farOff {
			fixed := x.score - dot(r.f.t.weight, x.parts)
			for k, d := range draws {
				share[k] = fixed + sum(d, x.parts)
			}
		} else {
			for k := range share {
				share[k] = math.Inf(-1)
			}
		}
		b.share = append(b.share, share)
	}
	for k := range draws {
		b.normalise(k)
	}
	return b
}

// turned adds the forests in which the copy comes from one of its children.
func (b *ballot) turned(here place, turns []place) {
	for _, x := range turns {
		x.score += here.score
		for i, p := range here.parts {
			x.parts[i] += p
		}
		b.places = append(b.places, x)
	}
}

func (b *ballot) normalise(k int) {
	top, total := math.Inf(-1), 0.0
	for _, s := range b.share {
		top = max(top, s[k])
	}
	for _, s := range b.share {
		s[k] = math.Exp(s[k] - top)
		total += s[k]
	}
	for _, s := range b.share {
		s[k] /= total
	}
}

// count adds up the places by their nearest ancestor that was seen.
func (r *reconstruction) count(b *ballot, here int) belief {
	by := map[int]float64{}
	for i, x := range b.places {
		at := x.at
		if x.above {
			at = r.f.parent[at]
		}
		by[r.nearestFrom(at)] += mean(b.share[i])
	}
	out := belief{posterior: calibrated(by[here]), rival: -1}
	for q, p := range by {
		if q != here && (p > out.share || p == out.share && q < out.rival) {
			out.rival, out.share = q, p
		}
	}
	out.share = min(out.share, 1-out.posterior)
	return out
}

// stay lowers p, the probability per draw that unseen copy u of the forest is
// there with just what is below it, to that of v's staying on its side of u.
// In rest v is out; left is the child of v's parent when that is gone too.
func (b *ballot) stay(p []float64, found, rest *forest, u, v, left int) {
	if u == v || found.below(u, v) {
		return
	}
	inside := found.below(v, u)
	gone := !rest.alive(u)
	for k := range p {
		q := 0.0
		for i, x := range b.places {
			in := rest.below(x.at, u) && !(x.above && x.at == u)
			if gone {
				in = x.above && x.at == left
			}
			if in == inside || found.below(x.at, v) { // a turned copy stays

				q += b.share[i][k]
			}
		}
		p[k] = min(p[k], q)
	}
}

// contributions is the log likelihood of every trait, of weight one.
func (s *search) contributions() []float64 {
	m := s.f.messages(s.pool)
	defer m.release(s.pool)
	out := make([]float64, s.pool.n)
	for i, p := range m.in[virtualRoot] {
		x := s.f.t.either(i, p) / 2
		if root := s.f.t.root[i]; root != unknown {
			x = p[root]
		}
		out[i] = math.Log(max(x, 1e-300))
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

func sum(draw []float32, parts []float64) (sum float64) {
	for i, x := range parts {
		sum += float64(draw[i]) * x
	}
	return sum
}

func mean(list []float64) (sum float64) {
	for _, x := range list {
		sum += x / float64(len(list))
	}
	return sum
}

const (
	doubt   = 0.005  // stays however clear the draws are: what happened may be nothing that the model knows
	agreed  = 0.9999 // share from which on the draws agree
	divided = 0.9    // the most that an edge is given of which they do not
)

// calibrated is the posterior of what has a share of the draws. Of the edges
// of simulated trades for which something else has any share, about seven in
// eight are right, whether that share is a tenth or a thousandth
// (docs/chains.md): the draws know of chance, not of what the model leaves out.
func calibrated(share float64) float64 {
	if share < agreed {
		share = min(share, divided)
	}
	return doubt + (1-2*doubt)*share
}

// nearest is the nearest ancestor that was seen.
func (r *reconstruction) nearest(v int) int { return r.nearestFrom(r.f.parent[v]) }

func (r *reconstruction) nearestFrom(p int) int {
	for r.f.hidden(p) {
		p = r.f.parent[p]
	}
	return p
}
