package chain

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/RoaringBitmap/roaring/v2"
)

// Bounds of a sketch. Beyond them rows are sampled by a hash of the row, the
// same rows in every sketch, so that any two still compare.
const (
	MaxCells   = 1 << 14 // rows of a table whose cells are kept
	MaxForeign = 1 << 15
	MaxAliases = 1 << 14
	MaxOrder   = 1 << 9
)

// Source names the table and the file that rows come from.
type Source struct {
	Dataset  string
	Snapshot string
	Columns  []string // per column of the file: its name in the scheme, "" when it is not recognised
	Header   []string // per column of the file as written, nil when there is none
	Habits   []Habit
}

// Row is one row of a sighting.
type Row struct {
	Linked bool
	Row    uint32   // its number in the snapshot, when linked
	Cells  []string // in the columns of the file, best in their canonical spelling: case, width and blanks are evened out here
	Edited uint64   // bit c: the cell of file column c differs from what was issued (a mark is no difference)
	Known  uint64   // bit c: it is known whether it differs
	Raw    []string // as written, for the spelling patterns; nil: Cells
	Tags   []uint16 // in the columns of the file, of the canonical values or classes, so that spelling and marks make no difference; 0 where nothing is known; nil: Cells are hashed
	Keys   []string // contacts in canonical spelling, each after its kind: of a foreign row all, none for the whole row; of a linked row those that were not issued
}

// Sketcher makes a sketch from rows as they are read. Its memory is bounded:
// see MaxCells and MaxForeign.
type Sketcher struct {
	h       Hasher
	tables  []*building
	cur     *building
	foreign map[uint64][]uint64 // by the smallest hash
	limit   uint64
	out     Sketch
	habits  map[string]string
}

// building is a table whose rows are still arriving.
type building struct {
	src    Source
	from   []int // per kept column: its place in the file
	cols   []Column
	rows   *roaring.Bitmap
	limit  uint32
	cells  map[uint32]cellRow
	order  map[uint32]uint32
	orderL uint32
	alias  []Alias
	seen   uint32
	shapes []map[uint64]int
	ranks  []ranking
}

type cellRow struct {
	hashes        []uint16
	edited, known uint64
}

// NewSketcher makes a sketcher whose hashes are taken with h, a hasher of the
// "sketch" secret. Sketches compare only under one secret.
func NewSketcher(h Hasher) *Sketcher {
	return &Sketcher{h: h, foreign: map[uint64][]uint64{}, limit: math.MaxUint64, habits: map[string]string{}}
}

// Begin starts the rows of a source. Rows of several sources may alternate,
// each after its own Begin; two sources of one snapshot in a file become one
// table with the columns of the first.
func (s *Sketcher) Begin(src Source) {
	for _, h := range src.Habits {
		if _, ok := s.habits[h.Name]; !ok {
			s.habits[h.Name] = h.Value
		}
	}
	for _, b := range s.tables {
		if b.src.Dataset == src.Dataset && b.src.Snapshot == src.Snapshot {
			b.realign(src)
			s.cur = b
			return
		}
	}
	b := &building{src: src, rows: roaring.New(), limit: math.MaxUint32, cells: map[uint32]cellRow{}, order: map[uint32]uint32{}, orderL: math.MaxUint32}
	for i, name := range src.Columns {
		if name == "" || len(b.cols) == 64 {
			continue
		}
		c := Column{Name: name}
		if i < len(src.Header) {
			c.Header = s.h.Sum64("header", src.Header[i])
		}
		b.from = append(b.from, i)
		b.cols = append(b.cols, c)
		b.shapes = append(b.shapes, map[uint64]int{})
		b.ranks = append(b.ranks, ranking{})
	}
	s.tables, s.cur = append(s.tables, b), b
}

// realign finds the columns of another source of the same table.
func (b *building) realign(src Source) {
	for k := range b.cols {
		b.from[k] = slices.Index(src.Columns, b.cols[k].Name)
	}
}

