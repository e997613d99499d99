package cli

import (
	"fmt"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
)

// contactUseDoc says what canaries got in a column of contacts or of official
// numbers.
type contactUseDoc struct {
	Column   string        `json:"column"`
	Origin   canary.Origin `json:"origin"`
	Canaries int           `json:"canaries"`
}

func contactUses(minted []canary.Canary, columns []fingerprint.Column) []contactUseDoc {
	docs := []contactUseDoc{}
	for _, u := range canary.Uses(minted) {
		docs = append(docs, contactUseDoc{columns[u.Column].Name, u.Origin, u.Canaries})
	}
	return docs
}

// originInWords follows a number of canaries and the name of a column.
var originInWords = map[canary.Origin]string{
	canary.Pool:       "reaches you",
	canary.Reserved:   "is of a range that a regulator keeps out of use, and never rings (telltale pool add phones gives numbers that do)",
	canary.Absent:     "is left empty, for the pool has none (telltale pool add phones)",
	canary.Assignable: "is well formed and new to the table, but might be assigned to somebody",
}

func describeContacts(docs []contactUseDoc) string {
	var parts []string
	for _, d := range docs {
		parts = append(parts, fmt.Sprintf("%s of %d %s", printable(d.Column), d.Canaries, originInWords[d.Origin]))
	}
	return strings.Join(parts, "; ")
}

// minted are all canaries of the copies, shared ones once.
func (j *exportJob) minted() []canary.Canary {
	var out []canary.Canary
	shared := map[int]bool{}
	for _, o := range j.copies {
		for _, c := range o.minted {
			if c.Shared && shared[c.Slot] {
				continue
			}
			shared[c.Slot] = shared[c.Slot] || c.Shared
			out = append(out, c)
		}
	}
	return out
}
