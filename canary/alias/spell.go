package alias

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// words.txt is part of the format and never changes: 256 given names, and 512
// family names, of canary/vocab.
//
//go:embed words.txt
var wordsText string

type lists struct {
	given, family []string
	number        [2]map[string]uint64 // of each word
}

var words = sync.OnceValue(func() *lists {
	lines := strings.Split(wordsText, "\n")
	l := &lists{given: strings.Fields(lines[0]), family: strings.Fields(lines[1])}
	for i, list := range [][]string{l.given, l.family} {
		l.number[i] = map[string]uint64{}
		for n, w := range list {
			l.number[i][w] = uint64(n)
		}
	}
	return l
})

// The fields of a code, from its lowest bits.
const (
	givenBits  = 8
	familyBits = 9
	signBits   = 1 // each of two
	letterBits = 24
	digitBits  = 17
)

const (
	consonants = "bdfghklmnprstvwz"
	vowels     = "aeio"
	letters    = 8 // of the made-up word: four syllables of six bits
)

var signs = [2]string{".", "_"}

// spell writes a code: given name, sign, family name, sign, a word of four
// syllables, a number.
func spell(code uint64) string {
	take := func(bits int) uint64 {
		v := code & (1<<bits - 1)
		code >>= bits
		return v
	}
	var b strings.Builder
	b.WriteString(words().given[take(givenBits)])
	family := words().family[take(familyBits)]
	b.WriteString(signs[take(signBits)] + family + signs[take(signBits)])
	for range letters / 2 {
		b.WriteByte(consonants[take(4)])
		b.WriteByte(vowels[take(2)])
	}
	b.WriteString(strconv.FormatUint(take(digitBits), 10))
	return b.String()
}

// read is the inverse of spell.
func read(local string) (code uint64, ok bool) {
	at, bits := 0, 0
	put := func(v uint64, n int) {
		code |= v << bits
		bits += n
	}
	word := func(list int) bool {
		end := strings.IndexAny(local[at:], "._")
		if end < 0 {
			return false
		}
		v, ok := words().number[list][local[at:at+end]]
		put(v, []int{givenBits, familyBits}[list])
		at += end
		return ok
	}
	sign := func() uint64 {
		at++
		return uint64(strings.IndexByte("._", local[at-1]))
	}
	if !word(0) {
		return 0, false
	}
	first := sign()
	if !word(1) {
		return 0, false
	}
	put(first, signBits)
	put(sign(), signBits)
	rest := local[at:]
	if len(rest) <= letters {
		return 0, false
	}
	for i := 0; i < letters; i += 2 {
		c, v := strings.IndexByte(consonants, rest[i]), strings.IndexByte(vowels, rest[i+1])
		if c < 0 || v < 0 {
			return 0, false
		}
		put(uint64(c), 4)
		put(uint64(v), 2)
	}
	n, err := strconv.ParseUint(rest[letters:], 10, digitBits)
	put(n, digitBits)
	return code, err == nil && strconv.FormatUint(n, 10) == rest[letters:]
}
