package table

import (
	"strconv"
	"strings"
	"unicode"
)

// layOut finds preamble and header, names the columns and learns the habits.
func (f *File) layOut(s sample, base Schema, t *trial, anyCR bool) sniffed {
	rows := t.rows
	lead := s.text[:leadingBlank(s.text, rows)]
	at, header := f.findHeader(rows, t.modal)
	base.Header = header
	base.Head = lead
	found := sniffed{anyCR: anyCR}
	var names []string
	if header {
		names = rows[at].Cells
		base.RawHeader = append([]string(nil), names...)
		last := at + 1
		for last < len(rows) && equalCells(rows[last].Cells, names) {
			last++
		}
		for _, r := range rows[:last] {
			base.Head += r.raw
		}
		base.Skipped = last - 1
		rows = rows[last:]
	}
	width := f.width(rows, names, t.modal)
	base.Columns = uniqueNames(names, width)
	base.QuotedColumns, base.QuotedEmpty = quotingHabit(rows, width)
	found.schema = base
	found.line = 1 + int64(countBreaks(base.Head, anyCR))
	return found
}

// leadingBlank returns the length of the blank lines before the first row.
func leadingBlank(text string, rows []Row) int {
	if len(rows) == 0 {
		return len(text)
	}
	n := 0
	for n < len(text) && (text[n] == '\n' || text[n] == '\r') {
		n++
	}
	return n
}

func countBreaks(s string, anyCR bool) int {
	n := strings.Count(s, "\n")
	if anyCR {
		n += strings.Count(s, "\r") - strings.Count(s, "\r\n")
	}
	return n
}

func equalCells(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// width is the number of cells of a row: the header's, or the commonest where
// rows end in a delimiter that the header lacks.
func (f *File) width(rows []Row, names []string, modal int) int {
	if names == nil {
		return modal
	}
	if len(rows) > 0 && modal == len(names)+1 {
		return modal
	}
	return len(names)
}

// findHeader returns the header's place among the first rows, behind a
// preamble if there is one.
func (f *File) findHeader(rows []Row, modal int) (at int, header bool) {
	if len(rows) == 0 {
		return 0, false
	}
	at = preamble(rows, modal)
	if f.o.Header != nil {
		return at, *f.o.Header
	}
	if f.o.NoHeaderGuess {
		return 0, false
	}
	if isHeader(rows[at].Cells, rows[at+1:]) {
		return at, true
	}
	return 0, at > 0 && isHeader(rows[0].Cells, rows[1:])
}

// preamble returns how many rows stand before the table proper: titles and
// blank rows, with one cell at most, before rows of at least three.
func preamble(rows []Row, modal int) int {
	for i, r := range rows {
		if i == 32 {
			break
		}
		if len(r.Cells) < modal && strings.HasPrefix(r.Cells[0], "#") {
			continue
		}
		if modal < 3 {
			return i
		}
		filled := 0
		for _, c := range r.Cells {
			if strings.TrimSpace(c) != "" {
				filled++
			}
		}
		if len(r.Cells) == modal && filled > 1 || len(r.Cells) == modal-1 && filled > 1 {
			return i
		}
		if filled > 1 {
			break
		}
	}
	return 0
}

// isHeader reports whether head names the columns of rows. Every column votes:
// a value that is of the same kind and form as those below it against, a name
// that differs from them for.
func isHeader(head []string, rows []Row) bool {
	if len(rows) > 0 && 5*len(head) < 4*modalCells(rows) && len(head) < modalCells(rows)-1 {
		return false
	}
	if len(rows) == 0 {
		return mostlyKnown(head)
	}
	votes := 0.0
	seen := map[string]bool{}
	for i, h := range head {
		h = strings.TrimSpace(h)
		if h == "" {
			continue
		}
		if seen[h] {
			votes -= 0.2
		}
		seen[h] = true
		votes += vote(h, column(rows, i))
	}
	return votes > 0
}

// mostlyKnown reports whether a row that is alone in its table names columns.
func mostlyKnown(head []string) bool {
	known := 0
	for _, h := range head {
		if kindOf(h) > kindEmpty && kindOf(h) < kindText || !namelike(h) {
			return false
		}
		if knownName(h) {
			known++
		}
	}
	return known > 0 && 2*known >= len(head)
}

// column returns the first cells of column i.
func column(rows []Row, i int) []string {
	var out []string
	for _, r := range rows {
		if i < len(r.Cells) && strings.TrimSpace(r.Cells[i]) != "" {
			out = append(out, strings.TrimSpace(r.Cells[i]))
		}
		if len(out) == 300 {
			break
		}
	}
	return out
}

// vote tells how much h is the name (positive) or a value (negative) of a
// column that holds values.
func vote(h string, values []string) float64 {
	k := kindOf(h)
	if knownName(h) {
		return 2
	}
	if k == kindEmail || k == kindURL || k == kindPhone || k == kindDate {
		return -3
	}
	if len(values) == 0 {
		if k == kindText && namelike(h) {
			return 0.3
		}
		return -0.5
	}
	kinds, shapes, repeats, lengths := 0, 0, 0, 0
	typed := 0
	for _, v := range values {
		vk := kindOf(v)
		if vk == k {
			kinds++
		}
		if vk != kindText {
			typed++
		}
		if shape(v) == shape(h) {
			shapes++
		}
		if v == h {
			repeats++
		}
		if len(v) == len(h) {
			lengths++
		}
	}
	n := float64(len(values))
	same := float64(kinds) / n
	switch {
	case k == kindNumber && same > 0.5:
		return -2
	case k != kindText && same > 0.5:
		return -1.5
	case k == kindNumber:
		return -0.3
	case float64(typed)/n > 0.8 && k == kindText:
		return 1.5
	case repeats > 0:
		return -1
	case k == kindText && float64(shapes)/n < 0.1 && namelike(h):
		return 0.5
	case float64(shapes)/n > 0.3:
		return -0.4
	case float64(lengths)/n > 0.9 && n >= 5:
		return -0.5
	}
	return 0.05
}

// namelike reports whether h is written like an identifier or a short title.
func namelike(h string) bool {
	if len([]rune(h)) > 40 || strings.Count(h, " ") > 4 {
		return false
	}
	for _, r := range h {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _-.()/#?:%", r) {
			return false
		}
	}
	return true
}

