package recognise

import (
	"encoding/base64"
	"encoding/hex"
	"slices"

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
	untallied int // tokens that the piece before counted
}

// found is an identity that stands at text[start:end].
type found struct {
	ref
	start, end int
}

// look searches a text that was decoded so far; cutLeft and cutRight tell
// whether its ends are borders of ours.
func (w *worker) look(raw []byte, p place) {
	for at := 0; ; at += pieceSize - pieceOverlap {
		end := min(at+pieceSize, len(raw))
		w.piece(raw[at:end], place{inside: p.inside, offset: p.offset + p.scale(at), cutLeft: p.cutLeft || at > 0, cutRight: p.cutRight || end < len(raw)}, at > 0)
		if end == len(raw) {
			return
		}
	}
}

func (w *worker) piece(raw []byte, p place, again bool) {
	v := &w.view
	v.text = fold(v.text[:0], raw)
	v.tokens = tokenise(v.text, v.tokens[:0])
	v.found = v.found[:0]
	v.from, v.to, v.inside, v.offset, v.untallied = 0, len(v.text), p.inside, p.offset, 0
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
	for i, t := range v.tokens {
		switch t.class {
		case han:
			w.hanName(v, i)
			continue
		case word:
			w.name(v, i)
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
		if n := t.end - t.start; n == 32 || n == 40 || n == 64 {
			w.hexDigest(v, t)
		}
	}
}

// name looks up the words that end with token i, in any order.
func (w *worker) name(v *view, i int) {
	t := v.tokens[i]
	sum := t.hash
	for n := 2; n <= maxWords && i-n+1 >= 0; n++ {
		u := v.tokens[i-n+1]
		if u.class != word || !joined(v.text[u.end:v.tokens[i-n+2].start]) {
			return
		}
		sum += u.hash
		if !w.lengths[n] {
			continue
		}
		w.tried(v, countName, t.start)
		if refs := w.names.get(sum); refs != nil && !hyphened(v.text, u.start, t.end) && !w.astride(v, i-n+1, i) {
			w.add(v, refs, u.start, t.end)
		}
	}
}

// joined reports whether a gap may stand within a name: blanks and a few signs,
// as between columns, but no end of a line or sentence.
func joined(gap []byte) bool {
	if len(gap) == 0 || len(gap) > 5 {
		return false
	}
	if len(gap) == 1 && gap[0] == '.' { // of an e-mail address
		return false
	}
	for i, c := range gap {
		if c == '\n' || c == '\r' || c == '.' && i == 0 && len(gap) > 2 || c == '!' || c == '?' {
			return false
		}
	}
	return true
}

// astride reports whether the words from..to, the family name first, belong to
// two people of a list: Smith and Mary in "John Smith, Mary Jones".
func (w *worker) astride(v *view, from, to int) bool {
	if t := v.tokens[from].hash; !w.family[t] || w.given[t] {
		return false
	}
	blank := func(i int) bool {
		return i > 0 && i < len(v.tokens) && v.tokens[i].start == v.tokens[i-1].end+1 && v.text[v.tokens[i].start-1] == ' '
	}
	return blank(from) && w.given[v.tokens[from-1].hash] || blank(to+1) && w.family[v.tokens[to+1].hash]
}

// hyphened reports whether a name is part of a longer one.
func hyphened(v []byte, start, end int) bool {
	return start > 1 && v[start-1] == '-' && sorts[v[start-2]] == letter || end+1 < len(v) && v[end] == '-' && sorts[v[end+1]] == letter
}

// hanName looks up the characters from token i on: next to one another, or all
// set apart by one sign.
func (w *worker) hanName(v *view, i int) {
	var h uint64
	apart := ""
	for n := 1; n <= maxHan && i+n-1 < len(v.tokens); n++ {
		t := v.tokens[i+n-1]
		if t.class != han {
			return
		}
		if n > 1 {
			gap := string(v.text[v.tokens[i+n-2].end:t.start])
			if n == 2 {
				apart = gap
			}
			if apart != gap || len(gap) > 1 {
				return
			}
		}
		h = h*hashStep + t.hash
		if n < 2 || !w.hanLens[n] {
			continue
		}
		w.tried(v, countName, t.start)
		if refs := w.han.get(h); refs != nil && w.wholeRun(v, i, n, apart) {
			w.add(v, refs, v.tokens[i].start, t.end)
		}
	}
}

// wholeRun reports whether n characters are all of a short run, as a cell is, or
// part of a longer text. gap is what sets the characters of the run apart.
func (w *worker) wholeRun(v *view, i, n int, gap string) bool {
	from, to := i, i+n
	next := func(k int) bool {
		return k > 0 && k < len(v.tokens) && v.tokens[k].class == han && v.tokens[k-1].class == han && string(v.text[v.tokens[k-1].end:v.tokens[k].start]) == gap
	}
	for i-from < 4 && next(from) {
		from--
	}
	for to-i-n < 4 && next(to) {
		to++
	}
	return to-from == n || to-from > 4
}

// code looks up an official or serial number.
func (w *worker) code(v *view, i int) {
	t := v.tokens[i]
	w.tried(v, countToken, t.start)
	for _, r := range w.Index.tokens.get(t.hash) {
		if start, end, ok := w.whole(v, t, r); ok {
			w.add(v, []ref{r}, start, end)
		}
	}
}

// whole finds all of a number with signs between, of which t is a part.
func (w *worker) whole(v *view, t token, r ref) (start, end int, ok bool) {
	id := w.identity(r)
	want := string(v.text[t.start:t.end])
	for width := t.end - t.start; width <= len(id.Value)+8; width++ {
		for start = max(0, t.end-width); start <= t.start && start+width <= len(v.text); start++ {
			end = start + width
			if !bounded(v.text, start, end) {
				continue
			}
			if width == len(want) && id.Value == want {
				return start, end, true
			}
			if got, ok := identity.Canonical(id.Kind, string(v.text[start:end]), w.o.Locale); ok && got == id.Value {
				return start, end, true
			}
		}
	}
	return 0, 0, false
}

// bounded reports whether v[start:end] begins and ends as a token does.
func bounded(v []byte, start, end int) bool {
	return alnum(v[start]) && alnum(v[end-1]) && (start == 0 || !alnum(v[start-1])) && (end == len(v) || !alnum(v[end]))
}

func alnum(b byte) bool { return sorts[b] == letter || sorts[b] == digit }

// street looks up a number with the word before and behind it, and reads the
// address around.
func (w *worker) street(v *view, i int) {
	if w.streets.refs == nil {
		return
	}
	w.tried(v, countAddress, v.tokens[i].start)
	if h, ok := behind(v.tokens, i); ok {
		w.addresses(v, i, w.streets.get(h))
	}
	if h, ok := ahead(v.tokens, i); ok {
		w.addresses(v, i, w.streets.get(h))
	}
}

// addresses tries the spans around token i, each once for all the addresses
// that it may be: a token or two more than ours has, in Chinese fewer too.
func (w *worker) addresses(v *view, i int, refs []ref) {
	w.spans = w.spans[:0]
	for _, r := range refs {
		s := w.shapes[r.identityRef()]
		wide, fewer := 1, 0 // 7 Station is not 7 Station Gardens
		if s.han {
			wide, fewer = 3, 3
		}
		for from := max(0, i-s.before-wide); from <= min(i, i-s.before+wide); from++ {
			for to := max(i+1, from+s.tokens-fewer); to <= min(len(v.tokens), from+s.tokens+2); to++ {
				if span := [2]int{from, to}; !slices.Contains(w.spans, span) {
					w.spans = append(w.spans, span)
				}
			}
		}
	}
	for _, span := range w.spans {
		w.span(v, span[0], span[1], refs)
	}
}

// span reads the tokens from..to-1 as an address.
func (w *worker) span(v *view, from, to int, refs []ref) {
	start, end := v.tokens[from].start, v.tokens[to-1].end
	if end-start > 300 || nextNumber(v.tokens, to-1) > 0 && v.tokens[to-1].class == han {
		return
	}
	got, ok := identity.Canonical(identity.Address, string(v.text[start:end]), w.o.Locale)
	for _, r := range refs {
		if ok && got == w.identity(r).Value {
			w.add(v, []ref{r}, start, end)
		}
	}
}

func (w *worker) identity(r ref) *identityOf {
	return &w.planted[r.planted].Canary.Identities[r.identity]
}

// hexDigest looks up a digest in hexadecimal.
func (w *worker) hexDigest(v *view, t token) {
	var b [32]byte
	n, err := hex.Decode(b[:], v.text[t.start:t.end])
	if err == nil {
		w.tried(v, countDigest, t.start)
		w.add(v, w.digests.get(digestHash(b[:n])), t.start, t.end)
	}
}

// base64Digest looks up a digest in base64, which is not a matter of folded
// text: case counts.
func (w *worker) base64Digest(run []byte, p place) {
	run = trimPadding(run)
	n := map[int]int{22: 16, 27: 20, 43: 32}[len(run)]
	if n == 0 {
		return
	}
	var b [36]byte
	m, err := base64.RawStdEncoding.Decode(b[:], standard(run))
	if err != nil || m != n {
		return
	}
	w.counts[countDigest]++
	if refs := w.digests.get(digestHash(b[:n])); refs != nil {
		v := &view{text: slices.Clone(run), to: len(run), inside: p.inside, offset: p.offset}
		w.add(v, refs, 0, len(run))
		w.weigh(v)
	}
}
