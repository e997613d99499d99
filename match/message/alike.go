package message

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MinHash over character shingles (Broder 1997): the share of equal minima of
// two sketches estimates the Jaccard similarity J of their shingle sets with a
// standard error of sqrt(J(1-J)/hashes), 0.061 at the worst. Messages that
// agree in one band of minima are compared; at J = 0.6 that happens with
// probability 1-(1-0.6^rows)^bands > 0.999.
const (
	bands     = 32
	rows      = 3
	hashes    = bands * rows
	alike     = 0.6
	minLength = 12 // shingles; shorter texts are alike only when equal
)

type minima [hashes]uint64

// joinAlike unites messages with nearly the same text.
func joinAlike(messages []Message, g *groups) {
	sketches := make([]*minima, len(messages))
	bucket := map[[rows + 1]uint64][]int{}
	equal := map[string]int{}
	for i := range messages {
		plain := plainText(messages[i].Subject + "\n" + messages[i].Text)
		if j, ok := equal[plain]; ok && plain != "" {
			g.join(i, j, textName(sketches[j], plain))
			continue
		}
		equal[plain] = i
		s := sketch(plain)
		if sketches[i] = s; s == nil {
			continue
		}
		for b := range bands {
			key := [rows + 1]uint64{uint64(b), s[b*rows], s[b*rows+1], s[b*rows+2]}
			for _, j := range bucket[key] {
				if g.root(i) != g.root(j) && similarity(s, sketches[j]) >= alike {
					g.join(i, j, textName(sketches[j], ""))
				}
			}
			if len(bucket[key]) < 16 {
				bucket[key] = append(bucket[key], i)
			}
		}
	}
}

func textName(s *minima, plain string) string {
	if s == nil {
		return "text " + digest([]byte(plain))[:16]
	}
	return fmt.Sprintf("text %016x", s[0])
}

// plainText keeps the letters of a text in one spelling: names and amounts
// that differ cost few shingles, blanks and signs between characters none.
func plainText(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// sketch returns nil for a text that is too short to compare.
func sketch(plain string) *minima {
	r := []rune(plain)
	size := 5
	if wideShare(r) > 0.3 {
		size = 3
	}
	if len(r) < size+minLength {
		return nil
	}
	var m minima
	for i := range m {
		m[i] = math.MaxUint64
	}
	for i := 0; i+size <= len(r); i++ {
		h := uint64(14695981039346656037)
		for _, c := range r[i : i+size] {
			h = (h ^ uint64(c)) * 1099511628211
		}
		for k := range m {
			if v := mix(h + uint64(k)*0x9e3779b97f4a7c15); v < m[k] {
				m[k] = v
			}
		}
	}
	return &m
}

func wideShare(r []rune) float64 {
	n := 0
	for _, c := range r {
		if unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
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

func similarity(a, b *minima) float64 {
	n := 0
	for i := range a {
		if a[i] == b[i] {
			n++
		}
	}
	return float64(n) / hashes
}
