package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"

	"telltale/internal/budget"
)

var monsters = flag.Bool("monsters", false, "read the streams of hostile tests in full length, 10 GB each")

// TestNoLineEnd reads tables in which the line end never comes. All cells are
// read or accounted for, and memory is that of one record.
func TestNoLineEnd(t *testing.T) {
	size := int64(160 << 20)
	if *monsters {
		size = 10_000_000_000
	}
	for _, c := range []struct{ name, head, text, want string }{
		{"million columns", "", "abcd,", "more than 1048576 cells"},
		{"an open quote", "name,city\nAnn,Bonn\n\"", "abcd", "record is longer than 16777216 bytes"},
		{"a cell", "name,city\nAnn,Bonn\n", "abcd", "record is longer than 16777216 bytes"},
		{"an object", "{\"name\":\"Ann\"}\n{\"name\":\"", "abcd", "longer than 16777216 bytes"},
		{"an array", "[{\"name\":\"Ann\"},\n{\"name\":\"", "abcd", "longer than 16777216 bytes"},
		{"a string of SQL", "INSERT INTO people VALUES (1,'Ann');\nINSERT INTO people VALUES (2,'", "abcd", "string is opened and not closed"},
		{"a value of SQL", "INSERT INTO people VALUES (1,'Ann');\nINSERT INTO people VALUES (2,1", " + 1", "value is too long"},
		{"a line of COPY", "COPY people (name) FROM stdin;\nAnn\n", "abcd", "line is too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			size := size
			if c.text == "abcd," && !*monsters {
				size /= 6 // five lines
			}
			var bad *SyntaxError
			budget.Check(t, int(size), func() {
				f, err := NewFile("leak.csv", io.MultiReader(strings.NewReader(c.head), budget.Endless(c.text, size)), Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				bad = firstFault(t, f)
				if got, want := f.Info().Bytes, size+int64(len(c.head)); got != want {
					t.Errorf("%d bytes were read, want %d", got, want)
				}
			})
			if bad == nil || !strings.Contains(bad.Error(), c.want) || bad.Line == 0 || bad.File != "leak.csv" {
				t.Errorf("got %v, want %q", bad, c.want)
			}
		})
	}
}

// firstFault reads f to its end.
func firstFault(t *testing.T, f *File) (bad *SyntaxError) {
	for {
		r, err := f.Next()
		if err == io.EOF {
			return bad
		}
		if err != nil {
			t.Fatal(err)
		}
		for {
			_, err := r.Read()
			var b *SyntaxError
			if errors.As(err, &b) {
				if bad == nil {
					bad = b
				}
			} else if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// zipOf is a zip of n members of size bytes each.
func zipOf(t *testing.T, n int, size int64) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range n {
		to, err := w.Create(fmt.Sprintf("people%d.csv", i))
		if err == nil {
			_, err = io.Copy(to, budget.Endless("name,city\nAnn,Bonn\n", size))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestArchiveBombs: each is stopped with ErrLimit, in bounded memory, and says
// so.
func TestArchiveBombs(t *testing.T) {
	members := zipOf(t, 8, 40<<20) // none of them is suspicious by itself
	nested := members
	for range 3 {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range 3 {
			to, _ := w.Create(fmt.Sprintf("%d.zip", i))
			to.Write(nested)
		}
		w.Close()
		nested = b.Bytes()
	}
	deep := []byte("name,city\nAnn,Bonn\n")
	for range 9 {
		deep = gzipped(deep)
	}
	var many bytes.Buffer
	w := zip.NewWriter(&many)
	for i := range 20_000 {
		w.Create(fmt.Sprint(i))
	}
	w.Close()
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"one member", "times its size", zipOf(t, 1, 160<<20)},
		{"many members", "all members together", members},
		{"zips in zips in zips", "expands beyond the limit", nested},
		{"gzip in gzip", "archives in archives", deep},
		{"members", "more than 10000 members", many.Bytes()},
		{"gzip of zip", "expands beyond the limit", gzipped(members)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d drained
			budget.Check(t, 200_000_000, func() { d = readThrough(c.data, Options{Limits: Limits{Ratio: 100}}) })
			ends := fmt.Sprint(d.err, d.ends)
			if !strings.Contains(ends, ErrLimit.Error()) || !strings.Contains(ends, c.want) {
				t.Errorf("%d bytes give %d rows and %s, want %q", len(c.data), d.rows, ends, c.want)
			}
		})
	}
}
