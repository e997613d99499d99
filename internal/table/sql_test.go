package table

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/material"
)

// tables reads all tables of a file: for each its name, columns and rows.
type readTable struct {
	Schema
	rows [][]string
	bad  []*SyntaxError
	err  error
}

func readAll(t testing.TB, f *File) []readTable {
	t.Helper()
	defer f.Close()
	var all []readTable
	for {
		r, err := f.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			return append(all, readTable{err: err})
		}
		one := readTable{Schema: r.Schema()}
		for {
			row, err := r.Read()
			var bad *SyntaxError
			if errors.As(err, &bad) {
				one.bad = append(one.bad, bad)
			} else if err != nil {
				if err != io.EOF {
					one.err = err
				}
				break
			}
			one.rows = append(one.rows, row.Cells)
		}
		all = append(all, one)
	}
}

func openString(t testing.TB, s string, o Options) *File {
	t.Helper()
	f, err := NewFile("input", strings.NewReader(s), o)
	if err != nil {
		t.Fatalf("%.80q: %v", s, err)
	}
	return f
}

func TestChinook(t *testing.T) {
	dir := material.Dir(t, "sql")
	var want string
	for _, name := range []string{"Chinook_MySql.sql", "Chinook_PostgreSql.sql", "Chinook_Sqlite.sql", "northwind.sql"} {
		f, err := Open(filepath.Join(dir, name), Options{})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		var customers [][]string
		for _, one := range readAll(t, f) {
			if one.err != nil || len(one.bad) > 0 {
				t.Fatalf("%s: %s: %v %v", name, one.Name, one.err, first(one.bad))
			}
			key := strings.ReplaceAll(strings.ToLower(one.Name), "_", "")
			counts[key] += len(one.rows)
			if key == "customer" {
				customers = append(customers, one.rows...)
			}
		}
		t.Log(name, counts)
		if name == "northwind.sql" {
			if counts["orders"] != 830 || counts["customers"] != 91 {
				t.Errorf("%s: %v", name, counts)
			}
			continue
		}
		if counts["customer"] != 59 || counts["invoice"] != 412 || counts["track"] != 3503 {
			t.Errorf("%s: %v", name, counts)
		}
		got := fmt.Sprint(customers)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%s: customers differ from the first dialect's", name)
		}
	}
}
