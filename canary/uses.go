package canary

import (
	"cmp"
	"slices"
)

// Use counts canaries that have a contact, or an official number, of one
// origin in one column.
type Use struct {
	Column   int // of the scheme
	Origin   Origin
	Canaries int
}

// Uses says which kinds of contacts canaries got, by column and origin.
func Uses(canaries []Canary) []Use {
	counts := map[Source]int{}
	for _, c := range canaries {
		for _, s := range c.Origins {
			counts[s]++
		}
	}
	out := make([]Use, 0, len(counts))
	for s, n := range counts {
		out = append(out, Use{s.Column, s.Origin, n})
	}
	slices.SortFunc(out, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Origin, b.Origin))
	})
	return out
}
