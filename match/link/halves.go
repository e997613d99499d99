package link

import (
	"telltale/internal/identity"
	"telltale/internal/key"
)

// A half of a value is what is left when some of its characters are taken
// away: of words those with an odd code point, or those with an even one; of a
// date the day, the year or the month. One character too many, too few or
// exchanged with its neighbour, and one letter deleted throughout a leak, leave
// a half as it was. Halves are kept as keyed tags, like whole values, and only
// ever compared: they say that two values may be one, misspelt.
//
// Phones, ids, serial numbers and postcodes have none: they are compared
// exactly.

// maxHalves is the largest number of halves of a kind.
const maxHalves = 3

// halvesOf is how many halves values of a kind have.
func halvesOf(k identity.Kind) int {
	switch k {
	case identity.Email, identity.Name, identity.GivenName, identity.FamilyName, identity.Organisation, identity.Address, identity.City:
		return 2
	case identity.Date:
		return 3
	}
	return 0
}

// halver makes the tags of halves.
type halver struct {
	prf key.PRF
	of  [maxHalves]digester
	n   int
	day bool // the halves of a date
}

func newHalver(prf key.PRF, k identity.Kind) halver {
	h := halver{prf: prf, n: halvesOf(k), day: k == identity.Date}
	for i := range h.n {
		h.of[i] = newDigester(prf, "half/"+string(k)+"/"+string(rune('0'+i)))
	}
	return h
}

// tags writes the tags of a canonical value's halves; 0 stands for a half that
// is too short to tell anything.
func (h *halver) tags(v string, dst *[maxHalves]uint16) {
	*dst = [maxHalves]uint16{}
	if h.day {
		h.dateTags(v, dst)
		return
	}
	var a, b [96]byte
	even, odd := a[:0], b[:0]
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == ' ':
		case c >= 0x80 || c&1 == 0: // the bytes of other scripts count twice
			even = append(even, c)
			if c >= 0x80 {
				odd = append(odd, c)
			}
		default:
			odd = append(odd, c)
		}
	}
	if c := v[0]; c >= 0x80 && len(v) <= 12 {
		return // a name of a few ideographs: half of it is another name
	}
	for i, half := range [2][]byte{even, odd} {
		if len(half) >= minHalf {
			dst[i] = tagOf(h.of[i].bytes(half))
		}
	}
}

// minHalf is the shortest half that is kept, in characters.
const minHalf = 2

// dateTags takes 2006-01-02 for year and month, year and day, month and day.
func (h *halver) dateTags(v string, dst *[maxHalves]uint16) {
	if len(v) != len("2006-01-02") {
		return
	}
	year, month, day := v[:4], v[5:7], v[8:]
	for i, half := range [maxHalves]string{year + month, year + day, month + day} {
		dst[i] = tagOf(h.of[i].sum(half))
	}
}
