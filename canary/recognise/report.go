package recognise

import (
	"cmp"
	"slices"
	"strings"

	"telltale/internal/identity"
)

// Sight is the best that was seen of a canary where an identity of one kind
// stood.
type Sight struct {
	Planted int           // index into what New was given
	Kind    identity.Kind // of the identity that was found
	Matched []int         // it, and further identities within Near bytes; indices into Canary.Identities
	Bits    float64       // surprise of all that agrees, every draw once, less NearBits for each further one
	Form    string        // "plain", "transliterated", "md5", "sha1" or "sha256"
	Inside  string        // what it was decoded from, outermost first, as "base64 html"; "" for nothing
	Offset  int64         // where it stands, in bytes: exact to some 64 KiB
}

// Control is a contact that was minted like a canary's and never issued.
type Control struct {
	Kind  identity.Kind
	Value string
}

// Report is what a stream showed. Reports of several streams can be merged.
type Report struct {
	Bytes    int64
	Skipped  int64                   // bytes that were not decoded, because too much stood encoded in one another
	Tried    map[identity.Kind]int64 // how many values of a kind stood there, at most
	Sights   []Sight                 // by Planted and Kind
	Controls []Control               // sorted, without repeats
	Relayed  []string                // addresses at Options.Relays; sorted, without repeats
}

// Merge adds another report to r.
func (r *Report) Merge(other *Report) {
	r.Bytes += other.Bytes
	r.Skipped += other.Skipped
	if r.Tried == nil {
		r.Tried = map[identity.Kind]int64{}
	}
	for k, n := range other.Tried {
		r.Tried[k] += n
	}
	r.Sights = best(append(r.Sights, other.Sights...))
	r.Controls = append(r.Controls, other.Controls...)
	slices.SortFunc(r.Controls, func(a, b Control) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Value, b.Value))
	})
	r.Controls = slices.Compact(r.Controls)
	r.Relayed = append(r.Relayed, other.Relayed...)
	slices.Sort(r.Relayed)
	r.Relayed = slices.Compact(r.Relayed)
}

// best keeps the best sight of each canary and kind, the first of equals.
func best(sights []Sight) []Sight {
	slices.SortFunc(sights, func(a, b Sight) int {
		return cmp.Or(cmp.Compare(a.Planted, b.Planted), strings.Compare(string(a.Kind), string(b.Kind)),
			cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.Offset, b.Offset), strings.Compare(a.Form, b.Form),
			strings.Compare(a.Inside, b.Inside), slices.Compare(a.Matched, b.Matched))
	})
	return slices.CompactFunc(sights, func(a, b Sight) bool { return a.Planted == b.Planted && a.Kind == b.Kind })
}
