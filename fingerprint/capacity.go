package fingerprint

import "encoding/binary"

// ColumnCapacity is how much of a column can carry marks.
type ColumnCapacity struct {
	Column  string
	Carrier string
	Cells   int     // cells looked at, empty ones included
	Carry   int     // of these, cells that can be moved
	Share   float64 // Carry / Cells, 0 without cells
}

// Capacity counts, in consecutive rows of a table, the cells that could carry
// a mark, for every column of the scheme in its order. The scheme needs no key.
func Capacity(s Scheme, sample [][]string) ([]ColumnCapacity, error) {
	joint, err := newJointModels(s.Joint, s.Columns)
	if err != nil {
		return nil, err
	}
	m := &Marker{joint: joint.fork()}
	all := make([]ColumnCapacity, len(s.Columns))
	for i, c := range s.Columns {
		if c.marked() {
			if err := s.validateColumn(c); err != nil {
				return nil, err
			}
		}
		t, err := newTrack(i, c, s.Locale)
		if err != nil {
			return nil, err
		}
		all[i] = m.capacity(&t, c, sample)
	}
	return all, nil
}

func (m *Marker) capacity(t *track, c Column, sample [][]string) ColumnCapacity {
	count := ColumnCapacity{Column: c.Name, Carrier: noCarrier, Cells: len(sample)}
	if t.carrier == nil {
		return count
	}
	count.Carrier = t.carrier.Name()
	for i, row := range sample {
		var prev, next []string
		if i > 0 {
			prev = sample[i-1]
		}
		if i+1 < len(sample) {
			next = sample[i+1]
		}
		if t.index >= len(row) {
			continue
		}
		m.joint.begin(row)
		if _, ok := m.mark(t, typicalSite(i), prev, row, next); ok {
			count.Carry++
		}
	}
	if count.Cells > 0 {
		count.Share = float64(count.Carry) / float64(count.Cells)
	}
	return count
}

// typicalSite is a site whose coins, over many rows, fall as those of a key do.
func typicalSite(row int) (s Site) {
	x := uint64(row+1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>31) * 0xbf58476d1ce4e5b9
	binary.BigEndian.PutUint64(s.ID[8:], x^x>>29)
	return s
}
