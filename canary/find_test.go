package canary

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"telltale/internal/identity"
)

func plantedPeople(t testing.TB, n int) (testTable, []Planted) {
	tab := people(800)
	p := learn(tab)
	var out []Planted
	for _, c := range mustMint(t, p, "finder", n, ownContacts(tab, n)) {
		out = append(out, Planted{Export: "e1", Canary: c})
	}
	return tab, out
}

// cellsOf makes the canonical cells of some columns of a row.
func cellsOf(tab testTable, row []string, cols ...int) []Cell {
	var out []Cell
	for _, i := range cols {
		if v, ok := identity.Canonical(tab.cols[i].Kind, row[i], tab.locale); ok {
			out = append(out, Cell{i, tab.cols[i].Kind, v})
		}
	}
	return out
}

func TestFinderKnowsACanaryByAnyIdentity(t *testing.T) {
	tab, planted := plantedPeople(t, 50)
	f := NewFinder(planted, tab.locale)
	addresses := map[string]int{}
	for _, p := range planted {
		addresses[p.Canary.Cells[6]]++
	}
	for n, p := range planted {
		for _, col := range []int{1, 2, 3, 6, 7} {
			if (col == 1 || col == 6) && !alone(p.Canary, col) || col == 6 && addresses[p.Canary.Cells[col]] > 1 {
				continue // a namesake, or a house that is another's too
			}
			hits := f.Row(cellsOf(tab, p.Canary.Cells, col))
			if len(hits) != 1 || hits[0].Planted != n || hits[0].Bits <= 0 {
				t.Errorf("canary %d by column %s: %v", n, tab.cols[col].Name, hits)
			}
		}
		all := f.Row(cellsOf(tab, p.Canary.Cells, 0, 1, 2, 3, 4, 5, 6, 7))
		if len(all) != 1 && addresses[p.Canary.Cells[6]] == 1 {
			t.Fatalf("canary %d: %v", n, all)
		}
		all = slices.DeleteFunc(all, func(h Hit) bool { return h.Planted != n })
		sum := 0.0
		for _, id := range p.Canary.Identities {
			sum += id.Bits
		}
		if all[0].Bits >= sum {
			t.Errorf("canary %d: name and e-mail counted twice: %.1f of %.1f bits", n, all[0].Bits, sum)
		}
	}
	for _, r := range tab.rows {
		if hits := f.Row(cellsOf(tab, r, 0, 1, 2, 3, 4, 5, 6, 7)); hits != nil {
			t.Errorf("row %q is taken for canary %v", r, hits)
		}
	}
}

func TestFinderReadsSplitNames(t *testing.T) {
	tab, planted := plantedPeople(t, 20)
	f := NewFinder(planted, tab.locale)
	m := learn(tab).ready()
	for n, p := range planted {
		who := m.person1(p.Canary.Cells)
		if !alone(p.Canary, 1) {
			continue
		}
		hits := f.Row([]Cell{{0, identity.GivenName, who.given}, {1, identity.FamilyName, who.family}})
		if len(hits) != 1 || hits[0].Planted != n {
			t.Errorf("%q: %v", p.Canary.Cells[1], hits)
		}
	}
}

func TestFinderReadsText(t *testing.T) {
	tab, planted := plantedPeople(t, 20)
	f := NewFinder(planted, tab.locale)
	for n, p := range planted {
		c := p.Canary.Cells
		for _, text := range []string{"Dear " + c[1] + ", you have won.", "To: <" + c[2] + ">\nhello", "call " + c[3] + " now"} {
			if !alone(p.Canary, 1) && strings.HasPrefix(text, "Dear") {
				continue
			}
			if hits := f.Text(text); len(hits) != 1 || hits[0].Planted != n {
				t.Errorf("%q: %v", text, hits)
			}
		}
	}
	if hits := f.Text("Dear info@mailpost.example, nothing here concerns anybody"); hits != nil {
		t.Error(hits)
	}
}

func TestLookupsAgreeWithIdentities(t *testing.T) {
	_, planted := plantedPeople(t, 5)
	h := secret("canary-lookup").Hasher()
	for _, p := range planted {
		got := Lookups(p.Canary, h)
		for i, id := range p.Canary.Identities {
			if got[i] != h.Sum64(string(id.Kind), id.Value) {
				t.Errorf("lookup %d", i)
			}
		}
	}
}

