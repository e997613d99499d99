package cli

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"telltale/internal/synthetic"
)

var coalitionRuns = flag.Int("coalitions", 4, "coalitions that TestCoalitionKeepsTheCommon plays")

var comparers = []string{"acme", "bolt", "cargo", "delta", "echo", "ferry"}

// comparing are recipients' copies by row, as somebody sees them who compares.
type comparing struct {
	header []string
	order  []string // rows of any copy, by their key and name
	copies map[string]map[string][]string
	unique map[string]bool // canaries that are no shared ones
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
			k := rowName(r)
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

// waysToCopy are exports of which a coalition pays differently.
var waysToCopy = map[string][]string{
	"canaries":            {"--canaries", "20"},
	"withheld":            {"--canaries", "20", "--shared-canaries", "30", "--withhold", "0.03"},
	"covered":             {"--canaries", "20", "--shared-canaries", "60", "--cover", "2"},
	"shared, covered":     {"--canaries", "0", "--shared-canaries", "80", "--cover", "1.5"},
	"withheld and room":   {"--canaries", "10", "--withhold", "0.1", "--cover", "3", "--make-room"},
	"room alone":          {"--canaries", "20", "--shared-canaries", "20", "--make-room"},
	"all of it, and more": {"--canaries", "12", "--shared-canaries", "50", "--withhold", "0.01", "--cover", "4", "--make-room", "--density", "0"},
}

// TestCoalitionPaysWhatIsPrinted: of six copies of a table two to five are
// compared, and what not all of them have is deleted. Real rows deleted,
// canaries deleted, those that show because they stand where another copy has a
// different one, and canaries left are those that the export printed; a canary
// that several copies have is the same row in all of them. Compared is the mean over all
// coalitions of a size with the expectation of one. Whether a copy has a row is
// a keyed draw for each row, so the number for one coalition varies less than
// Poisson, and the mean over several no more: 5.5 standard deviations and one
// row beyond are left by chance in fewer than one number in 10^6; there are 112.
func TestCoalitionPaysWhatIsPrinted(t *testing.T) {
	s := newShell(t)
	table := synthetic.Customers(3000, 7)
	var text bytes.Buffer
	if err := table.Write(&text); err != nil {
		t.Fatal(err)
	}
	file := s.write("customers.csv", text.Bytes())
	s.ok(append([]string{"recipient", "add"}, comparers...)...)
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", file, "--key", "customer_id")
	real := map[string]bool{}
	for _, r := range table.Rows {
		real[rowName(r)] = true
	}
	for name, options := range waysToCopy {
		t.Run(name, func(t *testing.T) {
			var doc struct {
				Coalitions []coalitionDoc
				Covered    float64
				Exports    []struct{ ID string }
			}
			out := strings.ReplaceAll(name, " ", "")
			s.ask(&doc, append([]string{"export", file, "--dataset", "data", "--to-all", "--force", "--out", s.path(out)}, options...)...)
			c := compareCopies(t, s, out)
			c.unique = uniqueCanaries(s, doc.Exports)
			c.checkOneKeyEach(t, slices.Contains(options, "--make-room"))
			covers := slices.Contains(options, "--cover")
			if covers != (doc.Covered > 0) {
				t.Errorf("%g of the rows are said to be left out for cover", doc.Covered)
			}
			for _, d := range doc.Coalitions {
				got := c.meanPaid(t, d.Size, real)
				t.Logf("%d copies: %.1f real rows (printed %.1f) and %.1f canaries (%.1f) are deleted, %.1f canaries (%.1f) are left; AUC %.2f", d.Size, got.RowsLost, d.RowsLost,
					got.CanariesLost, d.CanariesLost, got.SharedLeft, d.SharedLeft, d.AUC)
				t.Logf("%d copies: %.1f canaries (printed %.1f) met another", d.Size, got.CanariesMet, d.CanariesMet)
				for what, n := range map[string][2]float64{"rows lost": {got.RowsLost, d.RowsLost}, "canaries lost": {got.CanariesLost, d.CanariesLost}, "canaries left": {got.SharedLeft, d.SharedLeft},
					"canaries met": {got.CanariesMet, d.CanariesMet}} {
					if math.Abs(n[0]-n[1]) > 5.5*math.Sqrt(n[1])+1 {
						t.Errorf("%d copies, %s: %.1f, printed %.1f", d.Size, what, n[0], n[1])
					}
				}
				if (d.RowsLost > 0) != (covers || slices.Contains(options, "--withhold")) || covers && !slices.Contains(options, "--withhold") && d.AUC > 0.55+d.CanariesMet/d.CanariesLost/2 {
					t.Errorf("%d copies: %+v", d.Size, d)
				}
			}
		})
	}
}

func rowName(row []string) string { return row[0] + row[3] }

// meanPaid compares the copies of every k recipients.
func (c comparing) meanPaid(t *testing.T, k int, real map[string]bool) (mean coalitionDoc) {
	n := 0.0
	for members := range 1 << len(comparers) {
		if bits.OnesCount(uint(members)) != k {
			continue
		}
		var names []string
		for i, name := range comparers {
			if members>>i&1 == 1 {
				names = append(names, name)
			}
		}
		n++
		for _, row := range c.order {
			if c.unique[row] && c.met(names, row, real) {
				mean.CanariesMet++
			}
			switch held := len(c.held(names, row)); {
			case held == k && !real[row]:
				mean.SharedLeft++
			case held == 0 || held == k:
			case real[row]:
				mean.RowsLost++
			default:
				mean.CanariesLost++
			}
		}
	}
	return coalitionDoc{RowsLost: mean.RowsLost / n, CanariesMet: mean.CanariesMet / n, CanariesLost: mean.CanariesLost / n, SharedLeft: mean.SharedLeft / n}
}

// checkOneKeyEach: hardly anybody has one number here and another there. Without
// vacancies it happens to shared canaries of which two share a gap, or follow
// the last row; of 80 such that are at a row of 3,000 each, to more than eight
// by chance less than once in 10^6. With vacancies it happens where one does not
// suit: to at most two in each of 33 exports, under eleven keys.
func (c comparing) checkOneKeyEach(t *testing.T, room bool) {
	t.Helper()
	ids, differ := map[string]string{}, map[string]bool{}
	for _, row := range c.order {
		held := c.held(comparers, row)[0]
		who := held[3] + held[4]
		if id, ok := ids[who]; ok && id != held[0] {
			t.Logf("%s is %s in one copy and %s in another", who, id, held[0])
			differ[who] = true
		}
		ids[who] = held[0]
	}
	if room && len(differ) > 3 || len(differ) > 8 {
		t.Errorf("%d have different numbers in different copies", len(differ))
	}
}

func uniqueCanaries(s *shell, exports []struct{ ID string }) map[string]bool {
	out := map[string]bool{}
	for _, x := range exports {
		var list struct {
			Canaries []struct {
				Shared bool
				Cells  []string
			}
		}
		s.ask(&list, "canary", "list", "--export", x.ID)
		for _, c := range list.Canaries {
			if !c.Shared {
				out[rowName(c.Cells)] = true
			}
		}
	}
	return out
}

// met reports whether a canary that one copy has takes the number or the time
// of a different one in another.
func (c comparing) met(names []string, row string, real map[string]bool) bool {
	mine := c.held(names, row)
	if len(mine) == 0 {
		return false
	}
	for _, name := range names {
		for k, r := range c.copies[name] {
			if !real[k] && k != row && r[3] != mine[0][3] && (r[0] == mine[0][0] || r[8] == mine[0][8]) {
				return true
			}
		}
	}
	return false
}
