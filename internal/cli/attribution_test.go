package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"telltale/internal/attack"
	"telltale/internal/material"
	"telltale/internal/table"
	"telltale/match"
)

// realTable is a table of the test material with the flags that its owner
// would give; everything else is suggested from the file.
type realTable struct {
	name, folder, file string
	flags              []string
}

var realTables = []realTable{
	{"univocity", "uk500_family", "univocity.csv", nil},
	{"markmbadham", "uk500_family", "markmbadham.csv", nil},
	{"febrl", "febrl", "dataset1.csv", nil},
	{"invoices", "sql", "Chinook_Sqlite.sql", []string{"--key", "InvoiceId"}},
}

// load reads one table of a file by the program's own reader.
func load(t *testing.T, path, name string) attack.Table {
	t.Helper()
	f, err := table.Open(path, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		r, err := f.Next()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if name != "" && r.Schema().Name != name {
			continue
		}
		var rows [][]string
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				return attack.New(r.Schema().Columns, rows)
			}
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			rows = append(rows, row.Cells)
		}
	}
}

func csvBytes(t *testing.T, header []string, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if header != nil {
		if err := w.Write(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRealTablesEndToEnd issues real tables to twenty recipients and leaks
// every other copy, mangled in five ways, and the original as it is. False
// alarms: an accusation of anybody else has a probability below 1e-6 a leak. The
// keys are new in every run, and of a file without marks one in 20 at most may
// have a shortlist, which names nobody (internal/trial counts them).
func TestRealTablesEndToEnd(t *testing.T) {
	for _, real := range realTables {
		t.Run(real.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(material.Dir(t, real.folder), real.file)
			s := newShell(t)
			if filepath.Ext(path) == ".sql" {
				invoices := load(t, path, "Invoice")
				path = s.write("invoices.csv", csvBytes(t, invoices.Header, invoices.Rows))
			}
			names := s.issue(path, real.flags, 20)
			leakAll(t, s, names)
			original := s.match(path)
			if original.Verdict != match.Ours && original.Verdict != match.Shortlist || accused(original) != "" {
				t.Errorf("the unmarked original: %s, accused %q", original.Verdict, accused(original))
			}
		})
	}
}

// issue registers a table and n recipients and exports to all.
func (s *shell) issue(path string, flags []string, n int) []string {
	s.t.Helper()
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("party-%02d", i))
	}
	s.ok(append([]string{"recipient", "add"}, names...)...)
	s.ok("pool", "add", "domain", "letterbox.example")
	var phones bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&phones, "07700 900%03d\n", i)
	}
	s.ok("pool", "add", "phones", s.write("phones.txt", phones.Bytes()), "--locale", "en-GB")
	s.ok(append([]string{"dataset", "add", "data", path}, flags...)...)
	s.ok("export", path, "--dataset", "data", "--to-all", "--out", s.path("copies"))
	return names
}

func leakAll(t *testing.T, s *shell, names []string) {
	const seed = 20260501
	r := rand.New(rand.NewPCG(seed, 1))
	copies, err := filepath.Glob(s.path("copies/*"))
	if err != nil || len(copies) != len(names) {
		t.Fatalf("%d copies (%v), want %d", len(copies), err, len(names))
	}
	for i, path := range copies {
		if i%2 == 1 {
			continue // ten leaks show each of the attacks twice
		}
		leak := load(t, path, "")
		columns := len(leak.Header)
		half := attack.Chain(attack.Sample(0.5), attack.Shuffle(), attack.DropRandom(columns/2))
		attacks := []struct {
			how     attack.Attack
			dialect attack.Dialect
		}{
			{attack.Shuffle(), attack.Dialect{}},
			{half, attack.Dialect{}},
			{attack.Chain(half, attack.DropHeader()), attack.Dialect{Delimiter: ';'}},
			{attack.Chain(attack.Shuffle(), attack.Rename()), attack.Dialect{Encoding: "utf-16le"}},
			{attack.Chain(half, attack.Reorder()), attack.Dialect{Encoding: "windows-1252", Delimiter: ';'}},
		}
		a := attacks[i%len(attacks)]
		leaked := a.how.Run(leak, r)
		var b bytes.Buffer
		if err := leaked.Write(&b, a.dialect); err != nil {
			t.Fatal(err)
		}
		got := s.match(s.write(fmt.Sprintf("leak-%02d.txt", i), b.Bytes()))
		if !telling(leaked.Names) && accused(got) == "" {
			t.Logf("copy of %s, columns %v: %s, which is all that they can tell", names[i], leaked.Names, got.Verdict)
			continue
		}
		if got.Verdict != match.Attributed || accused(got) != names[i] {
			t.Errorf("seed %d, copy of %s, %s, %+v, columns %v: %s, accused %q, %d rows linked, %d marks, %d canaries, first %+v",
				seed, names[i], a.how.Name, a.dialect, leaked.Names, got.Verdict, accused(got), got.RowsLinked, got.MarksRead, got.CanaryHits, got.Suspects[:min(1, len(got.Suspects))])
		}
	}
}

// telling reports whether a leak kept a column that carries marks, or a contact
// or official number by which canaries are known. What is left of an invoice
// without its address, or of a person without either, is much the same in every
// copy: two hundred dates in order carry about as many marks as decide.
func telling(columns []string) bool {
	for _, name := range columns {
		switch name {
		case "company_name", "address", "phone1", "phone2", "email", "address_1", "soc_sec_id", "BillingAddress":
			return true
		}
	}
	return false
}

// TestSiblingsEndToEnd: other people's versions of a marked table are never
// attributed to anybody.
func TestSiblingsEndToEnd(t *testing.T) {
	dir := material.Dir(t, "uk500_family")
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	s.issue(filepath.Join(dir, "kiennguyenquoc_data-orginal.csv"), nil, 20)
	for _, file := range files {
		out, errs, code := s.run("match", "--json", file)
		if code != 0 && code != exitIncomplete {
			t.Errorf("%s: exit %d: %s", filepath.Base(file), code, errs)
		}
		if bytes.Contains([]byte(out), []byte(`"accused": true`)) || bytes.Contains([]byte(out), []byte(`"verdict": "attributed"`)) {
			t.Errorf("%s was attributed:\n%s", filepath.Base(file), out)
		}
	}
}
