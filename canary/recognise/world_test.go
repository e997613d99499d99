package recognise

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/internal/synthetic"
)

// world is a set of canaries and the table that they were minted for.
type world struct {
	locale  string
	table   synthetic.Table
	columns []canary.Column
	planted []canary.Planted
	domains []string
	profile *canary.Profile
	phones  []string
	full    int // see fullName
}

func secret(name string) key.Secret {
	return key.Secret{1, 2, 3}.Derive(name)
}

var kindsOf = map[string]identity.Kind{
	"customer_id": identity.Serial, "first_name": identity.GivenName, "last_name": identity.FamilyName, "email": identity.Email, "phone": identity.Phone,
	"address": identity.Address, "city": identity.City, "postcode": identity.Postcode, "registered_at": identity.Time, "balance": identity.Number,
	"运单号": identity.Serial, "收件人": identity.Name, "电话": identity.Phone, "省份": identity.Region, "城市": identity.City, "地址": identity.Address,
	"重量": identity.Number, "揽收时间": identity.Time,
}

func newWorld(t testing.TB, table synthetic.Table, locale string, n int) *world {
	t.Helper()
	w := &world{locale: locale, table: table, domains: []string{"letterbox.example", "postfach.example", "mailhub.example"}}
	for i, name := range table.Header {
		k := kindsOf[name]
		w.columns = append(w.columns, canary.Column{Name: name, Kind: k, Key: i == 0, Identity: k.Person()})
	}
	l := canary.NewLearner(w.columns, locale)
	for _, row := range table.Rows {
		l.Add(row)
	}
	w.profile = l.Profile()
	for i := range n {
		if locale == "zh-CN" {
			w.phones = append(w.phones, fmt.Sprintf("1702%07d", 1000003+i*37%9000000))
		} else {
			w.phones = append(w.phones, fmt.Sprintf("077%02d %06d", i/1000, 100000+i%1000*37))
		}
	}
	cs, err := w.profile.Mint(secret("canary/test"), n, canary.Contacts{Domains: w.domains, Phones: w.phones})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cs {
		w.planted = append(w.planted, canary.Planted{Export: "e1", Canary: c})
	}
	return w
}

func english(t testing.TB, n int) *world {
	return newWorld(t, synthetic.Customers(2000, 5), "en-GB", n)
}

func chinese(t testing.TB, n int) *world {
	return newWorld(t, synthetic.Waybills(2000, 5), "zh-CN", n)
}

func (w *world) index() *Index { return New(w.planted, Options{Locale: w.locale, Domains: w.domains}) }

// tells reports whether a spelling says anything of a canary: a name or an
// address that a real row has too is no identity, and such a name needs a city.
func (w *world) tells(s spelling, c canary.Canary) bool {
	full := w.fullName()
	return slices.ContainsFunc(c.Identities, func(id canary.Identity) bool {
		return id.Kind == s.kind && (s.kind != identity.Name || s.name == "name and city" || len(id.Columns) == full)
	})
}

// fullName is how many columns a full name has.
func (w *world) fullName() int {
	if w.full == 0 {
		w.full = len(nameColumns(w.planted))
	}
	return w.full
}

func (w *world) cell(c canary.Canary, name string) string {
	for i, col := range w.columns {
		if col.Name == name {
			return c.Cells[i]
		}
	}
	return ""
}

// shown is one canary in one disguise.
type shown struct {
	planted int
	kind    identity.Kind
	what    string // for messages
	bytes   []byte
}

// spelling is a way to write one value of a canary.
type spelling struct {
	kind  identity.Kind
	name  string
	spell func(r *rand.Rand, w *world, c canary.Canary) string
}

func englishSpellings() []spelling {
	name := func(w *world, c canary.Canary) (string, string) {
		return w.cell(c, "first_name"), w.cell(c, "last_name")
	}
	out := []spelling{
		{identity.Name, "first last", func(_ *rand.Rand, w *world, c canary.Canary) string { a, b := name(w, c); return a + " " + b }},
		{identity.Name, "LAST, First", func(_ *rand.Rand, w *world, c canary.Canary) string {
			a, b := name(w, c)
			return strings.ToUpper(b) + ", " + a
		}},
		{identity.Name, "name and city", func(_ *rand.Rand, w *world, c canary.Canary) string {
			a, b := name(w, c)
			return a + " " + b + " of " + w.cell(c, "city")
		}},
		{identity.Name, "accented", func(r *rand.Rand, w *world, c canary.Canary) string {
			a, b := name(w, c)
			return accented(a) + " " + accented(b)
		}},
		{identity.Address, "address", func(_ *rand.Rand, w *world, c canary.Canary) string { return w.cell(c, "address") }},
		{identity.Address, "ADDRESS", func(_ *rand.Rand, w *world, c canary.Canary) string {
			return strings.ToUpper(strings.NewReplacer("Street", "St.", "Road", "Rd", "Lane", "Ln").Replace(w.cell(c, "address")))
		}},
	}
	return append(append(out, mailSpellings()...), phoneSpellings("44", "0")...)
}

