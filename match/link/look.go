package link

import (
	"slices"
	"strings"
)

// look is a sample with its entries under every pair of columns.
type look struct {
	l       *Linker
	rows    [][]string
	cells   []*Cells
	width   int
	entries [][]entry // per pair leak*fields+field, per row
	pairs   []pair
}

func (l *Linker) look(sample [][]string) *look {
	s := &look{l: l}
	for _, row := range sample {
		s.width = max(s.width, len(row))
	}
	n := min(maxSample, max(minSample, maxPairs/max(1, s.width*len(l.fields))))
	for i := range min(n, len(sample)) { // spread over the sample
		row := slices.Clone(sample[i*len(sample)/min(n, len(sample))])
		for len(row) < s.width {
			row = append(row, "")
		}
		c := NewCells(l.spec.Locale)
		c.Reset(row)
		s.rows, s.cells = append(s.rows, row), append(s.cells, c)
	}
	for c := range s.width {
		for f := range l.fields {
			s.pair(c, f)
		}
	}
	return s
}

func (s *look) pair(c, f int) {
	l := s.l
	p := pair{leak: c, field: f}
	entries := make([]entry, len(s.rows))
	one := 0
	for i, cells := range s.cells {
		entries[i] = l.fields[f].entryOf(cells, c)
		if entries[i].tag == 0 {
			continue
		}
		p.seen++
		if rows := l.lists[f].find(entries[i].hash); len(rows) > 0 {
			p.hits++
			if len(rows) == 1 {
				one++
			}
		}
	}
	if p.hits > 0 {
		p.unique = float64(one) / float64(p.hits)
		p.density = s.density(c, f)
	}
	s.entries, s.pairs = append(s.entries, entries), append(s.pairs, p)
}

// density is the share of values made up beside the leaked ones that the list
// holds too. Row numbers and unbroken series are dense: that a foreign value
// is in the list then says nothing.
func (s *look) density(c, f int) float64 {
	asked, held := 0, 0
	for _, cells := range s.cells {
		v, ok := cells.Canonical(c, s.l.fields[f].kind)
		if !ok {
			continue
		}
		for i := range probes {
			near, ok := neighbour(v, i)
			if !ok {
				break
			}
			asked++
			if len(s.l.lists[f].find(s.l.fields[f].digest(near).hash)) > 0 {
				held++
			}
		}
	}
	if asked == 0 {
		return 0
	}
	return float64(held) / float64(asked)
}

// neighbour changes the last run of digits of v by a little.
func neighbour(v string, i int) (string, bool) {
	end := strings.LastIndexAny(v, "0123456789") + 1
	start := end
	for start > 0 && end-start < 9 && v[start-1] >= '0' && v[start-1] <= '9' {
		start--
	}
	if start == end {
		return "", false
	}
	digits, limit, n := []byte(v[start:end]), 1, 0
	for _, d := range digits {
		limit, n = limit*10, n*10+int(d-'0')
	}
	offset := [probes]int{1, -1, 2, -2, 5, -7, 13, -19}[i]
	if n += offset; n < 0 || n >= limit || digits[0] == '0' && len(digits) == 1 {
		return "", false
	}
	width := len(digits)
	if v[0] != '0' && start == 0 {
		width = 1 // numbers have no leading zeros to keep
	}
	return v[:start] + pad(n, width) + v[end:], true
}

func pad(n, width int) string {
	var b []byte
	for ; n > 0 || len(b) == 0 || len(b) < width; n /= 10 {
		b = append(b, byte('0'+n%10))
	}
	slices.Reverse(b)
	return string(b)
}
