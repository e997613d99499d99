package attack

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"telltale/internal/material"
)

// TestFamilyMakesTheRealFiles: applied to the original download, the edits of
// the family give the files that people published, byte for byte. Only which
// counties one of them pasted is theirs alone: there the column is left out.
func TestFamilyMakesTheRealFiles(t *testing.T) {
	dir := material.Dir(t, "uk500_family")
	rows := readCSV(t, filepath.Join(dir, "kiennguyenquoc_data-orginal.csv"))
	base := New(rows[0], rows[1:])
	for _, v := range Family() {
		t.Run(v.File, func(t *testing.T) {
			var got bytes.Buffer
			made := v.Attack.Run(base, rand.New(rand.NewPCG(1, 1)))
			if err := made.Write(&got, v.Dialect); err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(dir, v.File))
			if err != nil {
				t.Fatal(err)
			}
			if v.File == "markmbadham.csv" {
				county := made.Column("county")
				if !slices.EqualFunc(without(parse(t, got.Bytes()), county), without(parse(t, want), county), slices.Equal) {
					t.Error("other rows than in the real file")
				}
				return
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%d bytes, the real file has %d and differs", got.Len(), len(want))
			}
		})
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func without(rows [][]string, column int) [][]string {
	for i := range rows {
		rows[i] = slices.Delete(rows[i], column, column+1)
	}
	return rows
}