// Add takes one row of the source begun last. Nothing of it is kept but
// hashes.
func (s *Sketcher) Add(r Row) {
	s.out.Rows++
	if !r.Linked || s.cur == nil {
		s.addForeign(r)
		return
	}
	b := s.cur
	b.seen++
	if !b.rows.CheckedAdd(r.Row) {
		s.out.Repeats++
		return
	}
	b.addOrder(r.Row)
	for _, k := range r.Keys {
		if len(b.alias) < MaxAliases {
			b.alias = append(b.alias, Alias{s.h.Sum64("contact", k), r.Row})
		}
	}
	pick := sampling(r.Row)
	if pick > b.limit {
		return
	}
	raw := r.Raw
	if raw == nil {
		raw = r.Cells
	}
	c := cellRow{hashes: make([]uint16, len(b.cols))}
	for k, i := range b.from {
		if i < 0 || i >= len(r.Cells) {
			continue
		}
		c.hashes[k] = s.cell(b.cols[k].Name, i, r)
		b.ranks[k].add(c.hashes[k], r.Cells[i])
		if i < 64 {
			c.edited |= r.Edited >> i & 1 << k
			c.known |= r.Known >> i & 1 << k
		}
		if i < len(raw) && raw[i] != "" && len(b.shapes[k]) < 256 {
			b.shapes[k][shape(raw[i])]++
		}
	}
	b.cells[r.Row] = c
	for len(b.cells) > MaxCells {
		b.limit /= 2
		for row := range b.cells {
			if sampling(row) > b.limit {
				delete(b.cells, row)
			}
		}
	}
}

// cell is the hash of a cell; 0 is kept for cells that are not there.
func (s *Sketcher) cell(column string, i int, r Row) uint16 {
	if i < len(r.Tags) {
		return r.Tags[i]
	}
	return max(uint16(s.h.Sum64("cell", column, fold(r.Cells[i]))), 1)
}

func (b *building) addOrder(row uint32) {
	if sampling(row) > b.orderL {
		return
	}
	b.order[row] = b.seen
	for len(b.order) > MaxOrder {
		b.orderL /= 2
		for row := range b.order {
			if sampling(row) > b.orderL {
				delete(b.order, row)
			}
		}
	}
}

func (s *Sketcher) addForeign(r Row) {
	hashes := s.foreignHashes(r)
	if len(hashes) == 0 {
		return
	}
	if hashes[0] > s.limit {
		s.out.Foreign.Total++
		return
	}
	s.foreign[hashes[0]] = hashes
	for len(s.foreign) > MaxForeign {
		s.limit /= 2
		for h := range s.foreign {
			if h > s.limit {
				delete(s.foreign, h)
				s.out.Foreign.Total++
			}
		}
	}
}

// foreignHashes are those of a row's contacts, or of all its cells, in any
// order: columns may stand otherwise elsewhere.
func (s *Sketcher) foreignHashes(r Row) []uint64 {
	var out []uint64
	for _, k := range r.Keys {
		out = append(out, s.h.Sum64("contact", k))
	}
	if len(out) == 0 {
		parts := make([]string, 0, len(r.Cells)+1)
		parts = append(parts, "foreign")
		for _, c := range r.Cells {
			if c = fold(c); c != "" {
				parts = append(parts, c)
			}
		}
		if len(parts) == 1 {
			return nil
		}
		slices.Sort(parts[1:])
		out = append(out, s.h.Sum64(parts...))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sampling spreads row numbers evenly: a row is kept in every sketch or none.
func sampling(row uint32) uint32 {
	x := uint64(row)*0x9e3779b97f4a7c15 + 0x632be59bd9b4e019
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return uint32(x >> 32)
}

// fold evens out what spreadsheets and editors change by themselves.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c >= 'A' && c <= 'Z' || c == ' ' || c == '\t' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Join(strings.Fields(strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000:
			return ' '
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		}
		return r
	}, s))), " ")
}

// shape is the hash of a spelling's pattern: runs of digits, of upper case,
// lower case and other letters, and signs as they are.
func shape(s string) uint64 {
	h, last := uint64(14695981039346656037), rune(0)
	for i, r := range s {
		if i > 48 {
			break
		}
		c := r
		switch {
		case unicode.IsDigit(r):
			c = '0'
		case unicode.IsUpper(r):
			c = 'A'
		case unicode.IsLower(r):
			c = 'a'
		case unicode.IsLetter(r):
			c = 'L'
		}
		if c != last || c != '0' && c != 'A' && c != 'a' && c != 'L' {
			h = (h ^ uint64(c)) * 1099511628211
		}
		last = c
	}
	return h
}

