package canary

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"telltale/internal/identity"
)

func mustMint(t testing.TB, p *Profile, label string, n int, c Contacts) []Canary {
	t.Helper()
	cs, err := p.Mint(secret(label), n, c)
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// plant runs the planter over the table and returns the rows with the canaries
// among them; the second result tells which are canaries.
func plant(t testing.TB, p *Profile, rows [][]string, cs []Canary) (out [][]string, isCanary []bool, planted []Canary) {
	t.Helper()
	return plantAmong(t, p, rows, cs, nil)
}

func plantAmong(t testing.TB, p *Profile, rows [][]string, cs []Canary, v *Vacancies) (out [][]string, isCanary []bool, planted []Canary) {
	t.Helper()
	pl := NewPlanterAmong(p, cs, int64(len(rows)), v)
	put := func(i int, next []string, cells []string, err error) {
		if err == ErrNoGap {
			if next == nil {
				t.Errorf("canary %d fits nowhere", i)
			}
			return
		}
		out, isCanary = append(out, cells), append(isCanary, true)
		c, ok := pl.Planted(i)
		if !ok || !reflect.DeepEqual(c.Cells, cells) {
			t.Errorf("canary %d: planted cells differ", i)
		}
		planted = append(planted, c)
	}
	var prev []string
	for r, cells := range rows {
		for _, i := range pl.Due(int64(r)) {
			row, err := pl.Fit(i, prev, cells)
			put(i, cells, row, err)
		}
		if v.Vacant(cells) {
			next := []string(nil)
			if r+1 < len(rows) {
				next = rows[r+1]
			}
			for _, i := range pl.Instead(prev, cells, next) {
				row, err := pl.Replace(i, prev, cells, next)
				put(i, cells, row, err)
			}
		} else {
			out, isCanary = append(out, cells), append(isCanary, false)
		}
		prev = cells
	}
	for _, i := range pl.Tail() {
		row, err := pl.Fit(i, out[len(out)-1], nil)
		put(i, nil, row, err)
	}
	return out, isCanary, planted
}

// plantFor mints n canaries and plants them.
func plantFor(t testing.TB, tab testTable, p *Profile, label string, n int) (out [][]string, isCanary []bool, planted []Canary) {
	t.Helper()
	c := contactsFor(tab, n, label)
	c.Vacancies = vacanciesOf(tab, p, n)
	return plantAmong(t, p, tab.rows, mustMint(t, p, label, n, c), c.Vacancies)
}

func TestRealTables(t *testing.T) {
	for _, tab := range realTables(t) {
		if testing.Short() && !slices.Contains([]string{"febrl1", "uk500", "customers", "cities"}, tab.name) {
			continue
		}
		t.Run(tab.name, func(t *testing.T) {
			const n = 40
			p := learn(tab)
			out, isCanary, planted := plantFor(t, tab, p, "canary/"+tab.name+"/a", n)
			if len(planted) != n {
				t.Errorf("planted %d canaries, want %d", len(planted), n)
			}
			checkOrder(t, tab, out)
			checkKeys(t, tab, out)
			checkRows(t, tab, p, n, out, isCanary)
			checkShapes(t, tab, planted)
			checkNew(t, tab, p, planted)
			checkIdentities(t, p, planted)
		})
	}
}

// checkOrder: what was in order still is.
func checkOrder(t *testing.T, tab testTable, out [][]string) {
	for i, c := range tab.cols {
		if dir := direction(tab.rows, i); dir != 0 && direction(out, i) != dir {
			t.Errorf("column %s: order %d became %d", c.Name, dir, direction(out, i))
		}
	}
}

// direction is +1 or -1 for a column in order, found the slow way.
func direction(rows [][]string, i int) int {
	up, down, prev, steps := true, true, "", 0
	for _, r := range rows {
		v := cell(r, i)
		if strings.TrimSpace(v) == "" {
			continue
		}
		if prev != "" {
			c := compare(prev, v)
			up, down = up && c <= 0, down && c >= 0
			if c != 0 {
				steps++
			}
		}
		prev = v
	}
	switch {
	case steps < 2:
		return 0
	case up:
		return 1
	case down:
		return -1
	}
	return 0
}

func checkKeys(t *testing.T, tab testTable, out [][]string) {
	seen := map[string]bool{}
	for _, r := range out {
		k := ""
		for i, c := range tab.cols {
			if c.Key {
				k += cell(r, i) + Separator
			}
		}
		if k != "" && seen[k] {
			t.Errorf("key %q occurs twice", k)
		}
		seen[k] = true
	}
}

// checkRows: the real rows are all there but for the vacant ones, in their order.
func checkRows(t *testing.T, tab testTable, p *Profile, canaries int, out [][]string, isCanary []bool) {
	v := vacanciesOf(tab, p, canaries)
	vacant := 0
	left := slices.DeleteFunc(slices.Clone(tab.rows), func(r []string) bool {
		if v.Vacant(r) {
			vacant++
			return true
		}
		return false
	})
	if vacant*10 > 2*len(tab.rows) {
		t.Errorf("%d of %d rows are in no copy", vacant, len(tab.rows))
	}
	n := 0
	for i, r := range out {
		if isCanary[i] {
			continue
		}
		if !reflect.DeepEqual(r, left[n]) {
			t.Fatalf("row %d changed", n)
		}
		n++
	}
	if n != len(left) {
		t.Errorf("%d rows of %d", n, len(left))
	}
}

func vacanciesOf(tab testTable, p *Profile, canaries int) *Vacancies {
	return p.Vacate(secret("canary-vacancy/"+tab.name), Room{Unique: canaries})
}

var runsOf = regexp.MustCompile(`[0-9]+|[A-Z]+|[a-z]+|\p{Han}+|\p{L}+`)

// shape is the class pattern of a cell, the lengths of runs left out.
func shape(v string) string {
	return runsOf.ReplaceAllStringFunc(v, func(s string) string {
		switch c := s[0]; {
		case c >= '0' && c <= '9':
			return "0"
		case c >= 'A' && c <= 'Z':
			return "A"
		case c < 0x80:
			return "a"
		}
		return "字"
	})
}

// checkShapes: nearly every canary cell has a pattern that the column has.
func checkShapes(t *testing.T, tab testTable, planted []Canary) {
	for i, col := range tab.cols {
		if col.Kind == identity.Email || col.Kind == identity.Organisation || col.Kind == identity.URL {
			continue
		}
		seen := map[string]bool{}
		for _, r := range tab.rows {
			seen[shape(cell(r, i))] = true
		}
		if 3*len(seen) > len(tab.rows) {
			continue // rows themselves bring new patterns
		}
		strange := 0
		for _, c := range planted {
			if c.Echo == 0 && !seen[shape(c.Cells[i])] {
				strange++
				t.Logf("column %s: %q has a new pattern", col.Name, c.Cells[i])
			}
		}
		if strange*20 > len(planted) {
			t.Errorf("column %s: %d of %d canaries have a pattern that no row has", col.Name, strange, len(planted))
		}
	}
}

// checkNew: no identity of a canary is a real row's.
func checkNew(t *testing.T, tab testTable, p *Profile, planted []Canary) {
	m := p.ready()
	for _, c := range planted {
		for _, id := range c.Identities {
			for n, r := range tab.rows {
				if v, ok := m.value(id.Kind, id.Columns, padded(r, len(tab.cols))); ok && v == id.Value {
					t.Errorf("canary %d: %s %q is row %d's", c.Slot, id.Kind, id.Value, n)
					break
				}
			}
		}
	}
}

func padded(r []string, n int) []string {
	for len(r) < n {
		r = append(r[:len(r):len(r)], "")
	}
	return r
}

// alone reports whether a cell of a canary identifies it by itself.
func alone(c Canary, column int) bool {
	return slices.ContainsFunc(c.Identities, func(id Identity) bool { return slices.Equal(id.Columns, []int{column}) })
}

func checkIdentities(t *testing.T, p *Profile, planted []Canary) {
	for _, c := range planted {
		if len(c.Identities) == 0 && c.Echo == 0 {
			t.Errorf("canary %d has no identity: %q", c.Slot, c.Cells)
		}
		for _, id := range c.Identities {
			if id.Kind == identity.Email && id.Bits < MinEmailBits {
				t.Errorf("canary %d: e-mail %q has %.1f bits", c.Slot, id.Value, id.Bits)
			}
			if v, ok := p.ready().value(id.Kind, id.Columns, c.Cells); !ok || v != id.Value {
				t.Errorf("canary %d: identity %s is %q, its cells say %q", c.Slot, id.Kind, id.Value, v)
			}
		}
	}
}

func TestMintIsDeterministicAndFreeOfN(t *testing.T) {
	tab := people(600)
	p := learn(tab)
	c := ownContacts(tab, 30)
	a, b := mustMint(t, p, "x", 30, c), mustMint(t, learn(tab), "x", 10, c)
	if !reflect.DeepEqual(a[:10], b) {
		t.Error("slot depends on n")
	}
	if reflect.DeepEqual(a[0].Cells, mustMint(t, p, "y", 1, c)[0].Cells) {
		t.Error("another secret gives the same canary")
	}
	data := bytesOf(t, p)
	other := learn(tab)
	other.Prepare()
	if !reflect.DeepEqual(data, bytesOf(t, other)) {
		t.Error("profile bytes differ for the same input")
	}
	var q Profile
	if err := q.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, mustMint(t, &q, "x", 30, c)) {
		t.Error("a saved profile mints other canaries")
	}
	t.Logf("profile of %d rows: %d bytes", p.Rows, len(data))
}

