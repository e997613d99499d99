package alias

import (
	"encoding/hex"
	"net/url"
	"strings"

	"telltale/internal/key"
)

// Numbers names the places at which telephone numbers of a pool stand for the
// persons of a dataset, one for each recipient and person. Which number is
// allotted to which place is for the registry to keep. A place tells the
// recipient, and whose it is only with the key: one person's places at two
// recipients have nothing in common.
type Numbers struct {
	dataset string
	hasher  *key.Hasher
}

// NewNumbers returns the places of a dataset.
func NewNumbers(dataset string, master key.Root) *Numbers {
	return &Numbers{url.PathEscape(dataset), hasherOf(dataset, master)}
}

// numberPlace tells the places of aliases from those of canaries, which end in
// a number.
const numberPlace = "alias-"

// Place is where a person's number stands for a recipient, by the person's
// canonical telephone number.
func (n *Numbers) Place(recipient, canonical string) string {
	sum := n.hasher.Sum128("phone", recipient, canonical)
	return n.dataset + "/" + url.PathEscape(recipient) + "/" + numberPlace + hex.EncodeToString(sum[:])
}

// Recipient is whose copy shows the number at a place; ok is false for places
// of canaries and of other datasets.
func (n *Numbers) Recipient(place string) (name string, ok bool) {
	parts := strings.Split(place, "/")
	if len(parts) != 3 || parts[0] != n.dataset || !IsPlace(place) {
		return "", false
	}
	name, err := url.PathUnescape(parts[1])
	return name, err == nil
}

// IsPlace reports whether a place is one at which a number stands for a person,
// of any dataset.
func IsPlace(place string) bool {
	return strings.HasPrefix(place[strings.LastIndexByte(place, '/')+1:], numberPlace)
}

// Lot is the order in which numbers are allotted: the free one with the lowest
// lot is next. It depends on the key alone, so that which numbers a stranger
// dials has nothing to do with whose they are.
func Lot(master key.Root) func(canonical string) uint64 {
	h := master.Derive("pool-lot").Hasher()
	return func(canonical string) uint64 { return h.Sum64(canonical) }
}

// Elsewhere is a place of the same dataset and recipient that is nobody's, for
// a number whose person is forgotten; id is random.
func Elsewhere(place string, id [16]byte) string {
	return place[:strings.LastIndexByte(place, '/')+1] + numberPlace + hex.EncodeToString(id[:])
}
