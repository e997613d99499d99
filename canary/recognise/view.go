package recognise

import (
	"unicode/utf8"

	"telltale/internal/identity"
)

// pieceSize is how much of a view is looked at at a time, and pieceOverlap how
// much of the piece before is looked at again.
const (
	pieceSize    = 64 << 10
	pieceOverlap = 2 << 10
)

// margin is how near to a border that cuts a text nothing is believed: what
// stands there may be part of something else.
const margin = 64

// view is a folded text in which canaries are looked for.
type view struct {
	text      []byte
	tokens    []token
	from, to  int // what begins before from or ends behind to is not believed
	found     []found
	inside    string
	offset    int64
	untallied int   // tokens that the piece before counted
	strays    []int // where bytes stood that are no UTF-8
	decoded   bool
	recoded   bool // before it was read in an older encoding
}

// found is an identity that stands at text[start:end].
type found struct {
	ref
	start, end int
}

// look searches a text that was decoded so far; cutLeft and cutRight tell
// whether its ends are borders of ours. What is no UTF-8 stands in
// raw[first:last], if anything is.
func (w *worker) look(raw []byte, p place) (first, last int) {
	from, end := 0, len(raw)
	if p.cutLeft {
		from = runeBorder(raw, 0)
	}
	if p.cutRight {
		end = runeBorder(raw, max(0, end-utf8.UTFMax))
	}
	raw = raw[:max(from, end)]
	for at := from; ; at = runeBorder(raw, end-pieceOverlap) {
		end = runeBorder(raw, min(at+pieceSize, len(raw)))
		q := place{inside: p.inside, offset: p.offset + p.scale(at), decoded: p.decoded, older: p.older, cutLeft: p.cutLeft || at > 0, cutRight: p.cutRight || end < len(raw)}
		if w.piece(raw[at:end], q, at > from) {
			if last == 0 {
				first = at
			}
			last = end
		}
		if end == len(raw) {
			return first, last
		}
	}
}

// runeBorder is the first place from i on, or three bytes on, at which a
// character begins or the text ends.
func runeBorder(raw []byte, i int) int {
	for k := i; k < len(raw) && k < i+utf8.UTFMax; k++ {
		if utf8.RuneStart(raw[k]) {
			return k
		}
	}
	return min(i, len(raw))
}

// piece searches part of a text; again tells whether it begins with what the
// part before ended with. The result tells whether it is no UTF-8.
func (w *worker) piece(raw []byte, p place, again bool) bool {
	v := &w.view
	v.text, v.strays = fold(v.text[:0], raw, v.strays[:0])
	v.tokens = tokenise(v.text, v.tokens[:0])
	v.found = v.found[:0]
	v.from, v.to, v.inside, v.offset, v.untallied, v.decoded, v.recoded = 0, len(v.text), p.inside, p.offset, 0, p.decoded > 0, p.older && p.decoded > 1
	if p.cutLeft {
		v.from = margin
	}
	if p.cutRight {
		v.to -= margin
	}
	if again {
		v.untallied = pieceOverlap
	}
	w.mails(v)
	w.tokens(v)
	w.weigh(v)
	return len(v.strays) > 0
}

// tried counts a value of a kind that stands at a place of the view.
func (w *worker) tried(v *view, k counter, at int) {
	if at >= v.untallied {
		w.counts[k]++
	}
}

// counter names what is counted; see Report.Tried.
type counter int

const (
	countMail counter = iota
	countNumber
	countName
	countAddress
	countToken
	countDigest
	counters
)

// tallied are the kinds whose number a counter bounds.
var tallied = [counters][]identity.Kind{
	countMail:    {identity.Email},
	countNumber:  {identity.Phone, identity.NationalID, identity.Serial},
	countName:    {identity.Name},
	countAddress: {identity.Address},
	countToken:   {identity.NationalID, identity.Serial},
	countDigest:  {identity.Email, identity.Phone},
}

func (w *worker) add(v *view, refs []ref, start, end int) {
	if start < v.from || end > v.to {
		return
	}
	for _, r := range refs {
		v.found = append(v.found, found{r, start, end})
	}
}

// tokens goes through the tokens once.
func (w *worker) tokens(v *view) {
	run := 0 // digits up to here are dealt with
	words, characters := streak{at: -1}, streak{at: -1}
	for i := range v.tokens {
		t := &v.tokens[i]
		switch t.class {
		case han:
			w.character(v, &characters, i)
			continue
		case word:
			w.word(v, &words, i)
		case digits:
			if i >= run {
				run = w.numbers(v, i)
			}
			w.street(v, i)
			w.code(v, i)
		case mixed:
			w.prefixed(v, t)
			w.code(v, i)
		}
		if n := t.end - t.start; n >= 32 && (n == 32 || n == 40 || n == 64) {
			w.hexDigest(v, t)
		}
	}
}

func alnum(b byte) bool { return sorts[b] == letter || sorts[b] == digit }

func (w *worker) identity(r ref) *identityOf {
	return &w.planted[r.planted].Canary.Identities[r.identity]
}
