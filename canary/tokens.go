package canary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/key"
)

// tokens are the words in the phrases of a column.
type tokens struct {
	counts map[string]int
	words  *words
}

func newTokens(values []string) *tokens {
	var all []string
	for _, v := range values {
		for w := range lettersIn(v) {
			all = append(all, strings.ToLower(v[w[0]:w[1]]))
		}
	}
	t := &tokens{counts: map[string]int{}, words: newWords(all)}
	for _, w := range all {
		t.counts[w]++
	}
	return t
}

// lettersIn yields the runs of letters of v.
func lettersIn(v string) func(yield func([2]int) bool) {
	return func(yield func([2]int) bool) {
		from := -1
		for i, r := range v {
			letter := unicode.IsLetter(r)
			if letter && from < 0 {
				from = i
			} else if !letter && from >= 0 {
				if !yield([2]int{from, i}) {
					return
				}
				from = -1
			}
		}
		if from >= 0 {
			yield([2]int{from, len(v)})
		}
	}
}

// respell spells every word anew that at most so many rows of the column have.
func (t *tokens) respell(st *key.Stream, v string, most int) string {
	var out strings.Builder
	done := 0
	for at := range lettersIn(v) {
		w := v[at[0]:at[1]]
		if n := t.counts[strings.ToLower(w)]; n == 0 || n > most || utf8.RuneCountInString(w) < shortest && !(most > 1 && isEastern(w)) {
			continue
		}
		for range 8 {
			if s, ok := t.words.chain.draw(st); ok && t.counts[s] == 0 {
				out.WriteString(v[done:at[0]])
				out.WriteString(likeCase(w, s))
				done = at[1]
				break
			}
		}
	}
	return out.String() + v[done:]
}

// phrase is a value like old, in part another's, with words that are nobody
// else's spelt anew.
func (m *model) phrase(st *key.Stream, i int, old string) string {
	return m.tokens[i].respell(st, m.headed(st, i, strings.TrimSpace(old)), 1)
}
