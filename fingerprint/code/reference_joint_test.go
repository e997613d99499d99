package code

import (
	"fmt"
	"math"
	"slices"
)

// slow is the decoder of docs/statistics.md, written from its formulas read by read: no classes, no tables, no popcounts, the known
// words found for every candidate anew. It shares with the decoder the grids and the constants, and nothing else.
type slow struct {
	reads  []Read
	words  [][]int // candidate, read -> bit
	groups int
	odds   float64 // log(N knownOdds)
	models map[string]*slowModel
}

// fitShares is the EM of shares and flips: each read comes from a known word or from unknown others, and may be flipped.
func (s *slow) fitShares(known []int, rates []float64) (shares []float64) {
	shares = make([]float64, len(known))
	for i := range shares {
		shares[i] = 1 / float64(len(known)+1)
	}
	for g := range rates {
		if rates[g] > .5 { // inverted
			rates[g] = math.Min(math.Max(rates[g], .55), .995)
		} else {
			rates[g] = math.Min(math.Max(rates[g], .005), .45)
		}
	}
	for range 60 {
		from := make([]float64, len(known))
		flips, n := make([]float64, s.groups), make([]float64, s.groups)
		for i, r := range s.reads {
			e, y := rates[r.Group], int(r.Symbol)
			right, rest := 0.0, 1.0
			for j, c := range known {
				rest -= shares[j]
				if s.words[c][i] == y {
					right += shares[j]
				}
			}
			p := r.Bias.P()
			if y == 0 {
				p = 1 - p
			}
			right += math.Max(0, rest) * p
			like := right*(1-e) + (1-right)*e
			for j, c := range known {
				if s.words[c][i] == y {
					from[j] += shares[j] * (1 - e) / like
				} else {
					from[j] += shares[j] * e / like
				}
			}
			flips[r.Group] += (1 - right) * e / like
			n[r.Group]++
		}
		most := 0.0
		for j := range shares {
			next := from[j] / float64(len(s.reads))
			most = math.Max(most, math.Abs(next-shares[j]))
			shares[j] = next
		}
		for g := range rates {
			if n[g] > 0 && rates[g] > .5 {
				rates[g] = math.Max((flips[g]+3.96)/(n[g]+4), .501)
			} else if n[g] > 0 {
				rates[g] = math.Min((flips[g]+.04)/(n[g]+4), .499)
			}
		}
		if most < 1e-6 {
			break
		}
	}
	return shares
}

// given is the model when the words of known are.
func (s *slow) given(known []int) *slowModel {
	key := fmt.Sprint(known)
	if s.models[key] == nil {
		s.models[key] = s.informed(known)
	}
	return s.models[key]
}

func (s *slow) informed(known []int) *slowModel {
	if len(known) == 0 {
		return s.model(s.plain(), 0, 0)
	}
	shares := s.fitShares(known, s.given(nil).flipRates())
	all := total(shares)
	reads := s.plain()
	type class struct {
		bias               Bias
		group, ones, level int
	}
	of := make([]class, len(reads))
	sums, n := map[class]float64{}, map[class]float64{}
	for i := range reads {
		sum, pattern := 0.0, 0
		for j, c := range known {
			if s.words[c][i] == 1 {
				sum += shares[j]
				reads[i].known++
				pattern |= 1 << j
			}
		}
		level := pattern
		if len(known) > 3 { // reads whose sums round alike share their mean
			level = int(math.Round(sumLevels * sum / math.Max(all, 1e-9)))
		}
		of[i] = class{s.reads[i].Bias, reads[i].g, reads[i].known, level}
		sums[of[i]] += sum
		n[of[i]]++
	}
	for i := range reads {
		reads[i].sum = sums[of[i]] / n[of[i]]
	}
	return s.model(reads, len(known), all)
}

// known is whose words serve as side information for candidate r, built without r's word.
func (s *slow) known(r int) []int {
	var in []int
	for range knownSteps {
		m := s.given(in)
		var join []int
		for c, word := range s.words {
			if c != r && !slices.Contains(in, c) && m.logE(word) >= s.odds {
				join = append(join, c)
			}
		}
		if len(join) == 0 {
			break
		}
		in = append(in, join...)
		slices.Sort(in)
	}
	return in
}

func (s *slow) logE(r int, joint bool) float64 {
	alone := s.given(nil).logE(s.words[r])
	if !joint {
		return alone
	}
	return logSum(alone, s.given(s.known(r)).logE(s.words[r])) - math.Ln2
}

type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}
