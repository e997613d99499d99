package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/internal/survey"
	"telltale/internal/synthetic"
	"telltale/internal/table"
	"telltale/match/link"
)

var background = context.Background()

// text is n synthetic customers as CSV.
func text(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	if err := synthetic.Customers(n, 8).Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func open(t *testing.T, csv string) table.Reader {
	t.Helper()
	f, err := table.NewFile("test.csv", strings.NewReader(csv), table.Options{})
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

// pass exports csv to recipients and returns the copies.
func pass(t *testing.T, csv string, withhold float64, canaries int, recipients ...string) (copies []string, result Result, err error) {
	t.Helper()
	s, err := survey.Read(background, open(t, text(t, 1500)), survey.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	master := key.Secret{7}
	marker, err := fingerprint.New(s.Scheme(), "d", master)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, csv)
	spec := link.Spec{Columns: s.Scheme().Columns, Locale: s.Locale}
	p := Plan{Marker: marker, Indexer: link.NewIndexer(spec, "d", master), Builder: link.NewBuilder(spec, func(link.Chunk) error { return nil }),
		Threshold: fingerprint.Threshold(0.7), Withhold: withhold}
	outs := make([]bytes.Buffer, len(recipients))
	var writers []*Writer
	for i, name := range recipients {
		w, err := NewWriter(&outs[i], r.Schema(), 1<<10)
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, w)
		c := Copy{Word: marker.Word(name), Withholding: fingerprint.NewWithholding("d", name, master), Out: w}
		if canaries > 0 {
			minted, err := s.Profile.Mint(master.Derive(name), canaries, canary.Contacts{Domains: []string{"letterbox.example"}})
			if err != nil {
				t.Fatal(err)
			}
			c.Canaries = canary.NewPlanter(s.Profile, minted, -1)
		}
		p.Copies = append(p.Copies, c)
	}
	result, err = Run(background, "test.csv", r, p)
	for i, w := range writers {
		if e := w.Close(); e != nil {
			t.Fatal(e)
		}
		copies = append(copies, outs[i].String())
	}
	return copies, result, err
}

// slowCopy is one copy made the obvious way: all rows in memory, one by one.
func slowCopy(t *testing.T, csv, recipient string, withhold float64) string {
	t.Helper()
	s, err := survey.Read(background, open(t, text(t, 1500)), survey.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	master := key.Secret{7}
	marker, err := fingerprint.New(s.Scheme(), "d", master)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(csv, "\n"), "\n")
	rows := [][]string{nil}
	for _, line := range lines[1:] {
		rows = append(rows, strings.Split(line, ","))
	}
	rows = append(rows, nil)
	word, hold := marker.Word(recipient), fingerprint.NewWithholding("d", recipient, master)
	out := lines[0] + "\n"
	for i := 1; i < len(rows)-1; i++ {
		k, err := marker.RowKey(rows[i])
		if err != nil {
			t.Fatal(err)
		}
		if hold.Withheld(k, withhold) {
			continue
		}
		cells := append([]string(nil), rows[i]...)
		for _, m := range marker.Plan(nil, k, rows[i-1], rows[i], rows[i+1], fingerprint.Threshold(0.7)) {
			if m.Wants(word) {
				cells[m.Site.Column] = m.Alt
			}
		}
		out += strings.Join(cells, ",") + "\n"
	}
	return out
}

// The pass gives what the obvious way gives, whatever the number of rows is to
// the size of a batch.
func TestPassAgreesWithSlowCopy(t *testing.T) {
	for _, n := range []int{1, 2, batchRows - 1, batchRows, batchRows + 1, 2*batchRows + 3} {
		csv := text(t, n)
		copies, result, err := pass(t, csv, 0.05, 0, "acme", "bolt", "cargo")
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"acme", "bolt", "cargo"} {
			if want := slowCopy(t, csv, name, 0.05); copies[i] != want {
				t.Errorf("%d rows, %s: the copy differs from the obvious one", n, name)
			}
			if got := int64(strings.Count(copies[i], "\n") - 1); got != result.Counts[i].Rows || got+result.Counts[i].Withheld != int64(n) {
				t.Errorf("%d rows, %s: %d in the copy, counted %+v", n, name, got, result.Counts[i])
			}
		}
	}
}

