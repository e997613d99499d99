package attack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func sample(n int) Table {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{fmt.Sprint(1000 + i), fmt.Sprintf("Name %c", 'A'+i%26), fmt.Sprintf("+44 7700 %06d", i), fmt.Sprintf("%d.%02d", i, i%100), "2026-03-01"}
	}
	return New([]string{"id", "name", "phone", "amount", "date"}, rows)
}

func dump(t Table) string { return fmt.Sprint(t.Header, t.Names, t.Rows, t.Origin) }

func all() []Attack {
	list := []Attack{Sample(0.5), SampleN(10), Filter("name", 0.3), Truncate(0.5), Shuffle(), SortBy("name"), FilterRange("amount", 0.4), DropSome(2, []string{"id", "phone"}), Retype("name"), Dedupe(), Duplicate(0.2), Repeat(2), Mix(sample(30), 0.3), Junk(0.2),
		Keep("id", "phone"), Drop("date"), DropRandom(2, "id"), Reorder(), Rename(), RenameSome(0.5), DropHeader(), Round(0, "amount"), Thousands(), PhoneDigits("phone"),
		PhoneSpaces(3, "phone"), EatZeros(), Dates("02/01/2006"), Upper(), Lower(), FullWidth("name"), Pad(), Edit(0.3), Alter(0.3), Blank(0.3), Without("e"),
		Chain(Sample(0.5), Shuffle(), DropHeader())}
	for _, v := range Family() {
		list = append(list, v.Attack)
	}
	return append(list, AddIndex(), PadColumns(2), HeaderInside(), PasteSorted("name", 0.5),
		Shift(0.01, "amount"), Jitter(1, "amount"), Later(24*time.Hour, "date"), Restore(sample(60), 0.5), Swap(0.5, "phone"),
		Join([]string{"name", "phone"}, ", "), Combo(":", "phone", "name"), SplitColumn("name", " "), CountryCode("+44", "phone"), Hashed("md5", "HEX", nil, "name"))
}

// TestAttacksKeepTruth: an attack is repeatable, leaves its input alone, and
// keeps origins and names in step with rows and columns.
func TestAttacksKeepTruth(t *testing.T) {
	for _, a := range all() {
		t.Run(a.Name, func(t *testing.T) {
			in := sample(60)
			before := dump(in)
			out := a.Run(in, rand.New(rand.NewPCG(1, 2)))
			if again := a.Run(in, rand.New(rand.NewPCG(1, 2))); dump(out) != dump(again) {
				t.Error("the same seed gives another table")
			}
			if dump(in) != before {
				t.Error("the input was changed")
			}
			if len(out.Origin) != len(out.Rows) || out.Header != nil && len(out.Header) != len(out.Names) {
				t.Errorf("%d rows and %d origins, %d headers and %d names", len(out.Rows), len(out.Origin), len(out.Header), len(out.Names))
			}
			c, k := out.Column("id"), in.Column("id")
			for i, row := range out.Rows {
				if o := out.Origin[i]; o < Foreign || o >= len(in.Rows) || len(row) != len(out.Names) && o != Foreign {
					t.Fatalf("row %d: origin %d, %d cells", i, o, len(row))
				}
				if o := out.Origin[i]; o >= 0 && c >= 0 && strings.HasPrefix(a.Name, "s") && row[c] != in.Rows[o][k] {
					t.Fatalf("row %d is not its origin", i)
				}
			}
		})
	}
}

