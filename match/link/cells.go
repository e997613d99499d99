package link

import (
	"slices"

	"telltale/internal/identity"
)

// Cells gives the canonical values of one leaked row, each made once however
// many indexes, and canaries, are asked for it. It is not for concurrent use.
type Cells struct {
	locale string
	raw    []string
	made   []canonical
	age    uint32
	probe  probe // room for Mapping.probe
}

type canonical struct {
	value string
	ok    bool
	age   uint32
}

var kinds = identity.Kinds()

// NewCells returns an empty row of tables with that locale.
func NewCells(locale string) *Cells { return &Cells{locale: locale} }

// Reset makes c stand for another row.
func (c *Cells) Reset(raw []string) {
	c.raw = raw
	c.age++
	if n := len(raw) * len(kinds); n > len(c.made) {
		c.made = append(c.made, make([]canonical, n-len(c.made))...)
	}
}

// Len is the number of columns.
func (c *Cells) Len() int { return len(c.raw) }

// Raw returns a cell as it stands in the leak.
func (c *Cells) Raw(column int) string { return c.raw[column] }

// Canonical is identity.Canonical of a cell.
func (c *Cells) Canonical(column int, k identity.Kind) (string, bool) {
	number := slices.Index(kinds, k)
	if number < 0 {
		return identity.Canonical(k, c.raw[column], c.locale)
	}
	slot := &c.made[column*len(kinds)+number]
	if slot.age != c.age {
		v, ok := identity.Canonical(k, c.raw[column], c.locale)
		*slot = canonical{v, ok, c.age}
	}
	return slot.value, slot.ok
}

// entryOf indexes a leaked cell as if it stood in the column of f.
func (f *field) entryOf(c *Cells, column int) entry {
	cell := c.raw[column]
	if blank(cell) {
		return entry{}
	}
	if f.carrier != nil {
		return f.entry(cell, c.locale)
	}
	if v, ok := c.Canonical(column, f.kind); ok {
		return f.digest(v)
	}
	return f.fold(cell)
}
