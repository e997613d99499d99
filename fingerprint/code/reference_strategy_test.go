package code

import (
	"math"
	"slices"
)

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