func chineseSpellings() []spelling {
	name := func(w *world, c canary.Canary) string { return w.cell(c, "收件人") }
	out := []spelling{
		{identity.Name, "name", func(_ *rand.Rand, w *world, c canary.Canary) string { return name(w, c) }},
		{identity.Name, "spaced name", func(_ *rand.Rand, w *world, c canary.Canary) string {
			return strings.Join(strings.Split(name(w, c), ""), " ")
		}},
		{identity.Name, "pinyin", func(_ *rand.Rand, w *world, c canary.Canary) string {
			return pinyinForms(name(w, c))[0]
		}},
		{identity.Name, "name and city", func(_ *rand.Rand, w *world, c canary.Canary) string {
			return w.cell(c, "城市") + "," + name(w, c)
		}},
		{identity.Address, "address", func(_ *rand.Rand, w *world, c canary.Canary) string { return w.cell(c, "地址") }},
	}
	return append(out, phoneSpellings("86", "")...)
}

func mailSpellings() []spelling {
	mail := func(w *world, c canary.Canary) string { return w.cell(c, "email") }
	return []spelling{
		{identity.Email, "mail", func(_ *rand.Rand, w *world, c canary.Canary) string { return mail(w, c) }},
		{identity.Email, "mail in script", func(_ *rand.Rand, w *world, c canary.Canary) string { return "邮箱" + mail(w, c) + "谢谢" }},
		{identity.Email, "MAIL", func(_ *rand.Rand, w *world, c canary.Canary) string { return strings.ToUpper(mail(w, c)) }},
		{identity.Email, "wide mail", func(_ *rand.Rand, w *world, c canary.Canary) string { return fullWidth(mail(w, c)) }},
		{identity.Email, "mail [at]", func(_ *rand.Rand, w *world, c canary.Canary) string {
			return strings.NewReplacer("@", " [at] ", ".example", " (dot) example").Replace(mail(w, c))
		}},
		{identity.Email, "hashed mail", func(r *rand.Rand, w *world, c canary.Canary) string { return hashed(r, mail(w, c)) }},
	}
}

func phoneSpellings(code, trunk string) []spelling {
	national := func(w *world, c canary.Canary) string {
		v := w.cell(c, "phone") + w.cell(c, "电话")
		return strings.TrimPrefix(strings.ReplaceAll(v, " ", ""), trunk)
	}
	make := func(name string, f func(r *rand.Rand, n string) string) spelling {
		return spelling{identity.Phone, name, func(r *rand.Rand, w *world, c canary.Canary) string { return f(r, national(w, c)) }}
	}
	return []spelling{
		make("national", func(_ *rand.Rand, n string) string { return trunk + n }),
		make("E.164", func(_ *rand.Rand, n string) string { return "+" + code + n }),
		make("00", func(_ *rand.Rand, n string) string { return "00" + code + n }),
		make("bare", func(_ *rand.Rand, n string) string { return n }),
		make("code without plus", func(_ *rand.Rand, n string) string { return code + n }),
		make("grouped", func(_ *rand.Rand, n string) string {
			return "+" + code + " (" + trunk + ")" + n[:3] + " " + n[3:6] + " " + n[6:]
		}),
		make("dashed", func(_ *rand.Rand, n string) string { return trunk + n[:3] + "-" + n[3:7] + "-" + n[7:] }),
		make("apart", func(_ *rand.Rand, n string) string { return strings.Join(strings.Split(trunk+n, ""), " ") }),
		make("full-width", func(_ *rand.Rand, n string) string { return fullWidth("+" + code + n) }),
		make("hashed", func(r *rand.Rand, n string) string {
			return hashed(r, []string{"+" + code + n, code + n, n}[r.IntN(3)])
		}),
	}
}
