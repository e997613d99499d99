package alias

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Form is how addresses are spelt: like those of the people whom they stand
// for. Whoever issued addresses in a form must keep it, for they are read by it; the zero
// Form is that of version 1, with English and German names, whatever the people.
type Form struct {
	Words  string // en, de, ja or zh (pinyin, the family name first)
	Sign   string // between the words: ".", "_", "-" or nothing
	Title  bool   // words begin with a capital
	Digits bool   // a number at the end; else more syllables
}

// String writes a form as ParseForm reads it; "" for the zero Form.
func (f Form) String() string {
	if f == (Form{}) {
		return ""
	}
	letters, end := "lower", "letters"
	if f.Title {
		letters = "title"
	}
	if f.Digits {
		end = "digits"
	}
	return strings.Join([]string{f.Words, f.Sign, letters, end}, ",")
}

// ParseForm is the inverse of String.
func ParseForm(s string) (Form, error) {
	if s == "" {
		return Form{}, nil
	}
	p := strings.Split(s, ",")
	if len(p) == 4 {
		f := Form{p[0], p[1], p[2] == "title", p[3] == "digits"}
		if tongues()[f.Words] != nil && (f.Sign == "" || len(f.Sign) == 1 && strings.Contains(allSigns, f.Sign)) && f.String() == s {
			return f, nil
		}
	}
	return Form{}, fmt.Errorf("form of aliases %q: not known", s)
}

const allSigns = "._-"

