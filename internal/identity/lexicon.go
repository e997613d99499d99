package identity

import (
	_ "embed"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed vocab/words.tsv
var wordsTSV string

// lexicon says how the words of one kind of value fold.
type lexicon struct {
	forms    map[string]entry
	outcomes map[string]bool   // the forms
	phrases  *strings.Replacer // of Chinese values, anywhere in them; nil for none
	tails    []string          // of Chinese values, at their end
	merge    bool              // single letters in a row are one word: n. w. is nw
	sorted   bool
	letters  bool // a value has letters
	streets  bool // ordinals lose their ending, German streets theirs
}

type entry struct {
	form []byte // never written to
	drop bool
}

type vocabulary struct {
	person, family, address, organisation, place *lexicon
	simple                                       [0xa000 - 0x4e00]rune // 0: as it is
	inert                                        [0xa000 - 0x4e00]bool // see Inert
}

// simplify returns the simplified form of a traditional character.
func (v *vocabulary) simplify(r rune) rune {
	if r < 0x4e00 || r >= 0xa000 || v.simple[r-0x4e00] == 0 {
		return r
	}
	return v.simple[r-0x4e00]
}

var words = sync.OnceValue(func() *vocabulary {
	lists := map[string][][]string{}
	for _, f := range tsv(wordsTSV) {
		lists[f[0]] = append(lists[f[0]], append([]string{f[1]}, strings.Fields(f[2])...))
	}
	v := &vocabulary{}
	for _, row := range lists["simple"] {
		to, _ := utf8.DecodeRuneInString(row[0])
		for _, w := range row[1:] {
			from, _ := utf8.DecodeRuneInString(w)
			v.simple[from-0x4e00] = to
		}
	}
	v.inertIdeographs(lists["address-zh"])
	v.person = &lexicon{forms: forms(lists, "honorific"), tails: flat(lists["honorific-zh-drop"]), sorted: true, letters: true}
	v.family = &lexicon{forms: v.person.forms, tails: v.person.tails, letters: true}
	v.address = &lexicon{forms: forms(lists, "address"), phrases: phrases(lists["address-zh"]), merge: true, streets: true}
	v.address.outcomes = map[string]bool{}
	for _, e := range v.address.forms {
		v.address.outcomes[string(e.form)] = true
	}
	v.organisation = &lexicon{forms: inherit(v.address.forms, forms(lists, "organisation")), phrases: phrases(lists["organisation-zh-drop"]), merge: true, streets: true}
	v.place = &lexicon{forms: inherit(v.address.forms, forms(lists, "place")), tails: flat(lists["place-zh-drop"])}
	return v
})

func forms(lists map[string][][]string, name string) map[string]entry {
	m := map[string]entry{}
	for _, list := range []string{name, name + "-drop"} {
		for _, row := range lists[list] {
			for _, w := range row[1:] {
				form := row[0]
				if form == "-" {
					form = w
				}
				m[w] = entry{slices.Clip([]byte(form)), list != name}
			}
		}
	}
	return m
}

// inherit adds the forms of addresses to own: they turn up in the names of
// companies and towns too, where none is dropped. A form that own spells in
// another way is spelled that way.
func inherit(address, own map[string]entry) map[string]entry {
	for w, e := range address {
		if _, found := own[w]; found {
			continue
		}
		if again, found := own[string(e.form)]; found {
			own[w] = again
		} else {
			own[w] = entry{form: e.form}
		}
	}
	return own
}

func flat(rows [][]string) []string {
	var all []string
	for _, row := range rows {
		all = append(all, row[1:]...)
	}
	return all
}

// phrases makes the replacer of a list, longest phrases first; - becomes a blank.
func phrases(rows [][]string) *strings.Replacer {
	var pairs [][2]string
	for _, row := range rows {
		to := row[0]
		if to == "-" {
			to = " "
		}
		for _, w := range row[1:] {
			pairs = append(pairs, [2]string{w, to})
		}
	}
	sort.SliceStable(pairs, func(i, j int) bool { return len(pairs[i][0]) > len(pairs[j][0]) })
	var args []string
	for _, p := range pairs {
		args = append(args, p[0], p[1])
	}
	return strings.NewReplacer(args...)
}