func bytesOf(t *testing.T, p *Profile) []byte {
	t.Helper()
	data, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTreesAreKeptWithTheProfile: a saved profile mints by the trees that were
// saved with it, and learns those of another version, or none, anew.
func TestTreesAreKeptWithTheProfile(t *testing.T) {
	tab := people(600)
	p := learn(tab)
	bare := bytesOf(t, p)
	p.Prepare()
	c := ownContacts(tab, 20)
	want := mustMint(t, p, "x", 20, c)
	read := func(data []byte) *Profile {
		q := new(Profile)
		if err := q.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		return q
	}
	kept := read(bytesOf(t, p))
	if kept.taught == nil || len(kept.taught.Rounds) == 0 {
		t.Fatal("the saved profile has no trees")
	}
	old := read(bytesOf(t, p))
	old.taught.Version, old.taught.Rounds = -1, nil
	for name, q := range map[string]*Profile{"kept": kept, "without": read(bare), "of another version": old} {
		if !reflect.DeepEqual(mustMint(t, q, "x", 20, c), want) {
			t.Errorf("trees %s: other canaries", name)
		}
	}
	none := read(bytesOf(t, p))
	none.taught.Rounds = none.taught.Rounds[:0]
	if reflect.DeepEqual(mustMint(t, none, "x", 20, c), want) {
		t.Error("the saved trees are not used")
	}
}
