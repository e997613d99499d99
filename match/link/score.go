package link

import (
	"math"

	"telltale/internal/identity"
)

// fit is where a leaked row agrees with one of ours: columns of the index.
type fit struct{ exact, similar []int }

// probe is a leaked row made ready to be compared with many rows of ours: for
// each recognised column its tags, and what it is worth that they agree.
type probe struct {
	columns []probed
	near    []nearRow // room for candidates
}

type probed struct {
	f       int
	tag     uint16
	halves  [maxHalves]uint16
	exact   float64            // bits when the cells agree,
	half    [maxHalves]float64 // when only a half agrees, never more than exact,
	against float64            // and when neither does: never more than 0
}

// probe makes c's row ready. It is valid until the next call for c.
func (m *Mapping) probe(c *Cells) *probe {
	p := &c.probe
	p.columns = p.columns[:0]
	for f := range m.l.fields {
		leak := m.column(f)
		if leak < 0 || leak >= c.Len() {
			continue
		}
		e := m.l.fields[f].entryOf(c, leak)
		if e.tag == 0 {
			continue
		}
		x := probed{f: f, tag: e.tag, halves: e.halves, against: m.against(f)}
		x.exact = min(m.most[f], m.l.rareness(m.l.commonness(f, e.tag)))
		for i := range m.l.fields[f].n {
			if h := m.l.half[f] + i; len(m.l.halves[h]) > 0 && e.halves[i] != 0 {
				x.half[i] = max(0, min(x.exact, m.most[f], m.l.rareness(m.l.halfCount(h, e.halves[i]))-halfCost))
			}
		}
		p.columns = append(p.columns, x)
	}
	return p
}

// rareness is log2(rows/n).
func (l *Linker) rareness(n int) float64 { return l.log2n - math.Log2(float64(max(1, n))) }

// agreement scores how well a leaked row fits a row of ours, in bits: the sum
// over the columns of
//
//	log2(rows/count)            where the cells agree, count rows having that tag,
//	the same of a half, less 2  where only a half agrees,
//	log2((1-agree)/(1-chance))  where neither does; agree and chance are the
//	                            column's rates on linked rows and by chance.
//
// This is the score of Fellegi and Sunter (A theory for record linkage, JASA
// 64, 1969). Columns that follow from one another count once, and those without
// a list little.
func (m *Mapping) agreement(p *probe, row uint32, detail *fit) float64 {
	t := tally{}
	for i := range p.columns {
		x := &p.columns[i]
		theirs := m.l.tags[x.f][row]
		if theirs == 0 {
			continue
		}
		bits := x.exact
		if theirs != x.tag {
			if bits = m.halfBits(x, row); bits <= 0 {
				bits = x.against
			}
		}
		t.add(&m.l.fields[x.f], bits, theirs == x.tag)
		if detail != nil && theirs == x.tag {
			detail.exact = append(detail.exact, x.f)
		} else if detail != nil && bits > 0 {
			detail.similar = append(detail.similar, x.f)
		}
	}
	return t.sum()
}

// tally sums the bits of columns.
type tally struct {
	groups        [groupCount]float64
	told          [groupCount]bool
	names, likely float64 // of a person's names, and of an e-mail address that agrees in a half: it may be made of them
	listed, plain float64
}

func (t *tally) add(f *field, bits float64, whole bool) {
	switch g := groupOf(f.kind); {
	case g != alone:
		if !t.told[g] {
			t.groups[g], t.told[g] = bits, true
		}
		t.groups[g] = max(t.groups[g], bits)
	case f.kind == identity.GivenName || f.kind == identity.FamilyName || f.kind == identity.Name:
		t.names += bits
	case f.kind == identity.Email && !whole && bits > 0:
		t.likely = max(t.likely, bits)
	case !f.listed && bits > 0:
		t.plain += min(bits, plainBits)
	default:
		t.listed += bits
	}
}

func (t *tally) sum() float64 {
	sum := t.listed + min(t.plain, plainTotal) + max(t.names, t.likely)
	for _, b := range t.groups {
		sum += b
	}
	return sum
}

// halfCost is what is taken off the bits of a half: that two values differ in
// the other half is likelier for two persons than for a slip.
const halfCost = 2

// halfBits is what the best agreeing half of a column tells; 0 when none does.
func (m *Mapping) halfBits(x *probed, row uint32) float64 {
	best := 0.0
	for i, bits := range x.half {
		if bits > best && m.l.halves[m.l.half[x.f]+i][row] == x.halves[i] {
			best = bits
		}
	}
	return best
}

// against is what a column that does not agree tells, never more than 0; nothing
// as long as its rates are not known.
func (m *Mapping) against(f int) float64 {
	agree, chance := min(m.rates[f].agree, mostAgree), m.rates[f].chance
	if agree <= chance {
		return 0
	}
	return math.Log2((1 - agree) / (1 - chance))
}

// mostAgree keeps a column that agreed on all linked rows from refusing others:
// the rows were linked because they agree.
const mostAgree = 0.9
