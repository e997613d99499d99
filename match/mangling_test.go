package match

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"telltale/fingerprint"
	"telltale/internal/attack"
	"telltale/internal/synthetic"
	"telltale/internal/table"
	"telltale/match/chain"
)

// mangling is what somebody does to a copy before it turns up.
type mangling struct {
	name    string
	attack  attack.Attack
	dialect attack.Dialect
	xlsx    bool // written as a workbook
	foreign bool // no row is ours
}

var onlyMangling = flag.String("mangling", "", "the only mangling to try")

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// customers are the people of the table, some with a comma in their address.
func customers(n int, seed uint64) synthetic.Table {
	t := synthetic.Customers(n, seed)
	for i, row := range t.Rows {
		if i%5 == 0 {
			row[5] += fmt.Sprintf(", Flat %d", 1+i%40)
		}
	}
	return t
}

func national(v string) string { return strings.ReplaceAll(v, " ", "") }
func e164(v string) string     { return "+44" + national(v)[1:] }
func noPlus(v string) string   { return e164(v)[1:] }

// manglings of customers: customer_id, first_name, last_name, email, phone,
// address, city, postcode, registered_at, balance.
func manglings(foreign attack.Table) []mangling {
	nobody := attack.Drop("customer_id", "email", "phone")
	letters := []string{"first_name", "last_name", "email", "address", "city", "postcode", "phone", "registered_at"}
	return []mangling{
		{name: "as issued", attack: attack.Shuffle()},
		{name: "columns renamed and reordered", attack: attack.Chain(attack.Reorder(), attack.Rename())},
		{name: "no header, half of the columns", attack: attack.Chain(attack.DropRandom(5), attack.DropHeader())},
		{name: "no ids and contacts", attack: nobody},
		{name: "address merged", attack: attack.Chain(nobody, attack.Join([]string{"address", "city", "postcode"}, ", ", " "))},
		{name: "names merged", attack: attack.Chain(nobody, attack.Join([]string{"first_name", "last_name"}, " "))},
		{name: "all merged but dates", attack: attack.Chain(attack.Drop("customer_id", "balance"), attack.Join([]string{"first_name", "last_name", "email", "phone", "address", "city", "postcode"}, " ", " | "))},
		{name: "combo email:phone:name", attack: attack.Combo(":", "email", "phone", "last_name")},
		{name: "combo name;phone", attack: attack.Combo(";", "last_name", "phone")},
		{name: "address split", attack: attack.Chain(nobody, attack.SplitColumn("address", " "))},
		{name: "phone split", attack: attack.Chain(attack.Keep("phone", "balance", "registered_at"), attack.SplitColumn("phone", " "))},
		{name: "quotes lost", attack: attack.Chain(attack.Drop("customer_id")), dialect: attack.Dialect{NoQuotes: true}},
		{name: "leading zeros eaten", attack: attack.Chain(attack.PhoneDigits("phone"), attack.EatZeros())},
		{name: "phones, digits only", attack: attack.Chain(attack.Keep("phone"), attack.PhoneDigits("phone"), attack.DropHeader())},
		{name: "phones, zeros eaten", attack: attack.Chain(attack.Keep("phone", "balance"), attack.PhoneDigits("phone"), attack.EatZeros("phone"))},
		{name: "phones with +44", attack: attack.Chain(attack.Keep("phone", "balance"), attack.CountryCode("+44", "phone"))},
		{name: "phones with 0044", attack: attack.Chain(attack.Keep("phone", "balance"), attack.CountryCode("0044", "phone"))},
		{name: "phones in groups", attack: attack.Chain(attack.Keep("phone", "balance"), attack.PhoneSpaces(3, "phone"))},
		{name: "phones in full width", attack: attack.Chain(attack.Keep("phone", "balance"), attack.FullWidth("phone"))},
		{name: "everything in full width", attack: attack.FullWidth()},
		{name: "letter e deleted, no ids and phones", attack: attack.Chain(attack.Drop("customer_id", "phone"), attack.Without("e", letters...))},
		{name: "letter n deleted, no ids and contacts", attack: attack.Chain(nobody, attack.Without("n", letters...))},
		{name: "letter e deleted, e-mails alone", attack: attack.Chain(attack.Keep("email"), attack.Without("e"))},
		{name: "a slip in 30% of the cells, no ids and contacts", attack: attack.Chain(nobody, attack.Edit(0.3, "first_name", "last_name", "address", "city", "postcode"))},
		{name: "rows twice", attack: attack.Duplicate(1)},
		{name: "as many foreign rows", attack: attack.Chain(attack.Drop("customer_id"), attack.Mix(foreign, 1))},
		{name: "as many foreign rows, no ids and contacts", attack: attack.Chain(nobody, attack.Mix(foreign, 1))},
		{name: "as many foreign rows, ids and balances alone", attack: attack.Chain(attack.Keep("customer_id", "balance"), attack.Mix(foreign, 1))},
		{name: "re-quoted", dialect: attack.Dialect{QuoteAll: true, Delimiter: ';', LineEnd: "\r\n"}},
		{name: "CR alone, utf-16", dialect: attack.Dialect{LineEnd: "\r", Encoding: "utf-16le"}},
		{name: "a workbook named .csv", xlsx: true},
		{name: "md5 of e-mails", attack: attack.Chain(attack.Keep("email", "balance"), attack.Hashed("md5", "hex", nil, "email"))},
		{name: "sha1 of e-mails, base64", attack: attack.Chain(attack.Keep("email", "balance"), attack.Hashed("sha1", "base64", nil, "email"))},
		{name: "sha256 of e-mails, capitals", attack: attack.Chain(attack.Keep("email", "balance"), attack.Hashed("sha256", "HEX", nil, "email"))},
		{name: "md5 of +44 phones, capitals", attack: attack.Chain(attack.Keep("phone", "balance"), attack.Hashed("md5", "HEX", e164, "phone"))},
		{name: "sha1 of 44 phones", attack: attack.Chain(attack.Keep("phone", "balance"), attack.Hashed("sha1", "hex", noPlus, "phone"))},
		{name: "sha256 of national phones, base64, alone", attack: attack.Chain(attack.Keep("phone"), attack.Hashed("sha256", "base64", national, "phone"), attack.DropHeader())},
		{name: "combo md5:name", attack: attack.Chain(attack.Hashed("md5", "hex", nil, "email"), attack.Combo(":", "email", "first_name"))},
		{name: "another table of the same kind", attack: only(foreign), foreign: true},
		{name: "another table, no ids and contacts", attack: attack.Chain(only(foreign), nobody), foreign: true},
		{name: "another table, ids alone", attack: attack.Chain(only(foreign), attack.Keep("customer_id", "city")), foreign: true},
	}
}

