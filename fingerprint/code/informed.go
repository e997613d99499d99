package code

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// line is a number of reads that share a cell, a symbol and the bits of all known words.
type line struct {
	cell    int // of the plain view
	symbol  int
	pattern uint32
	n       float64
}

// lines counts the reads of the full table by cell, symbol and pattern, in that order.
func (d *decoder) lines(known []int) (all []line, of []int32) {
	v := &d.full.plain
	type keyed struct {
		key uint64
		at  int32
	}
	keys := make([]keyed, len(v.entry))
	for at, e := range v.entry {
		pattern := uint64(0)
		for i, r := range known {
			pattern |= (d.bits[r][at>>6] >> (at & 63) & 1) << i
		}
		keys[at] = keyed{uint64(e)<<32 | pattern, int32(at)}
	}
	slices.SortFunc(keys, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	of = make([]int32, len(keys))
	for i, k := range keys {
		if i == 0 || k.key != keys[i-1].key {
			e := int(k.key >> 32)
			all = append(all, line{cell: e / 2, symbol: e % 2, pattern: uint32(k.key)})
		}
		all[len(all)-1].n++
		of[k.at] = int32(len(all) - 1)
	}
	return all, of
}

// mixture is the fitted share of each known word and the flip rate of each group, under interleaving with unknown others.
type mixture struct {
	shares []float64
	flips  []float64
	lines  []line
	cells  []cell
}

// fitMixture fits it by EM: every read comes from one known word or from others (a one with probability p), and may be flipped.
func (d *decoder) fitMixture(lines []line, known int) *mixture {
	m := &mixture{shares: make([]float64, known), flips: slices.Clone(d.model.fits), lines: lines, cells: d.full.plain.cells}
	for i := range m.shares {
		m.shares[i] = 1 / float64(known+1)
	}
	for g := range m.flips {
		m.flips[g] = onItsSide(m.flips[g], m.flips[g], .005, .45)
	}
	for range 60 {
		if m.step() < 1e-6 {
			break
		}
	}
	return m
}

// step is one round of EM; it returns the greatest change of a share.
func (m *mixture) step() float64 { return m.stepWith(-1) }

// stepWith is a round in which one share is held, -1 for none.
func (m *mixture) stepWith(held int) float64 {
	const firm = 4 // pseudo-reads behind a group's flip rate
	from, all := make([]float64, len(m.shares)), 0.0
	flip, reads := make([]float64, len(m.flips)), make([]float64, len(m.flips))
	for _, l := range m.lines {
		c := m.cells[l.cell]
		e := m.flips[c.group]
		right := m.chance(l)
		like := flipped(right, e)
		for i, s := range m.shares {
			agrees := e
			if int(l.pattern>>i&1) == l.symbol {
				agrees = 1 - e
			}
			from[i] += l.n * s * agrees / like
		}
		all += l.n
		flip[c.group] += l.n * (1 - right*(1-e)/like)
		reads[c.group] += l.n
	}
	for g := range m.flips {
		if reads[g] > 0 {
			usual := .01
			if m.flips[g] > .5 {
				usual = .99
			}
			m.flips[g] = onItsSide(m.flips[g], (flip[g]+firm*usual)/(reads[g]+firm), 0, .499)
		}
	}
	return m.take(from, all, held)
}

// take sets the shares to what came from each copy, in parts of all; a share that is held stays, and the others share the rest.
func (m *mixture) take(from []float64, all float64, held int) (most float64) {
	scale := 1.0
	if held >= 0 {
		all -= from[held]
		scale = 1 - m.shares[held]
	}
	for i := range m.shares {
		if i == held {
			continue
		}
		next := scale * from[i] / math.Max(all, 1e-9)
		most = math.Max(most, math.Abs(next-m.shares[i]))
		m.shares[i] = next
	}
	return most
}

// onItsSide keeps a rate within bounds below one half, or, for a group that was inverted, within their mirror image above.
func onItsSide(was, rate, low, high float64) float64 {
	if was > .5 {
		return min(max(rate, 1-high), 1-low)
	}
	return min(max(rate, low), high)
}

// chance is the probability that the unflipped symbol is the one of the line.
func (m *mixture) chance(l line) float64 {
	q, rest := 0.0, 1.0
	for i, s := range m.shares {
		rest -= s
		if int(l.pattern>>i&1) == l.symbol {
			q += s
		}
	}
	p := m.cells[l.cell].p
	if l.symbol == 0 {
		p = 1 - p
	}
	return q + math.Max(0, rest)*p
}

func (m *mixture) logLikelihood() float64 {
	sum := 0.0
	for _, l := range m.lines {
		sum += l.n * math.Log(flipped(m.chance(l), m.flips[m.cells[l.cell].group]))
	}
	return sum
}

const sumLevels = 12 // levels of the known words' summed share, when there are too many patterns to keep apart

// informed is the view given the words of known.
func (d *decoder) informed(known []int) (*view, *mixture) {
	lines, of := d.lines(known)
	m := d.fitMixture(lines, len(known))
	v := &view{groups: d.full.plain.groups, known: len(known), share: total(m.shares)}
	type key struct{ cell, known, level int }
	at := make(map[key]int)
	entry := make([]int32, len(lines))
	for i, l := range lines {
		sum := 0.0
		for j, s := range m.shares {
			sum += s * float64(l.pattern>>j&1)
		}
		k := key{l.cell, bits.OnesCount32(l.pattern), int(l.pattern)}
		if len(known) > 3 {
			k.level = int(math.Round(sumLevels * sum / math.Max(v.share, 1e-9)))
		}
		c, ok := at[k]
		if !ok {
			c = len(v.cells)
			at[k] = c
			of := d.full.plain.cells[l.cell]
			v.cells = append(v.cells, cell{p: of.p, group: of.group, known: k.known})
		}
		x := &v.cells[c]
		x.n[l.symbol] += int(l.n)
		x.sum += sum * l.n
		entry[i] = int32(2*c + l.symbol)
	}
	for i := range v.cells {
		v.cells[i].sum /= float64(v.cells[i].n[0] + v.cells[i].n[1])
	}
	v.entry = make([]int32, len(of))
	for i, l := range of {
		v.entry[i] = entry[l]
	}
	return v, m
}
