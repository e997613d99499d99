package match

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"telltale/canary"
	"telltale/internal/key"
	"telltale/internal/table"
)

// TestLowestRate: a row is weighed at the lowest rate of the copies that had it
// when it was seen; copies of which it is not known any more may have had it.
func TestLowestRate(t *testing.T) {
	cover := canary.NewCover(key.Secret{}, 1000, 50, nil, 1) // all rows
	full, some, rare := heldCopy{in: 1}, heldCopy{in: 2, rate: 0.1}, heldCopy{in: 4, rate: 0.1, cover: cover}
	retired, retiredSome := heldCopy{}, heldCopy{rate: 0.3}
	late := heldCopy{in: 1, issued: 200}
	for i, c := range []struct {
		in     uint64
		at     int64
		copies []heldCopy
		want   float64
	}{
		{1, 0, []heldCopy{full}, 0},
		{2, 0, []heldCopy{full}, -1},
		{2, 0, []heldCopy{some}, 0.1},
		{4, 0, []heldCopy{rare}, 0.95},
		{6, 0, []heldCopy{rare, some}, 0.1},
		{4, 0, []heldCopy{rare, some}, 0.95},
		{4, 0, []heldCopy{rare, retired}, 0},
		{4, 0, []heldCopy{rare, retiredSome}, 0.3},
		{2, 0, []heldCopy{some, retiredSome}, 0.1},
		{1, 0, []heldCopy{rare, retired}, -1},
		{5, 100, []heldCopy{rare, late}, 0.95},
		{5, 300, []heldCopy{rare, late}, 0},
	} {
		h := &holdings{in: []uint64{c.in}, at: []int64{c.at}}
		if got := h.rate(c.copies, 0, 0.01); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%d: rate %v, want %v", i, got, c.want)
		}
	}
}

// TestLaterStateExcludesNobody: six have copies of which each lacks rows that
// few have; later one of them gets a copy of a larger table, with all its rows.
// A list of all rows comes from that copy. Its holder is not ruled out by what
// the first copy lacks, the others are, and nobody is accused. When the list was
// seen before the second copy was made, the holder is ruled out like the others.
func TestLaterStateExcludesNobody(t *testing.T) {
	w := newWorld(t)
	people := customers(700, 3)
	header, rows := people.Header, people.Rows
	scheme := schemeFor(header, rows, "en-GB", "customer_id")
	scheme.Density = 0
	recipients := []string{"a", "b", "c", "d", "e", "f"}
	w.make(issue{dataset: "people", scheme: scheme, rows: rows[:600], recipients: recipients, cover: 15})
	later := issued.Add(48 * time.Hour)
	w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: recipients[:1], at: later})
	e := w.engine(Options{All: true})
	weighed := func(seen time.Time) map[string]float64 {
		out := map[string]float64{}
		f, err := table.NewFile("leak", bytes.NewReader(csvOf(',', header, rows)), table.Options{})
		w.must(err)
		defer f.Close()
		r, err := e.File(background, f, Seen{Name: "leak", At: seen})
		w.must(err)
		result, err := e.Decide(background, []*Reading{r})
		w.must(err)
		for _, s := range result.Suspects {
			if s.Accused {
				t.Errorf("%s is accused of a list of all rows", s.Recipient)
			}
			for _, x := range s.Evidence {
				out[s.Recipient] += x.Log10LR
			}
		}
		return out
	}
	after, before := weighed(later.Add(time.Hour)), weighed(later.Add(-time.Hour))
	if after["a"] != 0 || before["a"] > -2 {
		t.Errorf("a: %v after the second copy, %v before", after["a"], before["a"])
	}
	for _, r := range recipients[1:] {
		if after[r] > -2 || before[r] > -2 {
			t.Errorf("%s: %v after the second copy, %v before", r, after[r], before[r])
		}
	}
	t.Log(fmt.Sprint(after, before))
}
