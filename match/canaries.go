package match

import (
	"context"
	"fmt"
	"math"
	"slices"

	"telltale/canary"
	"telltale/fingerprint/code"
	"telltale/internal/identity"
)

// canaryEvidence weighs the canaries that one copy alone carries, see
// code.CanaryLogE. Who got several exports is weighed by the mean over them.
type canaryEvidence struct {
	d        *dataset
	seen     map[sightedID]sighted
	byExport map[string][]int // export -> canaries
	survival []code.Weighted
	looked   float64
	floors   floors
}

func (*canaryEvidence) Source() string { return SourceCanary }

// guesses is how many addresses a stranger is taken to have tried for each
// message that came in: a dictionary attack on an owned domain shows only the
// messages that found a mailbox.
const guesses = 1024

func (d *decision) weighCanaries(s *dataset, o *observed, held *holdings) *canaryEvidence {
	e := &canaryEvidence{d: s, seen: o.Canaries, byExport: map[string][]int{}, looked: float64(max(1, d.all.looked))}
	for i, p := range s.planted {
		if !p.canary.Shared {
			for _, id := range p.exports {
				e.byExport[id] = append(e.byExport[id], i)
			}
		}
	}
	e.survival = code.Survival(held.share)
	if !d.files {
		e.survival = code.Survival(0)
	}
	if e.floors = s.floors(o); e.floors.most() > 0 {
		d.result.ControlNull = max(d.result.ControlNull, e.floors.most())
		d.warn("%d control identities that were never issued turned up too: hits of canaries count accordingly less", o.controls())
	}
	return e
}

// null is the probability that a canary shows up as it did, though its copy is
// no source.
func (e *canaryEvidence) null(p *planted, s sighted) float64 {
	return max(e.floors.of(p.onlyPhone(s)), s.chance)
}

// null is that probability as far as it follows from the canary's bits. It is
// multiplied by the number of the canary's identities, because the most telling
// of so many outcomes is taken.
func (p *planted) null(s sighted, looked float64) float64 {
	if s.Message {
		if !p.agrees(s, identity.Email, identity.Phone) {
			return 1 // a long text may hold any name
		}
		looked *= guesses
	}
	return min(1, code.GuessNull(looked, s.Bits)*float64(max(1, len(p.canary.Identities))))
}

// guesses is the number of guesses that gives a sight its chance.
func (p *planted) guesses(s sighted) float64 {
	return s.chance / float64(max(1, len(p.canary.Identities))) * math.Exp2(canary.Together(p.canary, s.Matched))
}

// agrees reports whether an identity of one of the kinds was seen.
func (p *planted) agrees(s sighted, kinds ...identity.Kind) bool {
	return slices.ContainsFunc(s.Matched, func(i int) bool {
		return i < len(p.canary.Identities) && slices.Contains(kinds, p.canary.Identities[i].Kind)
	})
}

// onlyPhone reports whether nothing but telephone numbers was seen. Owned
// numbers come in blocks, and whoever lists a block hits all of them at once.
func (p *planted) onlyPhone(s sighted) bool {
	for _, i := range s.Matched {
		if i < len(p.canary.Identities) && p.canary.Identities[i].Kind != identity.Phone {
			return false
		}
	}
	return len(s.Matched) > 0
}

