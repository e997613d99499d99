package recognise

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"telltale/internal/identity"
)

// slowFold folds one character at a time.
func slowFold(raw []byte) []byte {
	var out []byte
	for len(raw) > 0 {
		r, n := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && n == 1:
			out = append(out, identity.FoldRune(charmap.Windows1252.DecodeByte(raw[0]))...)
		case r >= 'A' && r <= 'Z':
			out = append(out, byte(r-'A'+'a'))
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		default:
			out = append(out, identity.FoldRune(r)...)
		}
		raw = raw[n:]
	}
	return out
}

// slowTokens cuts a folded text one character at a time.
func slowTokens(v []byte) (out []token) {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf && unicode.IsLetter(c) && !isCJK(c)
	}
	numeral := func(c rune) bool { return c >= '0' && c <= '9' }
	for i := 0; i < len(v); {
		r, n := utf8.DecodeRune(v[i:])
		if isCJK(r) {
			out = append(out, token{i, i + n, hashOf(string(r)), han})
			i += n
			continue
		}
		start, text := i, ""
		for i < len(v) {
			r, n := utf8.DecodeRune(v[i:])
			behind := byte(0)
			if i+1 < len(v) {
				behind = v[i+1]
			}
			switch {
			case plain(r), numeral(r):
				text += string(v[i : i+n])
			case r != '\'' || i == start || behind < 'a' || behind > 'z' || strings.ContainsFunc(text, numeral):
				n = 0
			}
			if n == 0 {
				break
			}
			i += n
		}
		if i == start {
			i += n
			continue
		}
		t := token{start, i, hashOf(text), word}
		switch letters := strings.ContainsFunc(text, plain); {
		case letters && strings.ContainsFunc(text, numeral):
			t.class = mixed
		case !letters:
			t.class = digits
		}
		out = append(out, t)
	}
	return out
}

// slowFound is what a text shows, by asking the tables for everything that may
// stand anywhere.
func (w *worker) slowFound(raw []byte) []found {
	v := &view{text: slowFold(raw)}
	v.tokens, v.to = slowTokens(v.text), len(v.text)
	w.mails(v)
	run := 0
	for i := range v.tokens {
		t := &v.tokens[i]
		switch t.class {
		case han:
			w.slowCharacters(v, i)
		case word:
			w.slowWords(v, i)
		case digits:
			if i >= run {
				run = w.numbers(v, i)
			}
			w.slowStreet(v, i)
			w.code(v, i)
		case mixed:
			w.prefixed(v, t)
			w.code(v, i)
		}
		if n := t.end - t.start; t.class != han && (n == 32 || n == 40 || n == 64) {
			w.hexDigest(v, t)
		}
	}
	return v.found
}

func (w *worker) slowWords(v *view, i int) {
	sum := v.tokens[i].hash
	for n := 2; n <= maxWords && n <= i+1; n++ {
		u := v.tokens[i-n+1]
		if u.class != word || !joined(v.text[u.end:v.tokens[i-n+2].start]) {
			return
		}
		sum += u.hash
		if w.lengths[n] && !hyphened(v.text, u.start, v.tokens[i].end) && !w.astride(v, i-n+1, i) && !v.spelledByNoise(u.start, v.tokens[i].end) {
			w.add(v, w.names.refs[sum], u.start, v.tokens[i].end)
		}
	}
}

func (w *worker) slowCharacters(v *view, i int) {
	for n := 2; n <= maxHan && i+n <= len(v.tokens); n++ {
		all := v.tokens[i : i+n]
		gap := string(v.text[all[0].end:all[1].start])
		var h uint64
		for k, t := range all {
			if t.class != han || k > 0 && string(v.text[all[k-1].end:t.start]) != gap {
				return
			}
			h = h*hashStep + t.hash
		}
		if w.hanLens[n] && len(gap) <= 1 && w.wholeRun(v, i, n, gap) {
			w.add(v, w.han.refs[h], all[0].start, all[n-1].end)
		}
	}
}

func (w *worker) slowStreet(v *view, i int) {
	try := func(h uint64) {
		for _, a := range w.streets.known[h] {
			for from := max(0, i-a.before-3); from <= i; from++ {
				for to := i + 1; to <= min(len(v.tokens), from+a.tokens+2); to++ {
					w.slowSpan(v, i, from, to, a)
				}
			}
		}
	}
	if h, ok := corner(v.tokens, i); ok {
		try(behind(v.tokens, i, h))
	}
	if h, ok := ahead(v.tokens, i); ok {
		try(h)
	}
}

