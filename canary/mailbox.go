package canary

import (
	"math"
	"strings"

	"telltale/internal/key"
)

// mark is one part of a mailbox name.
type mark struct {
	kind markKind
	text string // of a separator
	n    int    // of digits
}

type markKind uint8

const (
	separator markKind = iota
	fullGiven
	fullFamily
	givenInitial
	familyInitial
	someDigits
	someWord
)

// habit is how a mailbox name is made of a name: "given.family", "gfamily82".
type habit []mark

func (h habit) String() string {
	var out strings.Builder
	for _, p := range h {
		out.WriteByte("-GFgfDW"[p.kind])
		if p.kind == someDigits {
			out.WriteByte(byte('0' + min(p.n, 40)))
		}
		out.WriteString(p.text)
	}
	return out.String()
}

func (h habit) has(k markKind) bool {
	for _, p := range h {
		if p.kind == k {
			return true
		}
	}
	return false
}

// parseMailbox says how the local part was made of a name. Letters that come
// from neither part of the name are a word.
func parseMailbox(local string, p person) habit {
	local = strings.ToLower(local)
	g, f := fold(p.given), fold(p.family)
	gi, fi := initialsOf(p.given), initialsOf(p.family)
	var h habit
	for len(local) > 0 {
		c := local[0]
		switch {
		case isDigit(c):
			d := digits(local)
			h, local = append(h, mark{kind: someDigits, n: len(d)}), local[len(d):]
		case c < 'a' || c > 'z':
			h, local = append(h, mark{kind: separator, text: local[:1]}), local[1:]
		default:
			var part habit
			run := letterRun(local)
			part, local = parseLetters(run, g, f, gi, fi), local[len(run):]
			h = append(h, part...)
		}
	}
	return h
}

func letterRun(s string) string {
	n := 0
	for n < len(s) && s[n] >= 'a' && s[n] <= 'z' {
		n++
	}
	return s[:n]
}

// parseLetters explains a run of letters by at most two parts of the name.
func parseLetters(run, g, f, gi, fi string) habit {
	type part struct {
		text string
		kind markKind
	}
	parts := []part{{g, fullGiven}, {f, fullFamily}, {gi, givenInitial}, {fi, familyInitial}}
	for _, a := range parts {
		if a.text != "" && run == a.text {
			return habit{{kind: a.kind}}
		}
	}
	for _, a := range parts {
		for _, b := range parts {
			if a.text != "" && b.text != "" && a.kind != b.kind && run == a.text+b.text {
				return habit{{kind: a.kind}, {kind: b.kind}}
			}
		}
	}
	return habit{{kind: someWord}}
}

// mailbox is a drawn local part.
type mailbox struct {
	text string
	bits float64
}

// mailboxes is what is known of the local parts of the table.
type mailboxes struct {
	habits  []habit // one for every address sampled
	forms   []habit // each form once, in the order of its first use
	words   *words
	numbers float64 // share of local parts with digits
	longest int     // run of digits that is usual
	usual   string  // separator
	given   *words  // folded given and family names, for the chance of a local part
	family  *words
	own     [2]known // the name at hand with the chance of its draw
}

type known struct {
	text   string
	chance float64
}

// write draws a local part for p in that habit, made longer in ways that are
// natural where its surprise falls short of so many bits.
func (b *mailboxes) write(st *key.Stream, h habit, p person, bits [2]float64, least float64) mailbox {
	c := *b
	b = &c
	b.own = [2]known{{fold(p.given), math.Exp2(-bits[0])}, {fold(p.family), math.Exp2(-bits[1])}}
	h = b.fit(h, p)
	var box mailbox
	for step := 0; ; step++ {
		box.text = b.spell(st, h, p)
		box.bits = b.bits(h, box.text)
		if box.bits >= least || step > 24 {
			return box
		}
		h = b.extend(h, p, step)
	}
}

