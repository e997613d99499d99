package link

import (
	"fmt"
	"slices"

	"telltale/fingerprint"
)

const (
	partNotes = "notes"
	perByte   = 4 // notes in a byte, the first in the lowest bits
)

// notedColumns are the columns of a spec whose cells are noted, in order.
func (s Spec) notedColumns() []int {
	var out []int
	for i, c := range s.Columns {
		if c.Noted {
			out = append(out, i)
		}
	}
	return out
}

// Note adds the notes of the row that was entered last, one for each noted
// column in the order of the scheme: see fingerprint.Marker.Notes.
func (b *Batch) Note(notes []fingerprint.Note) { b.notes = append(b.notes, notes...) }

// noteRow adds the notes of row r of a batch to the segment.
func (b *Builder) noteRow(batch *Batch, r int) {
	n := len(b.noted)
	for i, note := range batch.notes[r*n : (r+1)*n] {
		b.seg.notes[i] = append(b.seg.notes[i], byte(note))
	}
}

func (b *Builder) flushNotes() error {
	for i, column := range b.noted {
		notes := b.seg.notes[i]
		packed := make([]byte, (len(notes)+perByte-1)/perByte)
		for row, n := range notes {
			packed[row/perByte] |= n & 3 << (row % perByte * 2)
		}
		if err := b.put(b.spec.Columns[column].Name, partNotes, packed, SegmentRows/perByte); err != nil {
			return err
		}
		b.seg.notes[i] = notes[:0]
	}
	return nil
}

// takeNotes reads the notes of one segment.
func (ix *Index) takeNotes(column int, c Chunk) error {
	if !ix.spec.Columns[column].Noted {
		return fmt.Errorf("%w: notes of a column that is not noted", ErrFormat)
	}
	if len(ix.notes[column]) != c.Segment*SegmentRows/perByte {
		return fmt.Errorf("%w: notes out of order", ErrFormat)
	}
	ix.notes[column] = append(ix.notes[column], c.Data[1:]...)
	return nil
}

func (ix *Index) finishNotes() error {
	for _, i := range ix.spec.notedColumns() {
		if got, want := len(ix.notes[i]), (len(ix.keys)+perByte-1)/perByte; got != want {
			return fmt.Errorf("%w: column %q has %d bytes of notes for %d rows, want %d", ErrFormat, ix.spec.Columns[i].Name, got, len(ix.keys), want)
		}
		ix.notes[i] = slices.Clip(ix.notes[i])
	}
	return nil
}

// takeNotes unpacks the notes of one segment.
func (s *RowSet) takeNotes(c Chunk) error {
	column := slices.Index(s.names, c.Column)
	if column < 0 || len(s.Notes[column]) != c.Segment*SegmentRows {
		return fmt.Errorf("%w: notes of column %q", ErrFormat, c.Column)
	}
	for row := len(s.Notes[column]); row < len(s.Keys); row++ {
		at := 1 + (row-c.Segment*SegmentRows)/perByte
		if at >= len(c.Data) {
			return fmt.Errorf("%w: column %q has too few notes", ErrFormat, c.Column)
		}
		s.Notes[column] = append(s.Notes[column], fingerprint.Note(c.Data[at]>>(row%perByte*2)&3))
	}
	return nil
}

// Note is what was noted of a cell of a noted column.
func (ix *Index) Note(row uint32, column int) fingerprint.Note {
	return fingerprint.Note(ix.notes[column][row/perByte] >> (row % perByte * 2) & 3)
}
