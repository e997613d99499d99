package link

import (
	"slices"
	"strings"
)

// A view adds columns to a leaked table that are made of its own: the pieces of
// cells that several of our columns were merged into ("email:phone:name",
// "Suite 5, Main St, Springfield IL 62701"), and neighbours put together that
// one column of ours was split into.
type view struct {
	width int // columns of the leak itself; those of the view come after
	made  []derivation
	used  []bool // per derivation; nil: all
}

// derivation makes a cell of others. Ranges are half open; negative ends count
// from the right, and a last end of 0 is the end.
type derivation struct {
	column   int
	join     int    // how many neighbours to the right are put to it
	glue     string // what is put between them
	sep      string // the cell is cut at it; "": it is not
	from, to int
	words    bool // what is left is cut into words
	first    int
	last     int
}

func (d derivation) of(raw []string) string {
	if d.column+d.join >= len(raw) {
		return ""
	}
	if d.join > 0 {
		return strings.Join(raw[d.column:d.column+d.join+1], d.glue)
	}
	v := raw[d.column]
	if d.sep != "" {
		v = strings.Join(cut(strings.Split(v, d.sep), d.from, d.to), d.sep)
	}
	if d.words {
		v = strings.Join(cut(strings.Fields(v), d.first, d.last), " ")
	}
	return strings.TrimSpace(v)
}

// cut is list[from:to], nothing where that does not exist.
func cut(list []string, from, to int) []string {
	n := len(list)
	if from < 0 {
		from += n
	}
	if to <= 0 {
		to += n
	}
	if from < 0 || to > n || from >= to {
		return nil
	}
	return list[from:to]
}

// widen appends the columns of the view to a row.
func (v *view) widen(dst, raw []string) []string {
	dst = append(dst[:0], raw[:min(v.width, len(raw))]...)
	for len(dst) < v.width {
		dst = append(dst, "")
	}
	for i, d := range v.made {
		cell := ""
		if v.used == nil || v.used[i] {
			cell = d.of(raw)
		}
		dst = append(dst, cell)
	}
	return dst
}

const (
	separators = ",;:|\t/" // where cells may have been put together
	maxPieces  = 6
	maxMade    = 160 // columns of a view
)

// newView proposes what the columns of a sample may be made of, nil for
// nothing.
func newView(sample [][]string) *view {
	v := &view{}
	for _, row := range sample {
		v.width = max(v.width, len(row))
	}
	for c := range v.width {
		v.addPieces(sample, c)
	}
	for c := range v.width - 1 {
		v.made = append(v.made, derivation{column: c, join: 1, glue: " "}, derivation{column: c, join: 1})
		if c+2 < v.width {
			v.made = append(v.made, derivation{column: c, join: 2, glue: " "}, derivation{column: c, join: 2, glue: "-"})
		}
	}
	if len(v.made) == 0 {
		return nil
	}
	v.made = v.made[:min(len(v.made), maxMade)]
	return v
}

// addPieces proposes the pieces of one column.
func (v *view) addPieces(sample [][]string, c int) {
	var cells []string
	for i := 0; i < len(sample); i += 1 + len(sample)/200 {
		if c < len(sample[i]) && !blank(sample[i][c]) {
			cells = append(cells, sample[i][c])
		}
	}
	whole := true
	for _, sep := range separators {
		if n := pieces(cells, string(sep)); n > 1 {
			v.addCuts(c, string(sep), n)
			whole = false
		}
	}
	if whole && pieces(cells, " ") > 1 {
		v.addWords(derivation{column: c})
	}
}

// pieces is how many pieces a separator makes of the longest cell, at most
// maxPieces; 0 when most cells do not hold it.
func pieces(cells []string, sep string) int {
	most, with := 0, 0
	for _, cell := range cells {
		n := strings.Count(strings.TrimSpace(cell), sep) + 1
		most = max(most, n)
		if n > 1 {
			with++
		}
	}
	if with*2 < len(cells) || with == 0 {
		return 0
	}
	return min(most, maxPieces)
}

// addCuts proposes the pieces from the left, from the right, all but the last
// ones, and the words of the last.
func (v *view) addCuts(c int, sep string, n int) {
	for i := range n {
		v.made = append(v.made, derivation{column: c, sep: sep, from: i, to: i + 1})
	}
	for i := 1; i < min(n, 4); i++ {
		v.made = append(v.made, derivation{column: c, sep: sep, from: -i, to: 1 - i}, derivation{column: c, sep: sep, from: 0, to: -i})
	}
	v.addWords(derivation{column: c, sep: sep, from: -1})
}

// addWords proposes the words of what d makes.
func (v *view) addWords(d derivation) {
	d.words = true
	for _, r := range [][2]int{{0, 1}, {1, 2}, {-1, 0}, {-2, 0}, {-2, -1}, {-3, -2}, {0, -1}, {0, -2}, {0, -3}, {1, 0}} {
		d.first, d.last = r[0], r[1]
		v.made = append(v.made, d)
	}
}

// Widen returns the row that Link wants for a row of the leak: the row itself,
// or with the columns of the mapping's view, in dst if there is room.
func (m *Mapping) Widen(dst, raw []string) []string {
	if m.view == nil {
		return raw
	}
	return m.view.widen(dst, raw)
}

// Wide reports whether Widen changes rows.
func (m *Mapping) Wide() bool { return m.view != nil }

// look once more through a view, where the columns as they are say too little.
func (l *Linker) recogniseWide(rows [][]string, header []string, plain *Mapping) (*Mapping, error) {
	v := newView(rows)
	if v == nil {
		return plain, nil
	}
	wide := make([][]string, len(rows))
	for i, row := range rows {
		wide[i] = v.widen(nil, row)
	}
	m, err := l.recognisePlain(wide, header)
	if err != nil || m.Linked*plain.sampled <= plain.Linked*m.sampled+m.sampled*plain.sampled/20 {
		return plain, err
	}
	v.keepUsed(m)
	m.view = v
	return m, nil
}

// keepUsed leaves those columns of the view that the mapping looks at.
func (v *view) keepUsed(m *Mapping) {
	v.used = make([]bool, len(v.made))
	use := func(c int) {
		if c >= v.width {
			v.used[c-v.width] = true
		}
	}
	for _, c := range m.Columns {
		use(c)
	}
	for _, p := range slices.Concat(m.strong, m.weak) {
		use(p.leak)
	}
	for _, h := range m.hashed {
		use(h.leak)
	}
	if m.serial != nil {
		use(m.serial.leak)
	}
}
