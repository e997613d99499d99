package table

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"
	"testing"
)

// TestSpectrum compares every table of csv-spectrum with its expected parse.
func TestSpectrum(t *testing.T) {
	files := untar(t, "csv-spectrum")
	n := 0
	for name, data := range files {
		if path.Ext(name) != ".csv" {
			continue
		}
		var want []map[string]string
		expected := strings.TrimSuffix(strings.Replace(name, "csvs/", "json/", 1), ".csv") + ".json"
		text := bytes.TrimSpace(files[expected])
		if text[0] == '{' {
			text = append(append([]byte{'['}, text...), ']')
		}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%s: %v", expected, err)
		}
		if strings.HasSuffix(name, "_crlf.csv") { // the material was checked out with LF
			data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		}
		n++
		f, err := NewFile(name, bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := readAll(t, f)[0]
		if len(got.rows) != len(want) {
			t.Errorf("%s: %d rows, want %d", name, len(got.rows), len(want))
			continue
		}
		for i, row := range got.rows {
			for k, column := range got.Columns {
				if strings.HasSuffix(name, "location_coordinates.csv") && k == 0 {
					continue // the expected parse has another number than the table
				}
				if row[k] != want[i][column] {
					t.Errorf("%s: row %d, %s: %q, want %q", name, i+1, column, row[k], want[i][column])
				}
			}
		}
	}
	if n != 12 {
		t.Errorf("%d tables, want 12", n)
	}
}
