package canary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// dense is a table whose ids are the numbers of its rows.
func dense(n int) testTable {
	tab := people(n)
	for i := range tab.rows {
		tab.rows[i] = slices.Clone(tab.rows[i])
		tab.rows[i][0] = fmt.Sprint(i + 1)
	}
	return tab
}

// TestCanariesStandAmongDenseIds: canaries of a table without free ids stand
// everywhere in the file, with ids of rows that no copy holds; those rows are
// the same for every copy, and two copies seldom use one.
func TestCanariesStandAmongDenseIds(t *testing.T) {
	tab := dense(2000)
	p := learn(tab)
	const n = 40
	v := vacanciesOf(tab, p, n)
	owners := map[string]int{}
	for copy := range 3 {
		rows, isCanary, planted := plantFor(t, tab, p, fmt.Sprint("dense", copy), n)
		checkOrder(t, tab, rows)
		checkKeys(t, tab, rows)
		checkRows(t, tab, p, n, rows, isCanary)
		checkSpread(t, isCanary)
		for _, c := range planted {
			if !v.Vacant(c.Cells) {
				t.Errorf("canary %d has id %s, which is not vacant", c.Slot, c.Cells[0])
			}
			owners[c.Cells[0]]++
		}
	}
	twice := 0
	for _, k := range owners {
		if k > 1 {
			twice++
		}
	}
	// Three pairs of 40 among 120 for unique canaries: 40 meetings expected.
	if twice > 60 {
		t.Errorf("%d of 120 ids are used by two copies", twice)
	}
}

func TestNoVacanciesWithoutNeed(t *testing.T) {
	tab := people(500)
	tab.cols[9].Sorted = false
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(tab.rows), func(i, j int) { tab.rows[i], tab.rows[j] = tab.rows[j], tab.rows[i] })
	if v := learn(tab).Vacate(secret("v"), Room{Unique: 20}); v != nil {
		t.Errorf("%.3f of the rows of an unsorted table with free ids are vacant", v.Share())
	}
	var none *Vacancies
	if none.Vacant(tab.rows[0]) || none.Share() != 0 {
		t.Error("no vacancies are some")
	}
}

// TestDuplicatesHaveDuplicates: in a table where every second row is another
// with slips, so are canaries; duplicates have no identity and no contact of
// their own.
func TestDuplicatesHaveDuplicates(t *testing.T) {
	tab := people(400)
	rng := rand.New(rand.NewPCG(3, 3))
	for _, r := range slices.Clone(tab.rows) {
		d := slices.Clone(r)
		d[0] = fmt.Sprint(50_000 + len(tab.rows))
		at := 1 + rng.IntN(len(d[1])-1)
		d[1] = d[1][:at-1] + d[1][at:]
		d[7] = d[7][:len(d[7])-1] + fmt.Sprint(rng.IntN(10))
		tab.rows = append(tab.rows, d)
	}
	rng.Shuffle(len(tab.rows), func(i, j int) { tab.rows[i], tab.rows[j] = tab.rows[j], tab.rows[i] })
	cs := mustMint(t, learn(tab), "dup", 60, ownContacts(tab, 60))
	echoes := 0
	for _, c := range cs {
		if c.Echo == 0 {
			continue
		}
		echoes++
		of := cs[c.Echo-1]
		if c.Site() != of.Slot || of.Echo != 0 || len(c.Identities) != 0 {
			t.Errorf("canary %d is a duplicate of %d with %d identities", c.Slot, c.Echo-1, len(c.Identities))
		}
		if c.Cells[2] != of.Cells[2] || c.Cells[3] != of.Cells[3] || c.Cells[0] == of.Cells[0] {
			t.Errorf("duplicate %q of %q", c.Cells, of.Cells)
		}
	}
	if echoes < 25 || echoes > 32 {
		t.Errorf("%d of 60 canaries are duplicates, want half", echoes)
	}
}

// TestSpread compares the spread with counting, also when it is merged.
func TestSpread(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	counts := map[uint64]int64{}
	var whole, a, b Spread
	for i := range 20_000 {
		h := entry("v", fmt.Sprint(int(rng.ExpFloat64()*2000)))
		counts[h]++
		whole.add(h, 1)
		if i < 8000 {
			a.add(h, 1)
		} else {
			b.add(h, 1)
		}
	}
	a.merge(b)
	for _, s := range []Spread{whole, a} {
		if len(s.Values) < spreadValues/2 {
			t.Errorf("%d values", len(s.Values))
		}
		for _, c := range s.Values {
			if counts[c.Hash] != c.Rows {
				t.Errorf("value %x counted %d times, not %d", c.Hash, c.Rows, counts[c.Hash])
			}
		}
	}
}

// TestDetectionFindsTheObvious: a table of which every canary cell is foreign
// is refused, and what gave them away is named.
func TestDetectionFindsTheObvious(t *testing.T) {
	tab := people(600)
	p := learn(tab)
	minted := mustMint(t, p, "obvious", 100, ownContacts(tab, 100))
	m := p.ready()
	honest := m.detect(newTraits(m, func(i int) bool { return i == 4 || i == 8 }), minted)
	for i := range minted {
		minted[i].Cells[4] = "Nowhere-on-Sea"
	}
	d := m.detect(newTraits(m, func(i int) bool { return i == 4 || i == 8 }), minted)
	if !d.TooEasy() || !strings.HasPrefix(d.KeyedOn[0], "city") {
		t.Errorf("%+v", d)
	}
	if honest.TooEasy() {
		t.Errorf("honest canaries: %+v", honest)
	}
	if math.Abs(hanley(0.5, 100, 5000)-0.029) > 0.001 {
		t.Errorf("standard error of 100 canaries: %.4f", hanley(0.5, 100, 5000))
	}
}

// TestSharedCanariesKeepTheirPlace: a shared canary is the same row in every
// copy that has it, whichever other canaries stand there, though keys and times
// follow from the place. Of 20 one may find that its vacancy does not suit.
func TestSharedCanariesKeepTheirPlace(t *testing.T) {
	tab := people(3000)
	p := learn(tab)
	const n = 20
	v := p.Vacate(secret("room"), Room{Unique: n, Shared: n})
	if v == nil || v.dense || len(v.booked) != n {
		t.Fatalf("vacancies %+v", v)
	}
	c := contactsFor(tab, n, "shared")
	c.Vacancies = v
	shared, err := p.MintShared(secret("shared"), n, c)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int]string{}
	differ := 0
	for copy := range 3 {
		cs := slices.Clone(shared)
		cs = slices.Delete(cs, copy, copy+5) // those that this copy has not
		label := fmt.Sprint("unique", copy)
		own := contactsFor(tab, n, label)
		own.Vacancies = v
		_, _, planted := plantAmong(t, p, tab.rows, append(cs, mustMint(t, p, label, n, own)...), v)
		for _, x := range planted {
			row := strings.Join(x.Cells, "\x00")
			if was, ok := rows[x.Slot]; x.Shared && ok && was != row {
				differ++
			}
			if x.Shared {
				rows[x.Slot] = row
			}
		}
	}
	if differ > 2 {
		t.Errorf("%d times a shared canary is another row than in the copy before", differ)
	}
}
