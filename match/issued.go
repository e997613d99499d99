package match

import (
	"telltale/match/chain"
	"telltale/store"
)

// Issued is the sketch of what was issued with an export, as the link index
// has it; nil when the engine does not know the export's snapshot.
func (e *Engine) Issued(x store.Export) *chain.Sketch {
	for _, d := range e.datasets {
		for _, l := range d.layers {
			for _, s := range l.snapshots {
				if d.name == x.Dataset && s.id == x.Snapshot {
					return chain.Issued(d.name, s.id, l.columns(), uint32(s.linker.Rows()), s.linker.Tag)
				}
			}
		}
	}
	return nil
}

func (l *layer) columns() []string {
	names := make([]string, len(l.scheme.Columns))
	for i, c := range l.scheme.Columns {
		names[i] = c.Name
	}
	return names
}
