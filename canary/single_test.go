package canary

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// suppliers is a table whose rows are in the order of three columns that hold no
// value twice and are not the key, a code of letters, a ticket and a tally, beside
// others without repeats: a name, an amount, a day and a title.
func suppliers(n int, falling bool) testTable {
	tab := testTable{name: "suppliers", cols: columns("number:serial:k code:text name:text city:city amount:number day:date title:text url:url ticket:text tally:integer")}
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	word := func(least int) string {
		out := ""
		for len(out) < least {
			out += []string{"ba", "ker", "lin", "mo", "stan", "dor", "vi", "el", "tra", "gun"}[rng.IntN(10)]
		}
		return out
	}
	names := map[string]bool{}
	for len(names) < n {
		names[word(9)] = true
	}
	var sorted []string
	for v := range names {
		sorted = append(sorted, v)
	}
	slices.Sort(sorted)
	codes := map[string]bool{}
	for i, v := range sorted {
		code := ""
		for k := 3; code == "" || codes[code]; k++ {
			code = strings.ToUpper(v[:min(k, len(v))]) + fmt.Sprint(i%10)
		}
		codes[code] = true
		tab.rows = append(tab.rows, []string{
			fmt.Sprint(1000 + rng.IntN(1<<20)), code, strings.ToUpper(v[:1]) + v[1:], []string{"Ulm", "Kiel", "Bonn"}[rng.IntN(3)],
			fmt.Sprintf("$%d.%02d", 10+i, rng.IntN(100)), fmt.Sprintf("%04d-%02d-%02d", 1960+i/300, 1+i/25%12, 1+i%25), "On the " + word(6) + " of " + word(6) + fmt.Sprint(i),
			fmt.Sprintf("https://www.example.com/%s_%04d.html", strings.ToUpper(word(2)[:2]), i*7),
		})
	}
	slices.SortFunc(tab.rows, func(a, b []string) int { return compare(a[1], b[1]) })
	at := 0
	for i, r := range tab.rows {
		at += 1 + rng.IntN(5)
		tab.rows[i] = append(r, fmt.Sprintf("T%06d/a", at), fmt.Sprint(7*at))
	}
	if falling {
		slices.Reverse(tab.rows)
	}
	return tab
}

// TestNoRepeats: in columns that hold no value twice, canaries repeat neither
// rows nor each other, and what stands in order stays so, when nobody named
// those columns. Deterministic.
func TestNoRepeats(t *testing.T) {
	for k, n := range []int{60, 400, 6000} {
		tab := suppliers(n, k == 1)
		p := learn(tab)
		for _, label := range []string{"a", "b"} {
			out, isCanary, planted := plantFor(t, tab, p, label, 20)
			for i, c := range tab.cols {
				seen, rows := map[string]bool{}, 0
				for k, r := range out {
					if !isCanary[k] {
						seen[r[i]] = true
						rows++
					}
				}
				if len(seen) < rows {
					continue
				}
				for _, r := range planted {
					if seen[r.Cells[i]] {
						t.Errorf("%d rows, copy %s: %s %q occurs twice", n, label, c.Name, r.Cells[i])
					}
					seen[r.Cells[i]] = true
				}
				if direction(tab.rows, i) != direction(out, i) {
					t.Errorf("%d rows, copy %s: %s is out of order", n, label, c.Name)
				}
			}
		}
	}
}
