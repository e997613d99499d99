package canary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// A column may hold no value twice though nobody made it a key: ids beside the
// key, titles, amounts to the cent. A canary that repeats a value there is
// found by looking for repeats, so it gets one that no row has.

// singleLeast is how many values must have been counted, none twice, before a
// column is taken to be without repeats: with fewer, chance makes many so.
const singleLeast = 50

// ruled reports whether a column's values are kept apart by a rule of their own
// kind, or may well repeat one day: persons have namesakes.
func (r *roles) ruled(i int) bool {
	switch c := r.columns[i]; c.Kind {
	case identity.Phone, identity.Email, identity.NationalID, identity.Name:
		return true
	default:
		return c.Key || slices.Contains(r.serials, i)
	}
}

// learnSingles adds the values of columns that held none twice so far.
func (l *Learner) learnSingles(cells []string) {
	for i := range l.p.Stats {
		if v := cell(cells, i); l.p.Stats[i].Single && !blank(v) {
			l.p.Seen.add(serialEntry(i, v))
		}
	}
}

// addSingles makes up for what versions 1 and 2 did not learn, where the sample
// is the whole table.
func (p *Profile) addSingles() {
	if int64(len(p.Sample)) < p.Rows {
		return
	}
	roles := findRoles(p.Columns)
	for i := range p.Stats {
		values := p.values(i)
		if roles.ruled(i) || distinct(values) < 1 {
			continue
		}
		p.Stats[i].Single = true
		for _, v := range values {
			p.Seen.add(serialEntry(i, v))
		}
	}
}

// findSingles settles which columns are without repeats: the sample and the
// counts over the whole table agree.
func (m *model) findSingles() {
	m.single = make([]bool, len(m.p.Columns))
	for i, s := range m.p.Stats {
		m.single[i] = s.Single && len(s.Values.Values) >= singleLeast && m.distinct[i] == 1
	}
}

// repeats reports whether a value stands in a row of the table or in an
// earlier canary of the copy.
func (d *draft) repeats(i int, v string) bool {
	h := serialEntry(i, v)
	return d.m.p.Seen.has(h) || d.used[h]
}

// use notes what no later canary of the copy may repeat.
func (d *draft) use(cells []string) {
	for i, single := range d.m.single {
		if single && !blank(cells[i]) {
			d.used[serialEntry(i, cells[i])] = true
		}
	}
}

const (
	renewTries = 96 // for a value that nobody has
	renewForms = 48 // of them, that must have a form and a length that rows have
	renewNear  = 12 // of them, before another row's value is varied instead
)

// unrepeated is v, a value of column i that is without repeats; where a row or
// an earlier canary of the copy has it, one like it that nobody has. Where none
// is found v stays.
func (d *draft) unrepeated(i int, v string) string {
	if blank(v) || !d.repeats(i, v) {
		return v
	}
	old := v
	for try := range renewTries {
		if try%renewNear == renewNear-1 {
			old = d.m.values(i)[d.st.IntN(len(d.m.values(i)))]
		}
		w := d.m.another(d.st, i, old, try >= renewNear)
		if (try >= renewForms || d.m.forms[i][formOf(w)] && d.m.lengths[i][utf8.RuneCountInString(w)]) && !d.repeats(i, w) {
			return w
		}
	}
	return v
}

// another is a value like old: a day or a number near it, a phrase with other
// words, a code with other letters and digits; hard changes words that other
// rows have, too.
func (m *model) another(st *key.Stream, i int, old string, hard bool) string {
	k := m.p.Columns[i].Kind
	if v, ok := m.varyKnown(st, i, k, old); ok {
		return v
	}
	if v := dressPlain(old, m.phrase(st, i, old)); v != old && !(m.coded(i) && st.IntN(2) == 0) {
		return v
	}
	if alike := m.alike(i, old); len(alike) >= likePlaces && (m.coded(i) || strings.ContainsAny(old, "0123456789")) {
		v, _ := spellByPlace(st, old, alike)
		return v
	}
	if !hard {
		return old
	}
	return dressPlain(old, m.tokens[i].respell(st, strings.TrimSpace(old), len(m.p.Sample)))
}

// coded reports whether the values of a column have few lengths and
// punctuations: codes, of letters or of anything.
func (m *model) coded(i int) bool { return 20*len(m.masks[i]) <= len(m.values(i)) }

// repeatsName reports whether a part of the name stands in a row, in a column
// where none does twice.
func (m *model) repeatsName(cells []string) bool {
	for _, list := range [][]int{m.given, m.family} {
		if len(list) > 0 && m.single[list[0]] && m.p.Seen.has(serialEntry(list[0], cells[list[0]])) {
			return true
		}
	}
	return false
}

// apart is the value of a column in order and without repeats, between a and b:
// the canary's own where it fits, else one made of those of rows, with the number
// of those that it was one of.
func (pl *Planter) apart(f fitting, v, a, b string, seed uint64) (string, float64, bool) {
	if (blank(a) || compare(a, v) < 0) && (blank(b) || compare(v, b) < 0) {
		return v, 0, true
	}
	return pl.m.wedge(f.column, a, b, seed)
}

// wedge is a text between a and b: it begins like one of them, as shortly as
// possible, and ends like some other value of the column; at an end of the table
// where none does, it is longer or shorter by a letter. room is how many such there
// are.
func (m *model) wedge(i int, a, b string, seed uint64) (v string, room float64, ok bool) {
	x, y := []rune(a), []rune(b)
	common := 0
	for common < len(x) && common < len(y) && x[common] == y[common] {
		common++
	}
	for cut := common; cut <= max(len(x), len(y)); cut++ {
		if fits := m.crossings(i, a, b, cut); len(fits) > 0 {
			return fits[seed%uint64(len(fits))], float64(len(fits)), true
		}
	}
	switch {
	case blank(b) && len(x) > 0:
		return a + string(x[len(x)-1]), 1, true
	case blank(a) && len(y) > 1:
		return string(y[:len(y)-1]), 1, true
	}
	return "", 0, false
}

// crossings are the texts between a and b that begin like one of them up to
// cut and go on like another value of the column, ascending.
func (m *model) crossings(i int, a, b string, cut int) (out []string) {
	for _, stem := range []string{a, b} {
		head := []rune(stem)
		if cut > len(head) || blank(stem) {
			continue
		}
		for _, w := range m.values(i) {
			tail := []rune(w)
			if cut >= len(tail) || cut > 0 && unicode.IsLetter(head[cut-1]) != unicode.IsLetter(tail[cut-1]) {
				continue
			}
			v := string(head[:cut]) + string(tail[cut:])
			if (blank(a) || compare(a, v) < 0) && (blank(b) || compare(v, b) < 0) {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// weighMade sets the surprise of identities that are a value made of rows'
// own to the number of those that it could have been; together with other
// cells such a value is no identity.
func (c *Canary) weighMade(made map[int]float64) {
	c.Identities = slices.DeleteFunc(c.Identities, func(id Identity) bool {
		return len(id.Columns) > 1 && slices.ContainsFunc(id.Columns, func(i int) bool { return made[i] > 0 })
	})
	for k, id := range c.Identities {
		if room := made[id.Columns[0]]; room > 0 {
			bits := log2(room)
			c.Identities[k].Bits, c.Identities[k].Parts = bits, []Part{{"between", bits}}
		}
	}
}
