package match

import (
	"slices"
	"time"

	"telltale/store"
)

// retiredOf counts a recipient's retired copies that may be sources: of one
// dataset, or of all that were looked at. What such a copy held, and which
// canaries, is not known any more: it can be found guilty of nothing by that,
// and must not be cleared by it either.
func (d *decision) retiredOf(who string, of ...*dataset) (n int) {
	if len(of) == 0 {
		of = d.engine.datasets
	}
	for _, s := range of {
		for _, x := range s.exports {
			if x.Recipient == who && !x.Retired.IsZero() && d.inTime(x) {
				n++
			}
		}
	}
	return n
}

// explainRetired warns where a leak may come from copies of which little is
// kept.
func (d *decision) explainRetired() {
	for _, s := range d.engine.datasets {
		old := slices.DeleteFunc(slices.Clone(s.exports), func(x store.Export) bool { return x.Retired.IsZero() || !d.inTime(x) })
		if len(old) == 0 {
			continue
		}
		last := slices.MaxFunc(old, func(x, y store.Export) int { return x.IssuedAt.Compare(y.IssuedAt) })
		d.warn("%d copies of %s are retired, the last issued on %s: rows that only they held, and their canaries, are not recognised any more; what was found may come from one of them",
			len(old), s.name, last.IssuedAt.UTC().Format(time.DateOnly))
	}
}
