package trial

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"telltale/internal/attack"
	"telltale/internal/key"
	"telltale/internal/material"
	"telltale/internal/stat"
	"telltale/internal/survey"
	"telltale/internal/synthetic"
	"telltale/match"
)

var calibrationKeys = flag.Int("calibration", 2, "keys under which files that come from no copy are matched, each with every kind of file")

var calibrationFirst = flag.Int("calibration.first", 0, "number of the first key: a long run can be made in parts")

var calibrationFiles = flag.Int("files", 1, "files of each kind under each key; e-values are counted of the first")

// innocence is what is matched with copies that it does not come from.
type innocence struct {
	name string
	leak func(r *rand.Rand) attack.Table
}

// mangle does something to a table that a thief or an editor might do.
func mangle(t attack.Table, r *rand.Rand) attack.Table {
	list := []attack.Attack{
		attack.Shuffle(), attack.Sample(0.1 + 0.8*r.Float64()), attack.DropRandom(2), attack.Duplicate(0.3), attack.Upper(), attack.Alter(0.1), attack.Edit(0.05),
		attack.Reorder(), attack.DropHeader(), attack.Round(1), attack.Junk(0.3), attack.Chain(), attack.Repeat(2), attack.Rename(),
	}
	return attack.Chain(list[r.IntN(len(list))], list[r.IntN(len(list))]).Run(t, r)
}

// strangers replaces everything that is no key and no identity: another
// house's table of the same people.
func strangers(s Source) attack.Attack {
	var columns []string
	for _, c := range s.Scheme.Columns {
		if !c.Key && !c.Identity {
			columns = append(columns, c.Name)
		}
	}
	return attack.Alter(1, columns...)
}

// innocents lists the files that come from none of the copies of w: the table
// itself, tables of others, and copies that another key or another dataset
// marked.
func innocents(w *World, others []*World, foreign attack.Table) []innocence {
	original := w.Original()
	list := []innocence{
		{"unmarked original", func(*rand.Rand) attack.Table { return original }},
		{"unmarked, mangled", func(r *rand.Rand) attack.Table { return mangle(original, r) }},
		{"another version, 20% of the cells edited", func(r *rand.Rand) attack.Table { return attack.Edit(0.2).Run(original, r) }},
		{"same people, another's values", func(r *rand.Rand) attack.Table { return strangers(w.source).Run(original, r) }},
		{"people and values at odds", func(r *rand.Rand) attack.Table { return attack.Alter(1).Run(original, r) }},
		{"foreign table", func(r *rand.Rand) attack.Table { return mangle(foreign, r) }},
	}
	for i, o := range others {
		name := fmt.Sprintf("marked otherwise (%d)", i+1)
		list = append(list,
			innocence{name + ", mangled", func(r *rand.Rand) attack.Table { return mangle(o.Copy(r.IntN(len(o.copies))), r) }},
			innocence{name + ", five mixed", func(r *rand.Rand) attack.Table {
				var copies []attack.Table
				for _, k := range r.Perm(len(o.copies))[:min(5, len(o.copies))] {
					copies = append(copies, o.Copy(k))
				}
				ways := attack.Coalitions()
				return ways[r.IntN(len(ways))].Run(copies, r)
			}})
	}
	return list
}

// tally counts the e-values of candidates who are no source.
type tally struct {
	leaks, wrong, linked int
	listed               int // files for which anybody is on a shortlist
	n                    int64
	sum, squares, most   float64
	above                [5]int64 // E >= 10^(k+1)
}

func (y *tally) add(o Outcome) {
	y.leaks++
	if len(o.Wrong) > 0 {
		y.wrong++
	}
	if o.Linked > 0 {
		y.linked++
	}
	if o.Verdict == match.Shortlist {
		y.listed++
	}
	for _, l := range o.LogE {
		e := math.Exp(l)
		y.n++
		y.sum += e
		y.squares += e * e
		y.most = max(y.most, stat.Log10(l))
		for k := range y.above {
			if stat.Log10(l) >= float64(k+1) {
				y.above[k]++
			}
		}
	}
}

func (y *tally) mean() (mean, err float64) {
	mean = y.sum / float64(y.n)
	return mean, math.Sqrt(max(0, y.squares/float64(y.n)-mean*mean) / float64(y.n))
}

// TestNobodyIsAccusedOfForeignFiles matches files that come from no copy: no
// candidate may be accused, how often e-values are large stays within
// P(E >= t) <= 1/t, and how often anybody is on a shortlist within 1/19. Each kind
// of file is matched once under each key, so that the e-values of a kind are
// independent. False alarms: a kind fails where an exact binomial tail is below 1e-7,
// and so do the shortlists of a table, whose files are alike under one key but are
// counted as if they were not; a wrong accusation has a chance of 1e-6 a file.
func TestNobodyIsAccusedOfForeignFiles(t *testing.T) {
	const seed = 41
	t.Logf("seed %d, %d keys from %d, %d files of each kind", seed, *calibrationKeys, *calibrationFirst, *calibrationFiles)
	tables := calibrationTables(t)
	if testing.Short() {
		tables = tables[:1]
	}
	for _, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			tallies := map[string]*tally{}
			for k := range *calibrationKeys {
				calibrate(t, table, seed, uint64(*calibrationFirst+k), tallies)
			}
			report(t, tallies)
		})
	}
}