func (w *worker) slowSpan(v *view, i, from, to int, a address) {
	wide, fewer := 1, 0
	if a.han {
		wide, fewer = 3, 3
	}
	start, end := v.tokens[from].start, v.tokens[to-1].end
	if from < i-a.before-wide || from > i-a.before+wide || to-from < a.tokens-fewer || end-start > 300 ||
		v.tokens[to-1].class == han && nextNumber(v.tokens, to-1) > 0 {
		return
	}
	if got, ok := identity.Canonical(identity.Address, string(v.text[start:end]), w.o.Locale); ok && got == w.identity(a.ref).Value {
		w.add(v, []ref{a.ref}, start, end)
	}
}

// fastFound is what the worker finds in a text.
func (w *worker) fastFound(raw []byte) []found {
	w.piece(raw, place{}, false)
	return slices.Clone(w.view.found)
}

func distinct(all []found) []found {
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.planted, b.planted), cmp.Compare(a.identity, b.identity), cmp.Compare(a.form, b.form), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	return slices.Compact(all)
}

func agree(t *testing.T, w *worker, raw []byte) (n int) {
	t.Helper()
	fast, slow := distinct(w.fastFound(raw)), distinct(w.slowFound(raw))
	if !slices.Equal(fast, slow) {
		t.Errorf("%q: found %v, slowly %v", raw, fast, slow)
	}
	return len(slow)
}

// TestFastIsSlow compares what is found in shreds of canaries and of other
// people, put together at random, with what the slow way finds.
func TestFastIsSlow(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	for _, c := range []*world{english(t, 60), chinese(t, 60)} {
		r := rand.New(rand.NewPCG(seed, 1))
		w := c.index().newWorker()
		hits := 0
		for range 4000 {
			hits += agree(t, w, c.shreds(r))
		}
		if hits < 1000 {
			t.Errorf("%s: only %d hits in 4000 texts", c.locale, hits)
		}
	}
}

var seams = []string{"", "", " ", " ", ", ", ",", "\n", "\t", "-", ".", "'", "·", "・", "É", "ß", "\u0301", "\u200b", "、", "　", "号", "12", "の", "7 ", "\xe9", "\xff", "(", " - ", "々"}

// shreds are cells of canaries and of others, whole or cut, in any order.
func (w *world) shreds(r *rand.Rand) []byte {
	var b strings.Builder
	for range 1 + r.IntN(9) {
		cells := w.planted[r.IntN(min(3, len(w.planted)))].Canary.Cells
		if r.IntN(5) == 0 {
			cells = w.table.Rows[r.IntN(len(w.table.Rows))]
		}
		k := r.IntN(len(cells))
		for range 1 + r.IntN(3) {
			s := cells[k%len(cells)]
			k++
			switch r.IntN(12) {
			case 0:
				s = s[r.IntN(len(s)+1):]
			case 1:
				s = strings.ToUpper(s)
			case 2:
				s = fullWidth(s)
			case 3:
				s = spread(s, seams[r.IntN(len(seams))])
			}
			b.WriteString(s + seams[r.IntN(len(seams))])
		}
	}
	return []byte(b.String())
}

// TestFoldAndTokens compares folding and cutting of noise with the slow way.
func TestFoldAndTokens(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	alphabet := []rune("aZ09' .,-@éßÅ\u0301\u200b中號々の１Ａ ſﬁД한\U00020000\ufffd")
	for range 20000 {
		var raw []byte
		for range r.IntN(40) {
			switch c := alphabet[r.IntN(len(alphabet))]; r.IntN(12) {
			case 0:
				raw = append(raw, byte(r.Uint32()))
			case 1:
				raw = append(raw, strings.Repeat(string(c), r.IntN(20))...)
			default:
				raw = utf8.AppendRune(raw, c)
			}
		}
		foldsAndCuts(t, raw)
		for i, c := range raw {
			raw[i] = "Aa0+/9Zz Aa\n=-"[int(c)%14]
		}
		runsOfBase64(t, raw)
	}
}

func foldsAndCuts(t *testing.T, raw []byte) {
	t.Helper()
	v, strays := fold(nil, raw, nil)
	if want := slowFold(raw); string(v) != string(want) || utf8.Valid(raw) != (len(strays) == 0) {
		t.Fatalf("fold(%q) = %q, %v; want %q", raw, v, strays, want)
	}
	if got, want := tokenise(v, nil), slowTokens(v); !slices.Equal(got, want) {
		t.Fatalf("tokenise(%q) = %v, want %v", v, got, want)
	}
}