// Canaries stand in each copy, keep sorted columns sorted and keys unique, and
// leave the real rows as they are.
func TestCanariesArePlanted(t *testing.T) {
	csv := text(t, 1500)
	copies, result, err := pass(t, csv, 0, 9, "acme", "bolt")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range copies {
		if result.Counts[i].Canaries != 9 {
			t.Errorf("%d canaries, want 9", result.Counts[i].Canaries)
		}
		seen := map[string]bool{}
		lastID, lastTime := "", ""
		for _, line := range strings.Split(strings.TrimSpace(c), "\n")[1:] {
			cells := strings.Split(line, ",")
			if seen[cells[0]] || cells[0] < lastID || cells[8] < lastTime {
				t.Fatalf("row %q is out of order or repeats a key", line)
			}
			seen[cells[0]], lastID, lastTime = true, cells[0], cells[8]
		}
	}
}

func TestBadRowsEndThePass(t *testing.T) {
	good := strings.Split(text(t, 700), "\n")
	change := func(at int, f func(string) string) string {
		lines := append([]string(nil), good...)
		lines[at] = f(lines[at])
		return strings.Join(lines, "\n")
	}
	_, _, err := pass(t, change(600, func(s string) string { return s[strings.IndexByte(s, ','):] }), 0, 0, "acme")
	var row *RowError
	var empty *fingerprint.KeyError
	if !errors.As(err, &row) || row.Line != 601 || !errors.As(err, &empty) || empty.Column != "customer_id" {
		t.Errorf("empty key: %v", err)
	}
	_, _, err = pass(t, change(600, func(string) string { return good[3] }), 0, 0, "acme")
	var double *link.DuplicateKeyError
	if !errors.As(err, &double) || double.First != 3 || double.Second != 600 {
		t.Errorf("double key: %v", err)
	}
	_, _, err = pass(t, change(600, func(s string) string { return s + ",more" }), 0, 0, "acme")
	var syntax *table.SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 601 {
		t.Errorf("ragged row: %v", err)
	}
}

// Many files are written side by side by several goroutines with few handles.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	group := NewFiles(3)
	var files []*File
	for i := range 40 {
		f, err := group.Create(filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	var wait sync.WaitGroup
	for lane := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for round := range 20 {
				for i := lane; i < len(files); i += 4 {
					if _, err := fmt.Fprintf(files[i], "%d/%d\n", i, round); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	wait.Wait()
	if group.open.Len() > 3 {
		t.Errorf("%d handles are open, want 3 at most", group.open.Len())
	}
	for i, f := range files {
		want := ""
		for round := range 20 {
			want += fmt.Sprintf("%d/%d\n", i, round)
		}
		if err := errors.Join(f.Finish(), f.Publish(false)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(f.Path())
		if err != nil || string(got) != want || f.Bytes() != int64(len(want)) {
			t.Errorf("file %d: %q (%v)", i, got, err)
		}
	}
}

func TestFilesReplaceNothingUnasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := NewFiles(1).Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, "new"); err != nil {
		t.Fatal(err)
	}
	if err := f.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := f.Publish(false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("publishing over a file: %v", err)
	}
	if err := f.Discard(); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if old, _ := os.ReadFile(path); string(old) != "old" || len(left) > 0 {
		t.Errorf("%q, left %v", old, left)
	}
}

// A spool gives back what was put.
func TestSpool(t *testing.T) {
	s, err := NewSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := []link.Chunk{{Segment: 0, Part: "keys", Data: []byte("abc")}, {Segment: 3, Column: "名", Part: "tags", Data: []byte{}}}
	for _, c := range put {
		if err := s.Put(c); err != nil {
			t.Fatal(err)
		}
	}
	next, err := s.Chunks()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range put {
		got, err := next()
		if err != nil || got.Segment != want.Segment || got.Column != want.Column || got.Part != want.Part || !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%+v (%v), want %+v", got, err, want)
		}
	}
	if _, err := next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last chunk: %v", err)
	}
}
