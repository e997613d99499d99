package match

import (
	"slices"
	"time"

	"telltale/internal/identity"
	"telltale/match/link"
	"telltale/store"
)

// Origin is an export whose own canaries are rows of the table that another
// export was made from: that table was made from its copy.
type Origin struct {
	Export store.Export
	Found  int // canaries that are rows of the table
	Of     int // canaries that the copy alone carries
}

// Origins lists the exports from whose copies the table was made that was
// issued with x, by time; their canaries are looked up in the link index. A
// table that somebody merged has several. Two canaries must be there, or the
// only one. It finds nothing where the index or the canaries are gone, and where
// the copy was issued without canaries of its own.
func (e *Engine) Origins(x store.Export) []Origin {
	_, table := e.snapshotOf(x.Dataset, x.Snapshot)
	if table == nil || table.linker == nil {
		return nil
	}
	var out []Origin
	for _, d := range e.datasets {
		for _, y := range d.exports {
			if y.ID == x.ID || y.IssuedAt.After(x.IssuedAt) {
				continue
			}
			if o := d.origin(y, table.linker, x.IssuedAt); o.Found >= min(2, max(o.Of, 1)) {
				out = append(out, o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Origin) int { return a.Export.IssuedAt.Compare(b.Export.IssuedAt) })
	return out
}

// origin counts the canaries of an export that are rows of a table.
func (d *dataset) origin(y store.Export, table *link.Linker, at time.Time) Origin {
	o := Origin{Export: y}
	for i := range d.planted {
		if p := &d.planted[i]; !p.canary.Shared && slices.Contains(p.exports, y.ID) {
			o.Of++
			if p.rowOf(table, at) {
				o.Found++
			}
		}
	}
	return o
}

// rowBits is how much of a canary a row must show to be its row: as much as no
// stranger guesses.
const rowBits = 40

// rowOf reports whether one row of a table has contacts of the canary that tell
// enough together. Those that others had by then too tell nothing.
func (p *planted) rowOf(l *link.Linker, at time.Time) bool {
	bits := map[uint32]float64{}
	for n, i := range p.canary.Identities {
		if i.Kind != identity.Email && i.Kind != identity.Phone || !p.lent.alone(n, at) {
			continue
		}
		for _, row := range l.Find(i.Kind, i.Value) {
			if bits[row] += i.Bits; bits[row] >= rowBits {
				return true
			}
		}
	}
	return false
}
