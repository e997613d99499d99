package cli

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"telltale/internal/attack"
	"telltale/internal/key"
	"telltale/internal/material"
)

// literatureTable is a table on which the literature on fingerprinting of
// relational data is measured.
type literatureTable struct {
	name, file string
	header     []string // of a file that has none
	key        string
	label      string // column that a classifier learns to tell: whether it is more than its median, or the second of two words
}

var literature = []literatureTable{
	{name: "german", file: "german_credit_full.csv", key: "Id", label: "target"},
	{name: "covertype", file: "cover_type_sample.csv", key: "Id", label: "Elevation"},
	{name: "adult", file: "adult-train.csv", header: []string{"age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
		"relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"}, key: "id", label: "income"},
}

var literatureFlag = flag.Bool("literature", false, "measure marks on all tables of the literature, with ten coalitions each (about ten minutes)")

// issued are the copies of a table that a hundred recipients hold.
type issued struct {
	*shell
	original   attack.Table
	table      literatureTable
	carriers   []string
	categories []string // those of them whose values move in pairs
	names      []string
	copies     map[string]attack.Table
}

const literatureRecipients = 100

// literatureRows reads a table; one without a row number is given one, as the
// literature does.
func literatureRows(t *testing.T, l literatureTable) attack.Table {
	original := load(t, filepath.Join(material.Dir(t, "fingerprint_lit"), l.file), "")
	if l.header == nil {
		return original
	}
	rows := make([][]string, len(original.Rows))
	for i, row := range original.Rows {
		rows[i] = append([]string{fmt.Sprint(i + 1)}, row...)
		for c, v := range rows[i] {
			rows[i][c] = strings.TrimSpace(v)
		}
	}
	return attack.New(append([]string{"id"}, l.header...), rows)
}

// literatureShell is a shell whose key is always the same, so that marks, and with
// them all figures, are those of every other run.
func literatureShell(t *testing.T) *shell {
	s := &shell{t, t.TempDir(), time.Now}
	master := key.Secret{20, 26, 11, 26}
	text, err := key.Encode(master, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.WriteFile(s.registry()+".key", text); err != nil {
		t.Fatal(err)
	}
	olderRegistry(t, s.registry(), master)
	return s
}

func issueLiterature(t *testing.T, l literatureTable) *issued {
	s := literatureShell(t)
	x := &issued{shell: s, original: literatureRows(t, l), table: l, copies: map[string]attack.Table{}}
	path := s.write("table.csv", csvBytes(t, x.original.Header, x.original.Rows))
	for i := range literatureRecipients {
		x.names = append(x.names, fmt.Sprintf("party-%02d", i))
	}
	s.ok(append([]string{"recipient", "add"}, x.names...)...)
	var doc inspectDoc
	s.ask(&doc, "dataset", "add", "data", path)
	for _, c := range doc.Columns {
		t.Logf("%-36s %-12s key %v identity %v carrier %.60s capacity %.2f", c.Name, c.Kind, c.Key, c.Identity, c.Carrier, c.Capacity)
		if c.Carrier != "none" {
			x.carriers = append(x.carriers, c.Name)
			if strings.HasPrefix(c.Carrier, "category") {
				x.categories = append(x.categories, c.Name)
			}
		}
	}
	t.Logf("%s: density %v, %d marks", l.name, doc.Density, doc.MarkCells)
	s.ok("export", path, "--dataset", "data", "--to-all", "--out", s.path("copies"), "--canaries", "0")
	return x
}

func (x *issued) copyOf(name string) attack.Table {
	c, ok := x.copies[name]
	if !ok {
		c = load(x.t.(*testing.T), x.path("copies/table."+name+".csv"), "")
		x.copies[name] = c
	}
	return c
}

// changed is the share of the cells in which a copy differs from the original.
func (x *issued) changed(name string) float64 {
	differ, all := 0, 0
	for i, row := range x.copyOf(name).Rows {
		for c, v := range row {
			all++
			if v != x.original.Rows[i][c] {
				differ++
			}
		}
	}
	return float64(differ) / float64(all)
}

// leak matches a table; it must be attributed to exactly those whose copies it
// was made of.
func (x *issued) leak(t *testing.T, name string, leaked attack.Table, whom ...string) bool {
	t.Helper()
	var b bytes.Buffer
	if err := leaked.Write(&b, attack.Dialect{}); err != nil {
		t.Fatal(err)
	}
	got := x.match("--all", x.write("leak.csv", b.Bytes()))
	named := strings.Split(accused(got), ",")
	slices.Sort(named)
	slices.Sort(whom)
	least := got.Suspects[len(whom)-1].Log10LR
	t.Logf("%-10s %-45s linked %6d, marks %6d, log10 E of the last named %6.1f", x.table.name, name, got.RowsLinked, got.MarksRead, least)
	for _, n := range named {
		if n != "" && !slices.Contains(whom, n) {
			t.Errorf("%s, %s: %s was accused wrongly", x.table.name, name, n)
		}
	}
	return slices.Equal(named, whom)
}

func (x *issued) mustLeak(t *testing.T, name string, leaked attack.Table, whom ...string) {
	t.Helper()
	if !x.leak(t, name, leaked, whom...) {
		t.Errorf("%s, %s: not attributed to all of %v", x.table.name, name, whom)
	}
}

// TestLiterature issues the tables on which fingerprints of relational data are
// measured to a hundred recipients, with nothing but the key chosen by hand, and
// attacks the copies as the literature does. An accusation of anybody else has a
// probability below 1e-6 a leak. Without -literature it does so for the smallest
// table only. Every part can be run by itself: -run TestLiterature/adult/coalitions.
func TestLiterature(t *testing.T) {
	for _, l := range literature {
		t.Run(l.name, func(t *testing.T) {
			if l.name != "german" && !*literatureFlag {
				t.Skip("measured with -literature")
			}
			x := issueLiterature(t, l)
			x.part(t, "changed", x.checkChanged)
			x.part(t, "single", x.checkSingle)
			x.part(t, "coalitions", x.checkCoalitions)
			x.part(t, "unlikely", x.checkUnlikely)
			x.part(t, "classifier", x.checkClassifier)
		})
	}
}

// part is one part of the test; the shell reports to it.
func (x *issued) part(t *testing.T, name string, check func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		defer func(whole testing.TB) { x.shell.t = whole }(x.shell.t)
		x.shell.t = t
		check(t)
	})
}

