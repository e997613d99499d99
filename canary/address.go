package canary

import (
	"slices"
	"strings"
	"unicode/utf8"

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
	shares := m.number < 0 && d.st.Float64() < m.repeated(i)
	for try := 1; try <= 32; try++ {
		bits := max(d.street(i, near)+d.house(i)-log2(float64(try)), 0) // refused draws made this one likelier
		v, ok := m.roles.address(d.cells, m.p.Locale)
		if len(digitRuns(v)) == 0 {
			return // a street without a number is nobody's address
		}
		if !ok || m.p.Seen.has(entry(identity.Address, v)) != shares {
			continue
		}
		if shares {
			return // somebody lives there
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
	if old := d.donor[i]; d.m.spellsCity(d.donor, old) {
		d.cells[i] = old
		return 0
	}
	v := rows[d.st.IntN(len(rows))]
	n := 1
	if !d.rough {
		n = countIf(rows, func(w string) bool { return streetOf(w) == streetOf(v) })
	}
	bits := -log2(float64(n) / float64(len(rows)))
	v = d.m.rarerStreet(d.st, i, v)
	d.cells[i] = v
	return bits
}

// rarerStreet is a street that as many rows have as others share v's street
// with it, as freshen does for other values.
func (m *model) rarerStreet(st *key.Stream, i int, v string) string {
	switch n := m.roads[streetOf(v)]; {
	case n == 1 && m.tokens[i] != nil:
		if w, ok := m.newStreet(st, i, v); ok {
			return w
		}
	case n > 1 && n <= 5:
		if rarer := m.byCount[i][n-1]; len(rarer) > 0 && m.counts[i][v] == n {
			return rarer[st.IntN(len(rarer))]
		}
	}
	return v
}

// newStreet is a street that no row has.
func (m *model) newStreet(st *key.Stream, i int, old string) (string, bool) {
	for range 8 {
		if v := m.phrase(st, i, old); m.roads[streetOf(v)] == 0 {
			return dressPlain(old, v), true
		}
	}
	return "", false
}

func streetOf(v string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, v))
}

func (m *model) spellsCity(cells []string, address string) bool {
	for _, c := range []int{m.city, m.region} {
		if c >= 0 && !blank(cell(cells, c)) && strings.Contains(address, strings.TrimSpace(cells[c])) {
			return true
		}
	}
	return false
}

// neighbours are the addresses of the sample in the same city, or all when the
// sample has fewer than four streets there.
func (d *draft) neighbours(i int) []string {
	if d.m.city >= 0 {
		if near := d.m.streets[d.donor[d.m.city]]; len(near) > 0 {
			return near
		}
	}
	return d.m.values(i)
}

// streetsByCity are the addresses of cities with at least four.
func (m *model) streetsByCity(i int) map[string][]string {
	near := map[string][]string{}
	for _, r := range m.p.Sample {
		if v := cell(r.Cells, i); !blank(v) && m.city >= 0 {
			c := cell(r.Cells, m.city)
			near[c] = append(near[c], v)
		}
	}
	for c, list := range near {
		if len(list) < 4 || distinct(list)*float64(len(list)) < 4 {
			delete(near, c)
		}
	}
	return near
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
	text := d.cells[i]
	for k := len(runs) - 1; k >= 0; k-- {
		from, to := runs[k][0], runs[k][1]
		v, b := anyDigits(d.st, to-from)
		if like := m.houses[beside(d.cells[i], from, to)]; len(like) > 8 {
			v, b = drawValue(d.st, like)
		}
		text, bits = text[:from]+v+text[to:], bits+b
	}
	d.cells[i] = text
	return bits
}

// beside is what stands on both sides of a run of digits: numbers of houses,
// floors and flats are told apart by it.
func beside(v string, from, to int) string {
	before, _ := utf8.DecodeLastRuneInString(v[:from])
	after, _ := utf8.DecodeRuneInString(v[to:])
	return string([]rune{before, after})
}

// houseNumbers are the runs of digits of a column's values, by what stands
// beside them.
func (m *model) houseNumbers(i int) map[string][]string {
	out := map[string][]string{}
	for _, v := range m.values(i) {
		for _, r := range digitRuns(v) {
			k := beside(v, r[0], r[1])
			out[k] = append(out[k], v[r[0]:r[1]])
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
	return v, -log2(float64(countIf(list, func(w string) bool { return w == v })) / float64(len(list)))
}

func countIf(list []string, f func(string) bool) int {
	n := 0
	for _, v := range list {
		if f(v) {
			n++
		}
	}
	return n
}

// organisation joins the first words of one organisation and the last words of
// another of as many words. Tables in which organisations repeat keep the
// row's own.
func (d *draft) organisation(i int) {
	m, old := d.m, d.cells[i]
	if blank(old) || m.distinct[i] < 0.4 || m.tokens[i] == nil {
		return
	}
	for try := 1; try <= 32; try++ {
		v := dressPlain(old, m.phrase(d.st, i, old))
		c, ok := canonical(identity.Organisation, v, m.p.Locale)
		if !ok || m.p.Seen.has(entry(identity.Organisation, c)) {
			continue
		}
		d.cells[i] = v
		if !d.rough {
			bits := headBits(m.alikeWords(i, old), strings.Fields(v))
			d.note(identity.Organisation, []int{i}, Part{"organisation", max(bits-log2(float64(try)), 0)})
		}
		return
	}
}

// headed is old with its first words replaced by those of a value of the same
// form, half of the time.
func (m *model) headed(st *key.Stream, i int, old string) string {
	words := strings.Fields(old)
	if len(words) < 2 || st.IntN(2) == 0 {
		return old
	}
	group := m.alikeWords(i, old)
	head := strings.Fields(group[st.IntN(len(group))])
	cut := 1 + st.IntN(len(words)-1)
	return strings.Join(append(slices.Clone(head[:cut]), words[cut:]...), " ")
}

// headBits is the surprise of the first words, at any cut; the last words are
// the row's own and count nothing.
func headBits(group, words []string) float64 {
	cuts := max(len(words)-1, 1)
	p := 0.0
	for cut := 1; cut <= cuts; cut++ {
		heads := 0
		for _, v := range group {
			if sameHead(strings.Fields(v), words, cut) {
				heads++
			}
		}
		p += float64(heads) / float64(len(group)*cuts)
	}
	return -log2(max(min(p, 1), 1/float64(len(group)+1)))
}

func sameHead(a, b []string, n int) bool {
	return len(a) >= n && len(b) >= n && slices.Equal(a[:n], b[:n])
}

// alikeWords are the values with as many words and the same commas.
func (m *model) alikeWords(i int, old string) []string { return m.groups[i][wordForm(old)] }

// wordForm has a character for every word: a comma for one that ends in one,
// a digit for one with digits.
func wordForm(v string) string {
	var out strings.Builder
	for w := range strings.FieldsSeq(v) {
		switch {
		case strings.HasSuffix(w, ","):
			out.WriteByte(',')
		case strings.ContainsAny(w, "0123456789"):
			out.WriteByte('0')
		default:
			out.WriteByte('x')
		}
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
