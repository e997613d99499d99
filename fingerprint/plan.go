package fingerprint

// Mark is a site of a row that carries a mark, with the two spellings that
// copies may hold there.
type Mark struct {
	Site  Site
	Label uint8  // label of the original cell, 0 or 1
	Alt   string // the cell with the other label
	Zero  string // what copies hold whose label is 0, where the original has none; Alt is then for label 1
}

// Wants reports whether the copy of w's recipient holds Alt; else it holds
// the original.
func (mk Mark) Wants(w Word) bool { return w.Bit(mk.Site)^mk.Site.Mask != mk.Label }

// Cell returns what the copy of w's recipient holds; changed is false where that
// is the original.
func (mk Mark) Cell(w Word) (cell string, changed bool) {
	if mk.Zero == "" {
		return mk.Alt, mk.Wants(w)
	}
	if w.Bit(mk.Site)^mk.Site.Mask == 0 {
		return mk.Zero, true
	}
	return mk.Alt, true
}

// Plan appends the marks of a row to dst. cells, prev and next are in the
// order of the scheme's columns; prev and next are the originals of the rows
// before and after, nil at the ends of the table. A cell of a sorted column
// moves at most half of the way to its neighbours, so that any mix of copies
// stays sorted. A cell that cannot be moved has no mark.
func (m *Marker) Plan(dst []Mark, k RowKey, prev, cells, next []string, threshold uint32) []Mark {
	m.joint.begin(cells)
	for i := range m.columns {
		t := &m.columns[i]
		if t.carrier == nil || i >= len(cells) {
			continue
		}
		block := t.site.Block(k)
		if density(&block) >= threshold {
			continue
		}
		if mark, ok := m.mark(t, m.site(block, i), prev, cells, next); ok {
			dst = append(dst, mark)
		}
	}
	return dst
}

func (m *Marker) mark(t *track, s Site, prev, cells, next []string) (Mark, bool) {
	value := cells[t.index]
	if f, ok := t.carrier.(former); ok {
		zero, one, ok := f.Forms(value)
		return Mark{Site: s, Zero: zero, Alt: one}, ok && !t.sorted
	}
	rank, ok := t.ranker.Rank(value)
	if !ok {
		return Mark{}, false
	}
	l := t.limits
	if t.sorted && !l.sort(t.index, prev, value, next) {
		return Mark{}, false
	}
	step := int64(-1)
	if s.up() {
		step = 1
	}
	for range 2 {
		if alt, ok := t.carrier.Render(value, rank+step); ok && l.allow(alt) && (!t.noted || m.joint.accept(t.index, value, alt, s.coin())) {
			if t.noted {
				s.Mask = label(rank) ^ s.mostlyOne()
			}
			return Mark{Site: s, Label: label(rank), Alt: alt}, true
		}
		step = -step
	}
	return Mark{}, false
}

// label is the parity of a rank.
func label(rank int64) uint8 { return uint8(rank & 1) }

// Read returns the site of a cell that was found and the symbol it holds, to
// be compared with Word.Bit. ok is false where the value carries nothing.
func (m *Marker) Read(k RowKey, column int, value string) (s Site, symbol uint8, ok bool) {
	t := &m.columns[column]
	if t.carrier == nil {
		return Site{}, 0, false
	}
	rank, ok := t.ranker.Rank(value)
	if !ok {
		return Site{}, 0, false
	}
	s = m.Site(k, column)
	return s, label(rank) ^ s.Mask, true
}
