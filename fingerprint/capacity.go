package fingerprint

// Capacity is how much of a column can carry marks.
type Capacity struct {
	Column  string
	Carrier string
	Cells   int     // cells looked at, empty ones included
	Carry   int     // of these, cells that can be moved
	Share   float64 // Carry / Cells
}

// MeasureCapacity counts, in consecutive rows of a table, the cells that could carry
// a mark, for every column of the scheme in its order.
func MeasureCapacity(s Scheme, rows [][]string) ([]Capacity, error) {
	return nil, nil
}
