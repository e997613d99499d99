package attack

import (
	"math/rand/v2"
	"slices"
)

// Resale says what kind of trade to simulate.
type Resale struct {
	Copies   int      // all copies below the issued one
	Unseen   float64  // share of them of which no file is found; leaves are always found
	Identity []string // columns that a seller always keeps
	Region   string   // column that buyers filter by, "" for none
	Phone    string   // column that is reformatted, "" for none
	Merge    float64  // probability that a copy is merged from two
	Messages float64  // probability that a leaf is known by messages only: a few rows, contacts only
}

// Hop is one copy of a resale tree.
type Hop struct {
	Parent int // index of the copy it was made from, -1 for the issued one
	Other  int // second source of a merge, -1 for none
	Seen   bool
	How    string
	Table  Table
}

// Resell simulates a tree of copies below the issued table. Parents stand
// before their children.
func Resell(issued Table, s Resale, r *rand.Rand) []Hop {
	var hops []Hop
	for i := range s.Copies {
		h := Hop{Parent: pickParent(i, hops, r), Other: -1, Seen: true}
		from := issued
		if h.Parent >= 0 {
			from = hops[h.Parent].Table
		}
		if q := pickParent(i, hops, r); h.Parent >= 0 && q >= 0 && q != h.Parent && r.Float64() < s.Merge && !descends(hops, h.Parent, q) && !descends(hops, q, h.Parent) {
			h.Other = q
			from = Merge(from, hops[q].Table)
		}
		a := s.hop(r, len(from.Rows))
		h.How, h.Table = a.Name, a.Run(from, r)
		hops = append(hops, h)
	}
	s.hide(hops, r)
	return hops
}

// pickParent prefers copies that exist for some time but not for long.
func pickParent(i int, hops []Hop, r *rand.Rand) int {
	if i == 0 {
		return -1
	}
	if r.Float64() < 0.15 {
		return -1
	}
	p := r.IntN(i)
	for len(hops[p].Table.Rows) < 60 && p > 0 {
		p = hops[p].Parent
		if p < 0 {
			return -1
		}
	}
	return p
}

func descends(hops []Hop, i, from int) bool {
	for ; i >= 0; i = hops[i].Parent {
		if i == from || hops[i].Other == from {
			return true
		}
	}
	return false
}

// hop draws what one seller does to a list of n rows.
func (s Resale) hop(r *rand.Rand, n int) Attack {
	var steps []Attack
	share := 0.2 + 0.6*r.Float64()
	if n < 200 {
		share = 0.8
	}
	if s.Region != "" && r.Float64() < 0.25 {
		steps = append(steps, Filter(s.Region, share))
	} else {
		steps = append(steps, Sample(share))
	}
	if r.Float64() < 0.5 {
		steps = append(steps, DropRandom(1, append(slices.Clone(s.Identity), s.Region)...))
	}
	if r.Float64() < 0.7 {
		steps = append(steps, Edit(0.001*float64(1+r.IntN(20))))
	}
	if r.Float64() < 0.5 {
		steps = append(steps, Junk(0.002*float64(1+r.IntN(10))))
	}
	if s.Phone != "" && r.Float64() < 0.3 {
		steps = append(steps, PhoneDigits(s.Phone))
	}
	if r.Float64() < 0.2 {
		steps = append(steps, Shuffle())
	}
	if r.Float64() < 0.3 {
		steps = append(steps, RenameSome(0.4))
	}
	if r.Float64() < 0.15 {
		steps = append(steps, Reorder())
	}
	return Chain(steps...)
}

// hide takes away the files of inner copies, and leaves of some leaves only a
// few messages.
func (s Resale) hide(hops []Hop, r *rand.Rand) {
	inner := make([]int, 0, len(hops))
	leaf := make([]bool, len(hops))
	for i := range leaf {
		leaf[i] = true
	}
	for _, h := range hops {
		for _, p := range []int{h.Parent, h.Other} {
			if p >= 0 && leaf[p] {
				leaf[p] = false
			}
		}
	}
	for i := range hops {
		if !leaf[i] {
			inner = append(inner, i)
		} else if r.Float64() < s.Messages {
			hops[i].How += ", known by messages"
			hops[i].Table = Chain(SampleN(30+r.IntN(270)), Keep(s.Identity...), Shuffle()).Run(hops[i].Table, r)
		}
	}
	r.Shuffle(len(inner), func(i, j int) { inner[i], inner[j] = inner[j], inner[i] })
	for _, i := range inner[:min(int(s.Unseen*float64(len(hops))+0.5), len(inner))] {
		hops[i].Seen = false
	}
}
