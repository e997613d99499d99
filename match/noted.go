package match

import (
	"telltale/fingerprint"
	"telltale/match/link"
)

// read reads the mark of a cell of a row of the snapshot.
func (l *layer) read(m *fingerprint.Marker, s *snapshot, row uint32, column int, value string) (fingerprint.Site, uint8, bool) {
	k := s.linker.Key(row)
	if l.scheme.Columns[column].Noted {
		return m.ReadNoted(k, column, value, s.linker.Note(row, column))
	}
	return m.Read(k, column, value)
}

// place is a row of a snapshot.
type place struct {
	snapshot *snapshot
	row      uint32
}

// elsewhere finds a linked row in the other snapshots of its layer, where the
// notes may be others because the original was another. It looks only where
// that could matter.
func (w *worker) elsewhere(g *target, row uint32) []place {
	if !g.layer.noted || len(g.layer.snapshots) < 2 {
		return nil
	}
	var out []place
	key := g.snapshot.linker.Key(row)
	for _, o := range w.t.targets {
		if o == g || o.layer != g.layer || o.mapping == nil {
			continue
		}
		var found link.Link
		found, ok := o.mapping.Link(w.cells[o.layer.scheme.Locale])
		if ok && o.snapshot.linker.Key(found.Row) == key {
			out = append(out, place{o.snapshot, found.Row})
		}
	}
	return out
}

// contradicted reports whether another snapshot notes something else of a cell:
// then nobody can say what its original was when it was copied.
func (l *layer) contradicted(s *snapshot, row uint32, column int, others []place) bool {
	if !l.scheme.Columns[column].Noted {
		return false
	}
	for _, o := range others {
		if o.snapshot.linker.Note(o.row, column) != s.linker.Note(row, column) {
			return true
		}
	}
	return false
}
