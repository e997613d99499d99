package canary

import "slices"

// Spread is how often the values of a column occur in the whole table: the
// exact counts of those values whose hashes are smallest, which are a uniform
// choice of all values (bottom-k sampling, Cohen & Kaplan 2007). A value that is
// among the smallest at the end was so from its first row on, so no row of it
// was missed.
type Spread struct {
	Values []Counted // ascending by hash
}

// Counted is a value by its hash.
type Counted struct {
	Hash uint64
	Rows int64
}

const spreadValues = 512

// add reports whether the value was among the counted ones already.
func (s *Spread) add(h uint64, rows int64) (again bool) {
	at, found := slices.BinarySearchFunc(s.Values, h, func(c Counted, h uint64) int {
		switch {
		case c.Hash < h:
			return -1
		case c.Hash > h:
			return 1
		}
		return 0
	})
	switch {
	case found:
		s.Values[at].Rows += rows
	case at < spreadValues:
		s.Values = slices.Insert(s.Values, at, Counted{h, rows})
		s.Values = s.Values[:min(len(s.Values), spreadValues)]
	}
	return found
}

// merge adds the counts of further rows. Values that either half let go are
// dropped: only hashes below both ends were counted in full.
func (s *Spread) merge(t Spread) {
	limit := ^uint64(0)
	for _, x := range []*Spread{s, &t} {
		if len(x.Values) == spreadValues {
			limit = min(limit, x.Values[spreadValues-1].Hash)
		}
	}
	for _, c := range t.Values {
		s.add(c.Hash, c.Rows)
	}
	for n := len(s.Values); n > 0 && s.Values[n-1].Hash > limit; n-- {
		s.Values = s.Values[:n-1]
	}
}

// alone estimates the chance that a value of which a sample of so many filled
// cells, among them so many values seen once, holds one cell occurs in no
// other row of the table.
func (s Spread) alone(cells, once int) float64 {
	rows, single := int64(0), int64(0)
	for _, c := range s.Values {
		rows += c.Rows
		if c.Rows == 1 {
			single++
		}
	}
	if rows == 0 || once == 0 {
		return 1
	}
	return min(float64(single)/float64(rows)*float64(cells)/float64(once), 1)
}

// repeated is the share of the filled cells that have a value of other rows.
func (s Spread) repeated() float64 {
	rows, several := int64(0), int64(0)
	for _, c := range s.Values {
		rows += c.Rows
		if c.Rows > 1 {
			several += c.Rows
		}
	}
	return float64(several) / float64(max(rows, 1))
}
