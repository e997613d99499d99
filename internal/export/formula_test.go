package export

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"telltale/canary"
	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/internal/survey"
	"telltale/internal/synthetic"
	"telltale/internal/table"
	"telltale/match/link"
)

// formulaStarts are what makes a spreadsheet take a cell for a formula.
const formulaStarts = "=+-@\t\r"

const (
	emailColumn = 3
	phoneColumn = 4
	noteColumn  = 10
)

func startsFormula(cell string) bool {
	return cell != "" && strings.IndexByte(formulaStarts, cell[0]) >= 0
}

// customers are n customers of whom some have a note that begins as a formula.
func customers(r *rand.Rand, n int, hostile float64) synthetic.Table {
	t := synthetic.Customers(n, r.Uint64())
	t.Header = append(t.Header, "note")
	pieces := []string{"1+1", "cmd|' /C calc'!A0", "SUM(A1:A9)", "HYPERLINK(\"http://x.example\",\"y\")", "é", "=", " ", "\t", ",", "'", "0044", "\"\""}
	for i := range t.Rows {
		note := "said " + pieces[r.IntN(len(pieces))] + fmt.Sprint(r.IntN(1e6))
		if r.Float64() < hostile {
			note = formulaStarts[r.IntN(len(formulaStarts)):][:1] + pieces[r.IntN(len(pieces))] + fmt.Sprint(r.IntN(1e6))
		}
		t.Rows[i] = append(t.Rows[i], note)
	}
	return t
}

// schemas are one of each kind of file that can be written.
func schemas(columns []string) map[string]table.Schema {
	quoted := make([]bool, len(columns))
	for i := range quoted {
		quoted[i] = true
	}
	out := map[string]table.Schema{
		"csv":   {Format: table.CSV, Delimiter: ',', Quote: '"', LineEnd: "\n"},
		"tsv":   {Format: table.CSV, Delimiter: '\t', Quote: '"', LineEnd: "\r\n"},
		"jsonl": {Format: table.JSONL, Quote: '"', LineEnd: "\n", QuotedColumns: quoted, Padded: true},
		"json":  {Format: table.JSON, Quote: '"', LineEnd: "\n", QuotedColumns: quoted},
		"xlsx":  {Format: table.XLSX, QuotedColumns: quoted},
	}
	for name, s := range out {
		s.Columns, s.RawHeader, s.Header, s.Encoding = columns, columns, true, "utf-8"
		if s.Format == table.CSV {
			s.Head = strings.Join(columns, string(s.Delimiter)) + s.LineEnd
		}
		out[name] = s
	}
	return out
}

