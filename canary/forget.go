package canary

import (
	"slices"

	"telltale/internal/identity"
)

// Forget takes people out of what was learned: the sampled rows that hold any
// of the values, everything that these rows left in the counts and among the
// identities seen, and the values themselves. It returns how many sampled rows
// are gone, and whether anything changed.
//
// What is mixed of many rows stays: how many rows there were, the first and last
// value of a column in order, runs of serial numbers, and what a chooser learned.
// An identity that is no longer among those seen takes about 0.7 others with it
// (seven probes on ten bits an entry), which a canary may then be given by chance.
func (p *Profile) Forget(values []Cell) (rows int, changed bool) {
	roles := findRoles(p.Columns)
	p.Sample = slices.DeleteFunc(slices.Clone(p.Sample), func(r Row) bool {
		if !p.holds(r.Cells, values) {
			return false
		}
		p.forgetRow(&roles, r.Cells)
		rows++
		return true
	})
	changed = rows > 0
	for _, v := range values {
		changed = p.Seen.remove(entry(v.Kind, v.Value)) || changed
		for i := range p.Columns {
			changed = p.Seen.remove(serialEntry(i, v.Value)) || changed
		}
	}
	if changed {
		p.model = nil
	}
	return rows, changed
}

func (p *Profile) holds(cells []string, values []Cell) bool {
	for i, c := range p.Columns {
		v, ok := canonical(c.Kind, cell(cells, i), p.Locale)
		if ok && slices.ContainsFunc(values, func(x Cell) bool { return x.Kind == c.Kind && x.Value == v }) {
			return true
		}
	}
	return false
}

func (p *Profile) forgetRow(r *roles, cells []string) {
	for _, h := range r.entries(cells, p.Locale) {
		p.Seen.remove(h)
	}
	for i := range p.Stats {
		v := cell(cells, i)
		if blank(v) {
			continue
		}
		p.Stats[i].Values.remove(entry("value", v))
		if p.Stats[i].Single {
			p.Seen.remove(serialEntry(i, v))
		}
	}
	if name, ok := r.fullName(cells, p.Locale); ok {
		p.Names.remove(entry(identity.Name, name))
	}
}

// remove takes an entry out, and others that share its first bit.
func (f *filter) remove(h uint64) (was bool) {
	for i := range f.Layers {
		if l := &f.Layers[i]; l.has(h) {
			l.Words = slices.Clone(l.Words)
			at := l.probe(h, 0)
			l.Words[at>>6] &^= 1 << (at & 63)
			was = true
		}
	}
	return was
}

// remove takes a row of a value out of the counts.
func (s *Spread) remove(h uint64) {
	i := slices.IndexFunc(s.Values, func(c Counted) bool { return c.Hash == h })
	if i < 0 {
		return
	}
	s.Values = slices.Clone(s.Values)
	if s.Values[i].Rows--; s.Values[i].Rows == 0 {
		s.Values = slices.Delete(s.Values, i, i+1)
	}
}
