package fingerprint

// ColumnCapacity is how much of a column can carry marks.
type ColumnCapacity struct {
	Column  string
	Carrier string
	Cells   int     // cells looked at, empty ones included
	Carry   int     // of these, cells that can be moved
	Share   float64 // Carry / Cells, 0 without cells
}

// Capacity counts, in consecutive rows of a table, the cells that could carry
// a mark, for every column of the scheme in its order.
func Capacity(s Scheme, sample [][]string) ([]ColumnCapacity, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	all := make([]ColumnCapacity, len(s.Columns))
	for i, c := range s.Columns {
		t, err := newTrack(i, c, s.Locale)
		if err != nil {
			return nil, err
		}
		all[i] = t.capacity(c, sample)
	}
	return all, nil
}

func (t *track) capacity(c Column, sample [][]string) ColumnCapacity {
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
		if _, ok := t.mark(Site{}, prev, row, next); ok {
			count.Carry++
		}
	}
	if count.Cells > 0 {
		count.Share = float64(count.Carry) / float64(count.Cells)
	}
	return count
}