// FormOf chooses the form for a column with these addresses, a sample, in a
// locale such as zh-CN.
func FormOf(locale string, addresses []string) Form {
	f := Form{Words: wordsOf(locale)}
	n, title, digits := 0, 0, 0
	signs := map[byte]int{}
	for _, a := range addresses {
		local, _, ok := strings.Cut(strings.TrimSpace(a), "@")
		if !ok || local == "" {
			continue
		}
		n++
		title += one(local[0] >= 'A' && local[0] <= 'Z' && local != strings.ToUpper(local))
		digits += one(strings.ContainsAny(local, "0123456789"))
		if at := strings.IndexAny(local, allSigns); at >= 0 {
			signs[local[at]]++
		}
	}
	signed := 0
	for i := range allSigns {
		if c := signs[allSigns[i]]; c > signed {
			signed, f.Sign = c, allSigns[i:i+1]
		}
	}
	if 3*signed < n {
		f.Sign = ""
	}
	f.Title, f.Digits = 2*title > n, n == 0 || 10*digits >= n
	return f
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func wordsOf(locale string) string {
	language, _, _ := strings.Cut(locale, "-")
	if tongues()[language] != nil {
		return language
	}
	return "en"
}

// forms.txt is part of the format and never changes. Its lines: German given
// and family names, Japanese ones, Chinese family names, syllables of pinyin
// that begin with a consonant.
//
//go:embed forms.txt
var formsText string

// tongue is the words of a form. The fields of a code, from its lowest bits:
// first, second, syllables, number.
type tongue struct {
	first, second *wordList
	syllable      *wordList
	count         int // of syllables
	chained       bool
}

type wordList struct {
	words  []string
	number map[string]uint64
	bits   int
}

func newWordList(words []string) *wordList {
	l := &wordList{words: words, number: map[string]uint64{}}
	for i, w := range words {
		l.number[w] = uint64(i)
	}
	for 1<<l.bits < len(words) {
		l.bits++
	}
	return l
}

var tongues = sync.OnceValue(func() map[string]*tongue {
	var lists []*wordList
	for line := range strings.Lines(formsText) {
		lists = append(lists, newWordList(strings.Fields(line)))
	}
	plain := newWordList(pairs(consonants, vowels))
	morae := newWordList(append(pairs("kstnhmrgzdbp", "aiueo"), "ya", "yu", "yo", "wa"))
	return map[string]*tongue{
		"en": {newWordList(words().given), newWordList(words().family), plain, 4, false},
		"de": {lists[0], lists[1], plain, 4, false},
		"ja": {lists[2], lists[3], morae, 5, false},
		"zh": {lists[4], lists[5], lists[5], 3, true}, // family name, given name of two syllables, and two more
	}
})

func pairs(a, b string) (out []string) {
	for _, x := range a {
		for _, y := range b {
			out = append(out, string(x)+string(y))
		}
	}
	return out
}

// numberBits is what is left of a code for the number.
func (t *tongue) numberBits() int {
	return Bits - t.first.bits - t.second.bits - t.count*t.syllable.bits
}

// syllables is how many there are in a form: the number is spelt with them
// where there are no digits.
func (t *tongue) syllables(f Form) int {
	if f.Digits {
		return t.count
	}
	return t.count + (t.numberBits()+t.syllable.bits-1)/t.syllable.bits
}

// spell writes a code.
func (f Form) spell(code uint64) string {
	if f == (Form{}) {
		return spell(code)
	}
	t := tongues()[f.Words]
	take := func(l *wordList) string {
		v := code & (1<<l.bits - 1)
		code >>= l.bits
		return f.cased(l.words[v])
	}
	first, second := take(t.first), take(t.second)
	var rest []string
	for range t.count {
		rest = append(rest, take(t.syllable))
	}
	number := ""
	if f.Digits {
		number = strconv.FormatUint(code, 10)
	}
	for len(rest) < t.syllables(f) {
		rest = append(rest, take(t.syllable))
	}
	if t.chained {
		return first + f.joined(second+rest[0]) + f.Sign + f.joined(strings.Join(rest[1:], "")) + number
	}
	return first + f.between(first, second, t) + second + f.Sign + f.joined(strings.Join(rest, "")) + number
}

func (f Form) cased(word string) string {
	if f.Title {
		return strings.ToUpper(word[:1]) + word[1:]
	}
	return word
}

// joined is a word made of several, with one capital at most.
func (f Form) joined(word string) string { return f.cased(strings.ToLower(word)) }

// between is the sign between two names: a full stop where there is none and
// they could be cut elsewhere too.
func (f Form) between(first, second string, t *tongue) string {
	if f.Sign == "" && len(t.cuts(strings.ToLower(first+second))) > 1 {
		return "."
	}
	return f.Sign
}

// cuts are the places at which a word falls into a first and a second name.
func (t *tongue) cuts(word string) (at []int) {
	for i := 1; i < len(word); i++ {
		_, a := t.first.number[word[:i]]
		if _, b := t.second.number[word[i:]]; a && b {
			at = append(at, i)
		}
	}
	return at
}

// read is the inverse of spell, for a local part in lower case.
func (f Form) read(local string) (code uint64, ok bool) {
	if f == (Form{}) {
		return read(local)
	}
	t := tongues()[f.Words]
	letters := strings.TrimRight(local, "0123456789")
	words, ok := t.split(letters, t.syllables(f))
	if !ok {
		return 0, false
	}
	at := 0
	put := func(v uint64, bits int) {
		code |= v << at
		at += bits
	}
	for i, w := range words {
		list := t.syllable
		switch i {
		case 0:
			list = t.first
		case 1:
			list = t.second
		}
		v, known := list.number[w]
		if !known || at+list.bits > Bits && v>>(Bits-at) != 0 {
			return 0, false
		}
		put(v, list.bits)
	}
	if f.Digits {
		n, err := strconv.ParseUint(local[len(letters):], 10, t.numberBits())
		if err != nil {
			return 0, false
		}
		put(n, t.numberBits())
	}
	return code, strings.EqualFold(f.spell(code), local)
}

// split cuts what stands before the number into names and syllables.
func (t *tongue) split(letters string, syllables int) (words []string, ok bool) {
	if t.chained {
		plain := strings.NewReplacer(".", "", "_", "", "-", "").Replace(letters)
		return t.chain(plain, 2+syllables)
	}
	end := len(letters) - 2*syllables // each has two letters
	if end < 2 {
		return nil, false
	}
	names := strings.TrimRight(letters[:end], allSigns)
	if i := strings.IndexAny(names, allSigns); i > 0 {
		words = []string{names[:i], names[i+1:]}
	} else if cuts := t.cuts(names); len(cuts) == 1 {
		words = []string{names[:cuts[0]], names[cuts[0]:]}
	} else {
		return nil, false
	}
	for i := end; i < len(letters); i += 2 {
		words = append(words, letters[i:i+2])
	}
	return words, true
}

// longestSyllable is that of "zhuang".
const longestSyllable = 6

// chain cuts letters into n syllables. There is at most one way, since every
// syllable begins with a consonant and ends with a vowel, n or ng.
func (t *tongue) chain(letters string, n int) ([]string, bool) {
	if n == 0 {
		return nil, letters == ""
	}
	for i := min(longestSyllable, len(letters)); i > 0; i-- {
		if _, known := t.syllable.number[letters[:i]]; !known && !(n > 1 && t.isFirst(letters[:i])) {
			continue
		}
		if rest, ok := t.chain(letters[i:], n-1); ok {
			return append([]string{letters[:i]}, rest...), true
		}
	}
	return nil, false
}

func (t *tongue) isFirst(w string) bool { _, ok := t.first.number[w]; return ok }
