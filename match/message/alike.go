package message

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MinHash over character shingles (Broder 1997): the share of equal minima of
// two sketches estimates the Jaccard similarity J of their shingle sets with a
// standard error of sqrt(J(1-J)/hashes), 0.037 at J = 0.22. Texts that agree
// in one band of minima are compared; at J = 0.22 that happens with probability
// 1-(1-0.22^rows)^bands = 0.96.
//
// Shingles are long and little of them has to agree: whoever fills in other
// names, prizes and links leaves runs of words alone, while texts that only sell the
// same thing share words and no runs. Sizes and shares were chosen on the two
// collections of docs/tracing.md.
const (
	bands     = 64
	rows      = 2
	hashes    = bands * rows
	nearly    = 0.85 // texts this close to one that is kept need not be kept themselves
	minLength = 12   // shingles; shorter texts are alike only when equal

	shingle      = 16 // letters
	wideShingle  = 4  // where letters are words
	alikeShare   = 0.22
	wideAlike    = 0.37
	widePartFrom = 0.3 // part of the letters
)

// alike is the similarity from which on texts belong together.
func alike(wide bool) float64 {
	if wide {
		return wideAlike
	}
	return alikeShare
}

// Sketch is the minima of a text's shingles; nil for one that is too short to
// compare. Sketches of one seed and length compare.
type Sketch []uint32

// plainText keeps the letters of a text in one spelling: names and amounts
// that differ cost few shingles, blanks and signs between characters none.
func plainText(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	if !isASCII(s) {
		s = norm.NFKC.String(s)
	}
	for _, r := range s {
		if unicode.IsLetter(r) {
			b.WriteRune(plainLetter(unicode.ToLower(r)))
		}
	}
	return b.String()
}

// plainLetter undoes the commonest disguise of Latin letters, those of other
// alphabets that look the same.
func plainLetter(r rune) rune {
	if r < 0x250 || r > 0x52f {
		return r
	}
	if l, ok := looksLatin[r]; ok {
		return l
	}
	return r
}

var looksLatin = func() map[rune]rune {
	m := map[rune]rune{}
	from, to := []rune("аеіјорсухѕһԁԛԝαονρτυικ"), []rune("aeijopcyxshdqwaovptuik")
	for i, r := range from {
		m[r] = to[i]
	}
	return m
}()

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// multipliers make hashes of one, by multiply-shift (Dietzfelbinger et al. 1997).
var multipliers = func() (m [hashes][2]uint64) {
	x := uint64(0)
	for i := range m {
		for k := range m[i] {
			x += 0x9e3779b97f4a7c15
			m[i][k] = mix(x)
		}
		m[i][0] |= 1
	}
	return m
}()

// sketchOf sketches a plain text, and tells whether its letters are words.
func sketchOf(plain string, seed uint64) (m Sketch, wide bool) {
	r := []rune(plain)
	size := shingle
	if wide = wideShare(r) > widePartFrom; wide {
		size = wideShingle
	}
	if len(r) < size+minLength {
		return nil, wide
	}
	m = make(Sketch, hashes)
	for i := range m {
		m[i] = math.MaxUint32
	}
	for i := 0; i+size <= len(r); i++ {
		h := seed
		for _, c := range r[i : i+size] {
			h = (h ^ uint64(c)) * 1099511628211
		}
		h = mix(h)
		for k := range m {
			if v := uint32((h*multipliers[k][0] + multipliers[k][1]) >> 32); v < m[k] {
				m[k] = v
			}
		}
	}
	return m, wide
}

func wideShare(r []rune) float64 {
	n := 0
	for _, c := range r {
		if c >= 0x1100 && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
			n++
		}
	}
	return float64(n) / float64(max(len(r), 1))
}

// mix is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// similarity estimates the Jaccard similarity of two texts.
func similarity(a, b Sketch) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / hashes
}

// band is what the b-th band of a sketch is found by.
func (s Sketch) band(b int) uint64 {
	h := uint64(b) * 0x9e3779b97f4a7c15
	for _, v := range s[b*rows : b*rows+rows] {
		h = mix(h ^ uint64(v))
	}
	return h
}
