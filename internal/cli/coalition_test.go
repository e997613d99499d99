package cli

import (
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var coalitionRuns = flag.Int("coalitions", 4, "coalitions that TestCoalitionKeepsTheCommon plays")

var comparers = []string{"acme", "bolt", "cargo", "delta", "echo", "ferry"}

// comparing are recipients' copies by row, as somebody sees them who compares.
type comparing struct {
	header []string
	order  []string // rows of any copy, by their key and name
	copies map[string]map[string][]string
}

func compareCopies(t *testing.T, s *shell, dir string) comparing {
	t.Helper()
	c := comparing{copies: map[string]map[string][]string{}}
	seen := map[string]bool{}
	for _, name := range comparers {
		f, err := os.Open(s.path(dir + "/customers." + name + ".csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		c.header, c.copies[name] = rows[0], map[string][]string{}
		for _, r := range rows[1:] {
			k := r[0] + r[3]
			if c.copies[name][k] = r; !seen[k] {
				seen[k], c.order = true, append(c.order, k)
			}
		}
	}
	return c
}

// held are the rows that these recipients have under a key.
func (c comparing) held(names []string, k string) (rows [][]string) {
	for _, name := range names {
		if r, ok := c.copies[name][k]; ok {
			rows = append(rows, r)
		}
	}
	return rows
}

// common is what is left when recipients delete every row that not all of them
// have, and take every cell from one of them at random.
func (c comparing) common(names []string, rng *rand.Rand) [][]string {
	out := [][]string{c.header}
	for _, k := range c.order {
		held := c.held(names, k)
		if len(held) < len(names) {
			continue
		}
		row := slices.Clone(held[0])
		for i := range row {
			row[i] = held[rng.IntN(len(held))][i]
		}
		out = append(out, row)
	}
	return out
}

func coalitionShell(t *testing.T, options ...string) *shell {
	s := newShell(t)
	s.ok(append([]string{"recipient", "add"}, comparers...)...)
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	s.ok(append([]string{"export", customersFile, "--dataset", "data", "--to-all", "--out", s.path("out")}, options...)...)
	return s
}

// TestCoalitionKeepsTheCommon: three of six recipients, drawn anew for every
// run, keep the rows that all their copies have. All their unique canaries are
// gone; marks and shared canaries name at least one of them, and nobody else.
// False alarms: somebody else is named with a chance of 1e-6 a run; that nobody
// is named was seen in none of 200 runs (-coalitions=200), with ten keys.
func TestCoalitionKeepsTheCommon(t *testing.T) {
	s := coalitionShell(t, "--canaries", "6", "--shared-canaries", "40", "--withhold", "0.02")
	c := compareCopies(t, s, "out")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	for run := range *coalitionRuns {
		guilty := slices.Clone(comparers)
		rng.Shuffle(len(guilty), func(i, j int) { guilty[i], guilty[j] = guilty[j], guilty[i] })
		guilty = guilty[:3]
		left := c.common(guilty, rng)
		var text strings.Builder
		if err := csv.NewWriter(&text).WriteAll(left); err != nil {
			t.Fatal(err)
		}
		got := s.match(s.write(fmt.Sprintf("leak%d.csv", run), []byte(text.String())))
		named := accused(got)
		if named == "" {
			t.Errorf("%v: nobody is named from %d common rows; %+v", guilty, len(left)-1, got.Suspects)
		}
		for name := range strings.SplitSeq(named, ",") {
			if named != "" && !slices.Contains(guilty, name) {
				t.Errorf("%v: %s is named, and took no part", guilty, name)
			}
		}
		t.Logf("%v: %d rows in common, named: %s", guilty, len(left)-1, named)
	}
}

// TestCoverIsInTheCopies: rows of the table that some copies lack are as many
// as the export says, and the number of copies that have them looks like that
// of canaries. The counts are Poisson about what is expected, and each of the
// three may be off by 4.5 standard deviations: one run in 50,000 fails by chance.
func TestCoverIsInTheCopies(t *testing.T) {
	s := coalitionShell(t, "--canaries", "3", "--shared-canaries", "20", "--cover", "1.5")
	var doc struct{ Coalitions []coalitionDoc }
	s.ask(&doc, "export", customersFile, "--dataset", "data", "--to-all", "--out", s.path("again"), "--canaries", "3", "--shared-canaries", "20", "--cover", "1.5")
	c := compareCopies(t, s, "out")
	real := map[string]bool{}
	table, err := os.ReadFile(customersFile)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(table))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		real[r[0]+r[3]] = true
	}
	for _, d := range doc.Coalitions[:3] {
		lost, canaries := 0, 0
		for _, k := range c.order {
			switch n := len(c.held(comparers[:d.Size], k)); {
			case n == 0 || n == d.Size:
			case real[k]:
				lost++
			default:
				canaries++
			}
		}
		t.Logf("%d copies: %d rows (%.1f) and %d canaries (%.1f) are in some; AUC %.2f", d.Size, lost, d.RowsLost, canaries, d.CanariesLost, d.AUC)
		if off := math.Abs(float64(lost) - d.RowsLost); off > 4.5*math.Sqrt(d.RowsLost) || lost == 0 {
			t.Errorf("%d copies: %d rows are in some, expected %.1f", d.Size, lost, d.RowsLost)
		}
		if off := math.Abs(float64(canaries) - d.CanariesLost); off > 4.5*math.Sqrt(d.CanariesLost) {
			t.Errorf("%d copies: %d canaries are in some, expected %.1f", d.Size, canaries, d.CanariesLost)
		}
		if d.AUC > 0.55 {
			t.Errorf("%d copies: AUC %.2f", d.Size, d.AUC)
		}
	}
}
