package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/table"
	"telltale/match/message"
	"telltale/store"
)

// numberWorld has copies whose telephone numbers are of a pool, twice as large
// as it need be, and allotted by lot. It gives the numbers nobody has, too.
func numberWorld(t *testing.T, rows [][]string, recipients []string) (w *world, copies map[string][][]string, free []string) {
	w = newWorld(t)
	scheme := peopleScheme()
	for i := range scheme.Columns {
		if c := &scheme.Columns[i]; c.Kind == identity.Phone {
			c.Alias, c.Identity, c.Carrier = fingerprint.AliasPool, true, ""
		}
	}
	lot, hasher, sealer := alias.Lot(w.master), w.master.Derive("pool").Hasher(), w.master.Derive("seal/contact")
	type number struct {
		value string
		lot   uint64
	}
	var pool []number
	var contacts []store.Contact
	for i := range 2 * len(rows) * len(recipients) {
		v := fmt.Sprintf("+4420794%05d", i)
		pool = append(pool, number{v, lot(v)})
		contacts = append(contacts, store.Contact{Kind: kindPhone, Lookup: hasher.Sum64(kindPhone, v), Sealed: sealer.Seal([]byte(v), []byte(kindPhone)), AddedAt: issued})
	}
	slices.SortFunc(pool, func(a, b number) int { return int(min(1, max(-1, float64(a.lot)-float64(b.lot)))) })
	copies = w.make(issue{dataset: "people", scheme: scheme, rows: rows, recipients: recipients})
	places := alias.NewNumbers("people", w.master)
	w.must(w.st.Update(background, func(tx store.Tx) error {
		if _, err := tx.AddContacts(contacts); err != nil {
			return err
		}
		for _, r := range recipients {
			for _, row := range copies[r] {
				real, ok := identity.Canonical(identity.Phone, row[4], scheme.Locale)
				if !ok {
					continue
				}
				v := pool[0].value
				if err := tx.AllotContact(kindPhone, hasher.Sum64(kindPhone, v), places.Place(r, real)); err != nil {
					return err
				}
				row[4], pool = v, pool[1:]
			}
		}
		return nil
	}))
	for _, n := range pool {
		free = append(free, n.value)
	}
	return w, copies, free
}

// withNumbers are the rows of people who have a number of their own.
func withNumbers(n int) [][]string {
	_, rows := people(rand.New(rand.NewPCG(8, 8)), 2*n)
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(r []string) bool {
		_, ok := identity.Canonical(identity.Phone, r[4], peopleScheme().Locale)
		again := seen[r[4]]
		seen[r[4]] = true
		return !ok || again
	})[:n]
}

// TestCallsToNumbersOfAPool: one call names copy and person, a dozen persons
// decide, numbers of nobody say nothing, and whoever dials the whole block
// accuses nobody.
func TestCallsToNumbersOfAPool(t *testing.T) {
	rows := withNumbers(40)
	w, copies, free := numberWorld(t, rows, names("party", 12))
	e := w.engine(Options{All: true})
	call := func(i int, number string) message.Message {
		return message.FromText(number, fmt.Sprintf("Only %d places left", i), "+447700900999", issued.AddDate(0, 1, i))
	}
	one := w.trace(e, call(0, copies["party0007"][3][4]))
	if s := one.Sightings[0]; !s.Person || !slices.Equal(s.Aliases, []string{"party0007"}) || one.Verdict == Attributed || one.Suspects[0].Recipient != "party0007" {
		t.Errorf("one call: %+v, %s", s, one.brief())
	}
	if one.Needs == nil || one.Needs.Persons < 2 || one.Needs.Persons > 11 {
		t.Errorf("one call needs %+v; want 2..11 persons more: each is 24 times likelier from the copy", one.Needs)
	}
	var calls []message.Message
	for i := range 12 {
		calls = append(calls, call(i, copies["party0007"][3+i][4]))
	}
	if got := w.trace(e, calls...); attributed(got) != "party0007" {
		t.Errorf("twelve calls: %s", got.brief())
	}
	var stray []message.Message
	for i, n := range free[:30] {
		stray = append(stray, call(i, n))
	}
	if got := w.trace(e, stray...); got.Verdict != None {
		t.Errorf("calls to numbers of nobody: %s", got.brief())
	}
	all := slices.Clone(free)
	for _, rows := range copies {
		for _, row := range rows {
			all = append(all, row[4])
		}
	}
	var block []message.Message
	for i, n := range all {
		block = append(block, call(i, n))
	}
	for _, s := range w.trace(e, block...).Suspects {
		if s.Log10LR > 1 {
			t.Errorf("a dialler who calls all of them: %s has 10^%.1f", s.Recipient, s.Log10LR)
		}
	}
}

