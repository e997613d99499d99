package canary

import "telltale/internal/identity"

// learnNamesakes measures how often full names repeat in the table, by their
// spread over all rows. Where namesakes are common, a canary without any would
// stand out.
func (m *model) learnNamesakes() {
	if m.sakes = m.p.Names.repeated(); len(m.clusters.members) == 0 {
		return
	}
	counts, n, several := map[string]int{}, 0, 0
	for r, row := range m.p.Sample {
		if name, ok := m.fullName(row.Cells, m.p.Locale); ok && m.clusters.leads(r) {
			counts[name]++
			n++
		}
	}
	for _, k := range counts {
		if k > 1 {
			several += k
		}
	}
	m.sakes = float64(several) / float64(max(n, 1))
}

// near are entries of pairs of facts that hardly two persons share: a full
// name with the city, the postcode or the day of birth, a family name with the
// day of birth or the postcode. A canary that shares one with a row would be
// taken for that person.
func (r *roles) near(cells []string, locale string) []uint64 {
	name, ok := r.fullName(cells, locale)
	if !ok {
		return nil
	}
	name = skeleton(name)
	family := lower(r.person1(cells).family)
	var out []uint64
	for _, i := range []int{r.city, r.postcode, r.date} {
		if i < 0 {
			continue
		}
		v := cell(cells, i)
		if blank(v) {
			continue
		}
		out = append(out, entry("near", name, v))
		if i != r.city && family != "" {
			out = append(out, entry(identity.FamilyName, family, v))
		}
	}
	return out
}

// skeleton is what a name keeps under most slips of the pen: its consonants,
// doubled ones once, and its first letter. Han names keep all.
func skeleton(name string) string {
	out := make([]rune, 0, len(name))
	begin := true
	for _, r := range name {
		switch r {
		case 'a', 'e', 'i', 'o', 'u', 'y', 'h':
			if !begin {
				continue
			}
		}
		if len(out) == 0 || out[len(out)-1] != r {
			out = append(out, r)
		}
		begin = r == ' ' || string(r) == Separator
	}
	return string(out)
}

// nearRow reports whether a row of the table is nearly the same person.
func (m *model) nearRow(cells []string) bool {
	for _, h := range m.near(cells, m.p.Locale) {
		if m.p.Seen.has(h) {
			return true
		}
	}
	return false
}
