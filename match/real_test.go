package match

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/material"
	"telltale/internal/table"
)

// Twenty recipients of real tables: any copy's leak is attributed to it, whole
// and mangled.
func TestRealTables(t *testing.T) {
	cases := []struct {
		name, folder, file, locale string
		keys                       []string
		carriers                   map[string]string
	}{
		{"univocity", "uk500_family", "univocity.csv", "en-GB", []string{"email"}, ukCarriers},
		{"markmbadham", "uk500_family", "markmbadham.csv", "en-GB", []string{"email"}, ukCarriers},
		{"febrl", "febrl", "dataset1.csv", "en-AU", []string{"rec_id"},
			map[string]string{"street_number": "number:1", "address_1": "text", "address_2": "text", "date_of_birth": "time:d"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			header, rows := readTable(t, filepath.Join(material.Dir(t, c.folder), c.file))
			attributeReal(t, header, rows, c.locale, c.keys, c.carriers, nil)
		})
	}
	t.Run("chinook", func(t *testing.T) {
		header, rows := chinookInvoices(t)
		attributeReal(t, header, rows, "", []string{"InvoiceId"}, map[string]string{"InvoiceDate": "time:d", "Total": "number:0.01"},
			func(columns string) bool { // without number and date an invoice is one of its customer's seven
				number, date := strings.Contains(columns, "InvoiceId"), strings.Contains(columns, "InvoiceDate")
				return date || number && strings.Contains(columns, "Total")
			})
	})
}

func attributeReal(t *testing.T, header []string, rows [][]string, locale string, keys []string, carriers map[string]string, told func(columns string) bool) {
	w := newWorld(t)
	scheme := carrying(schemeFor(header, rows, locale, keys...), carriers)
	for _, c := range scheme.Columns {
		t.Logf("%-20s %-14s key=%v identity=%v carrier=%s", c.Name, c.Kind, c.Key, c.Identity, c.Carrier)
	}
	recipients := names("r", 20)
	copies := w.make(issue{dataset: "data", scheme: scheme, rows: rows, recipients: recipients, canaries: 5})
	e := w.engine(Options{})
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 2))
	for k, name := range recipients {
		columns := len(header)
		keep := 1.0
		if k >= 2 {
			keep, columns = 0.5, (len(header)+1)/2
		}
		h, leak := mangled(r, header, copies[name], keep, columns, true)
		left := strings.Join(h, " ")
		yes := k%2 == 0
		if !yes {
			h = nil
		}
		got := w.match(e, csvOf([]rune{',', ';'}[k%2], h, leak), table.Options{Header: &yes})
		ok := got.Verdict == Attributed && got.Suspects[0].Recipient == name && !got.Suspects[1].Accused
		enough := got.MarksRead >= decisiveMarks || got.CanaryHits >= decisiveCanaries
		if wrong := got.Verdict == Attributed && !ok; wrong || !ok && enough && (told == nil || told(left)) {
			t.Errorf("%s (seed %d, columns %v): %s\n%v", name, seed, left, got.brief(), leak[0])
		} else if k < 4 {
			t.Logf("%s: %s", name, got.brief())
		}
	}
	original := w.match(e, csvOf(',', header, rows), table.Options{})
	if original.Verdict == Attributed || original.Verdict == None {
		t.Errorf("the original: %s", original.brief())
	}
}

// An untouched copy of one source takes about 33 marks among 20 recipients, and
// canaries with no contact in sight are worth little alone. What has less is
// not asked to be attributed, only never to be attributed wrongly.
const (
	decisiveMarks    = 40
	decisiveCanaries = 2
)

var ukCarriers = map[string]string{"company_name": "text", "address": "text"}

// carrying makes columns carriers.
func carrying(s fingerprint.Scheme, carriers map[string]string) fingerprint.Scheme {
	for i := range s.Columns {
		if spec, ok := carriers[s.Columns[i].Name]; ok {
			s.Columns[i].Carrier, s.Columns[i].Identity = spec, false
		}
	}
	return s
}