// TestStrangersDial: a dialler knows the pool and nothing else. Over 300 random
// stretches of it, each looked at after every call, the largest e-value of each of twelve
// candidates obeys Ville's bound: of n, at most n/10 and five standard errors
// reach 10. The candidates of one stretch are taken as one another's repetition,
// which widens the error by at most the root of 12.
func TestStrangersDial(t *testing.T) {
	const seed, runs = 21, 300
	t.Logf("seed %d", seed)
	rows := withNumbers(20)
	w, copies, free := numberWorld(t, rows, names("party", 12))
	book := w.engine(Options{}).datasets[0].numbers
	all := slices.Clone(free)
	for _, rows := range copies {
		for _, row := range rows {
			all = append(all, row[4])
		}
	}
	slices.Sort(all)
	r := rand.New(rand.NewPCG(seed, 2))
	reached, n := 0, 0
	for range runs {
		from, length := r.IntN(len(all)-60), 1+r.IntN(60)
		called, largest := map[uint64]bool{}, map[string]float64{}
		for _, number := range all[from : from+length] {
			called[book.list[book.at[number]].lookup] = true
			for party := range copies {
				largest[party] = max(largest[party], book.weigh(party, called).LogE)
			}
		}
		for _, l := range largest {
			if n++; l >= math.Log(10) {
				reached++
			}
		}
	}
	t.Logf("%d of %d reached 10", reached, n)
	if most := float64(n)/10 + 5*math.Sqrt(12*.09*float64(n)); float64(reached) > most {
		t.Errorf("%d of %d candidates reached 10, want at most %.0f", reached, n, most)
	}
}

// TestNumbersInFilesAndText: rows with nothing but numbers of the pool link, in
// tables and in text, however they are written.
func TestNumbersInFilesAndText(t *testing.T) {
	rows := withNumbers(60)
	w, copies, free := numberWorld(t, rows, names("party", 6))
	e := w.engine(Options{})
	var bare [][]string
	for _, row := range copies["party0002"][:40] {
		bare = append(bare, []string{"0" + row[4][3:]})
	}
	got := w.match(e, csvOf(',', []string{"tel"}, bare), table.Options{})
	if attributed(got) != "party0002" || got.RowsLinked < 38 {
		t.Errorf("%d rows linked: %s", got.RowsLinked, got.brief())
	}
	var lines []string
	for _, row := range copies["party0002"][:12] {
		lines = append(lines, "called "+row[4][:6]+" "+row[4][6:]+" twice, no answer")
	}
	if text, _ := w.search(e, log(lines...)); attributed(text) != "party0002" {
		t.Errorf("in a log: %s", text.brief())
	}
	if text, _ := w.search(e, log("called "+free[0]+" twice")); len(text.Suspects) > 0 || text.RowsLinked > 0 {
		t.Errorf("a free number in a log: %s", text.brief())
	}
	entries, err := Aliases(background, w.st, w.master, "people", nil)
	w.must(err)
	leads := map[string]AliasEntry{}
	for _, x := range entries {
		leads[x.Alias] = x
	}
	for party, copied := range copies {
		for i, row := range copied {
			if x := leads[row[4]]; x.Recipient != party || x.Kind != identity.Phone || identityOf(rows[i][4]) != x.Address {
				t.Fatalf("%s of %s leads to %+v, want %s", row[4], party, x, rows[i][4])
			}
		}
	}
}

func identityOf(phone string) string {
	v, _ := identity.Canonical(identity.Phone, phone, peopleScheme().Locale)
	return v
}

// TestNumbersAddedLater are a batch of their own, and where free ones were
// retired only those count that stand for somebody.
func TestNumbersAddedLater(t *testing.T) {
	b := &numberBook{batches: map[int64]*batch{}}
	first, second := issued.UnixMicro(), issued.Add(time.Hour).UnixMicro()
	for range 10 {
		b.count(first, "people/acme/alias-1", "acme", true)
		b.count(first, "", "", false)
		b.count(first, "people/acme/3", "", false) // a canary's
		b.count(second, "people/bolt/alias-2", "bolt", true)
	}
	b.count(second, "retired", "", false)
	b.count(second, "", "", false)
	if b.batches[first].size() != 20 || b.batches[first].own["acme"] != 10 || b.batches[second].size() != 10 {
		t.Errorf("%+v, %+v", b.batches[first], b.batches[second])
	}
}