func TestControlsAreNoCanariesAndNoRows(t *testing.T) {
	tab, planted := plantedPeople(t, 100)
	s := Controls(learn(tab), secret("control"), 5000, ownContacts(tab, 100))
	names := 0
	for _, p := range planted {
		for _, id := range p.Canary.Identities {
			if len(id.Columns) == 1 && s.Has(id.Kind, id.Value) {
				if id.Kind != identity.Name {
					t.Errorf("control equals canary's %s %q", id.Kind, id.Value)
				}
				names++
			}
		}
	}
	// A name of b bits is among 5,000 controls with a chance of 5000/2^b.
	if names > 20 {
		t.Errorf("%d of 100 names are controls' too", names)
	}
	if !sameDomains(t, s, tab) {
		t.Error("controls have no mailboxes")
	}
}

func sameDomains(t *testing.T, s *ControlSet, tab testTable) bool {
	t.Helper()
	return s.Len() == 5000 && len(s.values) > 5000*2
}

func TestPoolsThatLackAreNamed(t *testing.T) {
	tab := people(300)
	p := learn(tab)
	var e *ExhaustedError
	if _, err := p.Mint(secret("x"), 3, Contacts{}); !errors.As(err, &e) || e.Pool != "domain" {
		t.Errorf("no domain: %v", err)
	}
	if _, err := p.Mint(secret("x"), 3, Contacts{Domains: []string{"a.example"}, Phones: []string{"07700 900001"}}); !errors.As(err, &e) || e.Pool != "phone" || e.Missing != 2 {
		t.Errorf("one phone for three: %v", err)
	}
	if _, err := p.Mint(secret("x"), 3, Contacts{Emails: []string{"a@b.example"}}); !errors.As(err, &e) || e.Pool != "email" || e.Missing != 2 {
		t.Errorf("one mailbox for three: %v", err)
	}
	cs := mustMint(t, p, "x", 3, Contacts{Domains: []string{"a.example"}})
	if len(cs[0].Origins) == 0 || cs[0].Origins[1].Origin != Reserved {
		t.Errorf("origins %v, want a reserved phone", cs[0].Origins)
	}
}

func TestChinesePhonesNeedAPool(t *testing.T) {
	tab := waybills(300)
	p := learn(tab)
	var e *ExhaustedError
	if _, err := p.Mint(secret("x"), 1, Contacts{}); !errors.As(err, &e) || e.Pool != "phone" {
		t.Errorf("no pool: %v", err)
	}
}

// TestBitsAreHonest draws a million names from a small table and compares how
// often each comes with what its bits say. The counts are Poisson: 5 standard
// deviations over 400 names raise a false alarm in one of 4,000 secrets, and
// the secret is fixed.
func TestBitsAreHonest(t *testing.T) {
	w := newWords([]string{"anna", "anna", "anna", "berta", "berta", "carla", "dora", "emma"})
	st := secret("bits").Stream("honest")
	const n = 1_000_000
	counts := map[string]int{}
	for range n {
		s, _ := w.draw(st)
		counts[s]++
	}
	for s, k := range counts {
		p := w.chance(s)
		if float64(k) > n*p+5*math.Sqrt(n*p)+5 {
			t.Errorf("%q came %d times, its bits allow %.0f", s, k, n*p)
		}
	}
}

// TestMailboxCollisions mints mailboxes without lengthening them, in a space
// small enough for collisions, and compares their number with the bits' claim:
// the expected number of pairs is at most n^2/2 times the mean of 2^-bits.
func TestMailboxCollisions(t *testing.T) {
	m := learn(people(200)).ready()
	st := secret("bits").Stream("mailboxes")
	h := habit{{kind: fullGiven}, {kind: fullFamily}, {kind: someDigits, n: 1}}
	const n = 20000
	seen, pairs, claim := map[string]int{}, 0, 0.0
	for range n {
		p, bits, _ := m.drawPerson(st, m.p.Sample[st.IntN(200)].Cells, 1)
		b := m.boxes
		b.own = [2]known{{fold(p.given), math.Exp2(-bits[0])}, {fold(p.family), math.Exp2(-bits[1])}}
		text := b.spell(st, h, p)
		pairs += seen[text]
		seen[text]++
		claim += math.Exp2(-b.bits(h, text))
	}
	expected := claim / n * n * n / 2
	t.Logf("%d colliding pairs, the bits allow %.0f", pairs, expected)
	if float64(pairs) > expected+5*math.Sqrt(expected) {
		t.Errorf("%d colliding pairs, the bits allow %.0f", pairs, expected)
	}
}