func (x *issued) checkChanged(t *testing.T) {
	names := x.names
	if !*literatureFlag {
		names = names[:20]
	}
	most, sum := 0.0, 0.0
	for _, name := range names {
		share := x.changed(name)
		most, sum = max(most, share), sum+share
	}
	t.Logf("%-10s cells that differ from the original: %.3f%% on average, %.3f%% at most, of %d copies", x.table.name, 100*sum/float64(len(names)), 100*most, len(names))
	if most >= 0.01 {
		t.Errorf("%s: a copy differs from the original in %.3f%% of its cells, want less than 1%%", x.table.name, 100*most)
	}
}

const literatureSeed = 20261126

func (x *issued) checkSingle(t *testing.T) {
	r := rand.New(rand.NewPCG(literatureSeed, 1))
	whom := x.names[7]
	one := x.copyOf(whom)
	tenth := attack.Sample(0.1)
	if x.table.name == "adult" {
		tenth = attack.Sample(0.01)
	}
	x.mustLeak(t, tenth.Name+" of the rows", tenth.Run(one, r), whom)
	a := attack.Alter(0.4)
	x.mustLeak(t, a.Name+" of all cells, the key's too", a.Run(one, r), whom)
	for i, c := range x.carriers {
		if i > 1 && !*literatureFlag {
			break
		}
		drop := slices.DeleteFunc(slices.Clone(x.carriers), func(s string) bool { return s == c })
		x.mustLeak(t, "no carrier but "+c, attack.Drop(drop...).Run(one, r), whom)
	}
}

func (x *issued) checkCoalitions(t *testing.T) {
	r := rand.New(rand.NewPCG(literatureSeed, 2))
	trials := 1
	if *literatureFlag {
		trials = 10
	}
	attacks := []attack.Coalition{attack.RowMix(), attack.Interleave(), attack.Majority(), attack.Minority(), attack.Coin()}
	all := make([]int, len(attacks))
	for range trials {
		var group []attack.Table
		var who []string
		for _, i := range r.Perm(len(x.names))[:5] {
			group, who = append(group, x.copyOf(x.names[i])), append(who, x.names[i])
		}
		for k, c := range attacks {
			if k > 1 && !*literatureFlag {
				break
			}
			if x.leak(t, c.Name+", 5 copies", c.Run(group, r), who...) {
				all[k]++
			} else if k < 2 {
				t.Errorf("%s, %s: not all five of %v were named (seed %d)", x.table.name, c.Name, who, literatureSeed)
			}
		}
	}
	for k, c := range attacks {
		if k > 1 && !*literatureFlag {
			break
		}
		t.Logf("%-10s %s: all five named in %d of %d", x.table.name, c.Name, all[k], trials)
	}
}