// calibrationTable is a table with a foreign one of the same kind, and files
// that another scheme marked.
type calibrationTable struct {
	name    string
	source  Source
	foreign attack.Table
	marked  []attack.Table
	pool    bool
}

func calibrationTables(t *testing.T) []calibrationTable {
	c, f := synthetic.Customers(mostRows, 1), synthetic.Customers(mostRows, 77)
	z, y := synthetic.Waybills(mostRows, 1), synthetic.Waybills(mostRows, 78)
	list := []calibrationTable{
		{"customers", surveyed(t, "customers", c.Header, c.Rows, survey.Choices{Key: []string{"customer_id"}, Density: 1}), attack.New(f.Header, f.Rows), nil, true},
		{"waybills", surveyed(t, "waybills", z.Header, z.Rows, survey.Choices{Density: 1}), attack.New(z.Header, y.Rows), nil, false},
	}
	t.Run("german", func(t *testing.T) { // skipped alone where there is no material
		dir := filepath.Join(material.Dir(t, "fingerprint_lit"))
		base := readTable(t, filepath.Join(dir, "german_credit_full.csv"))
		files, err := filepath.Glob(filepath.Join(dir, "marked", "*.csv"))
		if err != nil || len(files) == 0 {
			t.Fatalf("tables that another scheme marked: %d, %v", len(files), err)
		}
		g := calibrationTable{name: "german", source: surveyed(t, "german", base.Header, base.Rows, survey.Choices{Key: []string{"Id"}, Density: 1})}
		for _, f := range files {
			g.marked = append(g.marked, readTable(t, f))
		}
		g.foreign = strangers(g.source).Run(base, generator(5))
		list = append(list, g)
	})
	return list
}

func calibrate(t *testing.T, c calibrationTable, seed, k uint64, tallies map[string]*tally) {
	st := registry(t)
	p := Policy{Recipients: 200, Copies: 8, Withhold: 0.01, Shared: 10, Canaries: 5, Cover: 0.5, Pool: pool}
	if !c.pool {
		p.Shared, p.Canaries = 0, 0
	}
	mine := key.Secret{1, byte(k), byte(k >> 8)}
	w, err := Issue(background, st, mine, c.source, p)
	if err != nil {
		t.Fatal(err)
	}
	again := c.source
	again.Dataset += "-again"
	sibling, err := Issue(background, st, mine, again, p)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := Issue(background, registry(t), key.Secret{2, byte(k), byte(k >> 8)}, c.source, p)
	if err != nil {
		t.Fatal(err)
	}
	kinds := innocents(w, []*World{sibling, stranger}, c.foreign)
	if len(c.marked) > 0 {
		kinds = append(kinds, innocence{"marked by another scheme", func(r *rand.Rand) attack.Table { return c.marked[r.IntN(len(c.marked))] }},
			innocence{"marked by another scheme, mangled", func(r *rand.Rand) attack.Table { return mangle(c.marked[r.IntN(len(c.marked))], r) }})
	}
	for i, kind := range kinds {
		if tallies[kind.name] == nil {
			tallies[kind.name] = &tally{}
		}
		for n := range *calibrationFiles {
			o, err := w.Try(background, kind.leak(generator(seed, k, uint64(i), uint64(n))), attack.Dialect{})
			if err != nil {
				t.Fatalf("%s, key %d: %v", kind.name, k, err)
			}
			if len(o.Wrong) > 0 {
				t.Errorf("%s, key %d: %v accused of a file that comes from no copy (%s, log10 E %.1f)", kind.name, k, o.Wrong, o.Verdict, o.Innocent)
			}
			if n > 0 {
				o.LogE = nil
			}
			tallies[kind.name].add(o)
		}
	}
}

func report(t *testing.T, tallies map[string]*tally) {
	var names []string
	for name := range tallies {
		names = append(names, name)
	}
	sort.Strings(names)
	var files, listed int
	for _, name := range names {
		y := tallies[name]
		files, listed = files+y.leaks, listed+y.listed
		mean, err := y.mean()
		t.Logf("%-42s %6d files, %6d linked, %8d e-values, mean %.3f +- %.3f, E >= 10, 100, ...: %v, most 10^%.1f", name, y.leaks, y.linked, y.n, mean, err, y.above, y.most)
		for k, above := range y.above {
			if p := stat.LogUpperTail(y.n, above, math.Pow(10, -float64(k+1))); p < math.Log(1e-7) {
				t.Errorf("%s: %d of %d e-values reach 10^%d", name, above, y.n, k+1)
			}
		}
	}
	t.Logf("%d of %d files have a shortlist", listed, files)
	if p := stat.LogUpperTail(int64(files), int64(listed), mostListed); p < math.Log(1e-7) {
		t.Errorf("%d of %d files that come from no copy have a shortlist", listed, files)
	}
}

// mostListed bounds the probability of a shortlist where nobody is a source: the
// e-values on it add up to 19 times the number of candidates, which is their mean
// (Markov).
const mostListed = 1.0 / 19

// mostRows is how many rows are issued: many small tables tell more of chance
// than a few large ones.
const mostRows = 150

func readTable(t *testing.T, path string) attack.Table {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := readAll(t, path, f)
	return attack.New(rows[0], rows[1:min(len(rows), 1+mostRows)])
}
