package fingerprint

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Joint is a model of how the columns of a table go together. A mark of a
// noted column is a Metropolis step under it: a cell moves from a to b only
// where a and b are both typical of the rest of its row, and with the
// probability min(1, P(b|row)/P(a|row)), decided by a coin of the site. As many
// cells therefore move from b to a as from a to b, in every context that the
// model knows: columns keep their distribution, and so do the pairs of columns.
// Somebody who knows how the columns go together does not find the marks among
// what is unlikely.
//
// P(a|row) is the share of a in its column times, for each of a few other
// columns that tell most of it, the lift of a beside the value found there.
// All is kept in eighths of bits, so that a row is judged alike everywhere.
// Numbers count by their quantile bins, and never move from or to a value on
// which the column heaps.
//
// Only the original row is looked at. Which cells came to be marked is noted
// in the link index, so reading needs none of it: see Marker.Notes.
type Joint struct {
	Fields []JointField `json:"fields"`
}

// JointField is a column as the model knows it.
type JointField struct {
	Column string       `json:"column"`
	Values []string     `json:"values,omitempty"` // words: a bin each, folded; one more bin holds all others
	Edges  []string     `json:"edges,omitempty"`  // numbers: bin i holds what is at least edge i-1 and below edge i
	Heaps  []string     `json:"heaps,omitempty"`  // numbers on which the column heaps
	Share  []byte       `json:"share,omitempty"`  // noted columns: log2 of each bin's share, coded
	Limit  int          `json:"limit,omitempty"`  // how much less likely than the likeliest value a mark may be, in eighths of bits
	Given  []JointGiven `json:"given,omitempty"`
}

// JointGiven is a column that tells something of another one.
type JointGiven struct {
	Column string `json:"column"`
	Lift   []byte `json:"lift"` // per bin of the field, per bin of the column: log2 of P(both)/(P(one) P(other)), coded
}

const (
	perBit   = 8   // units of coded logarithms to a bit
	codeZero = 128 // code of the logarithm 0
)

func coded(log2 float64) byte {
	return byte(codeZero + math.Round(max(-127, min(127, perBit*log2))))
}

// jointModel is a Joint in use, for one goroutine.
type jointModel struct {
	fields []jointColumn // per column of the scheme
	cells  []string
	bins   []int // of the row: -1 where not yet known
}

type jointColumn struct {
	known  bool
	number numberCarrier
	values map[string]int
	edges  []quantity
	heaps  []quantity
	bins   int
	share  []byte
	limit  int
	given  []jointTable
}

type jointTable struct {
	column int
	lift   []byte
}

func newJointModel(j *Joint, columns []Column) (*jointModel, error) {
	m := &jointModel{fields: make([]jointColumn, len(columns)), bins: make([]int, len(columns))}
	index := func(name string) int {
		return slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
	}
	for _, f := range j.Fields {
		at := index(f.Column)
		if at < 0 {
			return nil, &PolicyError{f.Column, "the joint model has a column that the table has not", "register the table again"}
		}
		c, err := newJointColumn(f)
		if err != nil {
			return nil, err
		}
		m.fields[at] = c
	}
	for _, f := range j.Fields {
		c := &m.fields[index(f.Column)]
		for _, g := range f.Given {
			at := index(g.Column)
			if at < 0 || !m.fields[at].known || len(g.Lift) != c.bins*m.fields[at].bins {
				return nil, &PolicyError{f.Column, fmt.Sprintf("the joint model's table beside %q does not fit", g.Column), "register the table again"}
			}
			c.given = append(c.given, jointTable{at, g.Lift})
		}
	}
	return m, nil
}

func newJointColumn(f JointField) (jointColumn, error) {
	c := jointColumn{known: true, number: numberCarrier{step: quantity{coef: 1}}, values: map[string]int{}, share: f.Share, limit: f.Limit}
	for i, v := range f.Values {
		c.values[v] = i
	}
	c.bins = len(f.Values) + 1
	for _, list := range []struct {
		from []string
		to   *[]quantity
	}{{f.Edges, &c.edges}, {f.Heaps, &c.heaps}} {
		for _, text := range list.from {
			q, ok := c.number.quantity(text)
			if !ok {
				return c, &PolicyError{f.Column, fmt.Sprintf("the joint model's %q is no number", text), "register the table again"}
			}
			*list.to = append(*list.to, q)
		}
	}
	if len(c.edges) > 0 {
		c.bins = len(c.edges) + 2 // one more holds what is no number
	}
	if len(f.Share) != 0 && len(f.Share) != c.bins {
		return c, &PolicyError{f.Column, "the joint model's shares do not fit its bins", "register the table again"}
	}
	return c, nil
}

func (m *jointModel) fork() *jointModel {
	return &jointModel{fields: m.fields, bins: make([]int, len(m.bins))}
}

