package canary

import (
	"strings"

	"telltale/internal/identity"
)

// roles says which columns identify, by what.
type roles struct {
	columns                []Column
	phones, emails         []int
	nationals, serials     []int
	given, family, name    []int
	orgs, urls             []int
	addresses              []int
	city, region, postcode int
	number                 int // house number in a column of its own
	date                   int
	key                    []int
	combination            []int // what stands for an identity in a table without one
}

func findRoles(cols []Column) roles {
	r := roles{columns: cols, city: -1, region: -1, postcode: -1, number: -1, date: -1}
	for i, c := range cols {
		r.place(i, c)
		if c.Key {
			r.key = append(r.key, i)
		}
	}
	if len(r.addresses) == 0 {
		r.number = -1
	}
	if !r.person() {
		for i, c := range cols {
			if !c.Key && !c.Sorted {
				r.combination = append(r.combination, i)
			}
		}
	}
	return r
}

func (r *roles) place(i int, c Column) {
	switch c.Kind {
	case identity.Phone:
		r.phones = append(r.phones, i)
	case identity.Email:
		r.emails = append(r.emails, i)
	case identity.NationalID:
		r.nationals = append(r.nationals, i)
	case identity.Name:
		r.name = append(r.name, i)
	case identity.GivenName:
		r.given = append(r.given, i)
	case identity.FamilyName:
		r.family = append(r.family, i)
	case identity.Organisation:
		r.orgs = append(r.orgs, i)
	case identity.URL:
		r.urls = append(r.urls, i)
	case identity.Address:
		if r.houseNumber(i, c) {
			return
		}
		r.addresses = append(r.addresses, i)
	case identity.City:
		first(&r.city, i)
	case identity.Region:
		first(&r.region, i)
	case identity.Postcode:
		first(&r.postcode, i)
	case identity.Date:
		if !c.Sorted {
			first(&r.date, i)
		}
	default:
		if r.houseNumber(i, c) {
			return
		}
		if c.Key || c.Identity || c.Kind == identity.Serial {
			r.serials = append(r.serials, i)
		}
	}
}

func first(at *int, i int) {
	if *at < 0 {
		*at = i
	}
}

// houseNumber tells a column of house numbers by its header.
func (r *roles) houseNumber(i int, c Column) bool {
	if c.Key || r.number >= 0 {
		return false
	}
	h := strings.ToLower(c.Name)
	for _, word := range []string{"street_number", "street number", "streetnumber", "house_number", "house number", "housenumber", "house_no", "hausnummer", "门牌"} {
		if strings.Contains(h, word) {
			r.number = i
			return true
		}
	}
	return false
}

// person reports whether any column identifies beyond the key.
func (r roles) person() bool {
	return len(r.phones)+len(r.emails)+len(r.nationals)+len(r.name)+len(r.addresses) > 0 || len(r.given) > 0 && len(r.family) > 0 || r.extraSerial()
}

func (r roles) extraSerial() bool {
	for _, i := range r.serials {
		if !r.columns[i].Key {
			return true
		}
	}
	return false
}

// entries hashes the identities of a row for the filter.
func (r *roles) entries(cells []string, locale string) []uint64 {
	var out []uint64
	add := func(k identity.Kind, cols []int) {
		for _, i := range cols {
			if v, ok := canonical(k, cell(cells, i), locale); ok {
				out = append(out, entry(k, v))
			}
		}
	}
	add(identity.Phone, r.phones)
	add(identity.Email, r.emails)
	add(identity.NationalID, r.nationals)
	for _, i := range r.serials {
		if v := cell(cells, i); v != "" {
			out = append(out, serialEntry(i, v))
		}
	}
	add(identity.Organisation, r.orgs)
	if v, ok := r.fullName(cells, locale); ok {
		out = append(out, entry(identity.Name, v))
	}
	out = append(out, r.near(cells, locale)...)
	if v, ok := r.address(cells, locale); ok {
		out = append(out, entry(identity.Address, v))
	}
	if len(r.combination) > 0 {
		out = append(out, entry(identity.Text, r.combined(cells, r.combination, locale)))
	}
	return out
}

// serialEntry keeps serial numbers of different columns apart.
func serialEntry(column int, v string) uint64 {
	return entry(identity.Serial, string(rune('0'+column)), strings.TrimSpace(v))
}

// canonical falls back to the folded text where a value is no such thing: a
// misspelt e-mail is still somebody's.
func canonical(k identity.Kind, v, locale string) (string, bool) {
	if blank(v) {
		return "", false
	}
	if c, ok := identity.Canonical(k, v, locale); ok {
		return c, true
	}
	return strings.ToLower(strings.TrimSpace(v)), true
}

// fullName is the canonical full name of a row: both parts, or one column.
func (r *roles) fullName(cells []string, locale string) (string, bool) {
	if len(r.given) > 0 && len(r.family) > 0 {
		g, ok1 := canonical(identity.GivenName, cell(cells, r.given[0]), locale)
		f, ok2 := canonical(identity.FamilyName, cell(cells, r.family[0]), locale)
		return g + Separator + f, ok1 && ok2
	}
	if len(r.name) > 0 {
		return canonical(identity.Name, cell(cells, r.name[0]), locale)
	}
	return "", false
}

// address is the canonical address of a row with its house number.
func (r *roles) address(cells []string, locale string) (string, bool) {
	if len(r.addresses) == 0 || blank(cell(cells, r.addresses[0])) {
		return "", false
	}
	a, ok := canonical(identity.Address, cell(cells, r.addresses[0]), locale)
	if r.number >= 0 {
		a = strings.TrimSpace(cell(cells, r.number)) + Separator + a
	}
	return a, ok
}

// combined is the canonical form of several cells together.
func (r *roles) combined(cells []string, cols []int, locale string) string {
	parts := make([]string, len(cols))
	for j, i := range cols {
		parts[j], _ = canonical(r.columns[i].Kind, cell(cells, i), locale)
	}
	return strings.Join(parts, Separator)
}