// fit replaces the parts that need a name which p lacks.
func (b *mailboxes) fit(h habit, p person) habit {
	var out habit
	for _, m := range h {
		lacks := (m.kind == fullGiven || m.kind == givenInitial) && fold(p.given) == "" ||
			(m.kind == fullFamily || m.kind == familyInitial) && fold(p.family) == ""
		if lacks {
			m = mark{kind: someWord}
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		out = habit{{kind: someWord}}
	}
	return out
}

// extend is the next longer form. Tables with digits in their addresses get
// more digits, others further names first.
func (b *mailboxes) extend(h habit, p person, step int) habit {
	h = append(habit(nil), h...)
	if full, ok := b.whole(h, p); ok {
		return full
	}
	if n := h.digits(); b.numbers >= 0.15 && n < b.longest {
		return moreDigits(h)
	}
	words := 0
	for _, m := range h {
		if m.kind == someWord {
			words++
		}
	}
	if words < 2 && !b.words.empty() {
		return b.insertWord(h)
	}
	return moreDigits(h)
}

// digits is the length of the longest run of digits.
func (h habit) digits() int {
	n := 0
	for _, m := range h {
		if m.kind == someDigits {
			n = max(n, m.n)
		}
	}
	return n
}

// whole writes initials and missing parts of the name in full.
func (b *mailboxes) whole(h habit, p person) (habit, bool) {
	for i, m := range h {
		if m.kind == givenInitial {
			h[i].kind = fullGiven
			return h, true
		}
		if m.kind == familyInitial {
			h[i].kind = fullFamily
			return h, true
		}
	}
	for _, need := range []struct {
		kind markKind
		name string
	}{{fullFamily, p.family}, {fullGiven, p.given}} {
		if h.has(need.kind) || fold(need.name) == "" {
			continue
		}
		at := len(h)
		for at > 0 && h[at-1].kind == someDigits {
			at--
		}
		add := habit{{kind: need.kind}}
		if s := b.usual; s != "" && at > 0 && h[at-1].kind != separator {
			add = habit{{kind: separator, text: s}, {kind: need.kind}}
		}
		return append(h[:at:at], append(add, h[at:]...)...), true
	}
	return h, false
}

// findUsual is the separator of the table's addresses, "" when most have none.
func (b *mailboxes) findUsual() string {
	counts := map[string]int{}
	for _, h := range b.habits {
		for _, m := range h {
			if m.kind == separator {
				counts[m.text]++
			}
		}
	}
	best := ""
	for _, s := range []string{".", "_", "-"} {
		if counts[s] > counts[best] {
			best = s
		}
	}
	if counts[best]*5 < len(b.habits) {
		return ""
	}
	return best
}

// insertWord puts a further word before the last name.
func (b *mailboxes) insertWord(h habit) habit {
	at := len(h)
	for at > 0 && (h[at-1].kind == someDigits || h[at-1].kind == separator) {
		at--
	}
	s := b.usual
	if s == "" {
		s = "."
	}
	add := habit{{kind: separator, text: s}, {kind: someWord}}
	return append(h[:at:at], append(add, h[at:]...)...)
}

// moreDigits lengthens the last run of digits, or adds one.
func moreDigits(h habit) habit {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].kind == someDigits {
			h[i].n += 1 + h[i].n%2
			return h
		}
	}
	return append(h, mark{kind: someDigits, n: 2})
}

func (b *mailboxes) spell(st *key.Stream, h habit, p person) string {
	var out strings.Builder
	for _, m := range h {
		switch m.kind {
		case separator:
			out.WriteString(m.text)
		case fullGiven:
			out.WriteString(fold(p.given))
		case fullFamily:
			out.WriteString(fold(p.family))
		case givenInitial:
			out.WriteString(initialsOf(p.given))
		case familyInitial:
			out.WriteString(initialsOf(p.family))
		case someDigits:
			for i := range m.n {
				d := byte('0' + st.IntN(10))
				if i == 0 && m.n > 1 {
					d = byte('1' + st.IntN(9))
				}
				out.WriteByte(d)
			}
		case someWord:
			if !b.words.empty() {
				out.WriteString(b.words.any(st))
			}
		}
	}
	return out.String()
}

// bits is the surprise of a local part: -log2 of the sum, over the form used
// and every form of the table, of the chance that the form gives it, each way
// to cut it into parts counted. Which form was drawn adds nothing.
func (b *mailboxes) bits(used habit, text string) float64 {
	p := b.chance(used, text)
	name := used.String()
	for _, h := range b.forms {
		if h.String() != name {
			p += b.chance(h, text)
		}
	}
	if p <= 0 {
		return 0
	}
	return -math.Log2(p)
}

// chance sums over all cuts of text into the parts of h.
func (b *mailboxes) chance(h habit, text string) float64 {
	if len(h) == 0 {
		if text == "" {
			return 1
		}
		return 0
	}
	m, rest := h[0], h[1:]
	switch m.kind {
	case separator:
		if strings.HasPrefix(text, m.text) {
			return b.chance(rest, text[len(m.text):])
		}
		return 0
	case someDigits:
		if len(digits(text)) < m.n {
			return 0
		}
		p := math.Pow(10, -float64(m.n))
		if m.n > 1 {
			p *= 10.0 / 9
		}
		return p * b.chance(rest, text[m.n:])
	case givenInitial, familyInitial:
		return b.initials(m.kind, rest, text)
	}
	return b.word(m.kind, rest, text)
}

func (b *mailboxes) initials(kind markKind, rest habit, text string) float64 {
	sum := 0.0
	for n := 1; n <= min(3, len(text)); n++ {
		if after := b.chance(rest, text[n:]); after > 0 {
			sum += after * b.model(kind).initialChance(text[:n])
		}
	}
	return sum
}

func (b *mailboxes) word(kind markKind, rest habit, text string) float64 {
	run, sum := letterRun(text), 0.0
	for n := len(run); n > 0; n-- {
		after := b.chance(rest, text[n:])
		if after > 0 {
			sum += after * b.wordChance(kind, run[:n])
		}
	}
	return sum
}

// wordChance is that of the model, or of the draw of the name at hand where
// folding keeps them apart.
func (b *mailboxes) wordChance(kind markKind, word string) float64 {
	p := b.model(kind).chance(word)
	if own := b.own[pick(kind == fullFamily, 1, 0)]; kind != someWord && own.text == word {
		p = max(p, own.chance)
	}
	return p
}

func (b *mailboxes) model(kind markKind) *words {
	switch kind {
	case fullGiven, givenInitial:
		return b.given
	case fullFamily, familyInitial:
		return b.family
	}
	return b.words
}