// uniqueNames makes width column names of the header's cells.
func uniqueNames(header []string, width int) []string {
	out, again := make([]string, width), make([]bool, width)
	taken := make(map[string]struct{}, width)
	for i := range min(len(header), width) {
		out[i] = strings.TrimSpace(strings.Trim(strings.TrimSpace(header[i]), "\uFEFF"))
		if _, again[i] = taken[out[i]]; out[i] != "" {
			taken[out[i]] = struct{}{}
		}
	}
	tried := map[string]int{}
	free := func(name, base string, n int) string {
		for n = max(n, tried[base]); ; n++ {
			if _, there := taken[name]; !there {
				tried[base] = n
				return name
			}
			name = base + "-" + strconv.Itoa(n)
		}
	}
	for i, name := range out {
		switch {
		case name == "":
			out[i] = free("column"+strconv.Itoa(i+1), "column"+strconv.Itoa(i+1), 2)
		case again[i]:
			out[i] = free(name+"-2", name, 3)
		}
		taken[out[i]] = struct{}{}
	}
	return out
}

// quotingHabit tells which columns are always quoted, and whether empty cells
// in them are.
func quotingHabit(rows []Row, width int) (columns []bool, empty bool) {
	any := false
	columns = make([]bool, width)
	emptyQuoted, emptyBare := 0, 0
	for i := range columns {
		quoted, bare := 0, 0
		for _, r := range rows {
			if i >= len(r.Cells) {
				continue
			}
			switch q := r.IsQuoted(i); {
			case r.Cells[i] == "" && q:
				emptyQuoted++
			case r.Cells[i] == "":
				if columns[max(i-1, 0)] || quoted > 0 {
					emptyBare++
				}
			case q:
				quoted++
			default:
				bare++
			}
		}
		columns[i] = quoted > 0 && bare == 0
		any = any || columns[i]
	}
	if !any {
		return nil, false
	}
	return columns, emptyQuoted > emptyBare
}
