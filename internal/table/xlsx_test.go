package table

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

func TestWorkbookKinds(t *testing.T) {
	s := Schema{Name: "People", Format: XLSX, Header: true, Columns: []string{"name", "phone", "amount"}, QuotedColumns: []bool{true, true, false}}
	write := func() []byte {
		var b bytes.Buffer
		w, err := NewWriter(&b, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 400 {
			if err := w.Write(Row{Cells: []string{"Ann", fmt.Sprintf("0301234%03d", i), fmt.Sprintf("%d.5", i)}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	data := write()
	if !bytes.Equal(data, write()) {
		t.Error("the same rows give different workbooks")
	}
	f, err := NewFile("people.csv", bytes.NewReader(data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(r.Schema().Name, " ", r.Schema().Columns, r.Schema().QuotedColumns); got != "People [name phone amount] [true true false]" {
		t.Error(got)
	}
	for i := range 400 {
		row, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint([]string{"Ann", fmt.Sprintf("0301234%03d", i), fmt.Sprintf("%d.5", i)})
		if fmt.Sprint(row.Cells) != want || row.Quoted[0] != 3 || row.Line != int64(i+2) {
			t.Fatalf("row %d: %q %b line %d, want %s", i, row.Cells, row.Quoted, row.Line, want)
		}
	}
	if _, err := r.Read(); err != io.EOF {
		t.Error(err)
	}
}
