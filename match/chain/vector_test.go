package chain

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/sketch.json anew")

// vector is the frozen form of one small sketch. Its hasher is FNV-1a over the
// parts, each after its length as eight bytes little endian, with the
// finaliser of SplitMix64.
type vector struct {
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
	Linked []int      `json:"linked"` // row number, -1 for a foreign row
	Sketch string     `json:"sketch"`
}

func TestVector(t *testing.T) {
	v := vector{Header: []string{"Phone", "City", "Day"}, Linked: []int{5, -1, 2, 3},
		Rows: [][]string{{"+447700900123", "Leeds", "03/04/2026"}, {"0123", "Nowhere", ""}, {"+447700900124", "Ｙｏｒｋ  north", "31/12/2025"}, {"+447700900125", "Leeds", "01/05/2026"}}}
	s := NewSketcher(testHasher{})
	s.Begin(Source{Dataset: "orders", Snapshot: "s1", Columns: []string{"phone", "city", "day"}, Header: v.Header, Habits: []Habit{{"delimiter", ";"}}})
	for i, cells := range v.Rows {
		s.Add(Row{Linked: v.Linked[i] >= 0, Row: uint32(max(v.Linked[i], 0)), Cells: cells, Known: 7, Edited: uint64(i) & 2})
	}
	sk := s.Sketch()
	sk.Kind, sk.Holder, sk.FirstSeen = "file", "forum", time.Unix(1767323045, 0).UTC()
	sk.Recipients = []Share{{"acme", true, 31.5, 0.75}}
	data, err := sk.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	v.Sketch = hex.EncodeToString(data)
	if *update {
		out, _ := json.MarshalIndent(v, "", "  ")
		if err := os.WriteFile("testdata/sketch.json", append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile("testdata/sketch.json")
	if err != nil {
		t.Fatal(err)
	}
	var want vector
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if v.Sketch != want.Sketch {
		t.Errorf("the stored form changed:\ngot  %s\nwant %s", v.Sketch, want.Sketch)
	}
}

// TestOlderVersions reads what the first two versions wrote.
func TestOlderVersions(t *testing.T) {
	for version, file := range map[byte]string{1: "testdata/sketch-v1.json", 2: "testdata/sketch-v2.json"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
		data, err := hex.DecodeString(v.Sketch)
		if err != nil || data[0] != version {
			t.Fatalf("%s: version %d, %v", file, data[0], err)
		}
		readOlder(t, file, data)
		for cut := range len(data) {
			if new(Sketch).UnmarshalBinary(data[:cut]) == nil {
				t.Errorf("%s: cut at %d bytes it was accepted", file, cut)
			}
		}
	}
}

func readOlder(t *testing.T, file string, data []byte) {
	var s Sketch
	if err := s.UnmarshalBinary(data); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if s.Holder != "forum" || len(s.Recipients) != 1 || s.Recipients[0] != (Share{"acme", true, 31.5, 0.75}) || s.Rows != 3 || len(s.Foreign.Rows) != 1 || len(s.Habits) != 1 {
		t.Errorf("%s: %+v", file, s)
	}
	tb := s.Tables[0]
	if !slices.Equal(tb.Rows.ToArray(), []uint32{2, 5}) || len(tb.Columns) != 2 || tb.Columns[1].Name != "city" || len(tb.Cells.Hashes) != 4 || len(tb.Order) != 2 {
		t.Errorf("%s: %+v", file, tb)
	}
	if again, err := s.MarshalBinary(); err != nil || again[0] != sketchVersion {
		t.Errorf("%s: written anew: %v", file, err)
	}
}
