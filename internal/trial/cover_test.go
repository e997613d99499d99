package trial

import (
	"math"
	"testing"

	"telltale/internal/attack"
)

// known leaks of copies with cover and without marks; sources counts those of
// the copies that have to be named at least, of how many leaks.
var coveredLeaks = []struct {
	name    string
	copies  int
	mix     attack.Coalition
	after   attack.Attack
	atLeast int // named in each leak
}{
	{"keys and names", 1, attack.Coalition{}, attack.Keep("customer_id", "first_name", "last_name"), 1},
	{"addresses of mail", 1, attack.Coalition{}, attack.Keep("email"), 1},
	{"a fifth of the cells edited", 1, attack.Coalition{}, attack.Edit(0.2), 1},
	{"half of the rows", 1, attack.Coalition{}, attack.Sample(0.5), 0},
	{"half of the rows not of the table", 1, attack.Coalition{}, attack.Junk(1), 1},
	{"two merged", 2, attack.RowMix(), attack.Keep("email"), 1},
	{"three merged", 3, attack.RowMix(), attack.Keep("email"), 1},
	{"what three have in common", 3, attack.CommonRowMix(), attack.Keep("email"), 0},
}

// TestCoverTraces: rows that few copies have name the copy of a bare list, of
// which all canaries were found and removed, and nobody else. All is drawn from
// fixed seeds. Of 20 such rows that a copy has on average seven are enough; of
// the leaks that need not name anybody, half of the rows mostly do.
func TestCoverTraces(t *testing.T) {
	w := issue(t, customers(t, 1000), Policy{Recipients: 50, Copies: 4, Canaries: 20, Cover: 1, Density: NoMarks, Pool: pool})
	for _, l := range coveredLeaks {
		named, wrong, innocent := 0, 0, math.Inf(-1)
		for i := range len(w.copies) {
			var sources []int
			var copies []attack.Table
			for k := range l.copies {
				sources = append(sources, (i+k)%len(w.copies))
				copies = append(copies, w.Copy(sources[k]))
			}
			leak := Scenario{Copies: l.copies, Mix: l.mix, After: l.after}.leak(copies, generator(3, uint64(i)))
			o, err := w.Try(background, leak, attack.Dialect{}, sources...)
			if err != nil {
				t.Fatal(err)
			}
			if o.Named < l.atLeast {
				t.Errorf("%s, copy %d: %d named of %v", l.name, i, o.Named, sources)
			}
			named, wrong, innocent = named+o.Named, wrong+len(o.Wrong), max(innocent, o.Innocent)
		}
		t.Logf("%-32s %2d of %d named, %d wrong; innocents up to 10^%.1f", l.name, named, l.copies*len(w.copies), wrong, innocent)
		if wrong > 0 {
			t.Errorf("%s: %d accused who took no part", l.name, wrong)
		}
	}
	for name, leak := range map[string]attack.Table{"the table itself": w.Original(), "its addresses": attack.Keep("email").Run(w.Original(), nil)} {
		o, err := w.Try(background, leak, attack.Dialect{})
		if err != nil || len(o.Wrong) > 0 || o.Innocent > 3 {
			t.Errorf("%s: %v accused, innocents up to 10^%.1f; %v", name, o.Wrong, o.Innocent, err)
		}
	}
}
