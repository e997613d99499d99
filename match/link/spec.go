package link

import (
	"strconv"
	"strings"

	"telltale/fingerprint"
	"telltale/internal/identity"
)

// Spec is what an index depends on: the scheme's columns, in its order.
type Spec struct {
	Columns []fingerprint.Column
	Locale  string
}

// listed columns have a list of hashes.
func listed(c fingerprint.Column) bool { return c.Key || c.Identity }

// isContact reports whether the values of a column are kept sealed, because
// sellers trade their hashes.
func isContact(c fingerprint.Column) bool {
	return listed(c) && (c.Kind == identity.Email || c.Kind == identity.Phone)
}

// halvesIn is how many halves are kept of a column's cells.
func halvesIn(c fingerprint.Column) int {
	if listed(c) || strings.HasPrefix(c.Carrier, "text") {
		return halvesOf(c.Kind)
	}
	return 0
}

// field is how the cells of one column are indexed.
type field struct {
	name    string
	kind    identity.Kind
	listed  bool // has a list of hashes: key and identity columns
	slot    int  // which list, when listed
	carrier fingerprint.Carrier
	whole   digester // of values that are canonical for the kind, or of the class
	folded  digester // of values that are not
	number  bool     // the carrier's rank is coarsened instead of its class
	halver           // n is 0 where halves are not kept
	contact int      // which sealed list of contacts, or -1
}

// coarse is what a mark does not change, or rarely: the class of a text, and
// of a number or time also the rank without its last bits.
func (f *field) coarse(class string, rank int64) string {
	if !f.number {
		return class
	}
	return class + "\x1f" + strconv.FormatInt(rank>>coarseBits, 10)
}

// coarseBits are dropped from ranks: a mark moves a rank by one, and so changes
// the coarse value of one marked cell in sixteen.
const coarseBits = 3
