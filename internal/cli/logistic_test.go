package cli

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"telltale/internal/attack"
)

// logistic is a logistic regression with a ridge penalty, fitted by Newton's
// method. Columns of at most 40 values are one indicator for each value;
// numbers are standardised.
type logistic struct {
	width   int
	columns []feature
	weights []float64
}

type feature struct {
	column     int
	indicators map[string]int // nil for numbers
	at         int
	mean, sd   float64
}

// one is a non-zero feature of a row.
type one struct {
	at int
	x  float64
}

const ridge = 1.0

// fitLogistic learns to tell label, a function of a row, from the columns but
// those of skip.
func fitLogistic(rows [][]string, skip []int, label func([]string) float64) *logistic {
	m := &logistic{width: 1}
	for c := range rows[0] {
		if !slices.Contains(skip, c) {
			m.add(rows, c)
		}
	}
	m.weights = make([]float64, m.width)
	for range 12 {
		if m.step(rows, label) < 1e-6 {
			break
		}
	}
	return m
}

func (m *logistic) add(rows [][]string, c int) {
	f := feature{column: c, indicators: map[string]int{}}
	sum, squares := 0.0, 0.0
	for _, row := range rows {
		if _, ok := f.indicators[row[c]]; !ok {
			f.indicators[row[c]] = m.width + len(f.indicators)
		}
		x, _ := strconv.ParseFloat(row[c], 64)
		sum, squares = sum+x, squares+x*x
	}
	if n := float64(len(rows)); len(f.indicators) > 40 {
		f.at, f.mean = m.width, sum/n
		f.sd = math.Sqrt(max(1e-9, squares/n-f.mean*f.mean))
		f.indicators = nil
		m.width++
	} else {
		m.width += len(f.indicators)
	}
	m.columns = append(m.columns, f)
}

func (m *logistic) features(row []string, dst []one) []one {
	dst = append(dst[:0], one{0, 1})
	for _, f := range m.columns {
		if f.indicators == nil {
			x, _ := strconv.ParseFloat(row[f.column], 64)
			dst = append(dst, one{f.at, (x - f.mean) / f.sd})
		} else if at, ok := f.indicators[row[f.column]]; ok {
			dst = append(dst, one{at, 1})
		}
	}
	return dst
}

func (m *logistic) chance(features []one) float64 {
	s := 0.0
	for _, f := range features {
		s += m.weights[f.at] * f.x
	}
	return 1 / (1 + math.Exp(-s))
}

// step is one step of Newton's method; it returns the largest change of a weight.
func (m *logistic) step(rows [][]string, label func([]string) float64) float64 {
	n := m.width
	hessian, gradient := make([]float64, n*n), make([]float64, n)
	for i := range n {
		hessian[i*n+i] = ridge
		gradient[i] = -ridge * m.weights[i]
	}
	var list []one
	for _, row := range rows {
		list = m.features(row, list)
		p := m.chance(list)
		w := max(1e-6, p*(1-p))
		e := label(row) - p
		for _, a := range list {
			gradient[a.at] += e * a.x
			for _, b := range list {
				hessian[a.at*n+b.at] += w * a.x * b.x
			}
		}
	}
	solve(hessian, gradient)
	largest := 0.0
	for i, d := range gradient {
		m.weights[i] += d
		largest = max(largest, math.Abs(d))
	}
	return largest
}

// solve replaces b by the solution of a x = b, a symmetric and positive
// definite, by Cholesky's decomposition.
func solve(a, b []float64) {
	n := len(b)
	for j := range n {
		for i := j; i < n; i++ {
			s := a[i*n+j]
			for k := range j {
				s -= a[i*n+k] * a[j*n+k]
			}
			if i == j {
				a[j*n+j] = math.Sqrt(s)
			} else {
				a[i*n+j] = s / a[j*n+j]
			}
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i*n+k] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k*n+i] * b[k]
		}
		b[i] /= a[i*n+i]
	}
}

// crossValidated is the share of the rows of the original whose label is told
// rightly by a model that learned from the other folds of the table train,
// which has the same rows in the same order.
func crossValidated(original, train attack.Table, folds int, seed uint64, skip []int, label func([]string) float64) float64 {
	order := rand.New(rand.NewPCG(seed, 9)).Perm(len(original.Rows))
	right := 0
	for f := range folds {
		var learn [][]string
		for k, i := range order {
			if k%folds != f {
				learn = append(learn, train.Rows[i])
			}
		}
		m := fitLogistic(learn, skip, label)
		var list []one
		for k, i := range order {
			if k%folds == f {
				list = m.features(original.Rows[i], list)
				if (m.chance(list) > 0.5) == (label(original.Rows[i]) > 0.5) {
					right++
				}
			}
		}
	}
	return float64(right) / float64(len(original.Rows))
}
