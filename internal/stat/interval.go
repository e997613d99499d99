package stat

import "math"

// ClopperPearson returns the exact interval for a share of which k of n were seen: it covers the truth with probability at least
// the level, whatever the truth is.
//
// Formula: low solves P(X >= k | low) = (1-level)/2, high solves P(X <= k | high) = (1-level)/2 (Clopper and Pearson 1934).
// Domain: 0 <= k <= n, n >= 1, 0 < level < 1. Accuracy: relative 1e-10 (bisection on the logarithms of the tails).
func ClopperPearson(k, n int64, level float64) (low, high float64) {
	if n < 1 || k < 0 || k > n || !(level > 0 && level < 1) {
		return math.NaN(), math.NaN()
	}
	goal := math.Log((1 - level) / 2)
	low, high = 0, 1
	if k > 0 {
		low = bisect(func(p float64) bool { return LogUpperTail(n, k, p) < goal })
	}
	if k < n {
		high = 1 - bisect(func(q float64) bool { return LogUpperTail(n, n-k, q) < goal })
	}
	return low, high
}

// bisect returns the point in 0..1 where below turns from true to false, for a monotone below.
func bisect(below func(float64) bool) float64 {
	lo, hi := 0.0, 1.0
	for range 200 {
		mid := (lo + hi) / 2
		if mid == lo || mid == hi {
			break
		}
		if below(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// Wilson returns the score interval for a share of which k of n were seen: short, and right on average.
//
// Formula: the roots of (k/n - p)^2 = z^2 p(1-p)/n, z the normal quantile of (1+level)/2 (Wilson 1927).
// Domain: 0 <= k <= n, n >= 1, 0 < level < 1. Accuracy: absolute 1e-14 as a formula; its coverage is approximate by nature.
func Wilson(k, n int64, level float64) (low, high float64) {
	if n < 1 || k < 0 || k > n || !(level > 0 && level < 1) {
		return math.NaN(), math.NaN()
	}
	z := NormalQuantile((1 + level) / 2)
	N, f := float64(n), float64(k)/float64(n)
	centre := f + z*z/(2*N)
	half := z * math.Sqrt(f*(1-f)/N+z*z/(4*N*N))
	scale := 1 + z*z/N
	return math.Max(0, (centre-half)/scale), math.Min(1, (centre+half)/scale)
}

// NormalQuantile returns z with P(Z <= z) = p for a standard normal Z.
//
// Formula: sqrt(2) erfinv(2p - 1), by the complementary function in the lower half. Domain: 0 <= p <= 1 (0 and 1 give the
// infinities). Accuracy: absolute 1e-14 for 1e-10 < p < 1 - 1e-10.
func NormalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }
