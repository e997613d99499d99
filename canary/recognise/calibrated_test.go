package recognise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"telltale/canary"
	"telltale/internal/key"
	"telltale/internal/synthetic"
)

// TestSightsAreCalibrated shows canaries of fresh keys texts that were written
// without them, about people of the same kind: names, addresses, whole records, one
// or many. Whether a canary is seen with a null of 10^-k or less must be no more
// frequent than that, and the e-value must have a mean of at most one. Both are
// means over keys, which are independent, and five standard errors are left for
// chance: at the very bound that is a false alarm in 10,000 for each of 27 means,
// and they are far below it.
func TestSightsAreCalibrated(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 6))
	w := newWorld(t, synthetic.Customers(300, 5), "en-GB", 1)
	people := w.fresh(t, r, 400)
	var all []*calibration
	for what, columns := range map[string][]string{"names": {"first_name", "last_name"}, "addresses": {"address"}, "rows": nil} {
		for _, size := range []int{1, 10, 100} {
			all = append(all, &calibration{what: fmt.Sprint(size, " ", what), texts: w.textsOf(people, columns, size)})
		}
	}
	hits := 0
	for range 16 {
		x := New(w.fresh(t, r, 120), Options{Locale: w.locale, Domains: w.domains})
		for _, c := range all {
			hits += c.try(t, x)
		}
	}
	slices.SortFunc(all, func(a, b *calibration) int { return strings.Compare(a.what, b.what) })
	for _, c := range all {
		c.judge(t)
	}
	if hits < 1000 {
		t.Errorf("only %d sights: the texts try nothing", hits)
	}
}

// calibration collects what texts of a sort show of canaries by chance.
type calibration struct {
	what                string
	texts               []string
	e, tenth, hundredth mean
}

// try shows the texts to the canaries of a key.
func (c *calibration) try(t *testing.T, x *Index) (hits int) {
	pairs := float64(len(x.planted) * len(c.texts))
	e, tenth, hundredth := 0.5*pairs, 0, 0 // who is not seen has an e-value of one half
	for _, text := range c.texts {
		for _, null := range nullsOf(x, scan(t, x, []byte(text))) {
			e += max(0.5, null)/null - 0.5
			tenth += int(one(null <= 0.1))
			hundredth += int(one(null <= 0.01))
			hits++
		}
	}
	c.e.add(e / pairs)
	c.tenth.add(float64(tenth) / pairs)
	c.hundredth.add(float64(hundredth) / pairs)
	return hits
}

func (c *calibration) judge(t *testing.T) {
	t.Logf("%-13s mean of e %.4f ± %.4f, P(null <= 0.1) %.5f, P(null <= 0.01) %.6f", c.what, c.e.value(), c.e.standardError(), c.tenth.value(), c.hundredth.value())
	for _, m := range []struct {
		mean
		most float64
	}{{c.e, 1}, {c.tenth, 0.1}, {c.hundredth, 0.01}} {
		if m.value()-5*m.standardError() > m.most {
			t.Errorf("%s: %.3g, standard error %.2g, where %g is allowed", c.what, m.value(), m.standardError(), m.most)
		}
	}
}

// textsOf are texts about so many people each, by some columns or by all.
func (w *world) textsOf(people []canary.Planted, columns []string, size int) (texts []string) {
	for some := range slices.Chunk(people, size) {
		var b strings.Builder
		for _, p := range some {
			cells := p.Canary.Cells
			if columns != nil {
				cells = nil
				for _, name := range columns {
					cells = append(cells, w.cell(p.Canary, name))
				}
			}
			b.WriteString(strings.Join(cells, " ") + "\n")
		}
		texts = append(texts, b.String())
	}
	return texts
}

// nullsOf are the chances of the canaries that a report shows, each by the most
// telling of its sights: as many values as were tried, and as many identities.
func nullsOf(x *Index, report *Report) map[int]float64 {
	nulls := map[int]float64{}
	for _, s := range report.Sights {
		tried := max(1, report.Tried[s.Kind]) * int64(len(x.planted[s.Planted].Canary.Identities))
		null := min(1, float64(tried)*math.Exp2(-s.Bits))
		if was, ok := nulls[s.Planted]; !ok || null < was {
			nulls[s.Planted] = null
		}
	}
	return nulls
}

// fresh are canaries of a key of their own.
func (w *world) fresh(t *testing.T, r *rand.Rand, n int) (out []canary.Planted) {
	t.Helper()
	k := key.Secret{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())}
	phones := make([]string, n)
	for i := range phones {
		phones[i] = fmt.Sprintf("0770%d %06d", i%10, r.IntN(1e6))
	}
	all, err := w.profile.Mint(k, n, canary.Contacts{Domains: w.domains, Phones: phones})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		out = append(out, canary.Planted{Export: "e1", Canary: c})
	}
	return out
}

// mean is that of some numbers.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(x float64) { m.n, m.sum, m.squares = m.n+1, m.sum+x, m.squares+x*x }

func (m mean) value() float64 { return m.sum / m.n }

func (m mean) standardError() float64 {
	return math.Sqrt(max(0, m.squares/m.n-m.value()*m.value()) / (m.n - 1))
}