// strangers are customers of nobody here: their e-mail addresses are their own.
// (Made-up people of one name have one address, and a row with the address of
// one of ours is rightly linked.)
func strangers(n int, ours ...synthetic.Table) synthetic.Table {
	known := map[string]bool{}
	for _, t := range ours {
		for _, row := range t.Rows {
			known[row[3]] = true
		}
	}
	t := customers(n, 123)
	t.Rows = slices.DeleteFunc(t.Rows, func(row []string) bool { return known[row[3]] })
	return t
}

// only puts a foreign table in the place of a copy.
func only(foreign attack.Table) attack.Attack {
	return attack.Attack{Name: "foreign", Run: func(attack.Table, *rand.Rand) attack.Table {
		out := foreign
		out.Origin = make([]int, len(foreign.Rows))
		for i := range out.Origin {
			out.Origin[i] = attack.Foreign
		}
		return out
	}}
}

// TestMangling compares the share of rows linked, wrong links and the verdict
// for every mangling of one of twenty copies with the golden table. No link is
// wrong in more than one of two hundred, and nobody else is ever accused.
func TestMangling(t *testing.T) {
	const seed = 11
	w := newWorld(t)
	base := customers(600, seed)
	scheme := schemeFor(base.Header, base.Rows, "en-GB", "customer_id")
	copies := w.make(issue{dataset: "customers", scheme: scheme, rows: base.Rows, recipients: names("r", 20), canaries: 3, keep: []string{"r0003"}})
	other := customers(600, 99) // in the same registry, with the same range of ids
	w.make(issue{dataset: "others", scheme: scheme, rows: other.Rows, recipients: names("s", 5), keep: []string{}})
	stranger := strangers(600, base, other)
	e := w.engine(Options{})
	truth, err := fingerprint.New(scheme, "customers", w.master)
	w.must(err)
	leak := attack.New(base.Header, copies["r0003"])
	var out strings.Builder
	fmt.Fprintf(&out, "# mangling of one of 20 copies of %d rows (seed %d): rows of ours linked, wrong links among all, verdict, ways\n", len(base.Rows), seed)
	for i, m := range manglings(attack.New(stranger.Header, stranger.Rows)) {
		if *onlyMangling != "" && *onlyMangling != m.name {
			continue
		}
		if m.attack.Run == nil {
			m.attack = attack.Shuffle()
		}
		got := m.attack.Run(leak, rand.New(rand.NewPCG(seed, uint64(i))))
		file := filepath.Join(t.TempDir(), "leak.csv")
		w.must(os.WriteFile(file, m.bytes(t, got), 0o600))
		tally, r := w.linkRows(e, file, got, truth, leak)
		result, err := e.Decide(background, []*Reading{r})
		w.must(err)
		fmt.Fprintf(&out, "%-50s %s  %-10s %s\n", m.name, tally, result.Verdict, wayNames(result))
		if tally.wrong*200 > tally.right+tally.wrong {
			t.Errorf("%s: %s links\n%s", m.name, tally, result.brief())
		}
		for _, s := range result.Suspects {
			if s.Accused && (m.foreign || s.Recipient != "r0003") {
				t.Errorf("%s: %s is accused", m.name, s.Recipient)
			}
		}
	}
	compareGolden(t, "mangling.golden", out.String())
}

