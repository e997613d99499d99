package table

import "strings"

// jsonAppender writes objects, one a line. It keeps the order of keys and the
// kind of every value.
type jsonAppender struct {
	lines
	keys   [][]byte // `"key": `
	index  map[string]int
	comma  string
	single bool // only the object, without line end
}

func newJSONAppender(s Schema, enc encoder) *jsonAppender {
	a := &jsonAppender{lines: newLines(s, enc), index: map[string]int{}, comma: ","}
	names := s.RawHeader
	if len(names) != len(s.Columns) {
		names = s.Columns
	}
	colon := ":"
	if s.Padded {
		colon, a.comma = ": ", ", "
	}
	for i, name := range names {
		a.index[name] = i
		a.keys = append(a.keys, append(quoteJSON(nil, name, s.Escaped), colon...))
	}
	return a
}

func (a *jsonAppender) AppendHeader(dst []byte) []byte { return a.header(dst, nil) }

func (a *jsonAppender) AppendRow(dst []byte, r Row) []byte {
	dst = a.join(dst)
	if a.enc.utf8() {
		return a.row(dst, &r)
	}
	s := borrow()
	s.b = a.row(s.b[:0], &r)
	dst = a.enc.append(dst, s.text())
	s.giveBack()
	return dst
}

func (a *jsonAppender) Fits(value string) error { return a.enc.fits(value) }

func (a *jsonAppender) row(dst []byte, r *Row) []byte {
	if a.reuse(r) {
		if out, ok := a.changed(dst, r); ok {
			return append(out, r.raw[r.body:]...)
		}
	}
	dst = a.fresh(dst, r)
	if a.single {
		return dst
	}
	return append(dst, a.habit...)
}

// changed appends the object as it stood, but for the values that differ.
func (a *jsonAppender) changed(dst []byte, r *Row) (out []byte, ok bool) {
	raw := r.raw[:r.body]
	var few [8]uint64
	seen := few[:]
	if n := len(r.Cells)>>6 + 1; n > len(few) {
		seen = make([]uint64, n)
	}
	copied := 0
	end, wrong, _ := members(raw, func(key, value string, at int) {
		name, _ := unquote(key)
		i, known := a.index[name]
		if !known || i >= len(r.Cells) {
			return
		}
		seen[i>>6] |= 1 << (i & 63)
		if !sameValue(value, r.Cells[i]) {
			dst = append(dst, raw[copied:at]...)
			dst = a.value(dst, r.Cells[i], a.kind(value, i))
			copied = at + len(value)
		}
	})
	if wrong != "" {
		return dst, false
	}
	dst = append(dst, raw[copied:end-1]...)
	for i, cell := range r.Cells {
		if cell != "" && seen[i>>6]>>(i&63)&1 == 0 {
			dst = append(append(dst, a.comma...), a.keys[i]...)
			dst = a.value(dst, cell, a.kind("null", i))
		}
	}
	return append(dst, raw[end-1:]...), true
}

// sameValue reports whether a value as written is the cell.
func sameValue(value, cell string) bool {
	if value[0] != '"' {
		return value == cell || value == "null" && cell == ""
	}
	v, ok := unquote(value[1 : len(value)-1])
	return ok && v == cell
}

type valueKind int

const (
	asText valueKind = iota
	asBare
)

// kind tells how a new value is written in the place of an old one.
func (a *jsonAppender) kind(old string, i int) valueKind {
	if old[0] == '"' || old == "null" && i < len(a.schema.QuotedColumns) && a.schema.QuotedColumns[i] {
		return asText
	}
	return asBare
}

func (a *jsonAppender) value(dst []byte, cell string, k valueKind) []byte {
	if k == asBare {
		switch {
		case cell == "":
			return append(dst, "null"...)
		case valueEnd(cell+" ", 0) == len(cell):
			return append(dst, cell...)
		}
	}
	return quoteJSON(dst, cell, a.schema.Escaped)
}

// fresh appends an object that does not stand in the input.
func (a *jsonAppender) fresh(dst []byte, r *Row) []byte {
	dst = append(dst, '{')
	for i, cell := range r.Cells[:min(len(r.Cells), len(a.keys))] {
		if i > 0 {
			dst = append(dst, a.comma...)
		}
		dst = append(dst, a.keys[i]...)
		text := i < len(a.schema.QuotedColumns) && a.schema.QuotedColumns[i]
		if r.Quoted != nil {
			text = r.IsQuoted(i)
		}
		switch {
		case cell == "" && (!text || !a.schema.QuotedEmpty):
			dst = append(dst, "null"...)
		case text || strings.HasPrefix(cell, "\""):
			dst = quoteJSON(dst, cell, a.schema.Escaped)
		default:
			dst = a.value(dst, cell, asBare)
		}
	}
	return append(dst, '}')
}
