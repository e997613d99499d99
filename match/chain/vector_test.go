package chain

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
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
	v := vector{Header: []string{"Phone", "City"}, Linked: []int{5, -1, 2},
		Rows: [][]string{{"+447700900123", "Leeds"}, {"0123", "Nowhere"}, {"+447700900124", "Ｙｏｒｋ  north"}}}
	s := NewSketcher(testHasher{})
	s.Begin(Source{Dataset: "orders", Snapshot: "s1", Columns: []string{"phone", "city"}, Header: v.Header, Habits: []Habit{{"delimiter", ";"}}})
	for i, cells := range v.Rows {
		s.Add(Row{Linked: v.Linked[i] >= 0, Row: uint32(max(v.Linked[i], 0)), Cells: cells, Known: 3, Edited: uint64(i) & 2})
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
