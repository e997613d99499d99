package canary

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// roster is a table in the order of its family names, of which a given name goes
// with nearly half: what stands in order may make somebody of a canary.
func roster(seed uint64) testTable {
	rng := rand.New(rand.NewPCG(seed, 1))
	tab := testTable{name: "roster", locale: "en-US", cols: columns("group:text given:given-name:i family:family-name:i city:city phone:phone:i")}
	var families []string
	for _, a := range []string{"Ba", "Ca", "Da", "Fe", "Go", "Hu", "Ja", "Ke", "Lo", "Mi"} {
		for _, b := range []string{"ner", "lder", "ston", "rty", "ve", "mann"} {
			families = append(families, a+b)
		}
	}
	givens := []string{"Ann", "Bob", "Cid", "Dan", "Eve", "Flo", "Gus", "Hal", "Ida", "Joe"}
	for _, k := range rng.Perm(len(givens) * len(families))[:260] {
		tab.rows = append(tab.rows, []string{
			fmt.Sprint("x", rng.IntN(5)), givens[k%len(givens)], families[k/len(givens)], []string{"Ulm", "Bonn"}[rng.IntN(2)], fmt.Sprintf("212555%04d", k),
		})
	}
	slices.SortFunc(tab.rows, func(a, b []string) int { return compare(a[2], b[2]) })
	return tab
}

// TestOrderMakesNobody: no identity of a planted canary is a row's, and each has
// some. Deterministic.
func TestOrderMakesNobody(t *testing.T) {
	for seed := range uint64(6) {
		tab := roster(seed)
		p := learn(tab)
		out, _, planted := plantFor(t, tab, p, "a", 60)
		checkNew(t, tab, p, planted)
		checkIdentities(t, p, planted)
		checkOrder(t, tab, out)
	}
}
