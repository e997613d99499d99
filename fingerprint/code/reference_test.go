package code

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
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

// slowRead is a read with what the known words say of it: how many of them have a one, and the sum of the shares of those that do.
type slowRead struct {
	p, sum      float64
	y, g, known int
}

// slowRule is a strategy: per read, the chance of a one before flips when the candidate's bit is 0 and when it is 1.
type slowRule struct {
	prior  float64
	chance [][2]float64
	rates  [][len(flips)]float64 // group, rate -> log-likelihood
	mixing [len(flips)]float64
	apart  float64
}

type slowModel struct {
	reads   []slowRead
	groups  int
	several bool
	known   int
	share   float64
	rules   []*slowRule
	parts   []slowPart
}

type slowPart struct {
	rule   *slowRule
	rate   int // -1: by group
	weight float64
}

func logSum(x ...float64) float64 {
	top := slices.Max(x)
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

func sixDecimals(x float64) float64 { return math.Round(x * 1e6) }

func choose(n, k int, p float64) float64 {
	out := 1.0
	for i := range k {
		out *= float64(n-i) / float64(i+1)
	}
	return out * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
}

func (s *slow) plain() []slowRead {
	out := make([]slowRead, len(s.reads))
	for i, r := range s.reads {
		out[i] = slowRead{p: r.Bias.P(), y: int(r.Symbol), g: int(r.Group)}
	}
	return out
}

func (m *slowModel) linear(fraction, prior float64) *slowRule {
	r := &slowRule{prior: prior}
	rest := math.Max(1-m.share, .02)
	for _, x := range m.reads {
		low := math.Min(1, x.sum+rest*(1-fraction)*x.p)
		r.chance = append(r.chance, [2]float64{low, math.Min(1, low+rest*fraction)})
	}
	return r
}

func (m *slowModel) response(theta []float64, prior float64) *slowRule {
	r := &slowRule{prior: prior}
	others := len(theta) - 2 - m.known
	for _, x := range m.reads {
		var q [2]float64
		for bit := range q {
			for j := range others + 1 {
				q[bit] += choose(others, j, x.p) * theta[x.known+j+bit]
			}
		}
		r.chance = append(r.chance, q)
	}
	return r
}

// theta is fitted by EM: 40 rounds from interleaving, flips of 0.5 %, one pseudo-site per k at its present value.
func (m *slowModel) theta(c int) []float64 {
	const e = .005
	theta := make([]float64, c+1)
	for k := range theta {
		theta[k] = float64(k) / float64(c)
	}
	for range 40 {
		ones, all := slices.Clone(theta), slices.Repeat([]float64{1}, c+1)
		for _, x := range m.reads {
			var post [2][]float64 // written bit, number of further ones
			sum := 0.0
			for w := range 2 {
				for j := range c - m.known + 1 {
					t := theta[x.known+j]
					if w == 0 {
						t = 1 - t
					}
					seen := e
					if w == x.y {
						seen = 1 - e
					}
					v := choose(c-m.known, j, x.p) * t * seen
					post[w] = append(post[w], v)
					sum += v
				}
			}
			for j := range post[0] {
				ones[x.known+j] += post[1][j] / sum
				all[x.known+j] += (post[0][j] + post[1][j]) / sum
			}
		}
		for k := 1; k < c; k++ {
			theta[k] = ones[k] / all[k]
		}
	}
	return theta
}

func (m *slowModel) addRules() {
	norm := 0.0
	for i, w := range shares {
		m.rules = append(m.rules, m.linear(w, sharePriors[i]))
		norm += sharePriors[i]
	}
	others := norm * (1 - linearPrior) / linearPrior
	for i, more := range sizes {
		c := m.known + more
		if m.known == 0 {
			c++
		}
		if c < 2 || c > 32 {
			continue
		}
		half := float64(c) / 2
		for f, prior := range familyPriors {
			theta := make([]float64, c+1)
			theta[c] = 1
			for k := 1; k < c; k++ {
				x := float64(k)
				switch {
				case f == 3 || f == 0 && x > half || f == 1 && x < half:
					theta[k] = 1
				case f == 2 || f < 2 && x == half:
					theta[k] = .5
				}
			}
			if f == 5 {
				theta = m.theta(c)
			}
			m.rules = append(m.rules, m.response(theta, others*sizePriors[i]*prior))
		}
	}
	norm = 0
	for _, r := range m.rules {
		norm += r.prior
	}
	for _, r := range m.rules {
		r.prior /= norm
	}
}

func (m *slowModel) fit(r *slowRule) {
	r.rates = make([][len(flips)]float64, m.groups)
	for i, x := range m.reads {
		q := (1-x.p)*r.chance[i][0] + x.p*r.chance[i][1]
		for k, e := range flips {
			one := e + (1-2*e)*q
			if x.y == 0 {
				one = 1 - one
			}
			r.rates[x.g][k] += math.Log(one)
		}
	}
	r.mixing = flipPriors
	for range 10 {
		next := flipPriors
		r.apart = 0
		for g := range m.groups {
			post, l := r.posterior(g)
			r.apart += l
			for k := range next {
				next[k] += post[k]
			}
		}
		for k := range next {
			r.mixing[k] = next[k] / float64(m.groups+1)
		}
	}
}

func (r *slowRule) posterior(g int) (post [len(flips)]float64, l float64) {
	sum := make([]float64, len(flips))
	for k := range flips {
		sum[k] = math.Log(r.mixing[k]) + r.rates[g][k]
	}
	l = logSum(sum...)
	for k := range flips {
		post[k] = math.Exp(sum[k] - l)
	}
	return post, l
}

// common is log(prior x likelihood) with rate k everywhere.
func (r *slowRule) common(k int) float64 {
	l := math.Log(flipPriors[k])
	for g := range r.rates {
		l += r.rates[g][k]
	}
	return l
}

func (r *slowRule) evidence(several bool) float64 {
	var all []float64
	for k := range flips {
		all = append(all, r.common(k))
	}
	l := logSum(all...)
	if several {
		l = logSum(math.Log(1-groupPrior)+l, math.Log(groupPrior)+r.apart)
	}
	return math.Log(r.prior) + l
}

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

// compare decodes with odds so low that side information comes into play, and reports whether it did.
func compare(t failer, reads []Read, words packed, odds float64, workers int) (informed bool) {
	t.Helper()
	s := &slow{reads: reads, models: map[string]*slowModel{}, odds: math.Log(float64(len(words))) + math.Log(odds)}
	for c := range words {
		s.words = append(s.words, make([]int, len(reads)))
		for i := range reads {
			s.words[c][i] = words.bit(c, i)
		}
	}
	for _, r := range reads {
		s.groups = max(s.groups, int(r.Group)+1)
	}
	for _, joint := range []bool{false, true} {
		var w Words = words
		if workers > 1 {
			w = selecting{words}
		}
		d := newDecoder(context.Background(), reads, w, workers)
		d.knownOdds, d.prior, d.threshold = odds, math.Log(float64(len(words))), math.Inf(1)
		got, err := d.run(joint)
		if err != nil {
			t.Fatal(err)
		}
		for c := range words {
			want := s.logE(c, joint)
			informed = informed || joint && math.Abs(want-s.logE(c, false)) > 1e-6
			if l := got.Scores[c].LogE; math.IsNaN(l) || math.Abs(l-want) > 1e-9*math.Max(1, math.Abs(want)) {
				t.Fatalf("reads %v, word %b, joint %v: log e %.12f, want %.12f", reads, words[c], joint, l, want)
			}
		}
	}
	return informed
}

// All small cases: every multiset of up to three reads of two biases, two symbols and two groups, every word.
func TestAgreesWithReferenceOnAllSmallCases(t *testing.T) {
	var kinds []Read
	for _, b := range []Bias{Pick(4, 0), Pick(6, 1<<31)} {
		for y := range uint8(2) {
			for g := range uint16(2) {
				kinds = append(kinds, Read{b, y, g})
			}
		}
	}
	cases, most := 0, 3
	if testing.Short() {
		most = 2
	}
	var grow func(reads []Read, from int)
	grow = func(reads []Read, from int) {
		if m := len(reads); m > 0 {
			words := make(packed, 1<<m)
			for x := range words {
				words[x] = []uint64{uint64(x)}
			}
			compare(t, reads, words, .2, 1)
			cases++
		}
		for k := from; k < len(kinds) && len(reads) < most; k++ {
			grow(append(slices.Clone(reads), kinds[k]), k)
		}
	}
	grow(nil, 0)
	if want := []int{8 + 36, 8 + 36 + 120}[most-2]; cases != want {
		t.Errorf("%d cases, want %d", cases, want)
	}
}

// Random cases with real coalitions and biases at the ends. Agreement is exact up to rounding: no alarm is left to chance.
func TestAgreesWithReferenceOnRandomCases(t *testing.T) {
	informed := 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 19))
		a := attacks[int(seed)%len(attacks)]
		reads, words := draw(r, a.c+2, 3+r.IntN(40), []int{2, 4, 6, 8}[seed%4], 1+int(seed%3), a)
		if seed%5 == 4 {
			reads[0].Bias, reads[1].Bias, reads[2].Bias = 0, 1, 1<<32-1
		}
		if compare(t, reads, words, .5, 2) {
			informed++
		}
	}
	if informed < 6 {
		t.Errorf("side information came into play in %d of 24 cases: the test shows little", informed)
	}
}

func TestAgreesWithReferenceWhenFuzzed(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		reads := make([]Read, rapid.IntRange(1, 40).Draw(r, "reads"))
		words := packed{make([]uint64, 2), make([]uint64, 2)}
		for i := range reads {
			reads[i] = Read{Pick(rapid.IntRange(1, 8).Draw(r, "c0"), rapid.Uint32().Draw(r, "u")), uint8(rapid.IntRange(0, 1).Draw(r, "y")), uint16(rapid.IntRange(0, 2).Draw(r, "g"))}
			for c := range words {
				words[c][i>>6] |= uint64(rapid.IntRange(0, 1).Draw(r, "x")) << (i & 63)
			}
		}
		compare(r, reads, words, 1e3, 1)
	})
}
