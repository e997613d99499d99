package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// watch ends the test run if an input takes so long that it must be a loop.
func watch(data []byte) *time.Timer {
	return time.AfterFunc(4*time.Second, func() { panic(fmt.Sprintf("no end on %q", data)) })
}

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
	defer watch(text).Stop()
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
	f.Fuzz(compareCSV)
}

// FuzzOpen opens anything: it must end, with a named error or a table that is
// written again as it was.
func FuzzOpen(f *testing.F) {
	plain := people(2000, "")
	for _, s := range [][]byte{plain, gzipped(plain), people(900, "'"), []byte("{\"a\":1}\n{\"a\":\"x\\u00e4\"}\n"), []byte("[{\"a\":[1,{}]},\n{\"b\":null}]"),
		[]byte("INSERT INTO t VALUES (1,'a'),(2,E'b\\'');"), []byte("COPY t (a,b) FROM stdin;\n1\t2\n\\.\n"), []byte("\xff\xfea\x00,\x00b\x00\n\x00"), []byte("PK\x03\x04")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer watch(data).Stop()
		file, err := NewFile("input", bytes.NewReader(data), Options{Limits: Limits{Ratio: 50, Total: 64 << 20}})
		if err != nil {
			return
		}
		defer file.Close()
		for range 100 {
			r, err := file.Next()
			if err != nil {
				return
			}
			s := r.Schema()
			a, ok := NewAppender(s)
			var out []byte
			if ok {
				out = a.AppendHeader(nil)
			}
			var end error
			sound := true
			for end == nil {
				row, err := r.Read()
				var bad *SyntaxError
				if err != nil && !errors.As(err, &bad) {
					end = err
					continue
				}
				sound = sound && bad == nil
				if ok {
					out = a.AppendRow(out, row)
				}
			}
			if ok && (sound || s.Format == CSV) && end == io.EOF && s.Compression == "" && s.Encoding == "utf-8" && !bytes.Equal(out, data) {
				t.Fatalf("%q is written again as %q (%+v)", data, out, s)
			}
		}
	})
}
