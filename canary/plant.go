package canary

// Planter puts canaries between the rows of one copy. Rows are numbered from 0;
// a canary that is due at row r goes before row r:
//
//	for r, cells := range rows {
//	    for _, i := range pl.Due(r) {
//	        row, err := pl.Fit(i, prev, cells) // ErrNoGap: it is due again at r+1
//	    }
//	}
//	for _, i := range pl.Tail() {
//	    row, err := pl.Fit(i, last, nil) // last: the row before, which may be a canary
//	}
//
// prev and next are ORIGINAL rows, before marks. Due is called once for every
// row, in order, after the calls of Fit for the row before.
type Planter struct{}

// NewPlanter plans the places of the canaries in a table of that many rows
// (-1: as many as were learned).
func NewPlanter(p *Profile, canaries []Canary, rows int64) *Planter { return &Planter{} }

// Due returns the indices of the canaries to be planted before that row.
func (pl *Planter) Due(row int64) []int { return nil }

// Fit returns the cells of canary i made to fit between two rows: key columns
// in sequence and unique, sorted columns in order whatever marks the
// neighbours get. prev or next is nil at an end of the table.
func (pl *Planter) Fit(i int, prev, next []string) ([]string, error) { return nil, ErrNoGap }

// Tail returns the canaries that are still to be planted after the last row.
func (pl *Planter) Tail() []int { return nil }

// Planted returns canary i as it was planted: with the cells of the last
// successful Fit and the identities that follow from them.
func (pl *Planter) Planted(i int) (Canary, bool) { return Canary{}, false }
