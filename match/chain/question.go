package chain

import (
	"fmt"
	"math"
)

// undecided is the posterior below which an edge is said to be undecided.
const undecided = 0.8

// undecidedOf says between whom an edge is undecided, "" when it is not.
func (r *reconstruction) undecidedOf(v int) string {
	b := r.odds[v]
	if r.f.hidden(v) && b.whole < undecided {
		return fmt.Sprintf("somebody unseen had a copy (%.2f); undecided whether just these come from it (%.2f)", min(b.there, 0.99), b.whole)
	}
	if b.posterior >= undecided || b.rival < 0 {
		return ""
	}
	return fmt.Sprintf("undecided between %s (%.2f) and %s (%.2f)", r.party(r.nearest(v)), b.posterior, r.other(r.nearest(v), b.rival), b.share)
}

// party names a copy as the source of another.
func (r *reconstruction) party(i int) string {
	if r.isTop(i) && i != unknownSource {
		return "the copy issued to " + r.items[i].export
	}
	return r.label(i)
}

// other names a rival of a source: two copies may have been issued to one party.
func (r *reconstruction) other(source, rival int) string {
	if name := r.party(rival); name != r.party(source) {
		return name
	}
	return "another copy issued to the same party"
}

// question says what would decide most: a further sample of the copy of which
// the source is most in doubt, or the file of an unseen holder.
func (r *reconstruction) question() string {
	worst, entropy := -1, 0.0
	for _, v := range r.f.nodes()[1:] {
		if b := r.odds[v]; !r.fixed[min(v, len(r.fixed)-1)] && b.rival >= 0 && !r.f.hidden(v) {
			if h := binaryEntropy(b.posterior); h > entropy {
				worst, entropy = v, h
			}
		}
	}
	if worst >= 0 && entropy > binaryEntropy(0.95) {
		b := r.odds[worst]
		what := "more rows of " + r.label(worst)
		if r.spam[worst] {
			what = "more messages like " + r.label(worst)
		}
		return fmt.Sprintf("%s would decide most: it comes from %s (%.2f) or from %s (%.2f)",
			what, r.party(r.nearest(worst)), b.posterior, r.other(r.nearest(worst), b.rival), b.share)
	}
	return r.askHidden()
}

// askHidden asks for the file of the unseen holder from whom most copies come.
func (r *reconstruction) askHidden() string {
	best, most := -1, 0
	for v := r.f.given; v < len(r.parent); v++ {
		if n := len(r.f.kids[v]); r.f.alive(v) && n > most {
			best, most = v, n
		}
	}
	if best < 0 {
		return ""
	}
	k := r.f.kids[best]
	return fmt.Sprintf("the file of whoever sold %s and %s would tell most: at least one holder between them and %s was not seen",
		r.label(k[0]), r.label(k[len(k)-1]), r.party(r.nearest(best)))
}

func binaryEntropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -p*math.Log(p) - (1-p)*math.Log(1-p)
}
