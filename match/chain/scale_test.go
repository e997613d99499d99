package chain

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

var scale = flag.Int("scale", 12, "sightings of TestManySightings; 200 is what the documentation measures")

// TestManySightings reconstructs a trade of large lists, stored and read
// again: sightings of up to 100,000 rows each, made from each other. What it
// takes is logged; docs/chains.md says how it was measured.
func TestManySightings(t *testing.T) {
	const seed, rows, columns = 3, 100_000, 8
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	nodes := []Node{{ID: "export", Kind: Export, Recipient: "acme", Sketch: Issued("d", "s", columnNames(columns), rows, issuedTag)}}
	parents := map[string]string{}
	copies := []*Sketch{nodes[0].Sketch}
	stored := 0
	for i := range *scale {
		p := 0
		if i > 0 && r.IntN(20) > 0 {
			p = 1 + r.IntN(i)
		}
		s := resold(copies[p], columns, r)
		data, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		stored += len(data)
		back := new(Sketch)
		if err := back.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, s)
		n := Node{ID: fmt.Sprint(i + 1), Kind: Sighting, Sketch: back}
		n.Sketch.Recipients = []Share{{Recipient: "acme", Accused: true, LogE: 50, Share: 1}}
		nodes = append(nodes, n)
		parents[n.ID] = nodes[p].ID
	}
	start := time.Now()
	g, err := Reconstruct(context.Background(), nodes, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, e := range g.Edges {
		right += int(bit(parents[e.To] == e.From))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d sightings, %d bytes of sketches, %v, %d MB from the system, %d parents right", *scale, stored, time.Since(start).Round(time.Millisecond), m.Sys>>20, right)
	if right*10 < *scale*8 {
		t.Errorf("%d of %d parents right, want at least eight of ten", right, *scale)
	}
}

func columnNames(n int) (out []string) {
	for c := range n {
		out = append(out, fmt.Sprint("c", c))
	}
	return out
}

func issuedTag(column int, row uint32) uint16 {
	if column == 0 {
		return uint16(1 + row%12)
	}
	return uint16(1 + (uint64(row)*2654435761+uint64(column)*40503)%65000)
}

// resold makes the sketch of a copy: 60-100% of the rows, and up to 1% of the
// cells edited.
func resold(from *Sketch, columns int, r *rand.Rand) *Sketch {
	s := *from
	f := from.Tables[0]
	t := Table{Dataset: f.Dataset, Snapshot: f.Snapshot, Columns: f.Columns, Rows: roaring.New(), Cells: Cells{Limit: f.Cells.Limit}}
	share, edits := 0.6+0.4*r.Float64(), 0.001+0.009*r.Float64()
	if f.Rows.GetCardinality() < 2000 {
		share = 1
	}
	it := f.Rows.Iterator()
	for it.HasNext() {
		if row := it.Next(); r.Float64() < share {
			t.Rows.Add(row)
		}
	}
	for i, row := range f.Cells.Rows {
		if !t.Rows.Contains(row) {
			continue
		}
		edited := f.Cells.Edited[i]
		for c := range columns {
			h := f.Cells.Hashes[i*columns+c]
			if r.Float64() < edits {
				h = uint16(1 + r.IntN(65000))
				edited |= 1 << c
			}
			t.Cells.Hashes = append(t.Cells.Hashes, h)
		}
		t.Cells.Rows, t.Cells.Edited, t.Cells.Known = append(t.Cells.Rows, row), append(t.Cells.Edited, edited), append(t.Cells.Known, 1<<columns-1)
	}
	s.Tables = []Table{t}
	return &s
}
