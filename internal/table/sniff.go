package table

import (
	"fmt"
	"math"
	"strings"
)

// sniffed is what was found out about delimited text.
type sniffed struct {
	schema Schema
	anyCR  bool
	line   int64 // of the first row
}

// trialSize is how much text a dialect is tried on.
const trialSize = 64 << 10

// trial is a dialect tried on the beginning of a text.
type trial struct {
	delimiter, quote, escape rune
	padded                   bool
	rows                     []Row
	faults                   int
	modal                    int     // the commonest number of cells
	share                    float64 // of rows that have it
	score                    float64
}

// delimiters in the order of preference, with a weight that stands for how
// often they are one rather than a part of the values.
var delimiters = []struct {
	r      rune
	weight float64
}{
	{',', 1}, {';', 1}, {'\t', 1.02}, {'|', 1}, {'\x01', 1}, {'\x1f', 1}, {'¦', 0.95}, {'^', 0.9}, {'~', 0.9},
	{'，', 0.8}, {'；', 0.8}, {':', 0.7}, {' ', 0.55},
}

// sniff finds the dialect of delimited text, its header and its habits.
func (f *File) sniff(s sample, base Schema) (sniffed, error) {
	ends, anyCR := lineEnds(s.text)
	base.LineEnd = ends
	best := f.bestTrial(s, base, anyCR)
	if best == nil {
		return sniffed{}, ErrNotTable
	}
	if f.o.Delimiter == 0 && best.modal < 2 {
		best.delimiter, best.padded = NoDelimiter, false
		best.run(s, base, anyCR, len(s.text))
	}
	if f.o.Delimiter == 0 && f.o.Format == "" {
		if why := best.implausible(s); why != "" {
			return sniffed{}, fmt.Errorf("%s: %w", why, ErrNotTable)
		}
	}
	best.run(s, base, anyCR, len(s.text))
	base.Delimiter, base.Quote, base.Escape, base.Padded = best.delimiter, best.quote, best.escape, best.padded
	return f.layOut(s, base, best, anyCR), nil
}

// lineEnds tells the habitual line end, and whether lone CRs end lines.
func lineEnds(text string) (habit string, anyCR bool) {
	crlf := strings.Count(text, "\r\n")
	lf := strings.Count(text, "\n") - crlf
	cr := strings.Count(text, "\r") - crlf
	if strings.HasSuffix(text, "\r") && lf+crlf > 0 {
		cr--
	}
	switch {
	case cr > lf+crlf:
		return "\r", true
	case crlf > lf:
		return "\r\n", cr*10 > crlf
	}
	return "\n", cr*10 > lf && cr > 0 && lf > 0
}

// bestTrial tries all dialects that the options leave open.
func (f *File) bestTrial(s sample, base Schema, anyCR bool) *trial {
	var best *trial
	try := func(t trial, weight float64) {
		t.run(s, base, anyCR, trialSize)
		t.rate(weight)
		if len(t.rows) > 0 && (best == nil || t.score > best.score) {
			best = &t
		}
	}
	quotes := f.quotesFor(s.text)
	for _, d := range f.delimitersFor(s.text) {
		for i, q := range quotes {
			weight := d.weight * math.Pow(0.97, float64(i))
			for _, esc := range f.escapesFor(s.text, q) {
				try(trial{delimiter: d.r, quote: q, escape: esc}, weight)
				if padded(s.text, d.r) {
					try(trial{delimiter: d.r, quote: q, escape: esc, padded: true}, weight*1.01)
				}
				weight *= 0.99
			}
		}
	}
	return best
}

type weighted = struct {
	r      rune
	weight float64
}

func (f *File) delimitersFor(text string) []weighted {
	if f.o.Delimiter != 0 {
		return []weighted{{f.o.Delimiter, 1}}
	}
	out := []weighted{{NoDelimiter, 0.01}}
	head := text[:min(len(text), trialSize)]
	for _, d := range delimiters {
		if strings.ContainsRune(head, d.r) {
			out = append(out, weighted{d.r, d.weight})
		}
	}
	return out
}