// Other people's versions of a table are at most ours, never attributed.
func TestSiblings(t *testing.T) {
	dir := material.Dir(t, "uk500_family")
	for _, base := range []struct{ file, key string }{{"univocity.csv", "email"}, {"markmbadham.csv", "email"}} {
		header, rows := readTable(t, filepath.Join(dir, base.file))
		w := newWorld(t)
		w.make(issue{dataset: "data", scheme: carrying(schemeFor(header, rows, "en-GB", base.key), ukCarriers), rows: rows, recipients: names("r", 20), canaries: 5, keep: []string{}})
		e := w.engine(Options{})
		files, _ := filepath.Glob(filepath.Join(dir, "*.csv"))
		for _, file := range files {
			f, err := table.Open(file, table.Options{})
			w.must(err)
			r, err := e.File(background, f, Seen{Name: file})
			f.Close()
			w.must(err)
			got, err := e.Decide(background, []*Reading{r})
			w.must(err)
			if got.Verdict == Attributed || got.Verdict == Shortlist {
				t.Errorf("%s against %s: %s", filepath.Base(file), base.file, got.brief())
			}
			t.Logf("%s against %s: %s %d rows of %d", filepath.Base(file), base.file, got.Verdict, got.RowsLinked, r.Inputs[0].Rows)
		}
	}
}

// Sixty marked cells of a numeric table name one of a thousand.
func TestSixtyCells(t *testing.T) {
	_, rows := readTable(t, filepath.Join(material.Dir(t, "fingerprint_lit"), "adult-train.csv"))
	header := []string{"id", "age", "workclass", "fnlwgt", "education", "education-num", "marital", "occupation", "relationship", "race", "sex",
		"gain", "loss", "hours", "country", "income"}
	for i := range rows {
		rows[i] = append([]string{fmt.Sprint(i + 1)}, rows[i]...)
	}
	scheme := schemeFor(header, rows, "", "id")
	for i := range scheme.Columns {
		c := &scheme.Columns[i]
		c.Identity, c.Carrier = false, "none"
		if c.Name == "age" || c.Name == "fnlwgt" || c.Name == "hours" {
			c.Carrier = "number:1"
		}
	}
	w := newWorld(t)
	recipients := names("r", 1000)
	name := "r0123"
	copies := w.make(issue{dataset: "adult", scheme: scheme, rows: rows, recipients: recipients, keep: []string{name}})
	e := w.engine(Options{})
	hits, trials := 0, 20
	for seed := range trials {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		h, leak := mangled(r, header, copies[name], 20.0/float64(len(rows))+1e-9, len(header), true)
		got := w.match(e, csvOf(',', h, leak), table.Options{})
		if got.Verdict == Attributed && got.Suspects[0].Recipient == name && !got.Suspects[1].Accused {
			hits++
		} else {
			t.Logf("seed %d: %s", seed, got.brief())
		}
		if got.MarksRead > 60 {
			t.Fatalf("%d marks read of 60", got.MarksRead)
		}
	}
	t.Logf("%d of %d leaks of 60 marked cells attributed", hits, trials)
	if hits < trials*9/10 {
		t.Errorf("attributed %d of %d", hits, trials)
	}
}

func readTable(t testing.TB, path string) ([]string, [][]string) {
	t.Helper()
	f, err := table.Open(path, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if err != nil && len(row.Cells) == 0 {
			return r.Schema().Columns, rows
		}
		if len(row.Cells) == len(r.Schema().Columns) {
			rows = append(rows, slices.Clone(row.Cells))
		}
	}
}

func chinookInvoices(t *testing.T) (header []string, rows [][]string) {
	f, err := table.Open(filepath.Join(material.Dir(t, "sql"), "Chinook_Sqlite.sql"), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		r, err := f.Next()
		if err != nil {
			return header, rows
		}
		if !strings.EqualFold(r.Schema().Name, "Invoice") {
			continue
		}
		for {
			row, err := r.Read()
			if err != nil {
				break
			}
			rows = append(rows, slices.Clone(row.Cells))
		}
		header = r.Schema().Columns
	}
}
