package table

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/material"
)

// rewrite reads the first table of data and writes it again.
func rewrite(t testing.TB, name string, data []byte, o Options) (out []byte, s Schema, bad []*SyntaxError, err error) {
	t.Helper()
	f, err := NewFile(name, bytes.NewReader(data), o)
	if err != nil {
		return nil, s, nil, err
	}
	defer f.Close()
	r, err := f.Next()
	if err != nil {
		return nil, s, nil, err
	}
	s = r.Schema()
	a, ok := NewAppender(s)
	if !ok {
		return nil, s, nil, errors.New("no appender")
	}
	out = a.AppendHeader(nil)
	for {
		row, err := r.Read()
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			bad = append(bad, syntax)
		} else if err == io.EOF {
			return out, s, bad, nil
		} else if err != nil {
			return out, s, bad, err
		}
		out = a.AppendRow(out, row)
	}
}

// TestRoundTripMaterial writes every delimited table of the material again.
func TestRoundTripMaterial(t *testing.T) {
	n := 0
	for _, folder := range []string{"uk500_family", "fingerprint_lit", "febrl", "fake1000", "cn_areas_chain"} {
		filepath.WalkDir(material.Dir(t, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".csv" && filepath.Ext(path) != ".jsonl" {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out, s, bad, err := rewrite(t, path, data, Options{})
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return nil
			}
			if !bytes.Equal(out, data) {
				t.Errorf("%s: differs after being written again: %d bytes, want %d", path, len(out), len(data))
			}
			t.Logf("%s: header %v, delimiter %q, line end %q, %s, %d columns, %d bad %v", filepath.Base(path), s.Header, s.Delimiter, s.LineEnd, s.Encoding, len(s.Columns), len(bad), first(bad))
			n++
			return nil
		})
	}
	if n < 10 {
		t.Errorf("only %d tables were found", n)
	}
}

func first(bad []*SyntaxError) string {
	if len(bad) == 0 {
		return ""
	}
	return bad[0].Error()
}

func untar(t testing.TB, name string) map[string][]byte {
	t.Helper()
	f, err := os.Open(filepath.Join(material.Dir(t, "tabular_torture"), name+".tar.xz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return untarXZ(t, f)
}

// TestTorture reads every file of the torture sets: none may fail in another
// way than by a named error, and what is delimited is written again unchanged.
func TestTorture(t *testing.T) {
	for _, set := range []string{"csv-spectrum", "csvkit_examples", "univocity_resources", "charlesnepote", "pollock_file_level", "excelize_xlsx"} {
		for name, data := range untar(t, set) {
			if strings.HasSuffix(name, "_parameters.json") {
				continue
			}
			out, s, bad, err := rewrite(t, name, data, Options{})
			if err != nil {
				t.Logf("%-60s %v", name, err)
				continue
			}
			if !bytes.Equal(out, data) && s.Compression == "" {
				t.Errorf("%s: differs after being written again", name)
			}
			t.Logf("%-60s %s header %v, delimiter %q, quote %q, line end %q, %s, %d columns %.60q, %d bad %v", name, s.Format, s.Header, s.Delimiter, s.Quote, s.LineEnd, s.Encoding, len(s.Columns), s.Columns, len(bad), first(bad))
		}
	}
}
