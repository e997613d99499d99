package match

import (
	"telltale/match/chain"
	"telltale/store"
)

// Issued is the sketch of what was issued with an export, as the link index
// has it; nil when the engine does not know the export's snapshot.
func (e *Engine) Issued(x store.Export) *chain.Sketch {
	l, s := e.snapshotOf(x)
	if s == nil {
		return nil
	}
	return chain.Issued(x.Dataset, s.id, l.columns(), uint32(s.linker.Rows()), s.linker.Tag)
}

// snapshotOf is the state of the table that was issued with an export, nil when
// its index is gone.
func (e *Engine) snapshotOf(x store.Export) (*layer, *snapshot) {
	d := e.dataset(x.Dataset)
	if d == nil {
		return nil, nil
	}
	for _, l := range d.layers {
		for _, s := range l.snapshots {
			if s.id == x.Snapshot {
				return l, s
			}
		}
	}
	return nil, nil
}

func (l *layer) columns() []string {
	names := make([]string, len(l.scheme.Columns))
	for i, c := range l.scheme.Columns {
		names[i] = c.Name
	}
	return names
}
