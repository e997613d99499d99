package evidence

import (
	"cmp"
	"fmt"
	"slices"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match"
	"telltale/match/link"
)

// Collector gathers, while inputs are read again, the rows that a bundle opens.
type Collector struct {
	committer *Committer
	scheme    fingerprint.Scheme
	version   int
	rows      *link.RowSet
	place     map[fingerprint.RowKey]int
	prf       key.PRF
	carriers  map[int]fingerprint.Carrier
	found     []found
	number    int64
}

// found is a row of an input that shows one of ours.
type found struct {
	leaked  Leaked
	place   int
	columns []int
}

// NewCollector collects what shows rows of a snapshot, made under that version
// of the committer's scheme.
func NewCollector(c *Committer, version int, rows *link.RowSet) *Collector {
	out := &Collector{committer: c, scheme: c.marker.Scheme(), version: version, rows: rows, prf: key.OpenedPRF(c.LinkKey()),
		place: make(map[fingerprint.RowKey]int, len(rows.Keys))}
	for i, k := range rows.Keys {
		out.place[k] = i
	}
	out.carriers, _ = parseCarriers(out.scheme) // a marker was made of the scheme: they parse
	return out
}

// Begin tells that the rows of another input follow. It returns how many rows
// the one before had.
func (c *Collector) Begin() (rows int64) {
	rows, c.number = c.number, 0
	return rows
}

// Row takes the next row of the input with that number.
func (c *Collector) Row(input int, row match.FileRow) {
	c.number++
	place, ours := c.place[row.Key]
	columns := row.Columns[c.version]
	if !ours || columns == nil || row.Dataset != c.committer.dataset {
		return
	}
	l := Leaked{Input: input, Row: c.number, Identities: c.identities(place, row.Cells, columns), Marks: []Mark{}}
	if !identifies(c.scheme, l.Identities) {
		return
	}
	for _, column := range c.committer.carriers {
		if at := columns[column]; at >= 0 && at < len(row.Cells) {
			l.Marks = append(l.Marks, c.mark(column, row.Cells[at]))
		}
	}
	c.found = append(c.found, found{l, place, slices.Clone(columns)})
}

// identities are the cells that hash to what was committed to of the row.
func (c *Collector) identities(place int, cells []string, columns []int) []Identity {
	out, list := []Identity{}, -1
	for i, column := range c.scheme.Columns {
		if !column.Key && !column.Identity {
			continue
		}
		list++
		at := columns[i]
		if at < 0 || at >= len(cells) {
			continue
		}
		v, ok := identity.Canonical(column.Kind, cells[at], c.scheme.Locale)
		if ok && link.HashUnder(c.prf, column.Kind, v) == c.rows.Hashes[list][place] {
			out = append(out, Identity{i, cells[at], v})
		}
	}
	return out
}

// identifies tells whether the cells name a row: one value that can do so
// alone, or two that can together.
func identifies(scheme fingerprint.Scheme, cells []Identity) bool {
	return len(cells) > 1 || slices.ContainsFunc(cells, func(x Identity) bool {
		return identity.StrongValue(scheme.Columns[x.Column].Kind, x.Canonical)
	})
}

// parseCarriers are the carriers of a scheme by column.
func parseCarriers(s fingerprint.Scheme) (map[int]fingerprint.Carrier, error) {
	carriers := map[int]fingerprint.Carrier{}
	for _, column := range carriersOf(s) {
		c, err := fingerprint.ParseCarrier(s.Columns[column].Carrier, s.Locale)
		if err != nil {
			return nil, err
		}
		carriers[column] = c
	}
	return carriers, nil
}

func (c *Collector) mark(column int, cell string) Mark {
	m := Mark{Column: column, Cell: cell}
	if _, rank, ok := c.carriers[column].Class(cell); ok {
		m.Rank = &rank
	}
	return m
}

// fill opens what was collected in b, whose Inputs are complete but for Used.
// Rows that were read before the columns were recognised for good are left
// out: all rows of an input show the same columns.
func (c *Collector) fill(b *Bundle, recipient string) error {
	last := map[int][]int{}
	for _, f := range c.found {
		last[f.leaked.Input] = f.columns
	}
	var kept []found
	for _, f := range c.found {
		in := &b.Inputs[f.leaked.Input]
		if slices.Equal(f.columns, last[f.leaked.Input]) && in.sampled(f.leaked.Row) {
			kept = append(kept, f)
			in.Used++
		}
	}
	places := make([]int, len(kept))
	for i, f := range kept {
		places[i] = f.place
	}
	slices.Sort(places)
	places = slices.Compact(places)
	for _, f := range kept {
		f.leaked.Of, _ = slices.BinarySearch(places, f.place)
		b.Leak = append(b.Leak, f.leaked)
	}
	slices.SortStableFunc(b.Leak, func(x, y Leaked) int { return cmp.Or(cmp.Compare(x.Input, y.Input), cmp.Compare(x.Row, y.Row)) })
	return c.committer.open(b, c.rows, places, recipient)
}

// open opens the rows at the given places, with the proofs that lead to the
// roots that were committed to.
func (c *Committer) open(b *Bundle, rows *link.RowSet, places []int, recipient string) error {
	commitments, err := ParseCommitments(b.Export.Commitments)
	if err != nil {
		return fmt.Errorf("export %s: %w", b.Export.ID, err)
	}
	if len(places) == 0 {
		return nil
	}
	if at := slices.IndexFunc(places, func(p int) bool { _, gone := c.kept.Sites[p]; return gone }); at >= 0 {
		return fmt.Errorf("export %s: row %d: %w: it was forgotten", b.Export.ID, places[at]+1, errProof)
	}
	w := c.word(recipient)
	sites, bits := c.levels(rows, w)
	if rootOf(sites) != commitments.Sites || rootOf(bits) != commitments.Word {
		return fmt.Errorf("export %s: %w: the registry's rows are not those that were committed to", b.Export.ID, errProof)
	}
	b.Rows.Sites, b.Rows.Words = hexes(prove(sites, places)), hexes(prove(bits, places))
	for _, at := range places {
		b.Rows.Opened = append(b.Rows.Opened, c.openRow(rows, at, w))
	}
	return nil
}

func (c *Committer) openRow(rows *link.RowSet, at int, w *word) Row {
	k := rows.Keys[at]
	salt, wordSalt := c.salt.Block(k), w.salt.Block(k)
	r := Row{Place: int64(at), Key: k[:], Salt: salt[:], Hashes: []Hex{}, Sites: []Site{}, WordSalt: wordSalt[:], Number: w.withheld.Number(k), Bits: []int{}}
	for _, list := range rows.Hashes {
		r.Hashes = append(r.Hashes, beHex(list[at]))
	}
	for _, s := range c.sites(nil, rows, at) {
		r.Sites = append(r.Sites, Site{s.U, s.Bias, s.Mask})
		r.Bits = append(r.Bits, int(w.bits.Bit(s)))
	}
	return r
}
