package match

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"telltale/internal/budget"
	"telltale/internal/material"
	"telltale/internal/table"
)

// FuzzReading reads a sighting as the registry keeps it.
func FuzzReading(f *testing.F) {
	r := newReading(Seen{Name: "leak.csv"})
	r.Inputs = []Input{{Name: "leak.csv", Rows: 3}}
	o := r.observed("orders")
	o.Rows = 2
	o.layer(1, []string{"amount"})
	data, err := r.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		budget.Check(t, len(data), func() {
			var r Reading
			if r.UnmarshalBinary(data) == nil {
				if _, err := r.MarshalBinary(); err != nil {
					t.Error(err)
				}
			}
		})
	})
}

// FuzzFile examines any file as a leak: every row of its tables is counted.
// Linking learns from a sample, which takes half a second, and costs more than
// reading: rows of ten bytes take 1.5 s a megabyte. What is grown is cut to 64 KB,
// so that a worker on a busy machine is not ended by the clock.
func FuzzFile(f *testing.F) {
	w := newWorld(f)
	_, rows := people(rand.New(rand.NewPCG(1, 1)), 60)
	copies := w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: []string{"acme", "bolt"}, canaries: 3})
	engine, err := Open(background, w.st, w.master, Options{Alpha: 1e-6})
	if err != nil {
		f.Fatal(err)
	}
	var leak bytes.Buffer
	for _, row := range copies["acme"][:20] {
		for _, c := range row {
			leak.WriteString(c + ";")
		}
		leak.WriteString("\n")
	}
	f.Add(leak.Bytes())
	material.Seeds(f, 4<<10, func(data []byte) { f.Add(data) }, "tabular_torture", "spam/fbs_sms_zh")
	f.Fuzz(func(t *testing.T, data []byte) {
		data = budget.Grown(data)
		data = data[:min(len(data), 1<<16)]
		var reading *Reading
		budget.Check(t, 1e6+2*len(data), func() {
			file, err := table.NewFile("input", bytes.NewReader(data), table.Options{})
			if err != nil {
				reading = nil
				return
			}
			defer file.Close()
			reading, _ = engine.File(background, file, Seen{Name: "input"})
		})
		if reading == nil {
			return
		}
		if want := rowsOf(t, data); reading.Inputs[0].Rows != want {
			t.Errorf("%d rows are counted, want %d", reading.Inputs[0].Rows, want)
		}
	})
}

func rowsOf(t *testing.T, data []byte) (n int64) {
	file, err := table.NewFile("input", bytes.NewReader(data), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for {
		r, err := file.Next()
		if err != nil {
			return n
		}
		for {
			row, err := r.Read()
			var bad *table.SyntaxError
			if err == io.EOF {
				break
			}
			if err != nil && !errors.As(err, &bad) {
				return n
			}
			if bad != nil || len(row.Cells) > 0 {
				n++
			}
		}
	}
}

// TestManyColumns: a line of a million cells took 3.9 GB of memory, and a quarter of
// it too much.
func TestManyColumns(t *testing.T) {
	w := newWorld(t)
	_, rows := people(rand.New(rand.NewPCG(1, 1)), 60)
	w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: []string{"acme"}, canaries: 3})
	engine, err := Open(background, w.st, w.master, Options{Alpha: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat([]byte("abcd,"), 1<<18)
	budget.Check(t, 1e6+2*len(data), func() {
		file, err := table.NewFile("wide.csv", bytes.NewReader(data), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		r, err := engine.File(background, file, Seen{Name: "wide.csv"})
		if err != nil {
			t.Fatal(err)
		}
		if in := r.Inputs[0]; in.Unreadable == 0 || in.Problem == "" {
			t.Errorf("%+v says of nothing that it was not looked into", in)
		}
	})
}
