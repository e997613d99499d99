package canary

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/key"
)

// words is a model of the words of one kind: family names, given names, the
// letters of mailbox names. With chance novel it spells a new word, letter by
// letter after the two letters before; else it takes a word that was seen.
// novel, and how often a seen word is taken, are the Good-Turing estimates of
// what the next row brings (Good 1953): an unseen word as often as rows have a
// word of their own, a word seen once as often as rows share theirs with one
// other, and so on. All words are in lower case.
type words struct {
	list  []string // sorted
	upto  []int    // running counts
	share map[string]float64
	novel float64
	chain *chain
	extra []string // words of the locale that were not seen: half of the new words are of these

	initials map[string]float64 // of a folded model
	spelt    float64            // of a folded model: the novel share of the one it came from
}

func newWords(sample []string) *words {
	counts := map[string]int{}
	for _, w := range sample {
		counts[w]++
	}
	w := &words{share: make(map[string]float64, len(counts))}
	single, total, mass := 0, 0, 0
	of := map[int]int{} // words by their count
	for word, n := range counts {
		w.list = append(w.list, word)
		of[n]++
	}
	slices.Sort(w.list)
	for _, word := range w.list {
		n := counts[word]
		total += n
		mass += goodTuring(n, of)
		w.upto = append(w.upto, mass)
		w.share[word] = float64(goodTuring(n, of))
		if n == 1 {
			single++
		}
	}
	for word := range w.share {
		w.share[word] /= float64(max(mass, 1))
	}
	w.chain = newChain(w.list)
	if total > 0 {
		w.novel = min(float64(single)/float64(total), 0.9)
	}
	if len(w.chain.next) == 0 {
		w.novel = 0
	}
	return w
}

// goodTuring is the weight of a word that was seen n times, of being a word of
// several counts by their number: 1024 times (n+1) of[n+1] / of[n] where rare
// words are many enough to tell, else 1024 n.
func goodTuring(n int, of map[int]int) int {
	if n > 4 || of[n+1] < 5 {
		return 1024 * n
	}
	return max(1024*(n+1)*of[n+1]/of[n], 1)
}

// teach lets half of the new words be of the locale's, and where few were
// seen, the others be spelt after these as well.
func (w *words) teach(locale []string) *words {
	t := *w
	for _, v := range locale {
		if w.share[v] == 0 {
			t.extra = append(t.extra, v)
		}
	}
	if len(w.list) < enough {
		t.chain = newChain(append(append([]string(nil), w.list...), locale...))
	}
	slices.Sort(t.extra)
	return &t
}

func (w *words) empty() bool { return len(w.list) == 0 }

// any is draw without the bits.
func (w *words) any(st *key.Stream) string {
	if st.Float64() < w.novel {
		if len(w.extra) > 0 && st.IntN(2) == 0 {
			return w.extra[st.IntN(len(w.extra))]
		}
		if s, ok := w.chain.draw(st); ok {
			return s
		}
	}
	return w.pick(st)
}

// draw returns a word and the bits of its surprise under the whole model.
func (w *words) draw(st *key.Stream) (string, float64) {
	s := w.any(st)
	return s, -log2(w.chance(s))
}

func (w *words) pick(st *key.Stream) string {
	x := st.IntN(w.upto[len(w.upto)-1])
	return w.list[sort.SearchInts(w.upto, x+1)]
}

// chance is the probability that draw returns s. A chain that was refused
// (too short, too long) falls back to the list, hence the doubled share.
func (w *words) chance(s string) float64 {
	if w.initials != nil {
		return w.share[s] + w.spelt*w.chain.chance(s)
	}
	spelt, extra := w.novel, 0.0
	if len(w.extra) > 0 {
		spelt = w.novel / 2
		if _, ok := slices.BinarySearch(w.extra, s); ok {
			extra = spelt / float64(len(w.extra))
		}
	}
	return w.share[s]*(1-w.novel+spelt*w.chain.refused) + spelt*w.chain.chance(s) + extra
}

// folded is the model of the words as mailbox names spell them. Readings of Han
// characters are summed exactly for names of up to two characters, those of
// longer names over the words seen.
func (w *words) folded() *words {
	f := &words{share: map[string]float64{}, initials: map[string]float64{}, chain: &chain{}}
	if w.empty() {
		return f
	}
	keep := 1 - w.novel + w.novel*w.chain.refused
	add := func(word string, p float64) {
		f.share[fold(word)] += p
		f.initials[initialsOf(word)] += p
	}
	for _, word := range w.list {
		add(word, w.share[word]*keep)
	}
	for _, word := range w.extra {
		add(word, w.novel/2/float64(len(w.extra)))
	}
	if isEastern(w.list[0]) {
		w.chain.pairs(func(word string, p float64) { add(word, w.novel*p) })
	} else if w.novel > 0 {
		f.spelt, f.chain = w.novel, newChain(foldAll(w.chain.taught))
		if start := w.chain.next[wordStart]; start != nil {
			for _, r := range start.runes {
				f.initials[initialsOf(string(r))] += w.novel * start.chance(r) / (1 - w.chain.refused)
			}
		}
	}
	for word := range f.share {
		f.list = append(f.list, word)
	}
	slices.Sort(f.list)
	return f
}

func foldAll(list []string) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = fold(w)
	}
	return out
}

// initialChance is the chance that a word has these initials.
func (w *words) initialChance(s string) float64 { return w.initials[s] }

// chain spells words: each letter is drawn after the two before it, as often
// as it followed them in the words learned, or, as often as something new
// follows them, after the one before it, and so on (Witten & Bell 1991): words
// that are new have letters together that no other word has. Han characters are
// drawn by their position alone.
type chain struct {
	next    map[string]*letters
	longest int
	refused float64 // share of spellings that are refused
	taught  []string
}

