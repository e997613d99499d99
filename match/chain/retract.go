package chain

import "context"

// The least posterior with which an unseen copy is given, and a second source. One
// that is taken out wrongly leaves unseen copies behind that lack what was merged.
const (
	asserted       = 0.80
	assertedMerged = 0.70
)

// believe weighs the forest, and takes out one by one the unseen copies and the
// second sources that the draws do not agree upon, the least likely first.
func (r *reconstruction) believe(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.weigh()
		if !r.retract() {
			return nil
		}
		if err := r.rehang(ctx); err != nil {
			return err
		}
	}
}

// rehang moves what hung at a copy that was taken out to where it fits without.
func (r *reconstruction) rehang(ctx context.Context) error {
	if len(r.f.nodes()) >= manyNodes {
		r.settled()
		return nil
	}
	inserts := r.noHidden
	r.noHidden = true
	err := r.improve(ctx)
	r.noHidden = inserts
	return err
}

// retract takes out what has the least posterior, when that is too little, and
// reports whether it did.
func (r *reconstruction) retract() bool {
	least, lack, merge := -1, 0.0, false
	for v := range r.odds {
		if x := asserted - r.odds[v].there; r.f.hidden(v) && r.f.alive(v) && x > lack {
			least, lack, merge = v, x, false
		}
		if x := assertedMerged - r.joint[v]; r.f.second[v] >= 0 && x > lack {
			least, lack, merge = v, x, true
		}
	}
	switch {
	case least < 0:
		return false
	case merge:
		return r.unmerge(least)
	}
	return r.f.dissolve(least)
}

// viaSecond is the least posterior of the second sources by which copies come
// from an unseen one, 1 for none.
func (r *reconstruction) viaSecond(u int) float64 {
	p := 1.0
	for v, x := range r.joint {
		if r.f.below(r.f.second[v], u) && !r.f.below(v, u) {
			p = min(p, x)
		}
	}
	return p
}

// weighMerges gives every second source a posterior.
func (r *reconstruction) weighMerges(draws [][]float32) {
	r.joint = map[int]float64{}
	var merged []int
	for v, b := range r.f.second {
		if b >= 0 {
			merged = append(merged, v)
		}
	}
	share := make([]float64, len(merged))
	r.each(len(merged), func(w *reconstruction, i int) {
		share[i] = mean(w.needed(draws, func(*forest) bool { return w.unmerge(merged[i]) }))
	})
	for i, v := range merged {
		r.joint[v] = calibrated(share[i])
	}
}

// needed is, per draw, the probability that a forest needs what a change takes
// out of it: that it describes the copies better than without it.
func (r *reconstruction) needed(draws [][]float32, change func(*forest) bool) []float64 {
	out := make([]float64, len(draws))
	found := r.f
	with, value := r.contributions(), r.value()
	r.f = found.clone()
	if !change(r.f) {
		r.f = found
		for k := range out {
			out[k] = 1
		}
		return out
	}
	without := r.settled()
	for i, x := range r.contributions() {
		with[i] -= x
	}
	r.f = found
	fixed := value - without - dot(r.f.t.weight, with)
	for k, d := range draws {
		out[k] = sigmoid(fixed + sum(d, with))
	}
	return out
}
