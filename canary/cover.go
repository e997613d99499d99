package canary

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"telltale/internal/key"
)

// Cover are real rows that only some copies hold, so that recipients who
// compare copies cannot tell canaries from them by the number of copies that
// hold a row: for the canaries that one copy alone has, rows that hardly a
// copy has; for shared canaries, rows that a copy has with the same chance.
// Which rows these are is a matter of the dataset's secret and the row's key.
//
// A nil *Cover has none.
type Cover struct {
	prf    key.PRF
	groups []coverGroup
}

// coverGroup is a share of the rows that a copy holds with the same chance.
type coverGroup struct {
	share, held float64
}

// coverHeld is the chance that a copy has a row that covers unique canaries.
// Of those that one of five copies has, nine of ten are in one alone.
const coverHeld = 0.05

// MostCovered is the largest share of the rows that Cover may leave out of a copy.
const MostCovered = 0.5

// NewCover covers copies of a table of so many rows with that many unique
// canaries each and shared canaries of those biases, by ratio rows for each
// canary that a coalition sees. secret is the one labelled "cover/DATASET". It
// is nil for a ratio or a table of 0.
func NewCover(secret key.Secret, rows int64, unique int, biases []float64, ratio float64) *Cover {
	if ratio <= 0 || rows <= 0 || unique+len(biases) == 0 {
		return nil
	}
	each := ratio / float64(rows)
	c := &Cover{prf: secret.PRF(), groups: []coverGroup{{each * float64(unique) / coverHeld, coverHeld}}}
	for p, n := range tally(biases) {
		c.groups = append(c.groups, coverGroup{each * float64(n), p})
	}
	slices.SortFunc(c.groups, func(a, b coverGroup) int { return cmp.Compare(a.held, b.held) })
	return c
}

func tally(list []float64) map[float64]int {
	counts := map[float64]int{}
	for _, v := range list {
		counts[v]++
	}
	return counts
}

// ReadCover reads what Bytes wrote; secret is the same.
func ReadCover(secret key.Secret, b []byte) (*Cover, error) {
	if len(b)%16 != 0 {
		return nil, fmt.Errorf("cover: %d bytes", len(b))
	}
	c := &Cover{prf: secret.PRF()}
	for ; len(b) > 0; b = b[16:] {
		g := coverGroup{math.Float64frombits(binary.BigEndian.Uint64(b)), math.Float64frombits(binary.BigEndian.Uint64(b[8:]))}
		if !(g.share >= 0 && g.share <= 1 && g.held >= 0 && g.held <= 1) {
			return nil, fmt.Errorf("cover: share %g, held %g", g.share, g.held)
		}
		c.groups = append(c.groups, g)
	}
	return c, nil
}

// Bytes are what a registry keeps: of each group the share of the rows and the
// chance that a copy holds one, as IEEE 754 doubles, big-endian. They are no
// secret. A cover of none has none.
func (c *Cover) Bytes() []byte {
	var out []byte
	if c != nil {
		for _, g := range c.groups {
			out = binary.BigEndian.AppendUint64(out, math.Float64bits(g.share))
			out = binary.BigEndian.AppendUint64(out, math.Float64bits(g.held))
		}
	}
	return out
}

// Rate is the chance, from 0 to 1, with which the row of that key is left out
// of each copy; 0 for most rows. It is safe for concurrent use.
func (c *Cover) Rate(rowKey [16]byte) float64 {
	if c == nil {
		return 0
	}
	return c.RateAt(c.Number(rowKey))
}

// Number is the row's uniform number, 0 to 1, that decides on its group. It is
// the same for all covers of one secret.
func (c *Cover) Number(rowKey [16]byte) float64 {
	out := c.prf.Block(rowKey)
	return float64(binary.BigEndian.Uint64(out[:])>>11) / (1 << 53)
}