func wayNames(r Result) string {
	var names []string
	for _, w := range r.Ways {
		names = append(names, w.Way)
	}
	return strings.Join(names, " ")
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed (go test ./match -run %s -update writes it anew):\n%s", path, t.Name(), got)
	}
}

// bytes is the file that a leak is.
func (m mangling) bytes(t *testing.T, leak attack.Table) []byte {
	t.Helper()
	var b bytes.Buffer
	if m.xlsx {
		w, err := table.NewWriter(&b, table.Schema{Format: table.XLSX, Columns: leak.Header, Header: true, RawHeader: leak.Header})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range leak.Rows {
			if err := w.Write(table.Row{Cells: row}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if err := leak.Write(&b, m.dialect); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// linkTally counts the links of a leak's rows.
type linkTally struct{ ours, right, wrong int }

func (l linkTally) String() string {
	return fmt.Sprintf("%5.1f%% of %4d, %d wrong", 100*float64(l.right)/float64(max(1, l.ours)), l.ours, l.wrong)
}

// linkRows reads a file as Engine.File does, and compares each link with where
// the row came from.
func (w *world) linkRows(e *Engine, file string, leak attack.Table, truth *fingerprint.Marker, from attack.Table) (l linkTally, r *Reading) {
	w.t.Helper()
	f, err := table.Open(file, table.Options{})
	w.must(err)
	defer f.Close()
	r = newReading(Seen{})
	sketcher := chain.NewSketcher(w.master.Derive("sketch").Hasher())
	at := 0
	for {
		table1, err := f.Next()
		if errors.Is(err, io.EOF) {
			return l, r
		}
		w.must(err)
		run := e.newTableRun(r, sketcher, table1.Schema())
		if leak.Header != nil && !table1.Schema().Header {
			at-- // the header was taken for a row
		}
		for end := error(nil); end == nil; {
			var rows window
			rows, end = readWindow(table1)
			if run.due() {
				w.must(run.recognise(rows.rows))
			}
			run.windows++
			worker := run.newWorker()
			for _, raw := range rows.rows {
				x := worker.row(raw)
				run.collect(x)
				w.judge(&l, x, at, leak, truth, from)
				at++
			}
		}
	}
}

func (w *world) judge(l *linkTally, x rowResult, at int, leak attack.Table, truth *fingerprint.Marker, from attack.Table) {
	var key fingerprint.RowKey
	ours := at >= 0 && at < len(leak.Origin) && leak.Origin[at] != attack.Foreign
	if ours {
		var err error
		key, err = truth.RowKey(from.Rows[leak.Origin[at]])
		w.must(err)
		l.ours++
	}
	switch {
	case x.target == nil:
	case ours && x.target.dataset.name == "customers" && x.target.snapshot.linker.Key(x.link.Row) == key:
		l.right++
	default:
		l.wrong++
	}
}