func (f *File) quotesFor(text string) []rune {
	if f.o.Quote != 0 {
		return []rune{f.o.Quote}
	}
	head := text[:min(len(text), trialSize)]
	out := []rune{'"'}
	if n := atBoundary(head, '\''); n >= 2 && n > atBoundary(head, '"') {
		out = append(out, '\'')
	}
	if strings.Contains(head, "\"") {
		out = append(out, NoQuote)
	}
	return out
}

// atBoundary counts the quotes that open or close something.
func atBoundary(s string, q byte) int {
	n := 0
	for i := range len(s) {
		if s[i] == q && (i == 0 || i+1 == len(s) || strings.IndexByte(",;\t|\r\n", s[i-1]) >= 0 || strings.IndexByte(",;\t|\r\n", s[i+1]) >= 0) {
			n++
		}
	}
	return n
}

func (f *File) escapesFor(text string, quote rune) []rune {
	if quote == NoQuote {
		return []rune{NoQuote}
	}
	if f.o.Escape != 0 {
		return []rune{f.o.Escape}
	}
	out := []rune{quote}
	if strings.Contains(text, `\`+string(quote)) {
		out = append(out, '\\')
	}
	return out
}

// padded reports whether a blank follows every delimiter.
func padded(text string, d rune) bool {
	if d == ' ' || d < 0 {
		return false
	}
	head := text[:min(len(text), trialSize)]
	line, _, _ := strings.Cut(head, "\n")
	first := strings.Count(line, string(d))
	return first > 0 && strings.Count(line, string(d)+" ") == first &&
		strings.Count(head, string(d)+" ")*10 >= strings.Count(head, string(d))*9
}

func (t *trial) run(s sample, base Schema, anyCR bool, size int) {
	base.Delimiter, base.Quote, base.Escape, base.Padded = t.delimiter, t.quote, t.escape, t.padded
	t.rows = nil // those of a long line take much memory
	t.rows, t.faults, t.modal = trialRows(s, base, anyCR, size)
	same := 0
	for _, r := range t.rows {
		if len(r.Cells) == t.modal {
			same++
		}
	}
	t.share = float64(same) / float64(max(len(t.rows), 1))
}

// trialRows cuts the beginning of a text; its last record is left out if it
// may be incomplete.
func trialRows(s sample, base Schema, anyCR bool, size int) (rows []Row, faults, modal int) {
	text, complete := s.text, s.complete
	if len(text) > size {
		if cut := strings.LastIndexAny(text[:size], "\r\n"); cut > 0 {
			text, complete = text[:cut+1], false
		}
	}
	how := base.manner()
	sc := &scanner{dialect: newDialect(&base, anyCR), how: &how, line: 1, max: len(text) + 1}
	for {
		sc.load(bytesOf(text), complete)
		sc.check = false
		var bt batch
		sc.line = 1
		sc.cut(&bt)
		if len(bt.rows) == 0 && !complete {
			complete = true
			continue
		}
		return bt.rows, len(bt.bad), modalCells(bt.rows)
	}
}

func modalCells(rows []Row) int {
	count := map[int]int{}
	best := 0
	for _, r := range rows {
		n := len(r.Cells)
		count[n]++
		if count[n] > count[best] || count[n] == count[best] && n > best {
			best = n
		}
	}
	return best
}

// rate scores a trial: rows of one width, cells that are values of a kind
// rather than pieces with delimiters of another sort in them, few faults.
func (t *trial) rate(weight float64) {
	if t.modal < 2 && t.delimiter != NoDelimiter {
		t.score = 0
		return
	}
	cells, clean, typedCells := 0, 0, 0
	for i, r := range t.rows {
		if i == 500 {
			break
		}
		for j, c := range r.Cells {
			cells++
			if kindOf(c) > kindEmpty && kindOf(c) < kindCode && !strings.ContainsAny(c, ",;\t|") {
				typedCells++
			}
			if r.IsQuoted(j) || cleanCell(c, t.delimiter) {
				clean++
			}
		}
	}
	if t.delimiter == NoDelimiter && typedCells*10 >= cells*9-cells/3 && typedCells > 0 {
		weight = 1.4 // a list of values, whatever is in them
	}
	typed := float64(clean) / float64(max(cells, 1))
	faulty := float64(t.faults) / float64(max(len(t.rows), 1))
	t.score = weight * t.share * t.share * (0.05 + typed*typed) * (1 - 0.8*min(faulty, 1)) * (1 + 0.02*float64(min(t.modal, 25)))
}

// cleanCell reports whether an unquoted cell looks like one value.
func cleanCell(c string, delimiter rune) bool {
	c = strings.TrimSpace(c)
	if c == "" {
		return true
	}
	if kindOf(c) != kindText {
		return true
	}
	if strings.ContainsAny(c, "\"") {
		return false
	}
	for _, d := range ",;\t|" {
		if d != delimiter && strings.ContainsRune(c, d) {
			return false
		}
	}
	return true
}

// implausible tells why a text is prose or noise rather than a table, or "".
func (t *trial) implausible(s sample) string {
	if t.delimiter == NoDelimiter {
		return t.implausibleList(s)
	}
	if len(t.rows) >= 4 && t.share < 0.5 && t.score < 0.12 {
		return "lines have no common form"
	}
	if len(t.rows) >= 2 && t.score < 0.06 {
		return "lines have no common form"
	}
	if t.delimiter == ' ' && t.share < 0.9 || t.wild() {
		return "lines have no common form"
	}
	return ""
}

// wild reports whether the cells hold marks of all sorts as noise does: of the
// printable ASCII characters taken at random, one in five is one of these.
func (t *trial) wild() bool {
	marks, n := 0, 0
	for _, r := range t.rows {
		for i, c := range r.Cells {
			if r.IsQuoted(i) || kindOf(c) == kindURL {
				continue
			}
			n += len(c)
			for k := range len(c) {
				if strings.IndexByte("!\"#&*;<=>?[\\]^`{|}~,", c[k]) >= 0 && rune(c[k]) != t.delimiter {
					marks++
				}
			}
		}
	}
	return n > 40 && marks*9 > n
}

