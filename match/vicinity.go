package match

import (
	"strings"

	"telltale/canary"
	"telltale/internal/identity"
)

// vicinity is where canaries' contacts are: a contact elsewhere cannot have hit
// one by chance, and does not count as a guess.
type vicinity struct {
	domains map[string]bool
	blocks  map[string]bool // numbers without their last four digits
}

func newVicinity(planted []planted) vicinity {
	v := vicinity{map[string]bool{}, map[string]bool{}}
	for _, p := range planted {
		for _, id := range p.canary.Identities {
			for part := range strings.SplitSeq(id.Value, canary.Separator) {
				if where, in := v.place(id.Kind, part); in != nil {
					in[where] = true
				}
			}
		}
	}
	return v
}

// place returns the set that a value belongs to, and the member; nil for kinds
// that are no contacts.
func (v vicinity) place(k identity.Kind, value string) (string, map[string]bool) {
	switch {
	case k == identity.Email:
		return value[strings.LastIndexByte(value, '@')+1:], v.domains
	case k == identity.Phone && len(value) > 4:
		return value[:len(value)-4], v.blocks
	}
	return "", nil
}

// count is the number of distinct contacts that may be guesses.
func (v vicinity) count(contacts []canary.Cell) (n int64) {
	seen := map[string]bool{}
	for _, c := range contacts {
		if where, in := v.place(c.Kind, c.Value); in != nil && in[where] && !seen[c.Value] {
			seen[c.Value] = true
			n++
		}
	}
	return n
}
