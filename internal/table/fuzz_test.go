package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"telltale/internal/budget"
)

// cutAll cuts text with chunks of the given size.
func cutAll(text []byte, chunk int, d *dialect) (rows []Row, faults int) {
	sc := &scanner{dialect: d, src: bytes.NewReader(text), max: DefaultMaxRecord, chunk: chunk, line: 1}
	for bt := (&batch{}); bt.err == nil; {
		sc.next(bt)
		rows = append(rows, bt.rows...)
		faults += len(bt.bad)
	}
	return rows, faults
}

// compareCSV holds the scanner against encoding/csv where that accepts the
// text, and against itself with other chunks.
func compareCSV(t *testing.T, text []byte) {
	s := Schema{Format: CSV, Delimiter: ',', Quote: '"', Escape: '"', LineEnd: "\n"}
	d := newDialect(&s, false)
	got, faults := cutAll(text, 0, d)
	var raw, lead strings.Builder
	for _, r := range got {
		raw.WriteString(r.raw)
	}
	for i := 0; i < len(text) && (text[i] == '\n' || text[i] == '\r'); i++ {
		lead.WriteByte(text[i])
	}
	if !strings.HasSuffix(string(text), raw.String()) || len(text) > raw.Len()+lead.Len() {
		t.Fatalf("%q: raw text of the rows is %q", text, raw.String())
	}
	for _, chunk := range []int{1, 3, 64} {
		small, n := cutAll(text, chunk, d)
		if fmt.Sprintf("%q", cellsOf(small)) != fmt.Sprintf("%q", cellsOf(got)) || n != faults {
			t.Fatalf("%q: chunks of %d give %q, want %q", text, chunk, cellsOf(small), cellsOf(got))
		}
		for i := range small {
			if small[i].Line != got[i].Line {
				t.Fatalf("%q: chunks of %d give line %d, want %d", text, chunk, small[i].Line, got[i].Line)
			}
		}
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	want, err := r.ReadAll()
	if err != nil {
		return
	}
	for _, cells := range want {
		for i := range cells {
			cells[i] = normal(cells[i])
		}
	}
	have := cellsOf(got)
	if fmt.Sprintf("%q", have) != fmt.Sprintf("%q", want) || faults > 0 && utf8.Valid(text) && !bytes.Contains(text, []byte{0}) {
		t.Fatalf("%q: got %q with %d faults, want %q", text, have, faults, want)
	}
}

// normal takes the CRs before line ends away, of which encoding/csv takes one
// a line.
func normal(s string) string {
	for strings.Contains(s, "\r\n") {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	return s
}

func cellsOf(rows []Row) [][]string {
	out := [][]string{}
	for _, r := range rows {
		cells := []string{}
		for _, c := range r.Cells {
			cells = append(cells, normal(c))
		}
		out = append(out, cells)
	}
	return out
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,\"b\"\"c\"\r\n\r\n\"x\ny\",z", "\"a\"b,c\nd\"e,\"f\n", ",,\n\n,\r", "\"\"\"\",\"\n\"\n\r\na\r\r\n", "\"a\n\"b\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = text[:min(len(text), 1<<16)]
		budget.Check(t, len(text), func() { compareCSV(t, text) })
	})
}
