package match

import (
	"math"

	"telltale/internal/stat"
)

// SourceMembership is the line of over-representation. It depends on a model
// of who complains and is in no bound.
const SourceMembership = "membership"

// membership weighs that a candidate was to hold the rows of so many of the
// persons who complain: with a share lambda of the messages sent from its copy,
// which is a part h of all rows,
//
//	LR = (lambda + (1-lambda) h)/h for a row it was to hold, 1-lambda for another,
//
// averaged over lambda. Who received which rows was decided by people, and who
// complains by others: nothing here is random by our key, and the mean over
// innocents may be anything.
func (s *source) membership(p *ledgerPart, who int) EvidenceWeight {
	h := s.part(who)
	held, other := float64(p.held[who]), float64(p.persons-p.held[who])
	if h <= 0 || h >= 1 && other == 0 {
		return EvidenceWeight{Source: SourceMembership, N: int64(p.held[who])}
	}
	shares := []float64{.95, .8, .5, .25, .1}
	var logs, weights []float64
	for _, lambda := range shares {
		logs = append(logs, held*math.Log((lambda+(1-lambda)*h)/h)+other*math.Log(1-lambda))
		weights = append(weights, 1)
	}
	return EvidenceWeight{SourceMembership, finite(stat.Log10(stat.LogMean(logs, weights))), int64(p.held[who])}
}

// part is the part of the dataset's rows that a candidate's largest copy was
// to hold, of the largest snapshot.
func (s *source) part(who int) float64 {
	most, own := 0, 0
	for _, l := range s.d.layers {
		for _, snap := range l.snapshots {
			n := snap.rows
			most = max(most, n)
			for _, c := range s.copies[snap.id] {
				if c.who == who {
					own = max(own, n)
				}
			}
		}
	}
	if most == 0 {
		return 0
	}
	return float64(own) / float64(most)
}
