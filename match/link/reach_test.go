package link

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/material"
)

var oracleAll = flag.Bool("reach", false, "compare with the oracle on all of Febrl, by more sets of columns")

// What the data allow.
//
// An oracle sees both tables in plain text, and which rows belong together. It
// scores a leaked row against every row of ours: for every column that is
// filled on both sides log2(rows/count of the value), count being that of our
// value, times 1 where the values are equal, times the share of bigrams in
// common (Dice) where that is more than a half, and -3 where it is not. It
// links a row to the best of all when that beats the next by a margin, and it
// takes, knowing the truth, the margin that links most rows with at most one in
// two hundred wrongly. The rows that it links are those that the data allow.
type oracle struct {
	columns []int
	ours    [][]string
	counts  []map[string]int
}

func newOracle(ours [][]string, columns []int) *oracle {
	o := &oracle{columns: columns, ours: ours}
	for _, c := range columns {
		counts := map[string]int{}
		for _, row := range ours {
			counts[plain(row[c])]++
		}
		o.counts = append(o.counts, counts)
	}
	return o
}

func plain(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (o *oracle) score(leak, ours []string) float64 {
	sum := 0.0
	for i, c := range o.columns {
		a, b := plain(leak[i]), plain(ours[c])
		if a == "" || b == "" {
			continue
		}
		bits := math.Log2(float64(len(o.ours)) / float64(o.counts[i][b]))
		switch d := dice(a, b); {
		case a == b:
			sum += bits
		case d > 0.5:
			sum += bits * d
		default:
			sum -= 3
		}
	}
	return sum
}

func dice(a, b string) float64 {
	if len(a) < 2 || len(b) < 2 {
		return 0
	}
	common := 0
	for i := range len(a) - 1 {
		if strings.Contains(b, a[i:i+2]) {
			common++
		}
	}
	return float64(2*common) / float64(len(a)+len(b)-2)
}

// allowed is how many rows of a leak the oracle links at 99.5 %.
func (o *oracle) allowed(leak [][]string, right func(i, row int) bool) int {
	type guess struct {
		margin float64
		right  bool
	}
	var guesses []guess
	for i, row := range leak {
		best, second, at := math.Inf(-1), math.Inf(-1), -1
		for k, ours := range o.ours {
			if s := o.score(row, ours); s > best {
				best, second, at = s, best, k
			} else if s > second {
				second = s
			}
		}
		guesses = append(guesses, guess{best - second, right(i, at)})
	}
	slices.SortFunc(guesses, func(a, b guess) int { return int(math.Copysign(1, b.margin-a.margin)) })
	most, wrong := 0, 0
	for i, g := range guesses {
		if !g.right {
			wrong++
		}
		if wrong*200 <= i+1 {
			most = i + 1 - wrong
		}
	}
	return most
}

// reach links a leak of some columns and compares with what the data allow: of
// that at least share must be linked, and 99.5 % of all links be right.
func reach(t *testing.T, share float64, spec Spec, ours [][]string, columns []int, leak [][]string, right func(i, row int) bool) {
	t.Helper()
	l := NewLinker(load(t, spec, build(t, spec, ours)), "orders", master)
	yes, no := links(l, leak, func(i int, row uint32) bool { return right(i, int(row)) })
	allowed := newOracle(ours, columns).allowed(leak, right)
	var names []string
	for _, c := range columns {
		names = append(names, spec.Columns[c].Name)
	}
	t.Logf("%s: %d of %d linked, %d wrong; the data allow %d: %.1f%%", strings.Join(names, "+"), yes+no, len(leak), no, allowed, 100*float64(yes)/float64(allowed))
	if no*200 > yes+no || float64(yes) < share*float64(allowed) {
		t.Errorf("%v: %d links are right and %d wrong, where the data allow %d", columns, yes, no, allowed)
	}
}

func pickColumns(rows [][]string, columns []int) (out [][]string) {
	for _, row := range rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		out = append(out, cells)
	}
	return out
}

// Febrl's linkage problem: the corrupted half is linked to the clean one by
// sets of columns without the number of the record.
func TestFebrlReach(t *testing.T) {
	clean, dirty := febrl(t, "dataset4a.csv"), febrl(t, "dataset4b.csv")
	sets := [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}
	if *oracleAll {
		sets = append(sets, []int{9, 2, 1, 7, 8}, []int{4, 3, 6, 2, 8}, []int{1, 2, 9}, []int{6, 7, 4, 5}, []int{1, 2, 4, 6, 7})
	} else {
		clean, dirty = febrlFifth(clean), febrlFifth(dirty)
	}
	for i, columns := range sets {
		reach(t, []float64{0.9, 0.9, 0, 0, 0, 0, 0}[i], persons, clean, columns, pickColumns(dirty, columns), func(i, row int) bool { return row >= 0 && person(clean[row]) == person(dirty[i]) })
	}
}

// febrlFifth are the persons whose number ends in 0 or 5.
func febrlFifth(rows [][]string) [][]string {
	return slices.DeleteFunc(slices.Clone(rows), func(row []string) bool { p := person(row); return (p[len(p)-1]-'0')%5 != 0 })
}

var fakes = Spec{Locale: "en-GB", Columns: []fingerprint.Column{
	{Name: "unique_id", Kind: identity.Serial, Key: true},
	{Name: "first_name", Kind: identity.GivenName, Identity: true},
	{Name: "surname", Kind: identity.FamilyName, Identity: true},
	{Name: "dob", Kind: identity.Date, Identity: true},
	{Name: "city", Kind: identity.City, Identity: true},
	{Name: "email", Kind: identity.Email, Identity: true},
}}

// Splink's fake_1000: of each person the first record is ours, and the others,
// in which names, dates and addresses are misspelt or missing, are the leak.
func TestFakeReach(t *testing.T) {
	f, err := os.Open(filepath.Join(material.Dir(t, "fake1000"), "fake_1000.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var ours, rest [][]string
	seen := map[string]bool{}
	for _, row := range all[1:] {
		if seen[row[6]] {
			rest = append(rest, row)
		} else {
			seen[row[6]] = true
			ours = append(ours, row)
		}
	}
	for _, c := range []struct {
		share   float64
		columns []int
	}{{0.9, []int{1, 2, 3, 4, 5}}, {0.9, []int{1, 2, 5}}, {0.75, []int{1, 2, 3, 4}}, {0.6, []int{5}}} { // addresses alone are compared exactly
		columns := c.columns
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			reach(t, c.share, fakes, ours, columns, pickColumns(rest, columns), func(i, row int) bool { return row >= 0 && ours[row][6] == rest[i][6] })
		})
	}
}
