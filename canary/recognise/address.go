package recognise

import (
	"bytes"
	"slices"

	"telltale/internal/identity"
)

// streets finds addresses by their first number and the word beside it.
type streets struct {
	known   map[uint64][]address
	seen    filter // the keys of known
	numbers filter // first numbers
	corners filter // of those with the word before them
}

// address is the address of a canary and how it is written.
type address struct {
	ref
	before, tokens int   // tokens before its first number, and all
	head, tail     inert // before and behind that
	han            bool
}

// add indexes an address by its first number with what is beside it.
func (s *streets) add(cell string, r ref) {
	v := foldAll(cell)
	tokens := tokenise(v, nil)
	i := slices.IndexFunc(tokens, func(t token) bool { return t.class == digits })
	if i < 0 {
		return
	}
	a := address{ref: r, before: i, tokens: len(tokens), han: isHan(cell)}
	for k := range tokens {
		side := &a.tail
		if k < i {
			side = &a.head
		}
		*side = side.plus(v, &tokens[k])
	}
	s.numbers.add(tokens[i].hash)
	if h, ok := corner(tokens, i); ok {
		s.corners.add(h)
		s.key(behind(tokens, i, h), a)
	}
	if h, ok := ahead(tokens, i); ok {
		s.key(h, a)
	}
}

func (s *streets) key(h uint64, a address) {
	if s.known == nil {
		s.known = map[uint64][]address{}
	}
	if !slices.Contains(s.known[h], a) {
		s.known[h] = append(s.known[h], a)
		s.seen.add(h)
	}
}

func (s *streets) get(h uint64) []address {
	if !s.seen.has(h) {
		return nil
	}
	return s.known[h]
}

func (s *streets) seal() {
	s.seen.seal()
	s.numbers.seal()
	s.corners.seal()
}

// inert sums up what tokens leave in the canonical form of an address whatever
// stands beside them, see identity.Inert.
type inert struct {
	ideographs, words uint64 // sums of hashes
	doubts            int    // tokens that leave words uncertain: CJK characters, and words with signs in or beside them
}

func (s inert) plus(v []byte, t *token) inert {
	if t.class != han && t.class != word {
		return s
	}
	stem, ok := identity.Inert(v[t.start:t.end])
	switch {
	case t.class == han:
		s.doubts++
		if ok {
			s.ideographs += t.hash
		}
	case signed(v, t):
		s.doubts++
	case ok:
		s.words += hashBytes(stem)
	}
	return s
}

// signed reports whether a word has more than ASCII letters, or stands beside a
// middle dot, which joins words.
func signed(v []byte, t *token) bool {
	for _, c := range v[t.start:t.end] {
		if sorts[c] != letter {
			return true
		}
	}
	for _, dot := range [...]string{"·", "・"} {
		if bytes.HasSuffix(v[:t.start], []byte(dot)) || bytes.HasPrefix(v[t.end:], []byte(dot)) {
			return true
		}
	}
	return false
}

func (s inert) minus(o inert) inert {
	return inert{s.ideographs - o.ideographs, s.words - o.words, s.doubts - o.doubts}
}

// may reports whether an address with these inert parts may be one with those of
// want; ideographs tells whether that has any.
func (s inert) may(want inert, ideographs bool) bool {
	if ideographs {
		return s.ideographs == want.ideographs
	}
	return s.doubts+want.doubts > 0 || s.words == want.words
}

// corner hashes a number with the word before it, or with three characters.
func corner(tokens []token, i int) (uint64, bool) {
	if i == 0 {
		return 0, false
	}
	if tokens[i-1].class != han {
		return mix(tokens[i-1].hash*hashStep + tokens[i].hash), true
	}
	h := tokens[i].hash
	for k := 1; k <= 3; k++ {
		if i < k || tokens[i-k].class != han {
			return 0, false
		}
		h = h*hashStep + tokens[i-k].hash
	}
	return mix(h), true
}