// settle takes of every canary the better of what rows or messages and what
// text show, and removes those that may well have been seen by chance. Where
// text was searched too, there were two ways to be seen.
func (d *decision) settle(s *dataset, o *observed) {
	ways := 1.0
	if len(d.all.tried) > 0 {
		ways = 2
	}
	for i := range s.planted {
		p := &s.planted[i]
		seen, ok := o.Canaries[p.id]
		if ok && seen.chance == 0 {
			seen.chance = min(1, ways*p.null(seen, float64(max(1, d.all.looked))))
		}
		if t, found := p.fromText(o.Text[p.id], d.all.tried); found {
			if t.chance = min(1, ways*t.chance); !ok || t.chance < seen.chance {
				seen, ok = t, true
			}
		}
		if ok && seen.chance < maxNull {
			o.Canaries[p.id] = seen
		} else if ok {
			delete(o.Canaries, p.id)
		}
	}
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
func (e *canaryEvidence) set(canaries []int) (logE float64, n int64) {
	var hits, misses []float64
	phone := 1.0 // the most telling of those known by their number alone
	for _, i := range canaries {
		p := &e.d.planted[i]
		seen, hit := e.seen[p.id]
		if hit && p.onlyPhone(seen) {
			phone = min(phone, e.null(p, seen))
			n++
		} else if hit {
			hits = append(hits, e.null(p, seen))
		} else if e.tellable(p) {
			misses = append(misses, e.floors.mail)
		}
	}
	n += int64(len(hits))
	if phone < 1 {
		// One factor for all of them: the chance that the most telling of so
		// many is there is at most their number times its own.
		hits = append(hits, min(1, phone*float64(len(canaries))))
	}
	return code.CanaryLogE(hits, misses, e.survival), n
}

// tellable reports whether a canary can be told from chance at all.
func (e *canaryEvidence) tellable(p *planted) bool {
	all := make([]int, len(p.canary.Identities))
	for i := range all {
		all[i] = i
	}
	return p.null(sighted{Bits: canary.Together(p.canary, all)}, e.looked) < maxNull
}

// maxNull is the null probability from which on a canary counts as not seen.
const maxNull = 0.1

// sharedEvidence weighs the canaries that several copies carry: each is a
// symbol of the code, one when it was seen. A candidate's bits are the keyed
// ones, whatever was planted: that a copy was made without shared canaries is
// somebody's choice, and no evidence.
type sharedEvidence struct{ weights map[int]Weight }

func (*sharedEvidence) Source() string             { return SourceShared }
func (s *sharedEvidence) Weigh(k Candidate) Weight { return s.weights[k.Number] }

// nearlyComplete is the share of rows from which on a shared canary that is
// missing counts as absent.
const nearlyComplete = 0.9

func (d *decision) weighShared(ctx context.Context, s *dataset, o *observed, held *holdings, candidates []Candidate) (Evidence, error) {
	out := &sharedEvidence{weights: map[int]Weight{}}
	logs := map[int][]float64{}
	for _, f := range s.families {
		weights, err := d.weighSharedOf(ctx, s, f, o, held, candidates)
		if err != nil {
			return nil, err
		}
		for n, w := range weights {
			logs[n] = append(logs[n], w.LogE)
			if out.weights[n].N == 0 || w.LogE > out.weights[n].LogE {
				out.weights[n] = w
			}
		}
	}
	for n, w := range out.weights {
		w.LogE = logMeanOf(logs[n])
		out.weights[n] = w
	}
	return out, nil
}

// weighSharedOf weighs those of one family. Who was served in several is
// weighed by the mean.
func (d *decision) weighSharedOf(ctx context.Context, s *dataset, f *family, o *observed, held *holdings, candidates []Candidate) (map[int]Weight, error) {
	weights := map[int]Weight{}
	marker := f.layers[0].steady
	w := &words{}
	for _, c := range candidates {
		w.words = append(w.words, marker.Word(c.Recipient))
	}
	read, served := map[sightedID]bool{}, map[string]bool{}
	var reads []code.Read
	for _, p := range s.planted {
		if p.family != f {
			continue
		}
		for _, name := range p.recipients {
			served[name] = served[name] || p.canary.Shared
		}
		_, hit := o.Canaries[p.id]
		if !p.canary.Shared || p.canary.Echo > 0 || read[p.id] || !hit && (held.share < nearlyComplete || o.undecided[p.id]) {
			continue
		}
		read[p.id] = true
		site := marker.SharedSite(canary.SharedSite(p.canary.Slot))
		r := code.Read{Bias: code.Bias(site.Bias)}
		if hit {
			r.Symbol = 1
		}
		reads, w.sites = append(reads, r), append(w.sites, site)
	}
	if len(reads) == 0 {
		return nil, nil
	}
	r, err := code.Decode(ctx, reads, w, code.Options{Alpha: d.engine.options.Alpha, Candidates: d.result.Candidates})
	if err != nil {
		return nil, fmt.Errorf("shared canaries: %w", err)
	}
	for i, c := range candidates {
		if served[c.Recipient] { // a copy without any lacks them by no chance: they say nothing of it
			weights[c.Number] = Weight{LogE: r.Scores[i].LogE, N: int64(r.Scores[i].Reads)}
		}
	}
	return weights, nil
}
