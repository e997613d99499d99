package stat

import "math"

// LogBinomial returns log P(X = k) for X ~ Binomial(n, p).
//
// Formula: Loader's saddle-point expansion, stirlerr(n) - stirlerr(k) - stirlerr(n-k) - bd0(k, np) - bd0(n-k, nq)
// + log(n / (2 pi k (n-k))) / 2 (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
// Domain: n >= 0, 0 <= p <= 1; -Inf for k outside 0..n. Accuracy: absolute error of the logarithm below 1e-13 * (1 + |result|/10).
func LogBinomial(n, k int64, p float64) float64 {
	switch {
	case n < 0 || !(p >= 0 && p <= 1):
		return math.NaN()
	case k < 0 || k > n:
		return math.Inf(-1)
	case k == 0:
		return timesLog1m(float64(n), p)
	case k == n:
		return float64(n) * math.Log(p)
	case p == 0 || p == 1:
		return math.Inf(-1)
	}
	N, K, L := float64(n), float64(k), float64(n-k)
	c := stirlerr(N) - stirlerr(K) - stirlerr(L) - bd0(K, N*p) - bd0(L, N*(1-p))
	return c + 0.5*math.Log(N/(2*math.Pi*K*L))
}

// timesLog1m is n log(1-p), and 0 when n is 0 even where the logarithm is infinite.
func timesLog1m(n, p float64) float64 {
	if n == 0 {
		return 0
	}
	return n * math.Log1p(-p)
}

// stirlerr is log(n!) - log(sqrt(2 pi n) (n/e)^n), for whole n >= 1.
func stirlerr(n float64) float64 {
	if n <= 15 {
		lg, _ := math.Lgamma(n + 1)
		return lg - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	n2 := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-(1.0/1188)/n2)/n2)/n2)/n2) / n
}

// bd0 is the deviance x log(x/m) + m - x, without cancellation where x is near m.
func bd0(x, m float64) float64 {
	if math.Abs(x-m) >= 0.1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := (x - m) / (x + m)
	s, ej := (x-m)*v, 2*x*v
	for j := 1.0; j < 1000; j++ {
		ej *= v * v
		next := s + ej/(2*j+1)
		if next == s {
			break
		}
		s = next
	}
	return s
}

// LogUpperTail returns log P(X >= k) for X ~ Binomial(n, p).
//
// Formula: P(X >= k) = I_p(k, n-k+1), by the continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8,
// evaluated by Lentz's method) whose leading factor is kept as a logarithm; beyond the mean through the other tail.
// Domain: n >= 0, 0 <= p <= 1, any k. Accuracy: relative error of the probability below 1e-11 for n <= 1e7, at any depth:
// tails far below 1e-308 keep it, because nothing leaves log space.
func LogUpperTail(n, k int64, p float64) float64 {
	switch {
	case n < 0 || !(p >= 0 && p <= 1):
		return math.NaN()
	case k <= 0:
		return 0
	case k > n || p == 0:
		return math.Inf(-1)
	case p == 1:
		return 0
	}
	if float64(k) > float64(n+1)*p {
		return logTail(n, k, p)
	}
	return Log1mExp(math.Min(0, logTail(n, n-k+1, 1-p)))
}

// logTail is log P(X >= k) for 1 <= k <= n and k beyond the mean: log pmf(k) + log(1-p) + log of the continued fraction.
func logTail(n, k int64, p float64) float64 {
	a, b := float64(k), float64(n-k+1)
	return LogBinomial(n, k, p) + math.Log1p(-p) + math.Log(betaFraction(a, b, p))
}

// betaFraction is I_x(a, b) * a B(a, b) / (x^a (1-x)^b), for x < (a+1)/(a+b+2), by the modified Lentz method.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	d = 1 / floor(d, tiny)
	h := d
	for m := 1.0; m < 1e6; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/floor(1+even*d, tiny), floor(1+even/c, tiny)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/floor(1+odd*d, tiny), floor(1+odd/c, tiny)
		h *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return h
}

func floor(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}