// marked finds the cells in which copies differ: with a hundred of them, those
// are the marks.
func (x *issued) marked() map[[2]int]bool {
	out := map[[2]int]bool{}
	for _, name := range x.names {
		for i, row := range x.copyOf(name).Rows {
			for c, v := range row {
				if v != x.original.Rows[i][c] {
					out[[2]int{i, c}] = true
				}
			}
		}
	}
	return out
}

// checkUnlikely lets an adversary who holds the original, and so knows its
// joint distributions better than anybody could, change the 15 % least likely
// entries of a copy. A mark is hit when its cell is changed, and destroyed when it
// then reads as another symbol or as none: half of the numbers that are hit go on
// to read right. How finely the adversary looks at numbers is not known beforehand.
func (x *issued) checkUnlikely(t *testing.T) {
	whom := x.names[7]
	one, marks := x.copyOf(whom), x.marked()
	for _, bins := range []int{8, 11, 16, 25, 40} {
		for _, perColumn := range []bool{false, true} {
			a := attack.Unlikely(0.15, bins, perColumn, x.original)
			leaked := a.Run(one, rand.New(rand.NewPCG(literatureSeed, 3)))
			hit, destroyed := 0, 0
			for m := range marks {
				was, is := one.Rows[m[0]][m[1]], leaked.Rows[m[0]][m[1]]
				if was == is {
					continue
				}
				hit++
				a, err := strconv.Atoi(was)
				b, err2 := strconv.Atoi(is)
				if err != nil || err2 != nil || (a-b)%2 != 0 || slices.Contains(x.categories, one.Names[m[1]]) {
					destroyed++
				}
			}
			share := float64(destroyed) / float64(len(marks))
			t.Logf("%-10s %s: of %d marks %.1f%% hit, %.1f%% destroyed", x.table.name, a.Name, len(marks), 100*float64(hit)/float64(len(marks)), 100*share)
			if share > 0.05 {
				t.Errorf("%s, %s: %.1f%% of the marks were destroyed, want at most 5%%", x.table.name, a.Name, 100*share)
			}
			if !perColumn {
				x.mustLeak(t, a.Name, leaked, whom)
			}
		}
	}
}

// checkClassifier compares logistic regressions that learned from the original
// and from copies, both tested on rows of the original that they did not see.
func (x *issued) checkClassifier(t *testing.T) {
	const folds = 5
	c := x.original.Column(x.table.label)
	label := labelOf(x.original, c)
	skip := []int{c, x.original.Column(x.table.key)}
	base := crossValidated(x.original, x.original, folds, literatureSeed, skip, label)
	sum, n := 0.0, 3
	if x.table.name == "german" {
		n = 10 // a copy of a small table gains or loses by chance
	}
	for _, name := range x.names[:n] {
		got := crossValidated(x.original, x.copyOf(name), folds, literatureSeed, skip, label)
		t.Logf("%-10s accuracy %.4f from the original, %.4f from the copy of %s", x.table.name, base, got, name)
		sum += got
	}
	if loss := base - sum/float64(n); loss >= 0.005 {
		t.Errorf("%s: a model that learned from a copy loses %.4f of accuracy, want less than 0.005", x.table.name, loss)
	}
}

// labelOf tells the second of two words from the first, or numbers above the
// median from others.
func labelOf(original attack.Table, column int) func([]string) float64 {
	var values []string
	var numbers []float64
	for _, row := range original.Rows {
		values = append(values, row[column])
		if x, err := strconv.ParseFloat(row[column], 64); err == nil {
			numbers = append(numbers, x)
		}
	}
	slices.Sort(values)
	slices.Sort(numbers)
	if words := slices.Compact(values); len(words) == 2 {
		return func(row []string) float64 { return map[bool]float64{true: 1}[row[column] == words[1]] }
	}
	median := numbers[len(numbers)/2]
	return func(row []string) float64 {
		x, _ := strconv.ParseFloat(row[column], 64)
		return map[bool]float64{true: 1}[x > median]
	}
}
