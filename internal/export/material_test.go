package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/internal/material"
	"telltale/internal/survey"
	"telltale/internal/table"
	"telltale/match/link"
)

const (
	materialRows     = 250 // of larger tables the first so many are exported
	materialCanaries = 12
	fewestRows       = 60 // of smaller ones hardly anything can be learned
	fewestTables     = 80
	fewestValues     = 50 // below which a column may have none twice by chance
	wideTable        = 12 // columns; wider tables are learned once for both copies
)

// noTable are the parts of the material that are left out: they are about it, or
// kept shut on purpose. What table.Open refuses is named in the log, with its
// reason: prose, mails, and files that are ragged on purpose.
var noTable = regexp.MustCompile(`README|LICENSE|manifest\.json|^sealed`)

// TestMaterial exports every table of the test material twice and asks that the
// copies are the same, and that canaries keep what the table keeps: check
// digits, columns that follow from others, order, and values that occur once.
// Tables without a key get their rows numbered.
func TestMaterial(t *testing.T) {
	root := material.Dir(t, "")
	tested := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		if err != nil || d.IsDir() || noTable.MatchString(name) {
			return err
		}
		tables, err := firstRows(path)
		if err != nil {
			t.Logf("left out from here on: %s: %v", name, err)
		}
		for _, m := range tables {
			if len(m.rows) < fewestRows {
				t.Logf("left out: %s %s: %d rows", name, m.name, len(m.rows))
				continue
			}
			tested++
			t.Run(name+"/"+m.name, m.check)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if t.Logf("%d tables", tested); tested < fewestTables {
		t.Errorf("only %d tables, want %d", tested, fewestTables)
	}
}

// materialTable is a table of the material, or the first rows of it.
type materialTable struct {
	name   string
	header []string
	rows   [][]string
}

// firstRows reads the tables of a file.
func firstRows(path string) (out []materialTable, err error) {
	f, err := table.Open(path, table.Options{})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for {
		r, err := f.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		m := materialTable{name: r.Schema().Name, header: r.Schema().Columns}
		for len(m.rows) < materialRows {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return out, err
			}
			m.rows = append(m.rows, append([]string(nil), row.Cells...))
		}
		out = append(out, m)
	}
}

// text is the table as CSV.
func (m materialTable) text() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(m.header)
	_ = w.WriteAll(m.rows)
	return b.String()
}

