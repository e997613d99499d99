package chain

// Source names the table and the file that rows come from.
type Source struct {
	Dataset  string
	Snapshot string
	Columns  []string // per column of the file: its name in the scheme, "" when it is not recognised
	Header   []string // per column of the file as written, nil when there is none
	Habits   []Habit
}

// Row is one row of a sighting.
type Row struct {
	Linked bool
	Row    uint32   // its number in the snapshot, when linked
	Cells  []string // as written, in the columns of the file
	Edited uint64   // bit c: the cell of file column c differs from what was issued (a mark is no difference)
	Known  uint64   // bit c: it is known whether it differs
}

// Sketcher makes a sketch from rows as they are read. Its memory is bounded:
// see MaxCells and MaxForeign.
type Sketcher struct {
	h Hasher
}

// NewSketcher makes a sketcher whose hashes are taken with h, a hasher of the
// "sketch" secret. Sketches compare only under one secret.
func NewSketcher(h Hasher) *Sketcher { return &Sketcher{h: h} }

// Begin starts the rows of a source. Rows of several sources may alternate,
// each after its own Begin.
func (s *Sketcher) Begin(src Source) {}

// Add takes one row of the source begun last. Nothing of it is kept but
// hashes.
func (s *Sketcher) Add(r Row) {}

// Sketch returns what was gathered. The caller fills in Kind, Holder,
// FirstSeen and Recipients.
func (s *Sketcher) Sketch() *Sketch { return &Sketch{} }

// Merge adds what b holds to a, as one sighting read in two parts.
func Merge(a, b *Sketch) *Sketch { return a }
