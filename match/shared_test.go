package match

import (
	"math/rand/v2"
	"slices"
	"testing"

	"telltale/internal/table"
)

// Whose copy was never to carry shared canaries is not accused because a leak
// has none: the original, or a copy made without them.
func TestSharedCanariesNeverOffered(t *testing.T) {
	const seed = 73
	t.Logf("seed %d; a false alarm has a probability of at most 1e-6 for each of the three leaks", seed)
	header, rows := people(rand.New(rand.NewPCG(seed, 1)), 300)
	w := newWorld(t)
	scheme := peopleScheme()
	scheme.Density = 0
	with := w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: names("with", 6), shared: 80})
	w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: names("without", 3)})
	e := w.engine(Options{})
	var bare [][]string // without its canaries
	for _, row := range with["with0001"] {
		if slices.ContainsFunc(rows, func(x []string) bool { return x[4] == row[4] }) {
			bare = append(bare, row)
		}
	}
	for name, leak := range map[string][][]string{"the original": rows, "a copy without its canaries": bare, "most of the original": rows[:280]} {
		got := w.match(e, csvOf(',', header, leak), table.Options{})
		for _, s := range got.Suspects {
			if s.Accused {
				t.Errorf("%s: %s is accused: %s", name, s.Recipient, got.brief())
			}
		}
	}
}
