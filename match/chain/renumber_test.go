package chain

import (
	"reflect"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// TestRenumber moves two of three rows to a newer state, where one of its own
// stands already, in another order.
func TestRenumber(t *testing.T) {
	columns := []Column{{Name: "a"}, {Name: "b"}}
	s := &Sketch{Rows: 4, Tables: []Table{
		{Dataset: "d", Snapshot: "new", Rows: roaring.BitmapOf(5), Columns: columns, Ranks: make([][]uint16, 2),
			Cells: Cells{Limit: 1<<32 - 1, Rows: []uint32{5}, Hashes: []uint16{50, 51}, Edited: []uint64{0}, Known: []uint64{3}}},
		{Dataset: "d", Snapshot: "old", Rows: roaring.BitmapOf(1, 2, 3), Columns: columns, Ranks: make([][]uint16, 2),
			Cells:   Cells{Limit: 1<<32 - 1, Rows: []uint32{1, 2, 3}, Hashes: []uint16{10, 11, 20, 21, 30, 31}, Edited: []uint64{1, 2, 0}, Known: []uint64{1, 2, 3}},
			Aliases: []Alias{{7, 1}, {8, 3}}},
	}}
	got := s.Renumber(func(dataset string, from Place) Place {
		if from.Snapshot == "old" && from.Row < 3 {
			return Place{"new", 9 - from.Row}
		}
		return from
	})
	if len(got.Tables) != 2 || got.Tables[0].Snapshot != "new" || got.Tables[1].Snapshot != "old" {
		t.Fatalf("got %+v", got.Tables)
	}
	moved, left := got.Tables[0], got.Tables[1]
	want := Cells{Limit: 1<<32 - 1, Rows: []uint32{5, 7, 8}, Hashes: []uint16{50, 51, 20, 21, 10, 11}, Edited: []uint64{0, 2, 1}, Known: []uint64{3, 2, 1}}
	if !moved.Rows.Equals(roaring.BitmapOf(5, 7, 8)) || !reflect.DeepEqual(moved.Cells, want) || !reflect.DeepEqual(moved.Aliases, []Alias{{7, 8}}) {
		t.Errorf("in the newer state: %v, %+v, %v", moved.Rows, moved.Cells, moved.Aliases)
	}
	if !left.Rows.Equals(roaring.BitmapOf(3)) || !reflect.DeepEqual(left.Cells.Hashes, []uint16{30, 31}) || !reflect.DeepEqual(left.Aliases, []Alias{{8, 3}}) {
		t.Errorf("in the older state: %v, %+v, %v", left.Rows, left.Cells, left.Aliases)
	}
	if !s.Tables[0].Rows.Equals(roaring.BitmapOf(5)) || s.Tables[1].Rows.GetCardinality() != 3 {
		t.Errorf("the sketch was changed: %+v", s.Tables)
	}
}