// Sketch returns what was gathered. The caller fills in Kind, Holder,
// FirstSeen and Recipients.
func (s *Sketcher) Sketch() *Sketch {
	out := s.out
	for _, b := range s.tables {
		if !b.rows.IsEmpty() {
			out.Tables = append(out.Tables, b.table())
		}
	}
	slices.SortFunc(out.Tables, func(a, b Table) int {
		return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Snapshot, b.Snapshot))
	})
	out.Foreign.Limit = s.limit
	out.Foreign.Total += int64(len(s.foreign))
	for _, row := range s.foreign {
		out.Foreign.Rows = append(out.Foreign.Rows, row)
	}
	slices.SortFunc(out.Foreign.Rows, slices.Compare)
	for name, value := range s.habits {
		out.Habits = append(out.Habits, Habit{name, value})
	}
	slices.SortFunc(out.Habits, func(a, b Habit) int { return cmp.Compare(a.Name, b.Name) })
	return &out
}

func (b *building) table() Table {
	rows := b.rows.Clone()
	rows.RunOptimize()
	t := Table{Dataset: b.src.Dataset, Snapshot: b.src.Snapshot, Rows: rows, Columns: slices.Clone(b.cols)}
	for k, counts := range b.shapes {
		best := 0
		for s, n := range counts {
			if n > best || n == best && s < t.Columns[k].Shape {
				t.Columns[k].Shape, best = s, n
			}
		}
	}
	for k := range b.ranks {
		t.Ranks = append(t.Ranks, b.ranks[k].ranks())
	}
	t.Cells.Limit = b.limit
	for row := range b.cells {
		t.Cells.Rows = append(t.Cells.Rows, row)
	}
	slices.Sort(t.Cells.Rows)
	for _, row := range t.Cells.Rows {
		c := b.cells[row]
		t.Cells.Hashes = append(t.Cells.Hashes, c.hashes...)
		t.Cells.Edited = append(t.Cells.Edited, c.edited)
		t.Cells.Known = append(t.Cells.Known, c.known)
	}
	for row, at := range b.order {
		t.Order = append(t.Order, Position{row, at})
	}
	slices.SortFunc(t.Order, func(a, b Position) int { return cmp.Compare(a.Row, b.Row) })
	t.Aliases = slices.SortedFunc(slices.Values(b.alias), compareAliases)
	return t
}

// Issued makes the sketch of a snapshot as it was issued: of each row whose
// cells sketches keep, tag gives those of the columns, 0 where they are not
// known.
func Issued(dataset, snapshot string, columns []string, rows uint32, tag func(column int, row uint32) uint16) *Sketch {
	columns = columns[:min(len(columns), 64)]
	t := Table{Dataset: dataset, Snapshot: snapshot, Rows: roaring.New(), Cells: Cells{Limit: math.MaxUint32}}
	t.Rows.AddRange(0, uint64(rows))
	for _, c := range columns {
		t.Columns = append(t.Columns, Column{Name: c})
	}
	for float64(rows)*float64(t.Cells.Limit)/math.MaxUint32 > MaxCells {
		t.Cells.Limit /= 2
	}
	for row := range rows {
		if sampling(row) > t.Cells.Limit {
			continue
		}
		var known uint64
		for c := range columns {
			x := tag(c, row)
			known |= bit(x != 0) << c
			t.Cells.Hashes = append(t.Cells.Hashes, x)
		}
		t.Cells.Rows, t.Cells.Edited, t.Cells.Known = append(t.Cells.Rows, row), append(t.Cells.Edited, 0), append(t.Cells.Known, known)
	}
	return &Sketch{Kind: "issued", Tables: []Table{t}, Rows: int64(rows), Foreign: Foreign{Limit: math.MaxUint64}}
}

func compareAliases(a, b Alias) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Row, b.Row))
}
