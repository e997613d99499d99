package link

import (
	"errors"
	"io"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/key"
)

// Notes come back as they were put, for whoever loads an index and whoever
// commits to its rows; a chunk that was cut is found out.
func TestNotesComeBack(t *testing.T) {
	spec := Spec{Columns: []fingerprint.Column{{Name: "id", Kind: "serial", Key: true}, {Name: "a", Carrier: "number:1", Noted: true}, {Name: "b"},
		{Name: "c", Carrier: "number:1", Noted: true}}}
	var chunks []Chunk
	b := NewBuilder(spec, func(c Chunk) error { chunks = append(chunks, c); return nil })
	ix := NewIndexer(spec, "d", key.Secret{1})
	const rows = 11
	note := func(row, column int) fingerprint.Note { return fingerprint.Note((row*7 + column) % 4) }
	var batch Batch
	for r := range rows {
		if r%4 == 0 {
			batch.Reset()
		}
		ix.Entry(&batch, fingerprint.RowKey{byte(r + 1)}, []string{"x", "1", "2", "3"})
		batch.Note([]fingerprint.Note{note(r, 1), note(r, 3)})
		if r%4 == 3 || r == rows-1 {
			if err := b.Add(&batch); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := b.Close(); err != nil {
		t.Fatal(err)
	}
	set, list := NewRowSet(spec), chunks
	for _, c := range chunks {
		if err := set.Take(c); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := Load(spec, feed(list))
	if err != nil {
		t.Fatal(err)
	}
	for r := range rows {
		for _, column := range []int{1, 3} {
			if got := loaded.Note(uint32(r), column); got != note(r, column) || set.Notes[column][r] != got {
				t.Errorf("row %d column %d: %d and %d, want %d", r, column, got, set.Notes[column][r], note(r, column))
			}
		}
	}
	for i, c := range chunks {
		if c.Part == partNotes {
			cut := append([]Chunk(nil), chunks...)
			cut[i].Data = c.Data[:len(c.Data)-1]
			if _, err := Load(spec, feed(cut)); !errors.Is(err, ErrFormat) {
				t.Errorf("column %s with notes cut off: %v", c.Column, err)
			}
		}
	}
}

func feed(list []Chunk) func() (Chunk, error) {
	return func() (Chunk, error) {
		if len(list) == 0 {
			return Chunk{}, io.EOF
		}
		c := list[0]
		list = list[1:]
		return c, nil
	}
}
