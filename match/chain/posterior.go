package chain

import "math"

// belief is how sure an edge into a node is.
type belief struct {
	posterior float64
	rival     int     // the next likely nearest seen ancestor, -1 for none
	share     float64 // its posterior
}

// Posteriors were fitted to simulated trades, others than those in
// docs/chains.md: log likelihoods are divided by temper, as traits are less
// independent than the model has it, and a share of doubt stays, as what
// happened may be nothing that the model knows.
const (
	temper = 8.0
	doubt  = 0.04
)

// weigh gives every edge a posterior: what a softmax over all places of the
// child leaves for those with the same nearest ancestor that was seen.
func (r *reconstruction) weigh() {
	r.odds = make([]belief, len(r.items))
	found := r.f
	for _, v := range found.nodes()[1:] {
		r.odds[v] = belief{posterior: 1 - doubt, rival: -1}
		if !r.movable(v) {
			continue
		}
		here := r.nearest(v)
		r.f = found.clone()
		r.f.detach(v)
		by := map[int]float64{}
		top := math.Inf(-1)
		var list []place
		r.places(v, func(x place) { list = append(list, x); top = max(top, x.score) })
		total := 0.0
		for _, x := range list {
			p := math.Exp((x.score - top) / temper)
			total += p
			at := x.at
			if x.above {
				at = r.f.parent[at]
			}
			by[r.nearestFrom(at)] += p
		}
		b := belief{posterior: (1 - doubt) * by[here] / total, rival: -1}
		for q, p := range by {
			if q != here && p/total > b.share {
				b.rival, b.share = q, p/total
			}
		}
		r.odds[v], r.f = b, found
	}
}

// nearest is the nearest ancestor that was seen.
func (r *reconstruction) nearest(v int) int { return r.nearestFrom(r.f.parent[v]) }

func (r *reconstruction) nearestFrom(p int) int {
	for r.f.hidden(p) {
		p = r.f.parent[p]
	}
	return p
}