// implausibleList judges a text without delimiters: a list holds one short
// value a line.
func (t *trial) implausibleList(s sample) string {
	long, odd, blob, n := 0, 0, 0, 0
	for _, r := range t.rows {
		c := strings.TrimSpace(r.Cells[0])
		n++
		if len([]rune(c)) > 100 {
			long++
		}
		if strings.Count(c, " ") > 7 || kindOf(c) == kindText && punctuation(c) > 0.25 && len(c) > 6 {
			odd++
		}
		if len(c) >= 60 && isBase64(c) {
			blob++
		}
	}
	switch {
	case long*4 > n:
		return "lines are too long for a list of values"
	case odd*3 > n:
		return "lines are text, not values"
	case blob*2 > n:
		return "base64 data"
	}
	return ""
}

func punctuation(s string) float64 {
	p, n := 0, 0
	for _, r := range s {
		n++
		if r > ' ' && r < 0x7f && !isAlnum(byte(r)) && r != '-' && r != '.' && r != '@' {
			p++
		}
	}
	return float64(p) / float64(max(n, 1))
}

// isBase64 reports whether s mixes all the letters of base64, as digests in
// hexadecimal do not.
func isBase64(s string) bool {
	upper, lower := false, false
	for i := range len(s) {
		c := s[i]
		if !isAlnum(c) && c != '+' && c != '/' && c != '=' && c != '-' && c != '_' {
			return false
		}
		upper = upper || c >= 'G' && c <= 'Z'
		lower = lower || c >= 'g' && c <= 'z'
	}
	return upper && lower
}