func (m materialTable) check(t *testing.T) {
	s := m.survey(t)
	if !slices.ContainsFunc(s.Columns, func(c survey.Column) bool { return c.Key }) {
		m = m.numbered()
		s = m.survey(t, "row number")
	}
	first, planted := m.export(t, s)
	twin := s
	if len(m.header) <= wideTable {
		twin = m.survey(t, keysOf(s)...)
	}
	second, again := m.export(t, twin)
	if !bytes.Equal(first, second) || !reflect.DeepEqual(planted, again) {
		t.Error("the same export gives another copy")
	}
	copied, err := csv.NewReader(bytes.NewReader(first)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	copied = copied[1:]
	if want := len(m.rows) + len(planted); len(copied) != want {
		t.Errorf("%d rows, want %d", len(copied), want)
	}
	for i, c := range s.Columns {
		m.checkDigits(t, i, planted)
		m.checkOrder(t, i, copied)
		m.checkUnique(t, i, c, planted)
		for j := range s.Columns {
			m.checkFollows(t, i, j, planted)
		}
	}
}

// numbered is the table with a column that numbers its rows.
func (m materialTable) numbered() materialTable {
	out := materialTable{header: append([]string{"row number"}, m.header...)}
	for i, r := range m.rows {
		out.rows = append(out.rows, append([]string{strconv.Itoa(i + 1)}, r...))
	}
	return out
}

func (m materialTable) survey(t *testing.T, key ...string) *survey.Survey {
	t.Helper()
	s, err := survey.Read(background, open(t, m.text()), survey.Choices{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keysOf(s *survey.Survey) (out []string) {
	for _, c := range s.Columns {
		if c.Key {
			out = append(out, c.Name)
		}
	}
	return out
}

// export makes a copy and returns it with its canaries.
func (m materialTable) export(t *testing.T, s *survey.Survey) ([]byte, [][]string) {
	t.Helper()
	master := key.Secret{9}
	marker, err := fingerprint.New(s.Scheme(), "d", master)
	if err != nil {
		t.Fatal(err)
	}
	phones := make([]string, 2*materialCanaries)
	for i := range phones {
		phones[i] = fmt.Sprintf("1702100%04d", i*7)
	}
	minted, err := s.Profile.Mint(master.Derive("canary"), materialCanaries, canary.Contacts{Domains: []string{"letterbox.example"}, Phones: phones})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r := open(t, m.text())
	w, err := NewWriter(&out, r.Schema(), 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	planter := canary.NewPlanter(s.Profile, minted, int64(len(m.rows)))
	spec := link.Spec{Columns: s.Scheme().Columns, Locale: s.Locale}
	_, err = Run(background, "material", r, Plan{Marker: marker, Indexer: link.NewIndexer(spec, "d", master),
		Builder: link.NewBuilder(spec, func(link.Chunk) error { return nil }), Threshold: fingerprint.Threshold(s.Density),
		Copies: []Copy{{Word: marker.Word("a"), Withholding: fingerprint.NewWithholding("d", "a", master), Canaries: planter, Out: w}}})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var planted [][]string
	for i := range minted {
		c, ok := planter.Planted(i)
		if !ok {
			t.Fatalf("canary %d is not planted", i)
		}
		planted = append(planted, c.Cells)
	}
	return out.Bytes(), planted
}

func (m materialTable) column(i int) (out []string) {
	for _, r := range m.rows {
		if v := at(r, i); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func at(row []string, i int) string {
	if i >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[i])
}

// checkDigits: if all values of a column have a right check digit, so have
// canaries'.
func (m materialTable) checkDigits(t *testing.T, i int, planted [][]string) {
	check, ok := identity.DetectCheck(m.column(i))
	if !ok {
		return
	}
	for _, v := range m.column(i) {
		if !check.Valid(v) {
			return
		}
	}
	for _, c := range planted {
		if v := at(c, i); v != "" && !check.Valid(v) {
			t.Errorf("column %s: canary's %q has a wrong check digit (%s)", m.header[i], v, check)
		}
	}
}

// checkOrder: a column of numbers in order is in order in the copy.
func (m materialTable) checkOrder(t *testing.T, i int, copied [][]string) {
	if way := inOrder(m.rows, i); way != 0 && inOrder(copied, i) != way {
		t.Errorf("column %s: order %d became %d", m.header[i], way, inOrder(copied, i))
	}
}

// inOrder is 1 or -1 for a column of numbers that rises or falls and takes ten
// values at least, else 0.
func inOrder(rows [][]string, i int) int {
	prev, steps, up, down := math.NaN(), 0, true, true
	for _, r := range rows {
		if at(r, i) == "" {
			continue
		}
		x, err := strconv.ParseFloat(at(r, i), 64)
		if err != nil {
			return 0
		}
		up, down = up && !(x < prev), down && !(x > prev)
		if x < prev || x > prev {
			steps++
		}
		prev = x
	}
	switch {
	case steps < 9:
	case up:
		return 1
	case down:
		return -1
	}
	return 0
}

// checkUnique: where no value of a column occurs twice, no canary repeats one of
// a row or of another canary.
func (m materialTable) checkUnique(t *testing.T, i int, c survey.Column, planted [][]string) {
	if len(m.column(i)) < fewestValues || repeats(m.rows, i) != "" {
		return
	}
	if v := repeats(append(slices.Clone(m.rows), planted...), i); v != "" {
		t.Errorf("column %s (%s): %q occurs twice", m.header[i], c.Kind, v)
	}
}

// repeats is a value that occurs twice in a column, if any does.
func repeats(rows [][]string, i int) string {
	seen := map[string]bool{}
	for _, r := range rows {
		v := at(r, i)
		if v != "" && seen[v] {
			return v
		}
		seen[v] = true
	}
	return ""
}

// checkFollows: where column j follows from column i, it does in canaries.
func (m materialTable) checkFollows(t *testing.T, i, j int, planted [][]string) {
	if i == j {
		return
	}
	follows, values := map[string]string{}, map[string]bool{}
	for _, r := range m.rows {
		a, b := at(r, i), at(r, j)
		if was, seen := follows[a]; seen && was != b {
			return
		}
		follows[a] = b
		values[b] = true
	}
	if len(values) < 3 || len(follows)*4 > len(m.rows) {
		return
	}
	for _, c := range planted {
		if want, known := follows[at(c, i)]; known && want != at(c, j) {
			t.Errorf("column %s: canary's %q with %s %q, rows have %q", m.header[j], at(c, j), m.header[i], at(c, i), want)
		}
	}
}
