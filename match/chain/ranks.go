package chain

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	maxRanked   = 1 << 10 // values of a column of which the order is kept
	leastRanked = 0.9     // share of the cells that have to be dates or numbers
)

// ranking gathers the order of a column's values, as long as there are few:
// buyers take ranges of days and amounts.
type ranking struct {
	of          map[uint16]moment // by the cell's hash
	cells, read int
	first       int // dates whose first part is over 12, and thus a day
	second      int
	full        bool
}

// moment is a number, or a date whose day and month may stand either way.
type moment struct {
	number float64
	a, b   int // of a date that ends in its year
}

func (r *ranking) add(hash uint16, cell string) {
	if r.full || hash == 0 || cell == "" {
		return
	}
	r.cells++
	if was, ok := r.of[hash]; ok && was == (moment{}) {
		return
	} else if ok {
		r.read++
		return
	}
	if r.of == nil {
		r.of = map[uint16]moment{}
	}
	m, ok := momentOf(cell)
	if ok {
		r.read++
		r.first += int(bit(m.a > 12))
		r.second += int(bit(m.b > 12))
	} else {
		m = moment{}
	}
	r.of[hash] = m
	if len(r.of) > maxRanked {
		r.full, r.of = true, nil
	}
}

// ranks lists the values in ascending order; nil when they have none.
func (r *ranking) ranks() []uint16 {
	if r.full || len(r.of) < 3 || float64(r.read) < leastRanked*float64(r.cells) {
		return nil
	}
	type value struct {
		hash uint16
		at   float64
	}
	var list []value
	for hash, m := range r.of {
		if m != (moment{}) {
			list = append(list, value{hash, m.at(r.second > r.first)})
		}
	}
	slices.SortFunc(list, func(x, y value) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.hash, y.hash)) })
	out := make([]uint16, len(list))
	for i, v := range list {
		out[i] = v.hash
	}
	return out
}

// at orders moments; american dates name the month first.
func (m moment) at(american bool) float64 {
	if m.a == 0 {
		return m.number
	}
	day, month := m.a, m.b
	if american {
		day, month = month, day
	}
	return m.number + float64(100*month+day)
}

// momentOf reads a number, or a date with its year at either end; what follows
// a date, such as a time, does not count.
func momentOf(s string) (moment, bool) {
	s = strings.TrimSpace(s)
	if x, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) {
		return moment{number: x}, true
	}
	var p [3]int
	rest := s
	for i := range p {
		n := 0
		for n < len(rest) && n < 4 && rest[n] >= '0' && rest[n] <= '9' {
			p[i] = 10*p[i] + int(rest[n]-'0')
			n++
		}
		if n == 0 || i < 2 && (n == len(rest) || !strings.ContainsRune("-/.", rune(rest[n]))) {
			return moment{}, false
		}
		if rest = rest[n:]; i < 2 {
			rest = rest[1:]
		}
	}
	switch {
	case p[0] > 999 && p[1] <= 12 && p[2] <= 31:
		return moment{number: float64(10000*p[0] + 100*p[1] + p[2])}, true
	case p[2] > 999 && p[0] > 0 && p[0] <= 31 && p[1] > 0 && p[1] <= 31:
		return moment{number: float64(10000 * p[2]), a: p[0], b: p[1]}, true
	}
	return moment{}, false
}

// mergeRanks puts orders of the same values together: what stands in one only
// goes behind the value that it follows there.
func mergeRanks(lists [][]uint16) []uint16 {
	lists = slices.Clone(lists)
	slices.SortStableFunc(lists, func(a, b []uint16) int { return cmp.Compare(len(b), len(a)) })
	var out []uint16
	have := map[uint16]bool{}
	for _, list := range lists {
		var next []uint16
		fresh := map[uint16][]uint16{} // by the known value before them
		before := uint16(0)
		for _, v := range list {
			if have[v] {
				before = v
			} else {
				fresh[before] = append(fresh[before], v)
			}
		}
		next = append(next, fresh[0]...)
		for _, v := range out {
			next = append(next, v)
			next = append(next, fresh[v]...)
		}
		for _, v := range list {
			have[v] = true
		}
		out = next
	}
	return out
}