// RateAt is Rate of a row with that number.
func (c *Cover) RateAt(u float64) float64 {
	if c == nil {
		return 0
	}
	for _, g := range c.groups {
		if u < g.share {
			return 1 - g.held
		}
		u -= g.share
	}
	return 0
}

// TooMuch reports whether the table is too small for that many covered canaries:
// a copy would lack more than MostCovered of the rows, or rows are wanting.
func (c *Cover) TooMuch() bool {
	taken := 0.0
	if c != nil {
		for _, g := range c.groups {
			taken += g.share
		}
	}
	return taken > 1 || c.Lost() > MostCovered
}

// Lost is the expected share of the rows that is left out of a copy.
func (c *Cover) Lost() float64 {
	sum := 0.0
	if c != nil {
		for _, g := range c.groups {
			sum += g.share * (1 - g.held)
		}
	}
	return sum
}

// Copies says how the copies of a table were made, for what a coalition sees.
type Copies struct {
	Rows     int64     // of the table that copies may hold
	Unique   int       // canaries of each copy
	Biases   []float64 // of shared canaries: the chance that a copy has one
	Withheld float64   // rate at which every row is left out of a copy
	Cover    *Cover
	Meet     float64 // chance that a unique canary meets one of another copy, see Profile.Meet
}

// Comparison is what k recipients see who compare their copies: expected
// numbers of rows and of canaries by how many of the k copies hold them.
type Comparison struct {
	Rows, Canaries []float64 // of 0 to k copies
	Met            float64   // unique canaries in whose place another copy has a different one: they show at once
}

// Compare expects what k recipients see.
func (c Copies) Compare(k int) Comparison {
	out := Comparison{Rows: make([]float64, k+1), Canaries: make([]float64, k+1)}
	rest := 1.0
	if c.Cover != nil {
		for _, g := range c.Cover.groups {
			spread(out.Rows, float64(c.Rows)*g.share, min(g.held, 1-c.Withheld))
			rest -= g.share
		}
	}
	spread(out.Rows, float64(c.Rows)*rest, 1-c.Withheld)
	out.Canaries[1] += float64(k * c.Unique)
	out.Met = float64(k*c.Unique) * (1 - math.Pow(1-c.Meet, float64(k-1)))
	for _, p := range c.Biases {
		spread(out.Canaries, 1, p)
	}
	return out
}

// spread adds n times the binomial distribution of the copies that hold
// something which each holds with chance p.
func spread(to []float64, n, p float64) {
	k := len(to) - 1
	ways := 1.0
	for j := range to {
		to[j] += n * ways * math.Pow(p, float64(j)) * math.Pow(1-p, float64(k-j))
		ways = ways * float64(k-j) / float64(j+1)
	}
}

// Partial are the expected rows and canaries that some of the copies hold and
// others do not.
func (c Comparison) Partial() (rows, canaries float64) {
	for j := 1; j < len(c.Rows)-1; j++ {
		rows, canaries = rows+c.Rows[j], canaries+c.Canaries[j]
	}
	return rows, canaries
}

// AUC is the area under the ROC curve of whoever sorts what not all copies
// hold by how much likelier it is a canary, given in how many copies it is, the
// canaries that met first: 0.5 where that tells nothing, 1 where no row hides a
// canary.
func (c Comparison) AUC() float64 {
	rows, canaries := c.Partial()
	if canaries == 0 {
		return 0.5
	}
	if rows == 0 {
		return 1
	}
	hidden := slices.Clone(c.Canaries)
	hidden[1] -= c.Met
	var order []int
	for j := 1; j < len(c.Rows)-1; j++ {
		if c.Rows[j]+hidden[j] > 0 {
			order = append(order, j)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.Rows[a]*hidden[b], c.Rows[b]*hidden[a]) })
	area, before := c.Met/canaries, 0.0
	for _, j := range order {
		x, y := c.Rows[j]/rows, hidden[j]/canaries
		area += y * (1 - before - x/2)
		before += x
	}
	return area
}
