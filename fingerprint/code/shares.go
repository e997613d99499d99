package code

import (
	"fmt"
	"math"
	"slices"
)

// share estimates the share of the reads that came from one candidate's copy, by least squares from its counts: where the reads
// interleave copies, the mean of (y - e)/(1 - 2e) - p given the bit x is share (x - p). The interval is 95 %.
func (m *model) share(ones []int32) (share, low, high float64) {
	var sxx, sxy, syy float64
	for i, c := range m.view.cells {
		e := m.fits[c.group]
		if math.Abs(e-.5) < .05 {
			continue
		}
		for y := range 2 {
			value := (float64(y)-e)/(1-2*e) - c.p
			set := float64(ones[2*i+y])
			unset := float64(c.n[y]) - set
			one, zero := 1-c.p, -c.p
			sxx += set*one*one + unset*zero*zero
			sxy += value * (set*one + unset*zero)
			syy += value * value * (set + unset)
		}
	}
	if sxx == 0 {
		return 0, 0, 1
	}
	n := float64(len(m.view.entry))
	w := sxy / sxx
	spread := 1.96 * math.Sqrt(math.Max(syy-w*sxy, 0)/n/sxx)
	return clip(w), clip(w - spread), clip(w + spread)
}

func clip(x float64) float64 { return math.Min(1, math.Max(0, x)) }

// shares fits the accused candidates' shares together, sets them with their profile intervals, and returns the number of sources of like
// weight that they point to.
func (d *decoder) shares(accused []int) float64 {
	if len(accused) == 0 {
		return 0
	}
	accused = accused[:min(len(accused), knownMost)]
	lines, _ := d.lines(accused)
	m := d.fitMixture(lines, len(accused))
	for range 500 { // flips and unknown others look alike: their EM is slow
		if m.step() < 1e-6 {
			break
		}
	}
	for i, r := range accused {
		s := &d.scores[r]
		s.Share = m.shares[i]
		s.ShareLow, s.ShareHigh = m.interval(i)
	}
	return float64(len(accused)) / math.Min(1, math.Max(total(m.shares), .01))
}

// interval is where the log-likelihood of the i-th share, the others and the flip rates fitted anew, stays within 1.92 of its maximum.
func (m *mixture) interval(i int) (low, high float64) {
	const drop, rounds = 1.92, 20
	best := m.logLikelihood()
	side := func(end float64) float64 {
		return edge(end, m.shares[i], func(x float64) bool {
			at := *m
			at.shares, at.flips = slices.Clone(m.shares), slices.Clone(m.flips)
			at.hold(i, x)
			for range rounds {
				at.stepWith(i)
			}
			return at.logLikelihood() < best-drop
		})
	}
	return side(0), side(1)
}

// hold sets a share, the others keeping their proportions.
func (m *mixture) hold(i int, x float64) {
	scale := (1 - x) / math.Max(1-m.shares[i], 1e-9)
	for j := range m.shares {
		m.shares[j] *= scale
	}
	m.shares[i] = x
}

// edge is the point between out and in where outside begins.
func edge(out, in float64, outside func(float64) bool) float64 {
	if !outside(out) {
		return out
	}
	for range 14 {
		mid := (out + in) / 2
		if outside(mid) {
			out = mid
		} else {
			in = mid
		}
	}
	return (out + in) / 2
}

// cautions says what a reader of the result must know.
func (d *decoder) cautions(r Result) []string {
	var out []string
	reads, skewed := make([]int, len(r.Flips)), false
	for _, c := range d.full.plain.cells {
		reads[c.group] += c.n[0] + c.n[1]
		skewed = skewed || c.p != 0.5
	}
	for g, e := range r.Flips {
		if e > .4 && e < .6 && reads[g] >= 30 {
			out = append(out, fmt.Sprintf("group %d: %d reads that carry nothing any more (flip rate %.2f)", g, reads[g], e))
		}
	}
	if !skewed {
		out = append(out, "all biases are 1/2: the flip rate cannot be seen in the reads and is averaged over its prior")
	}
	if need := int(math.Ceil(d.threshold / .516)); len(r.Accused) == 0 && len(d.reads) < need {
		out = append(out, fmt.Sprintf("%d reads: even an untouched copy of one source takes about %d", len(d.reads), need))
	}
	return out
}
