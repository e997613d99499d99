package fingerprint

import (
	"unicode"
	"unicode/utf8"
)

// word is a piece of an English value.
type word struct {
	known      []spelling
	start, end uint16
	letters    uint16
	kind       byte // 'w' a word, 'n' a number, ',' a break, 'o' another sign
	dot        bool // a dot follows
}

const (
	maxWords = 32
	maxBytes = 1 << 12
)

type sentence struct {
	text string
	n    int
	list [maxWords]word
}

// findEnglish finds the point of a value that carries the mark.
func findEnglish(value string) (point, bool) {
	var s sentence
	if !s.split(value) {
		return point{}, false
	}
	best := spelling{}
	at := -1
	for i := range s.list[:s.n] {
		for _, k := range s.list[i].known {
			if (best.family == nil || k.family.priority < best.family.priority) && s.fits(k.family.rule, i) {
				best, at = k, i
			}
		}
	}
	if at < 0 {
		return point{}, false
	}
	return s.point(best, at), true
}

func (s *sentence) point(k spelling, at int) point {
	w := s.list[at]
	p := point{family: k.family, rank: k.rank, start: int(w.start), end: int(w.end), skip: int(w.end)}
	if w.dot {
		p.skip++
	}
	p.model = s.model(at)
	for i, o := range s.list[:s.n] {
		if o.dot && i != at && o.kind == 'w' && o.letters > 1 && o.letters <= 4 {
			p.dotted = true
		}
	}
	return p
}

// model is the word whose case a spelling at that place follows: the word
// itself, or a neighbour when it is too short to tell.
func (s *sentence) model(at int) string {
	for _, i := range [3]int{at, at - 1, at + 1} {
		if i >= 0 && i < s.n && s.list[i].kind == 'w' && s.list[i].letters > 1 {
			return s.text[s.list[i].start:s.list[i].end]
		}
	}
	return s.text[s.list[at].start:s.list[at].end]
}

// split takes a value apart; it reports false when the value has too many
// words.
func (s *sentence) split(value string) bool {
	if len(value) > maxBytes {
		return false
	}
	s.text = value
	var buf [24]byte
	folded := buf[:0]
	open := false
	for i, r := range value {
		size := utf8.RuneLen(r)
		if size < 0 {
			return false
		}
		r = narrow(r)
		part := unicode.IsLetter(r) || r >= '0' && r <= '9' || r == '\'' && open
		if part && open {
			w := &s.list[s.n-1]
			w.end = uint16(i + size)
			if unicode.IsLetter(r) {
				w.letters++
			}
			folded = appendRune(folded, lower(r))
			continue
		}
		if open {
			s.close(folded)
			open = false
			if r == '.' {
				s.list[s.n-1].dot = size == 1
				continue
			}
		}
		if r == '.' || unicode.IsSpace(r) {
			continue
		}
		if s.n == maxWords {
			return false
		}
		s.list[s.n] = word{kind: kindOf(r), start: uint16(i), end: uint16(i + size)}
		s.n++
		if part {
			open = true
			folded = appendRune(buf[:0], lower(r))
			if unicode.IsLetter(r) {
				s.list[s.n-1].letters = 1
			}
		} else if r == '&' {
			s.close([]byte{'&'})
		}
	}
	if open {
		s.close(folded)
	}
	return true
}

func (s *sentence) close(folded []byte) {
	s.list[s.n-1].known = english().index[string(folded)]
}

func kindOf(r rune) byte {
	switch {
	case r >= '0' && r <= '9', r == '#':
		return 'n'
	case unicode.IsLetter(r), r == '&':
		return 'w'
	case r == ',' || r == ';' || r == '(' || r == ')' || r == '/' || r == '|':
		return ','
	}
	return 'o'
}

// kind returns the kind of the word at i, ',' beyond the ends.
func (s *sentence) kind(i int) byte {
	if i < 0 || i >= s.n {
		return ','
	}
	return s.list[i].kind
}

// has reports whether the word at i may be a spelling of such a rule.
func (s *sentence) has(i int, rule string) bool {
	if i < 0 || i >= s.n {
		return false
	}
	for _, k := range s.list[i].known {
		if k.family.rule == rule {
			return true
		}
	}
	return false
}

// fits reports whether a family may stand at i. It looks at the neighbours
// only, never at which of its spellings stands there.
func (s *sentence) fits(rule string, i int) bool {
	before, after := s.kind(i-1), s.kind(i+1)
	switch rule {
	case "street":
		named := before == 'w' && !s.ampersand(i-1) || before == 'n' && s.list[i-1].letters > 0
		return named && (after == ',' || after == 'n' && !s.has(i+1, "ordinal") || s.has(i+1, "direction") || s.has(i+1, "number"))
	case "last":
		return before == 'w' && after == ','
	case "closing":
		return (before == 'w' || i > 1 && before == ',' && s.kind(i-2) == 'w') && after == ','
	case "number":
		return after == 'n' && s.list[i+1].letters <= 1
	case "direction":
		return s.has(i-1, "street") && s.kind(i-2) != ',' && (after == ',' || after == 'n')
	case "within":
		return before == 'w' && !s.has(i-1, "between") && after != 'n'
	case "ordinal":
		return s.has(i+1, "street") || s.floor(i+1)
	case "title":
		return before == ',' && after == 'w' && s.list[i+1].letters > 0
	case "month":
		return before == 'n' && s.list[i-1].letters == 0 || after == 'n' && s.list[i+1].letters == 0
	case "front":
		return (before == ',' || before == 'n' && s.list[i-1].letters <= 1) && after == 'w' && s.list[i+1].letters > 2
	case "between":
		return before == 'w' && after == 'w' && s.list[i-1].letters > 0 && s.list[i+1].letters > 0
	}
	return false
}

func (s *sentence) ampersand(i int) bool { return s.has(i, "between") }

func (s *sentence) floor(i int) bool {
	return i < s.n && s.has(i, "number") && len(s.list[i].known) > 0 && s.list[i].known[0].family.spellings[0] == "floor"
}