func render(t *testing.T, s table.Schema, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, s, 1<<10)
	for _, cells := range rows {
		if err == nil {
			err = w.Write(table.Row{Cells: cells})
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(t *testing.T, s table.Schema, data []byte) table.Reader {
	t.Helper()
	header := true
	f, err := table.NewFile("test", bytes.NewReader(data), table.Options{Format: s.Format, Delimiter: s.Delimiter, Header: &header})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func cellsOf(t *testing.T, r table.Reader) (out [][]string) {
	t.Helper()
	for {
		row, err := r.Read()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row.Cells)
	}
}

// exported is a copy of data with marks, canaries and aliases, and without.
func exported(t *testing.T, s table.Schema, data []byte, master key.Secret, everything bool) []byte {
	t.Helper()
	known, err := survey.Read(background, parse(t, s, data), survey.Choices{Key: []string{"customer_id"}})
	if err != nil {
		t.Fatal(err)
	}
	marker, err := fingerprint.New(known.Scheme(), "d", master)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r := parse(t, s, data)
	w, err := NewWriter(&out, r.Schema(), 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	spec := link.Spec{Columns: known.Scheme().Columns, Locale: known.Locale}
	p := Plan{Marker: marker, Indexer: link.NewIndexer(spec, "d", master), Builder: link.NewBuilder(spec, func(link.Chunk) error { return nil })}
	c := Copy{Word: marker.Word("acme"), Withholding: fingerprint.NewWithholding("d", "acme", master), Out: w}
	if everything {
		p.Threshold = fingerprint.Threshold(0.7)
		minted, err := known.Profile.Mint(master.Derive("canary"), 40, canary.Contacts{Domains: []string{"letterbox.example"}})
		if err != nil {
			t.Fatal(err)
		}
		c.Canaries, c.Aliases = canary.NewPlanter(known.Profile, minted, -1), aliases(master, known.Locale)
	}
	p.Copies = []Copy{c}
	result, err := Run(background, "test", r, p)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if n := result.Counts[0]; everything && (n.Changed == 0 || n.Canaries != 40) {
		t.Fatalf("the copy has %d changed cells and %d canaries", n.Changed, n.Canaries)
	}
	return out.Bytes()
}

func aliases(master key.Secret, locale string) []Alias {
	issuer := alias.NewIssuer("d", "acme", master)
	return []Alias{
		{Column: emailColumn, Of: func(cell string) (string, bool) { return issuer.Address(cell, "letterbox.example") }},
		{Column: phoneColumn, Of: func(cell string) (string, bool) { return canary.Dial("+447700900123", cell, locale), true }},
	}
}

// A cell that a spreadsheet takes for a formula leaves as it came, in every
// kind of file: a copy without marks is the source, byte for byte.
func TestFormulasAreCarriedThrough(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	source := customers(rand.New(rand.NewPCG(seed, 1)), 300, 0.5)
	for name, s := range schemas(source.Header) {
		data := render(t, s, source.Rows)
		want := cellsOf(t, parse(t, s, data))
		checkNotes(t, name+", source", source.Rows, want)
		plain := exported(t, s, data, key.Secret{byte(seed)}, false)
		if s.Format != table.XLSX && !bytes.Equal(plain, data) {
			t.Errorf("%s: a copy without marks differs from the source", name)
		}
		checkNotes(t, name+", plain", want, cellsOf(t, parse(t, s, plain)))
		full := exported(t, s, data, key.Secret{byte(seed)}, true)
		checkNotes(t, name+", everything", want, cellsOf(t, parse(t, s, full)))
		if s.Format == table.XLSX {
			checkNoFormulas(t, full)
		}
	}
}

// checkNotes asks that every row of the source has the same note in a copy.
func checkNotes(t *testing.T, name string, source, copied [][]string) {
	t.Helper()
	notes := map[string]string{}
	for _, row := range copied {
		notes[row[0]] = row[noteColumn]
	}
	for _, row := range source {
		if got, ok := notes[row[0]]; !ok || got != row[noteColumn] {
			t.Fatalf("%s: note %q became %q", name, row[noteColumn], got)
		}
	}
}

// checkNoFormulas asks that no cell of a workbook is a formula.
func checkNoFormulas(t *testing.T, book []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("<f>")) || bytes.Contains(text, []byte("<f ")) {
			t.Errorf("%s holds a formula", part.Name)
		}
	}
}

// Marks, canaries and aliases begin as a formula only in columns whose own
// cells do.
func TestNoFormulasAreMade(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	for _, hostile := range []float64{0, 0.3} {
		for round := range 2 {
			source := customers(r, 300, hostile)
			own := make([]bool, len(source.Header))
			for _, row := range source.Rows {
				for i, cell := range row {
					own[i] = own[i] || startsFormula(cell)
				}
			}
			s := schemas(source.Header)["csv"]
			copied := exported(t, s, render(t, s, source.Rows), key.Secret{byte(seed), byte(round)}, true)
			for _, row := range cellsOf(t, parse(t, s, copied)) {
				for i, cell := range row {
					if startsFormula(cell) && !own[i] {
						t.Errorf("column %s: the copy has %q", source.Header[i], cell)
					}
				}
			}
		}
	}
}
