package canary

import (
	"slices"
	"strings"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// address puts another row's street and a third row's house number into the
// canary's own locality, until the table does not hold the address. An address
// that spells out the city keeps its words and gets new numbers only.
func (d *draft) address() {
	m := d.m
	if len(m.addresses) == 0 || blank(d.cells[m.addresses[0]]) {
		return
	}
	i := m.addresses[0]
	if m.distinct[i] < repeats && m.number < 0 {
		return
	}
	near := d.neighbours(i)
	for try := 1; try <= 32; try++ {
		bits := max(d.street(i, near)+d.house(i)-log2(float64(try)), 0) // refused draws made this one likelier
		v, ok := m.roles.address(d.cells, m.p.Locale)
		if len(digitRuns(v)) == 0 {
			return // a street without a number is nobody's address
		}
		if !ok || m.p.Seen.has(entry(identity.Address, v)) {
			continue
		}
		cols := []int{i}
		if m.number >= 0 && !blank(d.cells[m.number]) {
			cols = []int{m.number, i}
		}
		d.note(identity.Address, cols, Part{"address", bits})
		return
	}
}

// street draws the text of the address from rows.
func (d *draft) street(i int, rows []string) float64 {
	if old := d.donor[i]; d.spellsCity(old) {
		d.cells[i] = old
		return 0
	}
	v := rows[d.st.IntN(len(rows))]
	n := 0
	for _, w := range rows {
		if streetOf(w) == streetOf(v) {
			n++
		}
	}
	d.cells[i] = v
	return -log2(float64(n) / float64(len(rows)))
}

func streetOf(v string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, v))
}

func (d *draft) spellsCity(address string) bool {
	for _, c := range []int{d.m.city, d.m.region} {
		if c >= 0 && !blank(d.donor[c]) && strings.Contains(address, strings.TrimSpace(d.donor[c])) {
			return true
		}
	}
	return false
}

// neighbours are the addresses of the sample in the same city, or all when the
// sample has fewer than four streets there.
func (d *draft) neighbours(i int) []string {
	var near, all []string
	for _, r := range d.m.p.Sample {
		v := cell(r.Cells, i)
		if blank(v) {
			continue
		}
		all = append(all, v)
		if d.m.city >= 0 && cell(r.Cells, d.m.city) == d.donor[d.m.city] {
			near = append(near, v)
		}
	}
	if len(near) >= 4 && distinct(near)*float64(len(near)) >= 4 {
		return near
	}
	return all
}

// house draws the house number: every digit run of the address is replaced by
// one that other addresses have in the same place, and the house number's own
// column by another row's.
func (d *draft) house(i int) float64 {
	m, bits := d.m, 0.0
	if m.number >= 0 && !blank(d.donor[m.number]) {
		v, b := drawValue(d.st, m.values(m.number))
		d.cells[m.number], bits = v, bits+b
	}
	runs := digitRuns(d.cells[i])
	if len(runs) == 0 {
		return bits
	}
	first := m.houses
	text := d.cells[i]
	for k := len(runs) - 1; k >= 0; k-- {
		from, to := runs[k][0], runs[k][1]
		v, b := anyDigits(d.st, to-from)
		if k == 0 && len(first) > 8 {
			v, b = drawValue(d.st, first)
		}
		text, bits = text[:from]+v+text[to:], bits+b
	}
	d.cells[i] = text
	return bits
}

// firstRuns are the first runs of digits of a column's values.
func (m *model) firstRuns(i int) []string {
	var out []string
	for _, v := range m.values(i) {
		if runs := digitRuns(v); len(runs) > 0 {
			out = append(out, v[runs[0][0]:runs[0][1]])
		}
	}
	return out
}

func digitRuns(v string) [][2]int {
	var out [][2]int
	for i := 0; i < len(v); i++ {
		if n := len(digits(v[i:])); n > 0 {
			out = append(out, [2]int{i, i + n})
			i += n
		}
	}
	return out
}

func anyDigits(st *key.Stream, n int) (string, float64) {
	out, bits := make([]byte, n), 0.0
	for i := range out {
		if i == 0 {
			out[i], bits = byte('1'+st.IntN(9)), bits+log2(9)
		} else {
			out[i], bits = byte('0'+st.IntN(10)), bits+log2(10)
		}
	}
	return string(out), bits
}

// drawValue takes a value as often as it stands in the list.
func drawValue(st *key.Stream, list []string) (string, float64) {
	v := list[st.IntN(len(list))]
	n := 0
	for _, w := range list {
		if w == v {
			n++
		}
	}
	return v, -log2(float64(n) / float64(len(list)))
}

// organisation joins the first words of one organisation and the last words of
// another of as many words. Tables in which organisations repeat keep the
// row's own.
func (d *draft) organisation(i int) {
	m, old := d.m, d.cells[i]
	if blank(old) || m.distinct[i] < 0.4 {
		return
	}
	group := m.alikeWords(i, old)
	tail := strings.Fields(old)
	for try := 1; try <= 32; try++ {
		head := strings.Fields(group[d.st.IntN(len(group))])
		cut := 1
		if len(head) > 2 {
			cut = 1 + d.st.IntN(len(head)-1)
		}
		words := append(slices.Clone(head[:cut]), tail[min(cut, len(tail)):]...)
		v := strings.Join(words, " ")
		c, ok := canonical(identity.Organisation, v, m.p.Locale)
		if !ok || m.p.Seen.has(entry(identity.Organisation, c)) {
			continue
		}
		d.cells[i] = v
		d.note(identity.Organisation, []int{i}, Part{"organisation", max(headBits(group, words)-log2(float64(try)), 0)})
		return
	}
}

// headBits is the surprise of the first words, at any cut; the last words are
// the row's own and count nothing.
func headBits(group, words []string) float64 {
	cuts := max(len(words)-1, 1)
	p := 0.0
	for cut := 1; cut <= cuts; cut++ {
		heads := 0
		for _, v := range group {
			if slices.Equal(strings.Fields(v)[:cut], words[:cut]) {
				heads++
			}
		}
		p += float64(heads) / float64(len(group)*cuts)
	}
	return -log2(min(p, 1))
}

// alikeWords are the values with as many words and the same commas.
func (m *model) alikeWords(i int, old string) []string { return m.groups[i][wordForm(old)] }

// wordForm has a character for every word: a comma for one that ends in one.
func wordForm(v string) string {
	var out strings.Builder
	for w := range strings.FieldsSeq(v) {
		out.WriteByte(pick[byte](strings.HasSuffix(w, ","), ',', 'x'))
	}
	return out.String()
}

// web renames a web address after the new organisation or family name when it
// was named after the old one.
func (d *draft) web(i int) {
	url := d.cells[i]
	names := []string{}
	for _, o := range d.m.orgs {
		names = append(names, fold(d.donor[o]), fold(d.cells[o]))
	}
	old := d.m.person1(d.donor)
	names = append(names, fold(old.family), fold(d.person.family))
	for k := 0; k+1 < len(names); k += 2 {
		if len(names[k]) >= 3 && strings.Contains(strings.ToLower(url), names[k]) {
			at := strings.Index(strings.ToLower(url), names[k])
			d.cells[i] = url[:at] + names[k+1] + url[at+len(names[k]):]
			return
		}
	}
}
