package match

import (
	"strconv"
	"testing"
	"time"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/internal/table"
	"telltale/store"
)

func yearDay(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }

// TestAContactIsItsHoldersUntilTheNext looks at a number that served three, at
// every time, from the point of view of each: alone it names the first, and
// only before the second had it.
func TestAContactIsItsHoldersUntilTheNext(t *testing.T) {
	w := newWorld(t)
	const number = "+441632960123"
	sealed := w.master.Derive("seal/contact").Seal([]byte(number), []byte("phone"))
	w.must(w.st.Update(background, func(tx store.Tx) error {
		_, err := tx.AddContacts([]store.Contact{{Kind: "phone", Lookup: 1, Sealed: sealed, Owner: "people/acme/0"}})
		w.must(err)
		w.must(tx.AddTerm(store.Term{Kind: "phone", Lookup: 1, Owner: "people/*/3", Since: yearDay(2026)}))
		w.must(tx.AddTerm(store.Term{Kind: "phone", Lookup: 1, Owner: "other%2Flist/bolt/7", Since: yearDay(2027)}))
		return tx.AddTerm(store.Term{Kind: "phone", Lookup: 1, Owner: store.Retired, Since: yearDay(2028)})
	}))
	var all tenancy
	w.must(w.st.View(background, func(tx store.Tx) (err error) {
		all, err = loadTenancy(tx, oneKey{w.master})
		return err
	}))
	at := func(name, recipient string, shared bool) *planted {
		c := canary.Canary{Shared: shared, Identities: []canary.Identity{
			{Kind: identity.Name, Value: "ann\x1flee", Parts: []canary.Part{{Draw: "name", Bits: 30}}},
			{Kind: identity.Phone, Value: "01632960123", Parts: []canary.Part{{Draw: "phone0", Bits: 20}}}}}
		if v, ok := identity.Canonical(identity.Phone, "01632 960123", "en-GB"); ok {
			c.Identities[1].Value = v
		}
		d := &dataset{name: name, locale: "en-GB", planted: []planted{{canary: c, recipients: []string{recipient}}}}
		d.lend(all)
		return &d.planted[0]
	}
	both := sighted{Bits: 50, Matched: []int{0, 1}}
	for _, c := range []struct {
		who   string
		p     *planted
		alone []int // years in which the number names it
	}{
		{"acme", at("people", "acme", false), []int{2025}},
		{"acme's shared canary", at("people", "acme", true), nil},
		{"bolt", at("other/list", "bolt", false), nil},
		{"acme in another dataset", at("other/list", "acme", false), nil},
		{"a recipient who never had it", at("people", "cargo", false), nil},
	} {
		for year := 2025; year <= 2029; year++ {
			want := len(c.alone) > 0 && c.alone[0] == year
			if got := c.p.lent.alone(1, yearDay(year)); got != want {
				t.Errorf("%s in %d: alone = %v", c.who, year, got)
			}
			bits := map[bool]float64{true: 50, false: 30}[want]
			if got := c.p.own(both, yearDay(year), false); got.Bits != bits {
				t.Errorf("%s in %d: %v bits, want %v", c.who, year, got.Bits, bits)
			}
		}
		if c.p.lent.alone(1, time.Time{}) {
			t.Errorf("%s: alone at an unknown time", c.who)
		}
		if got := c.p.own(both, time.Time{}, true); got.Bits != 23 || len(got.Matched) != 1 {
			t.Errorf("%s: in text %v bits by %v, want those of the name less nearness", c.who, got.Bits, got.Matched)
		}
		if got := c.p.own(sighted{Bits: 20, Matched: []int{1}}, time.Time{}, false); got.Bits != 0 || c.p.null(got, 1) < maxNull {
			t.Errorf("%s: the number alone has %v bits", c.who, got.Bits)
		}
	}
	bolt := at("other/list", "bolt", false)
	if !bolt.lent.tooEarly([]int{1}, yearDay(2026)) || bolt.lent.tooEarly([]int{1}, yearDay(2027)) || bolt.lent.tooEarly([]int{0, 1}, yearDay(2025)) {
		t.Error("bolt got the number in 2027")
	}
}

