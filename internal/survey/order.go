package survey

import (
	"math/big"
	"strings"
)

// order tells whether a column is in order throughout, as numbers or as text,
// ascending or descending.
type order struct {
	seen             bool
	broken           bool // a cell that has no place in an order
	last             string
	lastNumber       *big.Rat
	asNumber, asText direction
}

// direction tracks whether a sequence only rises or only falls.
type direction struct{ rose, fell bool }

func (d *direction) add(cmp int) {
	d.rose = d.rose || cmp > 0
	d.fell = d.fell || cmp < 0
}

func (d direction) sorted() bool { return d.rose != d.fell }

func (o *order) add(cell string) {
	if o.broken || o.asNumber.rose && o.asNumber.fell && o.asText.rose && o.asText.fell {
		o.broken = true
		return
	}
	cell = strings.TrimSpace(cell)
	number := parseNumber(cell)
	switch {
	case cell == "":
		o.broken = true
	case o.seen:
		o.asText.add(strings.Compare(cell, o.last))
		if number == nil || o.lastNumber == nil {
			o.asNumber = direction{true, true}
		} else {
			o.asNumber.add(number.Cmp(o.lastNumber))
		}
	}
	o.seen, o.last, o.lastNumber = true, cell, number
}

func (o *order) sorted() bool {
	return o.seen && !o.broken && (o.asNumber.sorted() || o.asText.sorted() && o.lastNumber == nil)
}

func parseNumber(cell string) *big.Rat {
	if cell == "" || len(cell) > 40 || strings.Trim(cell, "+-0123456789.") != "" {
		return nil
	}
	n, ok := new(big.Rat).SetString(cell)
	if !ok {
		return nil
	}
	return n
}
