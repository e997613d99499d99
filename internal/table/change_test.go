package table

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestChangedRows: a changed cell is written in the manner of the old one, a
// new row in the habit of the file, the rest as it stood.
func TestChangedRows(t *testing.T) {
	for _, c := range []struct {
		name, in string
		fresh    []string
		out      string
	}{
		{"minimal", "a,b\n1,x\n2,\"y,z\"\n", []string{"3", "p,q"}, "a,b\n1,NEW\n2,\"NEW\"\n3,\"p,q\"\n"},
		{"all quoted", "\"a\",\"b\"\r\n\"1\",\"x\"\r\n\"2\",\"\"\r\n", []string{"3", ""}, "\"a\",\"b\"\r\n\"1\",\"NEW\"\r\n\"2\",\"NEW\"\r\n\"3\",\"\"\r\n"},
		{"by column", "a,b\n1,\"x\"\n2,\"y\"\n", []string{"3", "z"}, "a,b\n1,\"NEW\"\n2,\"NEW\"\n3,\"z\"\n"},
		{"no final line end", "a;b\n1;x\n2;y", []string{"3", "z"}, "a;b\n1;NEW\n2;NEW\n3;z\n"},
		{"CR", "a,b\r1,x\r2,y\r", []string{"3", "z"}, "a,b\r1,NEW\r2,NEW\r3,z\r"},
		{"doubled quotes stay", "a,b\n\"q \"\"1\"\"\",x\n2,y\n", []string{"3", "\"z\""}, "a,b\n\"q \"\"1\"\"\",NEW\n2,NEW\n3,\"\"\"z\"\"\"\n"},
		{"JSON", `{"a": 1, "b": "x"}` + "\n" + `{"b": "\u00e4", "a": 2}` + "\n", []string{"3", "ü"},
			`{"a": 1, "b": "NEW"}` + "\n" + `{"b": "NEW", "a": 2}` + "\n" + `{"a": 3, "b": "\u00fc"}` + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := openString(t, c.in, Options{})
			defer f.Close()
			r, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			a, _ := NewAppender(r.Schema())
			out := a.AppendHeader(nil)
			for row, err := r.Read(); err == nil; row, err = r.Read() {
				row.Cells = slices.Clone(row.Cells)
				row.Cells[1] = "NEW"
				out = a.AppendRow(out, row)
			}
			if out = a.AppendRow(out, Row{Cells: c.fresh}); string(out) != c.out {
				t.Errorf("got %q, want %q", out, c.out)
			}
		})
	}
}

// TestMovedCells: raw text is not used where the cells are other ones.
func TestMovedCells(t *testing.T) {
	f := openString(t, "a,b,c\n1,2,3\n4,5,6\n", Options{})
	defer f.Close()
	r, _ := f.Next()
	a, _ := NewAppender(r.Schema())
	row, _ := r.Read()
	for want, cells := range map[string][]string{"2,1,3\n": {"2", "1", "3"}, "1,2\n": {"1", "2"}, "\"1,2\",3,x\n": {"1,2", "3", "x"}, "1,2,\"3,4\"\n": {"1", "2", "3,4"}} {
		moved := row
		moved.Cells = cells
		if got := string(a.AppendRow(nil, moved)); got != want {
			t.Errorf("%q is written %q, want %q", cells, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	a, _ := NewAppender(Schema{Format: CSV, Encoding: "windows-1252", Delimiter: ',', Quote: '"'})
	var e *EncodingError
	if err := a.Fits("Łódź"); !errors.As(err, &e) || e.Rune != 'Ł' || !strings.Contains(err.Error(), "Łódź") {
		t.Errorf("%v", err)
	}
	if err := a.Fits("Köln"); err != nil {
		t.Error(err)
	}
	if _, err := NewWriter(&bytes.Buffer{}, Schema{Format: SQL}); err == nil {
		t.Error("sql is written")
	}
}

// TestAppendersAreShared renders the same rows from several goroutines.
func TestAppendersAreShared(t *testing.T) {
	s := Schema{Format: CSV, Encoding: "gb18030", Delimiter: ',', Quote: '"', LineEnd: "\n"}
	a, _ := NewAppender(s)
	row := Row{Cells: []string{"王伟", "a,b", "北京"}}
	want := string(a.AppendRow(nil, row))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 500 {
				if got := string(a.AppendRow(nil, row)); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wait.Wait()
	buf := make([]byte, 0, 1<<12)
	utf, _ := NewAppender(Schema{Format: CSV, Delimiter: ',', Quote: '"'})
	if n := testing.AllocsPerRun(100, func() { buf = utf.AppendRow(buf[:0], row) }); n > 0 {
		t.Errorf("%v allocations a row", n)
	}
}

// TestPollock counts the polluted files that parse to their clean versions.
func TestPollock(t *testing.T) {
	files := untar(t, "pollock_file_level")
	good, n := 0, 0
	for name, data := range files {
		clean, ok := files[strings.Replace(name, "/csv/", "/clean/", 1)]
		if !ok || !strings.Contains(name, "/csv/") {
			continue
		}
		n++
		want, got := wholeTable(t, clean), wholeTable(t, data)
		if got == want {
			good++
		} else {
			t.Logf("%s differs", path.Base(name))
		}
	}
	t.Logf("%d of %d parse to their clean version", good, n)
	if good < 14 {
		t.Errorf("%d of %d parse to their clean version, want 14", good, n)
	}
}

// wholeTable gives header and rows as one text.
func wholeTable(t *testing.T, data []byte) string {
	f, err := NewFile("table", bytes.NewReader(data), Options{})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, one := range readAll(t, f) {
		for _, cells := range append([][]string{one.RawHeader}, one.rows...) {
			b.WriteString(strings.Join(cells, "\x1f") + "\n")
		}
	}
	return b.String()
}