func TestCoalitions(t *testing.T) {
	base := sample(50)
	var copies []Table
	for k := range 3 {
		copies = append(copies, Chain(Sample(0.9), Edit(0.2, "amount")).Run(base, rand.New(rand.NewPCG(uint64(k), 1))))
	}
	for _, c := range Coalitions() {
		out := c.Run(copies, rand.New(rand.NewPCG(7, 7)))
		for i, o := range out.Origin {
			for col, v := range out.Rows[i] {
				had := v == "" && c.Name == BlankDiffering().Name || c.Name == Average().Name
				for _, t := range copies {
					if j := slices.Index(t.Origin, o); j >= 0 && t.Rows[j][col] == v {
						had = true
					}
				}
				if !had {
					t.Fatalf("%s: row %d has %q, which no copy has", c.Name, i, v)
				}
			}
		}
		if len(out.Rows) == 0 {
			t.Errorf("%s: no rows", c.Name)
		}
	}
}

func TestResell(t *testing.T) {
	s := Resale{Copies: 12, Unseen: 0.25, Contacts: []string{"phone"}, Region: "name", Date: "date", Name: "name", Phone: "phone", Merge: 0.3, Spam: 0.3, Edit: 1}
	hops := Resell(sample(800), s, rand.New(rand.NewPCG(2, 9)))
	unseen, spam := 0, 0
	for i, h := range hops {
		if h.Parent >= i || h.Other >= i {
			t.Fatalf("copy %d comes before its source", i)
		}
		if !h.Seen {
			unseen++
		}
		if h.Spam {
			spam++
			if len(h.Spammed) != len(h.Table.Rows) || len(h.Table.Names) != 1 || !h.Seen {
				t.Errorf("copy %d, known by messages: %d days and %d rows of %v", i, len(h.Spammed), len(h.Table.Rows), h.Table.Names)
			}
		}
		if h.Table.Column("phone") < 0 {
			t.Errorf("copy %d lost the column that sellers keep", i)
		}
		from := map[int]bool{}
		for _, p := range []int{h.Parent, h.Other} {
			if p >= 0 {
				for _, o := range hops[p].Table.Origin {
					from[o] = true
				}
			}
		}
		for _, o := range h.Table.Origin {
			if h.Parent >= 0 && o != Foreign && !from[o] {
				t.Fatalf("copy %d holds row %d, which its source lacks", i, o)
			}
		}
	}
	if len(hops) != 12 || unseen != 3 || spam != 3 {
		t.Errorf("%d copies, %d unseen, %d known by messages; want 12, 3, 3", len(hops), unseen, spam)
	}
}

func TestWrite(t *testing.T) {
	for _, e := range Encodings() {
		var b bytes.Buffer
		if err := sample(5).Write(&b, Dialect{Encoding: e, Delimiter: ';', LineEnd: "\r\n"}); err != nil || b.Len() == 0 {
			t.Errorf("%s: %v", e, err)
		}
	}
	if err := sample(1).Write(&bytes.Buffer{}, Dialect{Encoding: "klingon"}); err == nil {
		t.Error("an unknown encoding was accepted")
	}
}

func TestMoved(t *testing.T) {
	for _, c := range []struct {
		v      string
		amount float64
		want   string
	}{{"1.50", 0.01, "1.51"}, {"7", -1, "6"}, {"0.99", 0.01, "1.00"}, {"abc", 1, "abc"}, {"", 1, ""}, {"NaN", 1, "NaN"}, {"-3", 5, "2"}} {
		if got := moved(c.v, c.amount); got != c.want {
			t.Errorf("moved(%q, %g) = %q, want %q", c.v, c.amount, got, c.want)
		}
	}
}

// TestSwap: a row keeps its other cells, and the values stay the same as a whole.
func TestSwap(t *testing.T) {
	in := sample(40)
	out := Swap(1, "phone").Run(in, rand.New(rand.NewPCG(1, 1)))
	same := 0
	var before, after []string
	for i := range in.Rows {
		if out.Rows[i][2] == in.Rows[i][2] {
			same++
		}
		before, after = append(before, in.Rows[i][2]), append(after, out.Rows[i][2])
	}
	slices.Sort(before)
	slices.Sort(after)
	if same > 0 || !slices.Equal(before, after) {
		t.Errorf("%d of 40 stayed", same)
	}
}
