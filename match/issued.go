package match

import (
	"telltale/fingerprint"
	"telltale/match/chain"
	"telltale/store"
)

// Issued is the sketch of what was issued with an export, as the link index
// has it, with its rows where Aligned puts them; nil when the engine does not
// know the export's snapshot.
func (e *Engine) Issued(x store.Export) *chain.Sketch {
	l, s := e.snapshotOf(x.Dataset, x.Snapshot)
	if s == nil {
		return nil
	}
	return e.Aligned(chain.Issued(x.Dataset, s.id, l.columns(), uint32(s.linker.Rows()), s.linker.Tag))
}

// Aligned is a sketch with every row in the newest state of its table that has
// the row's key. A file is linked to whichever state fits it best, and an
// export is known by its own: so their rows are the same ones. States under
// different schemes are not put together.
func (e *Engine) Aligned(s *chain.Sketch) *chain.Sketch {
	moved := map[string][]chain.Place{}
	for _, t := range s.Tables {
		if l, own := e.snapshotOf(t.Dataset, t.Snapshot); own != nil && own.linker != nil && own != l.snapshots[0] {
			moved[t.Dataset+"\x00"+t.Snapshot] = l.newest(own)
		}
	}
	if len(moved) == 0 {
		return s
	}
	return s.Renumber(func(dataset string, from chain.Place) chain.Place {
		if to := moved[dataset+"\x00"+from.Snapshot]; int(from.Row) < len(to) {
			return to[from.Row]
		}
		return from
	})
}

// newest tells of every row of a state where it stands in the newest one that
// has its key: that itself when none is newer. It is found once for a state.
func (l *layer) newest(own *snapshot) []chain.Place {
	if own.newest == nil {
		own.newest = l.findNewest(own)
	}
	return own.newest
}

func (l *layer) findNewest(own *snapshot) []chain.Place {
	to := make([]chain.Place, own.linker.Rows())
	left := make(map[fingerprint.RowKey]uint32, len(to))
	for row := range to {
		to[row] = chain.Place{Snapshot: own.id, Row: uint32(row)}
		left[own.linker.Key(uint32(row))] = uint32(row)
	}
	for _, s := range l.snapshots {
		if s == own || len(left) == 0 {
			break // those after it are older
		}
		if s.linker == nil {
			continue
		}
		for row := range uint32(s.linker.Rows()) {
			key := s.linker.Key(row)
			if k, ok := left[key]; ok {
				to[k] = chain.Place{Snapshot: s.id, Row: row}
				delete(left, key)
			}
		}
	}
	return to
}

// snapshotOf is a state of a table, nil when its index is gone.
func (e *Engine) snapshotOf(dataset, id string) (*layer, *snapshot) {
	d := e.dataset(dataset)
	if d == nil {
		return nil, nil
	}
	for _, l := range d.layers {
		for _, s := range l.snapshots {
			if s.id == id {
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
