package fingerprint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// textCarrier makes spellings interchangeable: "Street" and "St", "Limited"
// and "Ltd", 栋 and 幢. The spellings are in the tables of the variants folder.
//
// At most one point of a value carries the mark: the first one of the family
// with the highest priority that is there, whichever spelling stands at it.
// Who normalises that family erases the mark; who normalises another changes
// nothing. The class is the folded value without the point, the rank the
// position of the spelling in its family. It survives case, width and blanks.
type textCarrier struct{}

func (textCarrier) Name() string { return "text" }

// point is the place of a value that may be spelt in several ways.
type point struct {
	family   *family
	rank     int
	start    int // of the spelling
	end      int
	skip     int    // end of the spelling with the dot that goes with it
	model    string // a word whose case the spelling follows
	dotted   bool   // the value writes abbreviations with dots
	numeral  bool   // the spelling is a number in digits (rank 0) or characters (rank 1)
	quantity int
}

// family is a set of interchangeable spellings, by rank.
type family struct {
	name      string
	rule      string
	priority  int
	spellings []string
}

func findPoint(value string) (point, bool) {
	if hasHan(value) {
		if p, ok := findChinese(value); ok {
			return p, true
		}
	}
	return findEnglish(value)
}

func hasHan(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xe4 && s[i] <= 0xe9 {
			return true
		}
	}
	return false
}

// Rank returns the rank of value without its class.
func (textCarrier) Rank(value string) (int64, bool) {
	p, ok := findPoint(value)
	return int64(p.rank), ok
}

func (textCarrier) Class(value string) (string, int64, bool) {
	p, ok := findPoint(value)
	if !ok {
		return "", 0, false
	}
	class := fold(make([]byte, 0, len(value)+16), value[:p.start])
	class = append(append(append(class, '<'), p.family.name...), '>')
	if p.numeral {
		class = append(class, p.digits()...)
	}
	return string(fold(class, value[p.skip:])), int64(p.rank), true
}

func (textCarrier) Render(original string, rank int64) (string, bool) {
	p, ok := findPoint(original)
	if !ok {
		return "", false
	}
	if rank == int64(p.rank) {
		return original, true
	}
	spelling, ok := p.spell(rank)
	if !ok {
		return "", false
	}
	old := original[p.start:p.end]
	if r, _ := utf8.DecodeRuneInString(old); narrow(r) != r {
		spelling = widen(spelling)
	}
	end := p.end
	if p.skip > p.end && (rank == 0 || p.rank > 0) {
		end = p.skip
	}
	out := original[:p.start] + spelling + p.dot(rank, original) + original[end:]
	if q, ok := findPoint(out); !ok || q.family != p.family || int64(q.rank) != rank || q.start != p.start {
		return "", false
	}
	return out, true
}

// spell returns the spelling of a rank in the case of the value.
func (p *point) spell(rank int64) (string, bool) {
	if p.numeral {
		switch rank {
		case 0:
			return p.digits(), true
		case 1:
			return numerals[p.quantity-1], true
		}
		return "", false
	}
	if rank < 0 || rank >= int64(len(p.family.spellings)) {
		return "", false
	}
	word := p.family.spellings[rank]
	if !asciiLetters(word) {
		if p.family.rule == "ordinal" && style(p.model) == upperCase {
			word = strings.ToUpper(word)
		}
		return word, true
	}
	switch s := style(p.model); {
	case s == upperCase:
		return strings.ToUpper(word), true
	case s == lowerCase, p.family.rule == "between":
		return word, true
	}
	return strings.ToUpper(word[:1]) + word[1:], true
}

// dot is the dot behind a spelling, where the value has the habit.
func (p *point) dot(rank int64, original string) string {
	if rank == 0 || !asciiLetters(p.family.spellings[rank]) || p.family.rule == "ordinal" || p.family.rule == "direction" {
		return ""
	}
	if p.rank > 0 && p.skip > p.end {
		return original[p.end:p.skip]
	}
	if p.rank == 0 && p.dotted && p.skip == p.end {
		return "."
	}
	return ""
}

func asciiLetters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

func widen(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

const (
	titleCase = iota
	upperCase
	lowerCase
)

// style is the case of a word: that of its first two letters.
func style(word string) int {
	seen := 0
	for _, r := range word {
		if r = narrow(r); !unicode.IsLetter(r) {
			continue
		}
		if seen++; seen == 1 && unicode.IsLower(r) {
			return lowerCase
		}
		if seen == 2 {
			if unicode.IsUpper(r) {
				return upperCase
			}
			return titleCase
		}
	}
	return titleCase
}
