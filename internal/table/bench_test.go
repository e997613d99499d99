package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
)

// people makes a plain table of about n bytes with ten columns.
func people(n int, quote string) []byte {
	var b bytes.Buffer
	b.WriteString("id,first_name,last_name,email,phone,street,city,postcode,amount,joined\n")
	for i := 0; b.Len() < n; i++ {
		cells := []string{fmt.Sprint(100000 + i), "Anna", "Meyer-Lind", fmt.Sprintf("anna.meyer%d@example.org", i), fmt.Sprintf("+4930%07d", i*7919%10000000),
			fmt.Sprintf("%d Long Street", i%200), "Springfield", fmt.Sprintf("%05d", i%99999), fmt.Sprintf("%d.%02d", i%1000, i%100), "2024-03-17"}
		b.WriteString(quote + strings.Join(cells, quote+","+quote) + quote + "\n")
	}
	return b.Bytes()
}

// repeated gives a table with its rows n times over, from little memory.
func repeated(data []byte, n int) (io.Reader, int64) {
	head, rows, _ := bytes.Cut(data, []byte("\n"))
	parts := []io.Reader{bytes.NewReader(append(head, '\n'))}
	for range n {
		parts = append(parts, bytes.NewReader(rows))
	}
	return io.MultiReader(parts...), int64(len(head) + 1 + n*len(rows))
}

const repeats = 64

func benchmarkRead(b *testing.B, data []byte) {
	b.ReportAllocs()
	for b.Loop() {
		r, n := repeated(data, repeats)
		b.SetBytes(n)
		f, err := NewFile("people.csv", r, Options{})
		if err != nil {
			b.Fatal(err)
		}
		drain(b, f)
	}
}

func drain(t testing.TB, f *File) (n int) {
	t.Helper()
	defer f.Close()
	for {
		r, err := f.Next()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		for {
			_, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
}

func BenchmarkRead(b *testing.B)       { benchmarkRead(b, people(4<<20, "")) }
func BenchmarkReadQuoted(b *testing.B) { benchmarkRead(b, people(4<<20, `"`)) }

func BenchmarkReadEncodingCSV(b *testing.B) {
	data := people(4<<20, "")
	for b.Loop() {
		in, n := repeated(data, repeats)
		b.SetBytes(n)
		r := csv.NewReader(in)
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkCopy(b *testing.B) {
	data := people(4<<20, "")
	for b.Loop() {
		in, n := repeated(data, repeats)
		b.SetBytes(n)
		copyTable(b, in, io.Discard)
	}
}

func BenchmarkCopyEncodingCSV(b *testing.B) {
	data := people(4<<20, "")
	for b.Loop() {
		in, n := repeated(data, repeats)
		b.SetBytes(n)
		r, w := csv.NewReader(in), csv.NewWriter(io.Discard)
		r.ReuseRecord = true
		for {
			rec, err := r.Read()
			if err == io.EOF {
				break
			}
			w.Write(rec)
		}
		w.Flush()
	}
}

func copyTable(t testing.TB, in io.Reader, w io.Writer) {
	f, err := NewFile("people.csv", in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := NewAppender(r.Schema())
	buf := a.AppendHeader(nil)
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		buf = a.AppendRow(buf, row)
		if len(buf) > 1<<18 {
			w.Write(buf)
			buf = buf[:0]
		}
	}
	w.Write(buf)
}
