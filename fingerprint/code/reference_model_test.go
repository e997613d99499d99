package code

import (
	"cmp"
	"math"
	"slices"
)

func (s *slow) model(reads []slowRead, known int, share float64) *slowModel {
	m := &slowModel{reads: reads, groups: s.groups, known: known, share: share}
	for _, r := range s.reads {
		m.several = m.several || r.Group != s.reads[0].Group
	}
	m.addRules()
	var evidence []float64
	for _, r := range m.rules {
		m.fit(r)
		evidence = append(evidence, r.evidence(m.several))
	}
	norm := logSum(evidence...)
	best := slices.Clone(m.rules)
	slices.SortStableFunc(best, func(a, b *slowRule) int {
		return cmp.Compare(sixDecimals(math.Log(b.prior)+b.apart), sixDecimals(math.Log(a.prior)+a.apart))
	})
	for _, r := range m.rules {
		one := 1.0
		if m.several {
			one -= groupPrior
		}
		for k, f := range flipPriors {
			m.parts = append(m.parts, slowPart{r, k, .4*r.prior*one*f + .6*r.prior*one*math.Exp(r.common(k)-norm)})
		}
		if m.several && slices.Contains(best[:groupTop], r) {
			m.parts = append(m.parts, slowPart{r, -1, .4*r.prior*groupPrior + .6*r.prior*groupPrior*math.Exp(r.apart-norm)})
		}
	}
	slices.SortStableFunc(m.parts, func(a, b slowPart) int {
		return cmp.Compare(sixDecimals(math.Log(b.weight)), sixDecimals(math.Log(a.weight)))
	})
	m.parts = m.parts[:min(mostPairs, len(m.parts))]
	m.parts = slices.DeleteFunc(m.parts, func(p slowPart) bool { return p.weight < leastPart })
	return m
}

// ratio is log of the product of P(y|x)/P(y) over the reads of a group (-1: of all).
func (m *slowModel) ratio(r *slowRule, e float64, word []int, group int) float64 {
	l := 0.0
	for i, x := range m.reads {
		if group >= 0 && x.g != group {
			continue
		}
		given := e + (1-2*e)*r.chance[i][word[i]]
		even := e + (1-2*e)*((1-x.p)*r.chance[i][0]+x.p*r.chance[i][1])
		if x.y == 0 {
			given, even = 1-given, 1-even
		}
		l += math.Log(given / even)
	}
	return l
}

// byGroup is the log of the mean of a group's ratio over its flip rates; rates that weigh less than 1e-4 in every group are left out.
func (m *slowModel) byGroup(r *slowRule, word []int, group int) float64 {
	var terms []float64
	for k, e := range flips {
		most := 0.0
		for g := range m.groups {
			post, _ := r.posterior(g)
			most = math.Max(most, .9*post[k]+.1*flipPriors[k])
		}
		if most >= 1e-4 {
			post, _ := r.posterior(group)
			terms = append(terms, math.Log(.9*post[k]+.1*flipPriors[k])+m.ratio(r, e, word, group))
		}
	}
	return logSum(terms...)
}

func (m *slowModel) hasReads(g int) bool {
	return slices.ContainsFunc(m.reads, func(x slowRead) bool { return x.g == g })
}

func (m *slowModel) logE(word []int) float64 {
	var terms []float64
	norm := 0.0
	for _, p := range m.parts {
		norm += p.weight
		l := 0.0
		if p.rate >= 0 {
			l = m.ratio(p.rule, flips[p.rate], word, -1)
		} else {
			for g := range m.groups {
				if m.hasReads(g) {
					l += m.byGroup(p.rule, word, g)
				}
			}
		}
		terms = append(terms, math.Log(p.weight)+l)
	}
	l := logSum(terms...) - math.Log(norm)
	if !m.several || m.known > 0 {
		return l
	}
	return logSum(math.Log(1-columnsPrior)+l, math.Log(columnsPrior)+m.columns(word))
}

func (m *slowModel) columns(word []int) float64 {
	var terms []float64
	for _, chance := range columnChances {
		l := 0.0
		for g := range m.groups {
			if !m.hasReads(g) {
				continue
			}
			own := 0.0
			for i, at := range columnShares {
				own += columnWeights[i] * math.Exp(m.byGroup(m.rules[at], word, g))
			}
			l += math.Log(1 - chance + chance*own)
		}
		terms = append(terms, l)
	}
	return logSum(terms...) - math.Log(float64(len(columnChances)))
}

// rates are the fitted flip rates of the likeliest strategy: where the EM of the shares starts.
func (m *slowModel) flipRates() []float64 {
	best := m.rules[0]
	for _, r := range m.rules {
		if sixDecimals(r.evidence(m.several)) > sixDecimals(best.evidence(m.several)) {
			best = r
		}
	}
	out := make([]float64, m.groups)
	for g := range out {
		weights := make([]float64, len(flips))
		for k := range flips {
			weights[k] = best.common(k)
		}
		norm := logSum(weights...)
		post, _ := best.posterior(g)
		for k, e := range flips {
			if m.several {
				out[g] += e * post[k]
			} else {
				out[g] += e * math.Exp(weights[k]-norm)
			}
		}
	}
	return out
}
