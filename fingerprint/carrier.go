package fingerprint

import (
	"fmt"
	"strings"
)

const noCarrier = "none"

// Carrier says which values of a column are interchangeable. Everything keyed
// is done by its caller.
//
// Its laws, for every value v with Class(v) = c, r, true:
//
//	Render(v, r) = v, true
//	Render(v, s) = w, true  implies  Class(w) = c, s, true
//	Class(w) = c, r, true   for every w that writes v in another of the
//	                        formats that the carrier names
//
// Render keeps width, case, script and decimal places of the original.
type Carrier interface {
	// Name is the specification that ParseCarrier makes the same carrier of.
	// It is stored with the scheme and never gets another meaning.
	Name() string
	// Class gives what all values interchangeable with value have in common,
	// and the rank of value among them. The label of a value is the parity of
	// its rank.
	Class(value string) (class string, rank int64, ok bool)
	// Render returns original, changed as little as possible, with that rank.
	// ok is false when no such value could stand in its place.
	Render(original string, rank int64) (value string, ok bool)
}

// ranker is a carrier that can rank a value without building its class.
type ranker interface {
	Rank(value string) (rank int64, ok bool)
}

type classRanker struct{ Carrier }

func (c classRanker) Rank(value string) (int64, bool) {
	_, rank, ok := c.Class(value)
	return rank, ok
}

func rankerOf(c Carrier) ranker {
	if r, ok := c.(ranker); ok {
		return r
	}
	return classRanker{c}
}

// ParseCarrier makes a carrier of its specification. locale (BCP 47, may be
// empty) settles what a value alone cannot: whether 01/02/2006 is in January
// or February.
//
//	number[:STEP][:comma][:short]  numbers that move by STEP (default 1), a decimal such as 0.01 or 5;
//	                               comma: "1,234" is a decimal; short: the column writes no trailing zeros
//	time[:UNIT][:dmy|:mdy]         dates and times that move by UNIT: s, m, h or d (default: the finest shown)
//	text                           equivalent spellings of street types, company forms and the like
//	natural[:STEP][:comma][:short] numbers that keep their roundness: 1200 moves by 100, 19.99 by 1, 417 by 1
//	coordinate[:DECIMALS]          degrees that move by one of their last decimals (2 to 7, default 5)
//	category:A|B[:C|D...]          values that may stand for each other in pairs, where the row makes both plausible;
//	                               % : and | in them are escaped as in a URL
//	form:space|phone|web|name|person|number
//	                               how a value is written; fragile: cleaning undoes it
//	none                           no marks
func ParseCarrier(spec, locale string) (Carrier, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	var options []string
	if rest != "" {
		options = strings.Split(rest, ":")
	}
	switch kind {
	case "number":
		return parseNumber(options)
	case "time":
		return parseTime(options, locale)
	case categoryName:
		return parseCategory(options)
	case coordinateName:
		return parseCoordinate(options)
	case formName:
		return parseForm(options)
	case naturalName:
		return parseNatural(options)
	case "text":
		if len(options) > 0 {
			return nil, fmt.Errorf("carrier %q: text takes no options", spec)
		}
		return textCarrier{}, nil
	case noCarrier, "":
		return nothing{}, nil
	}
	return nil, fmt.Errorf("carrier %q is unknown", spec)
}

// nothing carries no marks.
type nothing struct{}

func (nothing) Name() string                        { return noCarrier }
func (nothing) Class(string) (string, int64, bool)  { return "", 0, false }
func (nothing) Render(string, int64) (string, bool) { return "", false }
