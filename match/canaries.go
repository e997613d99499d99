package match

import (
	"context"
	"fmt"
	"math"
	"slices"

	"telltale/canary"
	"telltale/fingerprint/code"
	"telltale/internal/stat"
)

// canaryEvidence weighs the canaries that one copy alone carries.
//
// For a canary with survival s and null probability v, the ratio is s/(K v)
// when it was seen and (1-s)/(1-v) when not; K is the number of its identities,
// because the most telling of K outcomes is taken. The ratio is averaged over a
// grid of s and over the exports of the candidate.
type canaryEvidence struct {
	d        *dataset
	seen     map[sightedID]sighted
	byExport map[string][]int // export -> canaries
	survival []float64
	weights  []float64
	looked   float64
	floor    float64 // null probability that the controls show
	messages bool
}

func (*canaryEvidence) Source() string { return SourceCanary }

// guesses is how many addresses a stranger is taken to have tried for each
// message that came in: a dictionary attack on an owned domain shows only the
// messages that found a mailbox.
const guesses = 1024

// weighCanaries prepares the canary evidence. The chance that a canary
// survived is taken from the share of rows that leaked, and from one that is
// a tenth of it, and one that is small: canaries may have been looked for.
func (d *decision) weighCanaries(s *dataset, o *observed, held *holdings) *canaryEvidence {
	e := &canaryEvidence{d: s, seen: o.Canaries, byExport: map[string][]int{}, looked: float64(max(1, d.all.looked)), messages: !d.files}
	for i, p := range s.planted {
		if !p.canary.Shared {
			for _, id := range p.exports {
				e.byExport[id] = append(e.byExport[id], i)
			}
		}
	}
	share := min(max(held.share, 1e-4), 0.98)
	e.survival, e.weights = []float64{share, share / 10, 0.5, 0.002}, []float64{0.5, 0.15, 0.15, 0.2}
	if k := len(o.Controls); k > 0 && s.controls != nil {
		e.floor = float64(k+1) / float64(s.controls.Len()+1)
		d.warn("%d control identities that were never issued turned up too: hits of canaries count accordingly less", k)
	}
	return e
}

// null is the probability that a canary shows up as it did, though its copy is
// no source.
func (e *canaryEvidence) null(s sighted) float64 {
	tries := e.looked
	if s.Message {
		tries *= guesses
	}
	return min(1, max(e.floor, tries*math.Exp2(-s.Bits)))
}

func (e *canaryEvidence) Weigh(c Candidate) Weight {
	var logs []float64
	var sets [][]int
	var n int64
	for _, x := range c.Exports {
		set := e.byExport[x.ID]
		if len(set) == 0 || slices.ContainsFunc(sets, func(s []int) bool { return slices.Equal(s, set) }) {
			continue
		}
		sets = append(sets, set)
		l, hits := e.set(set)
		logs, n = append(logs, l), max(n, hits)
	}
	return Weight{LogE: logMeanOf(logs), N: n}
}

// set weighs the canaries of one export.
func (e *canaryEvidence) set(canaries []int) (logE float64, hits int64) {
	sums := make([]float64, len(e.survival))
	for _, i := range canaries {
		p := &e.d.planted[i]
		seen, hit := e.seen[p.id]
		v := 0.0
		if hit {
			v = e.null(seen) * float64(max(1, len(p.canary.Identities)))
			hit = v < 0.1
		}
		if hit {
			hits++
		}
		for j, s := range e.survival {
			if hit {
				sums[j] += math.Log(s / v)
			} else {
				sums[j] += math.Log1p(-s)
			}
		}
	}
	return stat.LogMean(sums, e.weights), hits
}

// sharedEvidence weighs the canaries that several copies carry: each is a
// symbol of the code, one when it was seen.
type sharedEvidence struct{ weights map[int]Weight }

func (*sharedEvidence) Source() string             { return SourceShared }
func (s *sharedEvidence) Weigh(k Candidate) Weight { return s.weights[k.Number] }

// nearlyComplete is the share of rows from which on a shared canary that is
// missing counts as absent.
const nearlyComplete = 0.9

func (d *decision) weighShared(ctx context.Context, s *dataset, o *observed, held *holdings, candidates []Candidate) (Evidence, error) {
	out := &sharedEvidence{weights: map[int]Weight{}}
	if len(s.layers) == 0 {
		return out, nil
	}
	marker := s.layers[0].marker
	w := &planting{candidates: candidates, canaries: s.planted}
	var reads []code.Read
	for i, p := range s.planted {
		seen, hit := o.Canaries[p.id]
		if !p.canary.Shared || !hit && held.share < nearlyComplete {
			continue
		}
		if hit && float64(d.all.looked)*math.Exp2(-seen.Bits) > 1e-3 {
			continue
		}
		site := marker.SharedSite(canary.SharedSite(p.canary.Slot))
		r := code.Read{Bias: code.Bias(site.Bias)}
		if hit {
			r.Symbol = 1
		}
		reads, w.which = append(reads, r), append(w.which, i)
	}
	if len(reads) == 0 {
		return out, nil
	}
	r, err := code.Decode(ctx, reads, w, code.Options{Alpha: d.engine.options.Alpha, Candidates: len(d.candidates)})
	if err != nil {
		return nil, fmt.Errorf("shared canaries: %w", err)
	}
	for i, c := range candidates {
		out.weights[c.Number] = Weight{LogE: r.Scores[i].LogE, N: int64(r.Scores[i].Reads)}
	}
	return out, nil
}

// planting gives the decoder, as bits, which shared canaries the candidates'
// copies carry.
type planting struct {
	candidates []Candidate
	canaries   []planted
	which      []int
}

func (p *planting) Len() int { return len(p.candidates) }

func (p *planting) Bits(candidate int, dst []uint64) {
	clear(dst)
	for j, i := range p.which {
		if slices.Contains(p.canaries[i].recipients, p.candidates[candidate].Recipient) {
			dst[j/64] |= 1 << (j % 64)
		}
	}
}
