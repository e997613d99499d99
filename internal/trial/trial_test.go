package trial

import (
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"telltale/internal/table"
	"testing"

	"telltale/canary"
	"telltale/internal/attack"
	"telltale/internal/key"
	"telltale/internal/survey"
	"telltale/internal/synthetic"
	"telltale/store"
	"telltale/store/sqlite"
	"telltale/store/storetest"
)

var background = context.Background()

// secret marks the tables of the tests and nothing else.
var secret = key.Secret{1, 2, 3}

func registry(t testing.TB) store.Store {
	t.Helper()
	st, err := sqlite.Create(background, filepath.Join(t.TempDir(), "registry.db"), storetest.Signer{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func surveyed(t testing.TB, dataset string, header []string, rows [][]string, c survey.Choices) Source {
	t.Helper()
	s, err := Survey(background, dataset, header, rows, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func customers(t testing.TB, n int) Source {
	c := synthetic.Customers(n, 1)
	return surveyed(t, "customers", c.Header, c.Rows, survey.Choices{Key: []string{"customer_id"}})
}

func issue(t testing.TB, s Source, p Policy) *World {
	t.Helper()
	w, err := Issue(background, registry(t), secret, s, p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func needs(t testing.TB, w *World, list []Scenario, e Effort) []Need {
	t.Helper()
	n, err := w.Needs(background, list, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var pool = canary.Contacts{Domains: []string{"letterbox.example", "post-office.example"}}

// A leak of a few rows names its copy; more copies take more rows; rows
// without marks take canaries; and the same seed gives the same numbers.
func TestNeeds(t *testing.T) {
	const seed = 5
	t.Logf("seed %d; a leak of these sizes is missed with a probability far below 1e-6", seed)
	w := issue(t, customers(t, 1000), Policy{Recipients: 50, Canaries: 20, Pool: pool})
	list := []Scenario{
		{Name: "one", Copies: 1},
		{Name: "three", Copies: 3, Mix: attack.Interleave()},
		{Name: "bare", Copies: 1, After: attack.Keep("customer_id", "given_name", "family_name")},
		{Name: "bare with canaries", Copies: 1, Canaries: true, After: attack.Keep("given_name", "family_name", "email")},
	}
	got := needs(t, w, list, Effort{Leaks: 4, Seed: seed})
	for i, want := range []struct{ reached, most int }{{4, 40}, {4, 250}, {0, 0}, {4, 900}} {
		n := got[i]
		if len(n.First.Rows) != want.reached || want.reached > 0 && n.First.Rows[want.reached-1] > want.most {
			t.Errorf("%s: %v rows, want %d of 4 leaks within %d", n.Scenario.Name, n.First.Rows, want.reached, want.most)
		}
		if n.Wrong != 0 {
			t.Errorf("%s: %d of %d decisions accuse somebody else", n.Scenario.Name, n.Wrong, n.Judged)
		}
	}
	one, _, _ := got[0].First.Median(4)
	if three, _, _ := got[1].First.Median(4); three <= one {
		t.Errorf("three copies need %d rows, one %d", three, one)
	}
	if all, ok := got[1].All.Rows9(4); !ok || all < got[1].First.Rows[0] {
		t.Errorf("all three: %d %v", all, ok)
	}
	for i, again := range needs(t, w, list, Effort{Leaks: 4, Seed: seed}) {
		if !reflect.DeepEqual(again.First, got[i].First) || !reflect.DeepEqual(again.All, got[i].All) || again.Judged != got[i].Judged {
			t.Errorf("%s: the same seed gives other numbers", again.Scenario.Name)
		}
	}
}

// The search finds what trying every size finds.
func TestFindAgainstEverySize(t *testing.T) {
	w := issue(t, customers(t, 300), Policy{Recipients: 20})
	for k := range 3 {
		s := Scenario{Name: "one", Copies: 1}
		n := Need{}
		c := &climb{w: w, s: s, sources: []int{k}, leak: s.leak([]attack.Table{w.Copy(k)}, generator(1, uint64(k))), seen: map[int]Outcome{}, need: &n}
		want := -1
		for i := ladderOf(300) + 1; i >= 0; i-- {
			o, err := c.at(background, i)
			if err != nil {
				t.Fatal(err)
			}
			if o.Named < 1 {
				break
			}
			want = o.Rows
		}
		for _, start := range []int{0, 5, ladderOf(300) + 1} {
			var r Reach
			if _, err := c.find(background, start, &r, 1); err != nil || len(r.Rows) != 1 || r.Rows[0] != want {
				t.Errorf("copy %d from rung %d: %v %v, want %d", k, start, r.Rows, err, want)
			}
		}
	}
}

// More recipients than are recorded need as much evidence as if they were.
func TestThresholdForMoreRecipients(t *testing.T) {
	s := customers(t, 300)
	few := needs(t, issue(t, s, Policy{Recipients: 200}), []Scenario{{Name: "one", Copies: 1}}, Effort{Leaks: 10, Seed: 3})[0]
	many := needs(t, issue(t, s, Policy{Recipients: 200_000_000}), []Scenario{{Name: "one", Copies: 1}}, Effort{Leaks: 10, Seed: 3})[0]
	_, a, _ := few.First.Median(10)
	_, b, _ := many.First.Median(10)
	if d := float64(b - a); d < 12 || d > 45 { // 20 bits more, at 0.6 to 1.6 marks a bit
		t.Errorf("%d marks among 200 recipients, %d among 200 million: 20 bits lie between them", a, b)
	}
}

func TestChange(t *testing.T) {
	w := issue(t, customers(t, 500), Policy{Recipients: 10, Canaries: 10, Withhold: 0.02, Pool: pool})
	c := w.Change()
	changed := 0.0
	for i := range c.Copies {
		changed += float64(w.Issued()[i].Changed) / float64(c.Copies)
	}
	if want := changed / 500 / float64(len(w.source.Header)); c.Cells <= 0 || math.Abs(c.Cells-want) > 1e-9 {
		t.Errorf("%.6f of the cells differ, the export changed %.6f", c.Cells, want)
	}
	if math.Abs(c.Fabricated-0.02) > 1e-9 || c.Withheld <= 0 || c.Withheld > 0.06 {
		t.Errorf("fabricated %g, withheld %g", c.Fabricated, c.Withheld)
	}
	for _, col := range c.Columns {
		// Twenty rows of five hundred come or go, withheld or fabricated: the
		// mean of a column whose deviation is its mean moves by 0.009 of it, one
		// standard error; four of them are a false alarm in 16,000.
		if col.Numeric && (col.Mean > 0.036 || col.Deviation > 0.036 || col.Quantile > 0.1) {
			t.Errorf("%+v: the marks show in the distribution", col)
		}
	}
	if len(c.Columns) < 3 {
		t.Errorf("columns %+v", c.Columns)
	}
}

// What was done to a table is reported as it is.
func TestChangeSees(t *testing.T) {
	w := issue(t, customers(t, 400), Policy{Recipients: 3})
	at := w.Original().Column("balance")
	w.copies[0] = attack.New(w.source.Header, make([][]string, 400))
	for i := range w.copies[0].Rows {
		row := append([]string{}, w.source.Rows[i]...)
		row[at] = "7.00"
		if i%2 == 0 {
			row[at] = "900.00"
		}
		w.copies[0].Rows[i] = row
	}
	for _, col := range w.Change().Columns {
		if col.Column == "balance" && (col.Cells < 0.95 || col.Deviation < 0.2) {
			t.Errorf("%+v", col)
		}
	}
}

// Contacts that do not reach for all recipients are told, not passed over.
func TestPoolTooSmall(t *testing.T) {
	s := customers(t, 200)
	_, err := Issue(background, registry(t), secret, s, Policy{Recipients: 100, Canaries: 10, Pool: canary.Contacts{Phones: make([]string, 10)}})
	if err == nil {
		t.Error("ten numbers served a hundred recipients")
	}
}

// readAll reads a table with the program's own reader, its header first.
func readAll(t testing.TB, path string, from io.Reader) [][]string {
	t.Helper()
	f, err := table.NewFile(path, from, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{reader.Schema().Columns}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		rows = append(rows, row.Cells)
	}
}
