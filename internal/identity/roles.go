package identity

import "strings"

// Column is what SuggestRoles looks at. Sample cells of different columns with
// one index belong to one row.
type Column struct {
	Header  string
	Sample  []string
	Guesses []Guess // nil: Classify is asked
}

// Roles are column indices, ascending.
type Roles struct {
	Key      []int // together unique and never empty in the sample; empty when nothing is
	Identity []int
}

// SuggestRoles chooses key and identity columns.
//
// Identity columns say who a person is or where to find them: names,
// addresses, places of living in a table that has persons, phones, e-mails,
// ids, postcodes, dates of birth, and serial numbers long enough to be known
// outside the table. Amounts and categories are not.
//
// The key is the leftmost serial-like column without empty or repeated cells;
// failing that another identity column of that kind; failing that the smallest
// set of up to three identity columns, leftmost first, whose cells together
// differ in every row. Row numbers serve as a key and never as identity.
func SuggestRoles(columns []Column, locale string) Roles {
	kinds := make([]Kind, len(columns))
	people := false
	for i := range columns {
		c := &columns[i]
		if c.Guesses == nil {
			c.Guesses = Classify(c.Header, c.Sample, locale)
		}
		kinds[i] = c.Guesses[0].Kind
		people = people || kinds[i].Person() && kinds[i] != Postcode
	}
	var r Roles
	for i, c := range columns {
		if identifies(kinds[i], c, people) {
			r.Identity = append(r.Identity, i)
		}
	}
	r.Key = suggestKey(columns, kinds, r.Identity, locale)
	return r
}

func identifies(k Kind, c Column, people bool) bool {
	switch k {
	case Serial:
		return longSerials(c.Sample) && c.Guesses[0].Unique > 0.5
	case Date:
		return people && (birth(c.Header) || born(c.Sample))
	case City, Organisation:
		return people
	}
	return k.Person()
}

func longSerials(sample []string) bool {
	strong, n := 0, 0
	for _, v := range sample {
		s, ok := canonicalSerial(v)
		if !ok {
			continue
		}
		n++
		if StrongValue(Serial, s) {
			strong++
		}
	}
	return strong*10 > n*9
}

// born reports whether dates spread over decades and end long ago.
func born(sample []string) bool {
	years, old := 0, 0
	seen := map[string]bool{}
	for _, v := range sample {
		if s, ok := canonicalDate(v, ""); ok {
			years++
			seen[s[:4]] = true
			if s < "2000" {
				old++
			}
		}
	}
	return years > 0 && len(seen) >= 20 && old*2 > years
}

func suggestKey(columns []Column, kinds []Kind, identity []int, locale string) []int {
	rows := 0
	for _, c := range columns {
		rows = max(rows, len(c.Sample))
	}
	k := keyFinder{columns, kinds, locale, rows}
	for _, kind := range []Kind{Serial, NationalID, Email, Phone} {
		for i := range columns {
			if kinds[i] == kind && k.unique(i) {
				return []int{i}
			}
		}
	}
	for _, i := range identity {
		if kinds[i] != Serial && k.unique(i) {
			return []int{i}
		}
	}
	for a := range identity {
		for b := a + 1; b < len(identity); b++ {
			if k.unique(identity[a], identity[b]) {
				return []int{identity[a], identity[b]}
			}
		}
	}
	for a := range identity {
		for b := a + 1; b < len(identity); b++ {
			for c := b + 1; c < len(identity); c++ {
				if k.unique(identity[a], identity[b], identity[c]) {
					return []int{identity[a], identity[b], identity[c]}
				}
			}
		}
	}
	return nil
}

type keyFinder struct {
	columns []Column
	kinds   []Kind
	locale  string
	rows    int
}

// unique reports whether the columns together differ in every row and none of
// their cells is empty.
func (k keyFinder) unique(set ...int) bool {
	seen := make(map[string]bool, k.rows)
	for row := range k.rows {
		var b strings.Builder
		for _, i := range set {
			if row >= len(k.columns[i].Sample) {
				return false
			}
			v, ok := Canonical(k.kinds[i], k.columns[i].Sample[row], k.locale)
			if !ok {
				return false
			}
			b.WriteString(v)
			b.WriteByte(0)
		}
		if seen[b.String()] {
			return false
		}
		seen[b.String()] = true
	}
	return k.rows > 0
}
