package recognise

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// noise reports whether what was decoded is no text in any encoding: it has
// control characters, and is no UTF-16, which has zero bytes.
func noise(raw []byte) bool {
	sum := uint64(0) // of controls, and above them of zeros
	for _, b := range raw {
		sum += controlOrZero[b]
	}
	controls, zeros := int(sum&(1<<32-1)), int(sum>>32)
	return controls*25 > len(raw) && zeros*50 < len(raw)
}

var controlOrZero = func() (t [256]uint64) {
	for b := range ' ' {
		if b < '\t' || b > '\r' {
			t[b] = 1
		}
	}
	t[0] = 1 << 32
	return t
}()

// minLegible is how many bytes of text there must be in noise for it to be looked
// at: as many as the shortest number has. Shorter names that stand in noise are
// as good as chance.
const minLegible = 7

// legible reports whether noise has text in it anywhere: signs that stand within
// names, contacts and addresses, and characters beyond ASCII.
func legible(raw []byte) bool {
	for i, run := 0, 0; i < len(raw); {
		n := 1
		if c := raw[i]; c < leading {
			run = (run + 1) * int(textual[c])
		} else if n = characterLength(raw[i:]); n > 1 {
			run += n
		} else {
			run = 0
		}
		if run >= minLegible {
			return true
		}
		i += n
	}
	return false
}

// characterLength is how many bytes the character takes with which raw begins,
// beyond ASCII; 1 for none. In noise mostly the second byte tells.
func characterLength(raw []byte) int {
	if len(raw) < 2 || raw[1]&0xc0 != 0x80 {
		return 1
	}
	_, n := utf8.DecodeRune(raw)
	return n
}

// leading is the least byte with which a character of several begins.
const leading = 0xc2

var textual = setOf("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz \t'()+,-./#@_")

// spelledByNoise reports whether a name in Latin letters stands where random
// bytes do: they spell short names by chance.
func (v *view) spelledByNoise(start, end int) bool {
	return v.amongNoise(start, end) || v.withinBase64(start, end)
}

// noiseReach is how far around a name noise is looked for, of which one byte in
// noiseShare is enough: of random bytes more than half are control characters or
// no UTF-8. What was decoded and then read in an older encoding has characters for
// most of them, and is looked at more closely.
const (
	noiseReach, noiseShare     = 16, 6
	recodedReach, recodedShare = 64, 60
)

// amongNoise reports whether a name stands in what was decoded, among noise. In
// the text of an older encoding it is found when that is decoded.
func (v *view) amongNoise(start, end int) bool {
	if !v.decoded {
		return false
	}
	reach, share := noiseReach, noiseShare
	if v.recoded {
		reach, share = recodedReach, recodedShare
	}
	from, to := max(0, start-reach), min(len(v.text), end+reach)
	first, _ := slices.BinarySearch(v.strays, from)
	last, _ := slices.BinarySearch(v.strays, to)
	n := last - first + bytes.Count(v.text[from:to], []byte("\uFFFD"))
	for _, c := range v.text[from:to] {
		n += int(unseparating[c])
	}
	return share*n > to-from
}

// unseparating are the control characters that set no values apart.
var unseparating = setOf("\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b")

// What tells encoded bytes from words: a run of so many signs of base64, in which
// letters and numerals stand side by side so many times. It is looked for no
// farther than base64Reach.
const (
	base64Reach = 48
	longRun     = 32
	manyChanges = 6
)

// withinBase64 reports whether a name of which no part is set apart by anything
// else than signs of base64 stands within a run of it.
func (v *view) withinBase64(start, end int) bool {
	if notSextets.next(v.text[:end], start) < end {
		return false
	}
	from, to := start, notSextets.next(v.text[:min(len(v.text), end+base64Reach)], end)
	for from > max(0, start-base64Reach) && sextets[v.text[from-1]] != 255 {
		from--
	}
	changes := 0
	for i := from + 1; i < to; i++ {
		if sorts[v.text[i-1]]|sorts[v.text[i]] == letter|digit {
			changes++
		}
	}
	return to-from >= longRun && changes >= manyChanges
}
