package identity

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// minInert is the fewest letters of an inert word: what is shorter may be
// initials that stood apart.
const minInert = 6

// Inert returns what a part of a folded address, one ideograph or a word of
// letters, leaves in the address's canonical form whatever stands beside it: the
// part itself, without the ending of a German street. ok is false if that is not
// certain. Two addresses of which the inert ideographs differ, in their order,
// have different canonical forms, and so have two without any CJK characters and
// middle dots of which the inert words differ. The reverse need not hold.
func Inert(part []byte) (stem []byte, ok bool) {
	if len(part) > 0 && part[0] >= utf8.RuneSelf {
		r, n := utf8.DecodeRune(part)
		return part, n == len(part) && r >= 0x4e00 && r < 0xa000 && words().inert[r-0x4e00]
	}
	for _, c := range part {
		if c < 'a' || c > 'z' {
			return nil, false
		}
	}
	stem = withoutStreet(part)
	x := words().address
	return stem, len(stem) >= minInert && !x.outcomes[string(stem)] && x.entry(stem).form == nil
}

func withoutStreet(t []byte) []byte {
	for {
		stem := bytes.TrimSuffix(bytes.TrimSuffix(t, []byte("strasse")), []byte("str"))
		if len(stem) == len(t) {
			return t
		}
		t = stem
	}
}

// inertIdeographs are those that no phrase of an address has, that are no
// numerals and that are simplified already.
func (v *vocabulary) inertIdeographs(phrases [][]string) {
	for i := range v.inert {
		v.inert[i] = v.simple[i] == 0
	}
	for _, row := range append(phrases, []string{"十〇一二三四五六七八九"}) {
		for _, r := range strings.Join(row, "") {
			if r >= 0x4e00 && r < 0xa000 {
				v.inert[r-0x4e00] = false
			}
		}
	}
}