// TestNationalNumbersAreLentToo: where a dataset does not say its country, a
// canary's number is known by its national digits, and the pool's by all.
func TestNationalNumbersAreLentToo(t *testing.T) {
	mine := tenant{dataset: "people", recipient: "acme"}
	all := tenancy{{Kind: identity.Phone, Value: "+441632960123"}: {mine, {dataset: "other", recipient: "acme", since: yearDay(2026)}}}
	for _, written := range []string{"01632 960123", "+44 1632 960123", "0044 1632 960123", "(01632) 960-123"} {
		for _, locale := range []string{"", "en-GB", "de-DE"} {
			v, ok := identity.Canonical(identity.Phone, written, locale)
			if !ok || locale == "de-DE" && v != "+441632960123" {
				continue // nobody writes it so there
			}
			c := canary.Canary{Identities: []canary.Identity{{Kind: identity.Phone, Value: v}}}
			d := &dataset{name: "people", locale: locale, planted: []planted{{canary: c, recipients: []string{"acme"}}}}
			d.lend(all)
			if l := d.planted[0].lent; !l.alone(0, yearDay(2025)) || l.alone(0, yearDay(2026)) {
				t.Errorf("%q in locale %q is %q and counts as acme's alone, or never did", written, locale, v)
			}
		}
	}
	if n := len(distinct([]tenant{mine, mine, {dataset: "other", recipient: "acme"}})); n != 2 {
		t.Errorf("copies of two datasets for one recipient are %d", n)
	}
}

// TestReusedNumbersOfSharedCanaries: in a leak of nothing but numbers, a shared
// canary whose number somebody else had too was neither seen nor missed.
func TestReusedNumbersOfSharedCanaries(t *testing.T) {
	const seed = 5
	t.Logf("seed %d; a false alarm has a probability of at most 1e-6 for each of the two engines", seed)
	header, rows := people(rngFor(seed), 300)
	w := newWorld(t)
	copies := w.make(issue{dataset: "people", scheme: peopleScheme(), rows: rows, recipients: names("r", 6), shared: 60})
	var numbers [][]string
	for _, row := range copies["r0002"] {
		numbers = append(numbers, []string{row[4]})
	}
	leak := csvOf(',', header[4:5], numbers)
	shared := func(e *Engine) (n int64, log10 float64) {
		got := w.match(e, leak, table.Options{})
		for _, p := range got.Suspects {
			if p.Accused && p.Recipient != "r0002" {
				t.Errorf("%s is accused: %s", p.Recipient, got.brief())
			}
			for _, x := range p.Evidence {
				if p.Recipient == "r0002" && x.Source == SourceShared {
					n, log10 = x.N, x.Log10LR
				}
			}
		}
		return n, log10
	}
	e := w.engine(Options{All: true})
	all, before := shared(e)
	lend := map[string]bool{} // every second one
	w.must(w.st.Update(background, func(tx store.Tx) error {
		for i, p := range e.dataset("people").planted {
			for _, id := range p.canary.Identities {
				if id.Kind != identity.Phone || p.canary.Slot%2 > 0 || lend[id.Value] {
					continue
				}
				lend[id.Value] = true
				c := store.Contact{Kind: "phone", Lookup: uint64(i), Sealed: w.master.Derive("seal/contact").Seal([]byte(id.Value), []byte("phone")),
					Owner: "people/*/" + strconv.Itoa(p.canary.Slot)}
				if _, err := tx.AddContacts([]store.Contact{c}); err != nil {
					return err
				}
				if err := tx.AddTerm(store.Term{Kind: "phone", Lookup: c.Lookup, Owner: "other/acme/0", Since: yearDay(2027)}); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	some, after := shared(w.engine(Options{All: true}))
	if all < 50 || some < 30 || some >= all-10 || after < 8 || after >= before {
		t.Errorf("%d read with 10^%.1f, then %d with 10^%.1f; those of the leak whose numbers are lent fall out", all, before, some, after)
	}
	t.Logf("%d read with 10^%.1f, then %d with 10^%.1f", all, before, some, after)
}

// TestTwoPoolsWithOneNumber: keys have pools of their own, and nothing keeps a
// number from being in both.
func TestTwoPoolsWithOneNumber(t *testing.T) {
	w := newWorld(t)
	var all tenancy
	load := func() int {
		w.must(w.st.View(background, func(tx store.Tx) (err error) {
			all, err = loadTenancy(tx, oneKey{w.master})
			return err
		}))
		return len(all)
	}
	sealed := w.master.Derive("seal/contact").Seal([]byte("+441632960123"), []byte("phone"))
	w.must(w.st.Update(background, func(tx store.Tx) error {
		_, err := tx.AddContacts([]store.Contact{{Kind: "phone", Lookup: 1, Sealed: sealed, Owner: "people/acme/0"}, {Kind: "phone", Lookup: 2, Sealed: sealed, Owner: "people/bolt/0"}})
		return err
	}))
	w.must(w.st.Update(background, func(tx store.Tx) error { return tx.AddKey(store.Key{ID: "k1", Role: store.Whole, AddedAt: issued}) }))
	if load() != 1 {
		t.Errorf("%v", all)
	}
}
