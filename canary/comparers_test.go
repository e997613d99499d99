package canary

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkComparers measures what cover hides from recipients who compare three
// copies and look at the cells as well: trees learn what not all copies have
// against what all have (compares), or drafts that the adversary mints with this
// program against rows (mints), and rank what not all have. Cover has the chances
// of canaries, so that the number of copies tells nothing. -benchtime=5x makes
// the copies under five keys; areas are means.
func BenchmarkComparers(b *testing.B) {
	for _, tab := range append(realTables(b), people(1000)) {
		if !slices.Contains([]string{"uk500", "febrl4", "adult", "people"}, tab.name) {
			continue
		}
		tab.rows = tab.rows[:min(len(tab.rows), 5000)]
		p := learn(tab)
		for _, bits := range []float64{48, 32, 24} {
			b.Run(fmt.Sprintf("%s/%g", tab.name, bits), func(b *testing.B) {
				var learned, minted float64
				for k := range b.N {
					x, y := comparers(b, p, tab, bits, k)
					learned, minted = learned+x/float64(b.N), minted+y/float64(b.N)
				}
				b.ReportMetric(learned, "AUC-compares")
				b.ReportMetric(minted, "AUC-mints")
			})
		}
	}
}

// comparers returns the areas of the two adversaries.
func comparers(t testing.TB, p *Profile, tab testTable, bits float64, k int) (learned, minted float64) {
	m, n := p.ready(), max(len(tab.rows)/50, 2)
	traits := newTraits(m, func(i int) bool { return !p.Columns[i].Key && !m.ordered(i) })
	mint := func(label string, n int) (out [][]float64) {
		label = fmt.Sprintf("compare/%d/%s", k, label)
		c := contactsFor(tab, n, label)
		c.AddressBits = bits
		for _, x := range mustMint(t, p, label, n, c) {
			out = append(out, traits.of(x.Cells, -1))
		}
		return out
	}
	var canaries, cover, common [][]float64
	for copy := range 3 {
		canaries = append(canaries, mint(fmt.Sprint(copy), n)...)
	}
	order := rand.New(rand.NewPCG(uint64(k), uint64(bits))).Perm(len(p.Sample))
	for i, r := range order[:min(len(order), 3*n+1000)] {
		if x := traits.of(p.Sample[r].Cells, r); i < 3*n {
			cover = append(cover, x)
		} else {
			common = append(common, x)
		}
	}
	for side := range 2 {
		partial := append(everySecond(canaries, side), everySecond(cover, side)...)
		learned += train(common, partial).auc(everySecond(cover, 1-side), everySecond(canaries, 1-side)) / 2
	}
	return learned, train(common, mint("drafts", 200)).auc(cover, canaries)
}
