package fingerprint

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// categoryCarrier makes the two values of a pair interchangeable, such as two
// trades or two regions. Which cells of a column may be exchanged depends on
// the rest of the row: a column with this carrier is noted (see Joint), and a
// mark is made only where the row makes both values plausible.
//
// The class of a value is its pair, the rank its place in it. It survives case,
// width, white space and translation back from codes to the same words; who
// merges the two values of a pair erases its marks.
type categoryCarrier struct {
	pairs [][2]string
	place map[string]pairPlace // by folded value
}

type pairPlace struct{ pair, rank int }

const pairSign = "|"

func newCategory(pairs [][2]string) (categoryCarrier, error) {
	c := categoryCarrier{pairs, map[string]pairPlace{}}
	for i, p := range pairs {
		for rank, v := range p {
			f := string(fold(nil, v))
			if _, taken := c.place[f]; taken || f == "" {
				return c, fmt.Errorf("carrier category: value %q is empty or stands twice", v)
			}
			c.place[f] = pairPlace{i, rank}
		}
	}
	return c, nil
}

func parseCategory(options []string) (Carrier, error) {
	var pairs [][2]string
	for _, o := range options {
		a, b, ok := strings.Cut(o, pairSign)
		v, err1 := url.PathUnescape(a)
		w, err2 := url.PathUnescape(b)
		if !ok || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("carrier category: pair %q is not written like red|blue", o)
		}
		pairs = append(pairs, [2]string{v, w})
	}
	return newCategory(pairs)
}

// escapePair escapes what the specification needs for itself.
var escapePair = strings.NewReplacer("%", "%25", ":", "%3A", pairSign, "%7C")

func (c categoryCarrier) Name() string {
	s := categoryName
	for _, p := range c.pairs {
		s += ":" + escapePair.Replace(p[0]) + pairSign + escapePair.Replace(p[1])
	}
	return s
}

func (c categoryCarrier) Class(value string) (string, int64, bool) {
	var buf [64]byte
	at, ok := c.place[string(fold(buf[:0], value))]
	if !ok {
		return "", 0, false
	}
	return string(fold(nil, c.pairs[at.pair][0])), int64(at.rank), true
}

func (c categoryCarrier) Render(original string, rank int64) (string, bool) {
	at, ok := c.place[string(fold(nil, original))]
	if !ok || rank != 0 && rank != 1 {
		return "", false
	}
	if int(rank) == at.rank {
		return original, true
	}
	listed, word := c.pairs[at.pair][at.rank], c.pairs[at.pair][rank]
	front, body, back := cutBlanks(original)
	if body != listed {
		word = styled(word, body)
	}
	return front + word + back, true
}

// cutBlanks parts a value from the white space around it.
func cutBlanks(v string) (front, body, back string) {
	body = strings.TrimSpace(v)
	at := strings.Index(v, body)
	return v[:at], body, v[at+len(body):]
}

// styled writes word in the case and width of model.
func styled(word, model string) string {
	switch style(model) {
	case upperCase:
		word = strings.ToUpper(word)
	case lowerCase:
		word = strings.ToLower(word)
	}
	if r, _ := utf8.DecodeRuneInString(model); narrow(r) != r {
		word = widen(word)
	}
	return word
}
