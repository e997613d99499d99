package link

import (
	"math"
	"strings"
)

// maxExtra is how many cells too many a row may have to be put right.
const maxExtra = 3

// Realign puts a row right that has more cells than the table has columns,
// because the quotes around a cell with a delimiter in it were lost: the cells
// that belong together are joined by the delimiter where the row then agrees
// best with the row of ours that it links to. ok is false when it links to none.
func (m *Mapping) Realign(c *Cells, raw []string, width int, delimiter string) (row []string, ok bool) {
	extra := len(raw) - width
	if extra < 1 || extra > maxExtra || width < 1 || m.view != nil {
		return nil, false
	}
	best := math.Inf(-1)
	for at := range width {
		joined := make([]string, 0, width)
		joined = append(joined, raw[:at]...)
		joined = append(joined, strings.Join(raw[at:at+extra+1], delimiter))
		joined = append(joined, raw[at+extra+1:]...)
		c.Reset(joined)
		k, linked := m.Link(c)
		if !linked {
			continue
		}
		if bits := m.agreement(m.probe(c), k.Row, nil); bits > best {
			best, row, ok = bits, joined, true
		}
	}
	return row, ok
}
