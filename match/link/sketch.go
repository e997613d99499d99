package link

import "telltale/internal/identity"

// Tags sets tags to what the index keeps of cells, for the recognised columns
// of the leaked row in c: equal for values that a mark or another spelling
// makes of each other (of marked numbers, mostly), 1 for blank cells. The slice has an entry for every
// column of the row, 0 where it is not recognised.
func (m *Mapping) Tags(c *Cells, tags []uint16) []uint16 {
	tags = tags[:0]
	for range c.Len() {
		tags = append(tags, 0)
	}
	for f, leak := range m.Columns {
		if leak >= 0 && leak < c.Len() {
			tags[leak] = max(m.l.fields[f].entryOf(c, leak).tag, 1)
		}
	}
	return tags
}

// Tag is what Tags gives for the issued cell of a row in a column of the
// scheme; 0 when it was blank, or is not kept.
func (l *Linker) Tag(column int, row uint32) uint16 { return l.tags[column][row] }

// Contacts lists the telephone numbers, addresses and personal numbers in the
// recognised columns of the leaked row in c for which bit c of among is set,
// each after its kind.
func (m *Mapping) Contacts(c *Cells, among uint64) (out []string) {
	for f, leak := range m.Columns {
		if leak < 0 || leak >= c.Len() || leak > 63 || among>>leak&1 == 0 {
			continue
		}
		switch k := m.l.fields[f].kind; k {
		case identity.Phone, identity.Email, identity.NationalID:
			if v, ok := c.Canonical(leak, k); ok {
				out = append(out, string(k)+":"+v)
			}
		}
	}
	return out
}