// begin makes cells the row that is judged.
func (m *jointModel) begin(cells []string) {
	m.cells = cells
	for i := range m.bins {
		m.bins[i] = -1
	}
}

func (c *jointColumn) bin(value string) int {
	if len(c.edges) > 0 {
		q, ok := c.number.quantity(value)
		if !ok {
			return c.bins - 1
		}
		return sort.Search(len(c.edges), func(i int) bool { return compare(q, c.edges[i]) < 0 })
	}
	var buf [64]byte
	if i, ok := c.values[string(fold(buf[:0], value))]; ok {
		return i
	}
	return c.bins - 1
}

func (c *jointColumn) heaped(value string) bool {
	if len(c.heaps) == 0 {
		return false
	}
	q, ok := c.number.quantity(value)
	return ok && slices.ContainsFunc(c.heaps, func(h quantity) bool { return compare(q, h) == 0 })
}

func (m *jointModel) binOf(column int) int {
	if m.bins[column] < 0 {
		cell := ""
		if column < len(m.cells) {
			cell = m.cells[column]
		}
		m.bins[column] = m.fields[column].bin(cell)
	}
	return m.bins[column]
}

// score is log2 P(bin | rest of the row) up to a constant, in eighths of bits.
func (m *jointModel) score(c *jointColumn, bin int) int {
	s := int(c.share[bin]) - codeZero
	for _, g := range c.given {
		s += int(g.lift[bin*m.fields[g.column].bins+m.binOf(g.column)]) - codeZero
	}
	return s
}

// best is the score of the likeliest bin.
func (m *jointModel) best(c *jointColumn) int {
	s := m.score(c, 0)
	for b := 1; b < c.bins; b++ {
		s = max(s, m.score(c, b))
	}
	return s
}

// chance is the probability, in 1/65536, with which a cell of the row moves from
// one value to another.
func (m *jointModel) chance(column int, from, to string) uint32 {
	c := &m.fields[column]
	switch {
	case c.share == nil:
		return 1 << 16
	case c.heaped(from) || c.heaped(to):
		return 0
	}
	return m.odds(c, c.bin(from), c.bin(to))
}

// jointModels are the models of a scheme: the strictest of them decides.
type jointModels []*jointModel

func newJointModels(list []*Joint, columns []Column) (jointModels, error) {
	var out jointModels
	for _, j := range list {
		m, err := newJointModel(j, columns)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (s jointModels) fork() jointModels {
	out := make(jointModels, len(s))
	for i, m := range s {
		out[i] = m.fork()
	}
	return out
}

func (s jointModels) begin(cells []string) {
	for _, m := range s {
		m.begin(cells)
	}
}

// accept reports whether a cell of the row may move from one value to another;
// coin is uniform.
func (s jointModels) accept(column int, from, to string, coin uint16) bool {
	for _, m := range s {
		if uint32(coin) >= m.chance(column, from, to) {
			return false
		}
	}
	return true
}

// odds is the probability of a step from one bin to another, in 1/65536.
func (m *jointModel) odds(c *jointColumn, from, to int) uint32 {
	a, b := m.score(c, from), m.score(c, to)
	if min(a, b) < m.best(c)-c.limit {
		return 0
	}
	return power(b - a)
}

// eighths are 65536 * 2^(-i/8), rounded.
var eighths = [perBit]uint32{65536, 60097, 55109, 50535, 46341, 42495, 38968, 35734}

// power is 65536 * min(1, 2^(units/8)).
func power(units int) uint32 {
	if units >= 0 {
		return 1 << 16
	}
	return eighths[-units%perBit] >> min(31, -units/perBit)
}

// coin of a site, for the step of a noted column.
func (s Site) coin() uint16 { return binary.BigEndian.Uint16(s.ID[10:]) }

// KeepNoted is what of a list of models the noted ones of columns need.
func KeepNoted(list []*Joint, columns []Column) []*Joint {
	var out []*Joint
	for _, j := range list {
		if k := j.keep(columns); k != nil {
			out = append(out, k)
		}
	}
	return out
}

func (j *Joint) keep(columns []Column) *Joint {
	noted := func(name string) bool {
		return slices.ContainsFunc(columns, func(c Column) bool { return c.Noted && c.Name == name })
	}
	needed := map[string]bool{}
	for _, f := range j.Fields {
		if noted(f.Column) {
			needed[f.Column] = true
			for _, g := range f.Given {
				needed[g.Column] = true
			}
		}
	}
	out := &Joint{}
	for _, f := range j.Fields {
		if !needed[f.Column] {
			continue
		}
		if !noted(f.Column) {
			f.Share, f.Given, f.Limit = nil, nil, 0
		}
		out.Fields = append(out.Fields, f)
	}
	if len(out.Fields) == 0 {
		return nil
	}
	return out
}
