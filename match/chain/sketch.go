package chain

import (
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// Hasher is a keyed hash of unambiguously joined parts; *key.Hasher is one.
type Hasher interface {
	Sum64(parts ...string) uint64
}

// Sketch is what a sighting leaves behind: enough to order it among others,
// too little to read anything back. Values appear as keyed hashes only.
type Sketch struct {
	Kind       string // file, message or campaign
	Holder     string
	FirstSeen  time.Time
	Recipients []Share // of whose copies it is, as far as decided
	Tables     []Table // by dataset and snapshot, ascending
	Foreign    Foreign // rows that link to nothing
	Rows       int64   // read
	Repeats    int64   // linked rows read more than once
	Habits     []Habit // dialect and formats, by name, ascending
}

// Share is a recipient's part in a sighting.
type Share struct {
	Recipient string
	Accused   bool
	LogE      float64 // natural logarithm of the e-value
	Share     float64
}

// Table is what a sighting holds of one snapshot.
type Table struct {
	Dataset  string
	Snapshot string
	Rows     *roaring.Bitmap // linked rows, by their number in the snapshot
	Columns  []Column        // recognised ones, in the order of the file, at most 64
	Ranks    [][]uint16      // per column: the hashes of its values from the smallest to the largest, when they are few dates or numbers
	Cells    Cells
	Order    []Position // of a sample of the rows, ascending by row
	Aliases  []Alias    // ascending by hash, then row
}

// Alias is a contact that somebody wrote into a linked row in place of the
// issued one. A copy of the row that kept only this contact links to nothing;
// by the alias it is found again.
type Alias struct {
	Hash uint64
	Row  uint32
}

// Column is a column of the file that was recognised.
type Column struct {
	Name   string // in the scheme
	Header uint64 // hash of the header as written, 0 when there is none
	Shape  uint64 // hash of the commonest spelling pattern of its cells
}

// Cells holds a 16-bit keyed hash for each cell of the linked rows whose
// sampling hash is at most Limit, so that sketches of different sizes can be
// compared on the rows that both kept.
type Cells struct {
	Limit  uint32
	Rows   []uint32 // ascending
	Hashes []uint16 // len(Rows) x len(Columns), row by row
	Edited []uint64 // per row: bit c is set when column c differs from what was issued
	Known  []uint64 // per row: bit c is set when it is known whether it differs
}

// Foreign holds the rows that link to nothing: of each, the hashes of the
// contacts in it, by which it is found again when columns were dropped, or of
// the whole row when it has none. Rows all of whose hashes are above Limit
// were dropped.
type Foreign struct {
	Limit uint64
	Rows  [][]uint64 // each ascending, none empty; ascending by their first hashes
	Total int64      // distinct ones kept, and all that were dropped
}

// Position is where a row stands in a file.
type Position struct {
	Row uint32
	At  uint32
}

// Habit is a way of writing: "delimiter" ";", "encoding" "utf-16le".
type Habit struct {
	Name, Value string
}
