package attack

import (
	"math/rand/v2"
	"slices"
)

// Resale says what kind of trade to simulate. Shares and probabilities are in
// [0, 1].
type Resale struct {
	Copies   int      // all copies below the issued one, seen or not
	Unseen   float64  // share of them of which nothing is found; those that were sold on come first
	Spam     float64  // share of the seen ones that are known by 30-300 messages only; they were not sold on as far as possible
	Merge    float64  // probability that a copy is merged from two
	Edit     float64  // probability that a hop edits cells
	Contacts []string // columns that a seller always keeps, one of them at least
	Region   string   // column that buyers filter by, "" for none
	Date     string   // another one, of ISO dates, filtered by a range
	Phone    string   // column that is reformatted
	Name     string   // column that is retyped
}

// minSold is the least number of rows that anybody sells on: shorter lists are
// the end of a chain.
const minSold = 100

// Hop is one copy of a resale tree.
type Hop struct {
	Parent  int // index of the copy it was made from, -1 for the issued one
	Other   int // second source of a merge, -1 for none
	Seen    bool
	Spam    bool  // seen only by messages: Table holds some rows' contacts
	Day     int   // on which it was made
	SeenDay int   // on which it was found, for a seen one
	Spammed []int // per message of a Spam copy: the day, ascending
	How     string
	Table   Table
}

// Resell simulates a tree of copies below the issued table. Parents stand
// before their children; the first copy is the thief's.
func Resell(issued Table, s Resale, r *rand.Rand) []Hop {
	var hops []Hop
	for i := range s.Copies {
		h := Hop{Parent: seller(i, hops, r), Other: -1, Seen: true}
		from := issued
		if h.Parent >= 0 {
			from, h.Day = hops[h.Parent].Table, hops[h.Parent].Day
		}
		if q := seller(i, hops, r); h.Parent >= 0 && q >= 0 && r.Float64() < s.Merge && !related(hops, h.Parent, q) {
			h.Other, h.Day = q, max(h.Day, hops[q].Day)
			from = Merge(from, hops[q].Table)
		}
		h.Day += 1 + int(20*r.ExpFloat64())
		h.SeenDay = h.Day + int(30*r.ExpFloat64())
		a := s.hop(r, len(from.Rows))
		h.How, h.Table = a.Name, a.Run(from, r)
		hops = append(hops, h)
	}
	s.hide(hops, r)
	s.spam(hops, r)
	return hops
}

// seller draws a copy to buy from: the issued one in one of twenty cases.
func seller(i int, hops []Hop, r *rand.Rand) int {
	if i == 0 || r.Float64() < 0.05 {
		return -1
	}
	for range 50 {
		if p := r.IntN(i); len(hops[p].Table.Rows) >= minSold {
			return p
		}
	}
	return -1
}

// related reports whether one copy comes from the other or is it.
func related(hops []Hop, a, b int) bool { return descends(hops, a, b) || descends(hops, b, a) }

func descends(hops []Hop, i, from int) bool {
	if i < 0 {
		return false
	}
	return i == from || descends(hops, hops[i].Parent, from) || descends(hops, hops[i].Other, from)
}

// hide takes away copies, those that were sold on first.
func (s Resale) hide(hops []Hop, r *rand.Rand) {
	inner, leaves := split(hops)
	shuffle(inner, r)
	shuffle(leaves, r)
	for _, i := range append(inner, leaves...)[:int(s.Unseen*float64(len(hops))+0.999)] {
		hops[i].Seen = false
	}
}

// split lists the copies that were sold on, and the others.
func split(hops []Hop) (inner, leaves []int) {
	sold := map[int]bool{}
	for _, h := range hops {
		sold[h.Parent], sold[h.Other] = true, true
	}
	for i := range hops {
		if sold[i] {
			inner = append(inner, i)
		} else {
			leaves = append(leaves, i)
		}
	}
	return inner, leaves
}

func shuffle(list []int, r *rand.Rand) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// spam leaves of a share of the seen copies only the contacts of some rows:
// people who complained.
func (s Resale) spam(hops []Hop, r *rand.Rand) {
	inner, leaves := split(hops)
	shuffle(inner, r)
	shuffle(leaves, r)
	seen := 0
	for _, h := range hops {
		if h.Seen {
			seen++
		}
	}
	want := int(s.Spam*float64(seen) + 0.5)
	for _, i := range append(leaves, inner...) {
		if h := &hops[i]; want > 0 && h.Seen {
			want--
			h.spam(s.Contacts, r)
		}
	}
}

func (h *Hop) spam(contacts []string, r *rand.Rand) {
	h.Spam, h.How = true, h.How+", known by messages"
	h.Table = Chain(ours(), SampleN(30+r.IntN(271)), Keep(contacts...), Shuffle()).Run(h.Table, r)
	for range h.Table.Rows {
		h.Spammed = append(h.Spammed, h.Day+int(30*r.ExpFloat64()))
	}
	slices.Sort(h.Spammed)
	if len(h.Spammed) > 0 {
		h.SeenDay = h.Spammed[0]
	}
}

// ours keeps one of each row that was issued: nobody else complains to us.
func ours() Attack {
	return Attack{"ours", func(t Table, _ *rand.Rand) Table {
		have := map[int]bool{}
		var places []int
		for i, o := range t.Origin {
			if o != Foreign && !have[o] {
				have[o] = true
				places = append(places, i)
			}
		}
		return t.keep(places)
	}}
}