// behind adds to a corner of characters the next number.
func behind(tokens []token, i int, corner uint64) uint64 {
	if tokens[i-1].class == han {
		if next := nextNumber(tokens, i); next > 0 {
			return mix(corner + tokens[next].hash*hashStep)
		}
	}
	return corner
}

// nextNumber is the next number of the same unbroken text, or 0.
func nextNumber(tokens []token, i int) int {
	for k := i + 1; k < len(tokens) && k < i+12 && tokens[k].start == tokens[k-1].end; k++ {
		if tokens[k].class == digits {
			return k
		}
	}
	return 0
}

// ahead hashes a number with the word behind it.
func ahead(tokens []token, i int) (uint64, bool) {
	if i+1 >= len(tokens) || tokens[i+1].class == han {
		return 0, false
	}
	return mix(tokens[i].hash*hashStep + tokens[i+1].hash + 1), true
}

// street looks up a number with the word before and behind it, and reads the
// address around.
func (w *worker) street(v *view, i int) {
	if w.streets.known == nil {
		return
	}
	w.tried(v, countAddress, v.tokens[i].start)
	if !w.streets.numbers.has(v.tokens[i].hash) {
		return
	}
	if h, ok := corner(v.tokens, i); ok && w.streets.corners.has(h) {
		w.addresses(v, i, w.streets.get(behind(v.tokens, i, h)))
	}
	if h, ok := ahead(v.tokens, i); ok {
		w.addresses(v, i, w.streets.get(h))
	}
}

// addresses tries the spans around token i that may be one of the addresses: a
// token or two more than ours has, in Chinese fewer too, and with its inert
// parts.
func (w *worker) addresses(v *view, i int, all []address) {
	if len(all) == 0 {
		return
	}
	w.spans = w.spans[:0]
	before, behind := 0, 0
	for k := range all {
		before, behind = max(before, all[k].before), max(behind, all[k].tokens)
	}
	lo, hi := max(0, i-before-3), min(len(v.tokens), i+behind+6)
	sums := inertSums(v, lo, i, append(w.sums[:0], inert{}))
	at := sums[i-lo]
	for k := range all {
		a := &all[k]
		wide, fewer := 1, 0 // 7 Station is not 7 Station Gardens
		if a.han {
			wide, fewer = 3, 3
		}
		for from := max(0, i-a.before-wide); from <= min(i, i-a.before+wide); from++ {
			if !at.minus(sums[from-lo]).may(a.head, a.han) {
				continue
			}
			if len(sums) == i-lo+1 { // few texts have even the head of an address
				sums = inertSums(v, i, hi, sums)
			}
			for to := max(i+1, from+a.tokens-fewer); to <= min(hi, from+a.tokens+2); to++ {
				if sums[to-lo].minus(at).may(a.tail, a.han) && w.spelled(v, from, to) == w.identity(a.ref).Value {
					w.add(v, []ref{a.ref}, v.tokens[from].start, v.tokens[to-1].end)
				}
			}
		}
	}
	w.sums = sums
}

// inertSums continues the sums of the inert parts of tokens, of which there is
// one before each and one behind the last, with the tokens from lo to before hi.
func inertSums(v *view, lo, hi int, sums []inert) []inert {
	for k := lo; k < hi; k++ {
		sums = append(sums, sums[len(sums)-1].plus(v.text, &v.tokens[k]))
	}
	return sums
}

// span are tokens that were read as an address.
type span struct {
	from, to  int
	canonical string
}

// spelled reads the tokens from..to-1 as an address: "" if they are none. It
// keeps what it read in w.spans.
func (w *worker) spelled(v *view, from, to int) string {
	for _, s := range w.spans {
		if s.from == from && s.to == to {
			return s.canonical
		}
	}
	s := span{from: from, to: to}
	start, end := v.tokens[from].start, v.tokens[to-1].end
	if end-start <= 300 && (v.tokens[to-1].class != han || nextNumber(v.tokens, to-1) == 0) {
		s.canonical, _ = identity.Canonical(identity.Address, string(v.text[start:end]), w.o.Locale)
	}
	w.spans = append(w.spans, s)
	return s.canonical
}