type letters struct {
	runes []rune
	upto  []int
}

const (
	wordEnd   = rune(0)
	chainTry  = 24
	shortest  = 3
	chainBack = 2
)

func newChain(list []string) *chain {
	c := &chain{next: map[string]*letters{}, taught: list}
	counts := map[string]map[rune]int{}
	for _, w := range list {
		n := utf8.RuneCountInString(w)
		if n > 24 || !lettersOnly(w) {
			continue
		}
		c.longest = max(c.longest, n)
		c.walk(w, func(context string, r rune) {
			for ; ; context = shorter(context) {
				if counts[context] == nil {
					counts[context] = map[rune]int{}
				}
				counts[context][r]++
				if context == shorter(context) {
					return
				}
			}
		})
	}
	for context, m := range counts {
		c.next[context] = newLetters(m)
	}
	c.calibrate()
	return c
}

func lettersOnly(w string) bool {
	for _, r := range w {
		if !unicode.IsLetter(r) && r != '-' && r != '\'' {
			return false
		}
	}
	return w != ""
}

func newLetters(m map[rune]int) *letters {
	l := &letters{}
	for r := range m {
		l.runes = append(l.runes, r)
	}
	slices.Sort(l.runes)
	total := 0
	for _, r := range l.runes {
		total += m[r]
		l.upto = append(l.upto, total)
	}
	return l
}

func (l *letters) total() int { return l.upto[len(l.upto)-1] }

func (l *letters) chance(r rune) float64 {
	i, ok := slices.BinarySearch(l.runes, r)
	if !ok {
		return 0
	}
	n := l.upto[i]
	if i > 0 {
		n -= l.upto[i-1]
	}
	return float64(n) / float64(l.upto[len(l.upto)-1])
}

// walk calls f for every letter of w, and for its end, with its context.
func (c *chain) walk(w string, f func(context string, r rune)) {
	rs := []rune(w)
	for i := 0; i <= len(rs); i++ {
		r := wordEnd
		if i < len(rs) {
			r = rs[i]
		}
		f(context(rs[:i]), r)
	}
}

func context(before []rune) string {
	n := len(before)
	switch {
	case n == 0:
		return wordStart
	case unicode.Is(unicode.Han, before[0]):
		return "#" + string(rune('0'+n))
	case n < chainBack:
		return ">^" + string(before)
	}
	return ">" + string(before[n-chainBack:])
}

// wordStart is the context of a word's first letter.
const wordStart = "#^"

// shorter is the context to fall back on. Contexts begin with a mark: ">" and
// the letters before, ">^" where the word begins; "#" and the position; "*" for
// any letter anywhere.
func shorter(context string) string {
	if context[0] != '>' {
		return context
	}
	_, first := utf8.DecodeRuneInString(context[1:])
	if rest := context[1+first:]; rest != "" {
		return ">" + rest
	}
	return "*"
}

func (c *chain) draw(st *key.Stream) (string, bool) {
	for range chainTry {
		if s := c.spell(st); c.fits(s) {
			return s, true
		}
	}
	return "", false
}

func (c *chain) spell(st *key.Stream) string {
	var rs []rune
	for len(rs) <= c.longest {
		at := context(rs)
		l := c.next[at]
		for l != nil && at != shorter(at) && st.IntN(l.total()+len(l.runes)) < len(l.runes) {
			at = shorter(at)
			l = c.next[at]
		}
		if l == nil {
			return ""
		}
		r := l.runes[sort.SearchInts(l.upto, st.IntN(l.total())+1)]
		if r == wordEnd {
			break
		}
		rs = append(rs, r)
	}
	return string(rs)
}

func (c *chain) fits(s string) bool {
	n := utf8.RuneCountInString(s)
	if n == 0 || n > c.longest || strings.HasSuffix(s, "-") || strings.HasSuffix(s, "'") {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	return n >= shortest || r > 0x2e80
}

// calibrate measures the share of spellings that are refused, to divide by the
// rest: 1,000 spellings at a fixed seed, rounded up.
func (c *chain) calibrate() {
	if len(c.next) == 0 {
		return
	}
	st := key.Secret{}.Stream("chain")
	const n = 1000
	bad := 0
	for range n {
		if !c.fits(c.spell(st)) {
			bad++
		}
	}
	p := float64(bad) / n
	c.refused = min(p+0.03+p*0.1, 0.95)
}

func (c *chain) chance(s string) float64 {
	if !c.fits(s) {
		return 0
	}
	p := 1.0
	c.walk(s, func(context string, r rune) {
		p *= c.after(context, r)
	})
	return p / (1 - c.refused)
}

// after is the chance of a letter in a context.
func (c *chain) after(context string, r rune) float64 {
	l := c.next[context]
	if l == nil {
		return 0
	}
	back := shorter(context)
	if back == context {
		return l.chance(r)
	}
	n, t := float64(l.total()), float64(len(l.runes))
	return (n*l.chance(r) + t*c.after(back, r)) / (n + t)
}

// pairs calls f for every spelling of one or two characters.
func (c *chain) pairs(f func(word string, p float64)) {
	start := c.next[wordStart]
	if start == nil {
		return
	}
	for _, a := range start.runes {
		after := c.next[context([]rune{a})]
		if after == nil || a == wordEnd {
			continue
		}
		p := start.chance(a) / (1 - c.refused)
		for _, b := range after.runes {
			q := p * after.chance(b)
			if b == wordEnd {
				f(string(a), q)
			} else if end := c.next[context([]rune{a, b})]; end != nil {
				f(string([]rune{a, b}), q*end.chance(wordEnd))
			}
		}
	}
}
