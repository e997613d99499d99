package canary

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The word lists help tables too small to teach a name model: see
// vocab/LICENSE.md for where they come from.
//
//go:embed vocab/names.txt
var namesText string

// vocab is a list of given and family names of one locale, in lower case.
type vocab struct{ given, family []string }

var vocabs = sync.OnceValue(func() map[string]vocab {
	all := map[string]vocab{}
	for line := range strings.Lines(namesText) {
		f := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		if len(f) != 3 {
			continue
		}
		v, words := all[f[0]], strings.Split(strings.ToLower(f[2]), " ")
		if f[1] == "given" {
			v.given = words
		} else {
			v.family = words
		}
		all[f[0]] = v
	}
	return all
})

// vocabulary is the word list of a locale, or when that is unknown of the
// script that the names are written in. A table of other scripts gets none.
func vocabulary(locale string, names []string) vocab {
	v, ok := vocabs()[locale]
	if !ok {
		v = vocabs()[byScript(names)]
	}
	if len(names) > 0 && len(v.family) > 0 && isEastern(names[0]) != isEastern(v.family[0]) {
		return vocab{}
	}
	return v
}

func byScript(names []string) string {
	for _, n := range names {
		for _, r := range n {
			switch {
			case unicode.Is(unicode.Hiragana, r), unicode.Is(unicode.Katakana, r):
				return "ja-JP"
			case unicode.Is(unicode.Han, r):
				return "zh-CN"
			case unicode.Is(unicode.Latin, r):
				return "en-US"
			}
		}
	}
	return ""
}

func isEastern(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r > 0x2e80
}

// enough is how many different words teach a model by themselves.
const enough = 300

// newWordsWith learns from the table's words; where new ones are common, they
// are also taken from the vocabulary.
func newWordsWith(sample, extra []string) *words {
	w := newWords(sample)
	if len(sample) == 0 || w.novel < 0.02 || len(extra) == 0 {
		return w
	}
	return w.teach(extra)
}