func TestMergedProfilesMint(t *testing.T) {
	tab := people(1000)
	a, b := NewLearner(tab.cols, tab.locale), NewLearner(tab.cols, tab.locale)
	for i, r := range tab.rows {
		pick(i < 400, a, b).Add(r)
	}
	p, q, whole := a.Profile(), b.Profile(), learn(tab)
	if err := p.Merge(q); err != nil {
		t.Fatal(err)
	}
	if p.Rows != whole.Rows || fmt.Sprint(p.Stats) != fmt.Sprint(whole.Stats) || len(p.Sample) != len(whole.Sample) {
		t.Errorf("merged profile differs from that of the whole table:\n%v\n%v", p.Stats, whole.Stats)
	}
	for _, r := range tab.rows {
		for _, h := range p.ready().entries(r, tab.locale) {
			if !p.Seen.has(h) {
				t.Fatal("an identity was forgotten")
			}
		}
	}
	mustMint(t, p, "merged", 5, ownContacts(tab, 5))
}

func TestDamagedProfile(t *testing.T) {
	var p Profile
	if err := p.UnmarshalBinary([]byte("noise")); !errors.Is(err, ErrProfile) {
		t.Error(err)
	}
}

func BenchmarkLearn(b *testing.B) {
	tab := people(5000)
	l := NewLearner(tab.cols, tab.locale)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		l.Add(tab.rows[i%len(tab.rows)])
	}
}

func BenchmarkControls(b *testing.B) {
	tab := people(4096)
	p := learn(tab)
	p.ready()
	b.ResetTimer()
	for range b.N {
		Controls(p, secret("c"), 100_000, ownContacts(tab, 10))
	}
}

func BenchmarkFinderRow(b *testing.B) {
	tab, planted := plantedPeople(b, 200)
	f := NewFinder(planted, tab.locale)
	cells := cellsOf(tab, tab.rows[0], 0, 1, 2, 3, 4, 5, 6, 7)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		f.Row(cells)
	}
}

func BenchmarkMint(b *testing.B) {
	tab := people(4096)
	p, c := learn(tab), ownContacts(tab, 10)
	p.ready()
	b.ResetTimer()
	for i := range b.N {
		mustMint(b, p, fmt.Sprint(i), 10, c)
	}
}

// TestJointBitsAreHonest mints combinations in a table whose numbers have narrow
// gaps, and compares colliding pairs with what the bits claim.
// The number of pairs is close to Poisson: 5 standard deviations, fixed secret.
func TestJointBitsAreHonest(t *testing.T) {
	tab := testTable{name: "small", cols: columns("id:integer:k kind:category size:category amount:integer")}
	for i := range 1024 {
		tab.rows = append(tab.rows, []string{fmt.Sprint(100 + 7*i), fmt.Sprint("k", i%32), fmt.Sprint("s", i/32), fmt.Sprint(3 * i)})
	}
	const n = 6000
	cs := mustMint(t, learn(tab), "joint", n, Contacts{})
	seen, pairs, claim := map[string]int{}, 0, 0.0
	for _, c := range cs {
		for j, id := range c.Identities {
			if id.Kind == identity.Text && len(id.Columns) == 3 {
				pairs += seen[id.Value]
				seen[id.Value]++
				claim += math.Exp2(-Together(c, []int{j}))
			}
		}
	}
	expected := claim * n / 2
	t.Logf("%d colliding pairs, the bits allow %.0f", pairs, expected)
	if float64(pairs) > expected+5*math.Sqrt(expected) {
		t.Errorf("%d colliding pairs, the bits allow %.0f", pairs, expected)
	}
}

// TestCellsOfOneRowCountOnce: city, postcode and date come from one real row,
// so together they are worth no more than the choice of a row.
func TestCellsOfOneRowCountOnce(t *testing.T) {
	tab := people(800)
	for _, c := range mustMint(t, learn(tab), "row", 50, ownContacts(tab, 50)) {
		var plain, all []int
		for j, id := range c.Identities {
			if id.Kind == identity.Name {
				all = append(all, j)
				if len(id.Columns) == 1 {
					plain = append(plain, j)
				}
			}
		}
		if got, limit := Together(c, all)-Together(c, plain), math.Log2(800); got > limit+1e-9 {
			t.Errorf("canary %d: cells of one of 800 rows are worth %.1f bits", c.Slot, got)
		}
	}
}
