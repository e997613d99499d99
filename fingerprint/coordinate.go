package fingerprint

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"telltale/internal/identity"
)

const coordinateName = "coordinate"

// coordinateCarrier makes degrees of latitude or longitude interchangeable that
// are a few metres apart: with four decimals a step is 11 metres, with five 1.1.
//
// The rank is the number of steps to which the value rounds, the class what
// rounding takes away; a mark moves the value by one step. It therefore survives
// rounding to the decimals of its step and any finer one, a hemisphere letter in
// place of the sign, a degree sign, a decimal comma, and trailing zeros. Rounding
// coarser erases it.
type coordinateCarrier struct {
	decimals int
	number   numberCarrier
}

const (
	leastDecimals = 2
	mostDecimals  = 7
)

func parseCoordinate(options []string) (Carrier, error) {
	c := coordinateCarrier{decimals: 5, number: numberCarrier{step: quantity{coef: 1}}}
	if len(options) > 1 {
		return nil, fmt.Errorf("carrier coordinate takes one option, the number of decimals")
	}
	if len(options) == 1 {
		n, err := strconv.Atoi(options[0])
		if err != nil || n < leastDecimals || n > mostDecimals {
			return nil, fmt.Errorf("carrier coordinate: %q decimals, want %d to %d", options[0], leastDecimals, mostDecimals)
		}
		c.decimals = n
	}
	return c, nil
}

func (c coordinateCarrier) Name() string { return coordinateName + ":" + strconv.Itoa(c.decimals) }

// degrees reads a value: its numeral without a hemisphere or degree sign, and
// whether it lies south or west.
func (c coordinateCarrier) degrees(value string) (n numeral, body string, ok bool) {
	front, body, back := cutHemisphere(value)
	if n, ok = parseNumeral(body, false); !ok || n.scale < c.decimals {
		if n, ok = parseNumeral(body, true); !ok || n.scale < c.decimals {
			return n, body, false
		}
	}
	if front != 0 && back != 0 || n.negative && front+back != 0 {
		return n, body, false
	}
	if h := front + back; h == 'S' || h == 'W' {
		n.negative = true
	}
	return n, body, n.coef <= 180*pow10[min(n.scale, 15)]
}

// cutHemisphere takes a letter of N, E, S and W, a degree sign and blanks off
// both ends.
func cutHemisphere(value string) (front rune, body string, back rune) {
	body = strings.TrimSpace(value)
	first, size := utf8.DecodeRuneInString(body)
	if h := hemisphere(first); h != 0 {
		front, body = h, strings.TrimSpace(body[size:])
	}
	for range 2 {
		runes := []rune(body)
		if len(runes) == 0 {
			break
		}
		last := runes[len(runes)-1]
		if h := hemisphere(last); h != 0 && back == 0 {
			back = h
		} else if last != '°' && last != 'º' {
			break
		}
		body = strings.TrimSpace(string(runes[:len(runes)-1]))
	}
	return front, body, back
}

func hemisphere(r rune) rune {
	switch r = narrow(r); r {
	case 'N', 'E', 'S', 'W':
		return r
	case 'n', 'e', 's', 'w':
		return r - 'a' + 'A'
	}
	return 0
}

// split parts a magnitude into steps, rounded to the nearest, and the rest.
func (c coordinateCarrier) split(n numeral) (rank, rest int64) {
	unit := pow10[n.scale-c.decimals]
	rank = (n.coef + unit/2) / unit
	return rank, n.coef - rank*unit
}

func (c coordinateCarrier) Class(value string) (string, int64, bool) {
	n, _, ok := c.degrees(value)
	if !ok {
		return "", 0, false
	}
	rank, rest := c.split(n)
	class := ""
	if n.negative {
		class = "-"
	}
	if rest != 0 {
		sign := "+"
		if rest < 0 {
			sign, rest = "-", -rest
		}
		class += sign + strings.TrimRight(decimal(rest, n.scale), "0")
	}
	return class, rank, rank > 0
}

// quantity places a value on the line from south to north, or west to east.
func (c coordinateCarrier) quantity(value string) (quantity, bool) {
	n, _, ok := c.degrees(value)
	if n.negative {
		n.coef = -n.coef
	}
	return quantity{n.coef, uint8(n.scale)}, ok
}

func (c coordinateCarrier) Render(original string, rank int64) (string, bool) {
	n, body, ok := c.degrees(original)
	if !ok || rank <= 0 || rank > 180*pow10[c.decimals] {
		return "", false
	}
	own, rest := c.split(n)
	if own <= 0 {
		return "", false
	}
	if rank == own {
		return original, true
	}
	v := rank*pow10[n.scale-c.decimals] + rest
	if v <= 0 || n.coef%10 != 0 && v%10 == 0 || v > 180*pow10[n.scale] {
		return "", false // a last digit that falls away would show
	}
	out, ok := n.rewrite(body, v, n.scale, false)
	return strings.Replace(original, body, out, 1), ok
}

// coordinateWords in a header say that its numbers are places on the globe.
var coordinateWords = []string{"lat", "latitude", "lon", "lng", "long", "longitude"}

var coordinateSigns = []string{"经度", "纬度"}

// suggestCoordinate tells columns of degrees by their header, range and
// decimals.
func suggestCoordinate(header string, cells []string) string {
	named := false
	for _, w := range headerWords(header) {
		for _, known := range coordinateWords {
			named = named || w == known
		}
	}
	for _, s := range coordinateSigns {
		named = named || strings.Contains(header, s)
	}
	if !named {
		return noCarrier
	}
	for decimals := int64(5); decimals >= 3; decimals-- {
		c := coordinateCarrier{decimals: int(decimals), number: numberCarrier{step: quantity{coef: 1}}}
		if share(cells, c) >= minParse {
			return c.Name()
		}
	}
	return noCarrier
}

// coordinateKind tells whether a column's kind does not speak against degrees.
func coordinateKind(k identity.Kind) bool { return k == identity.Number || k == "" }
