package match

import (
	"strings"
	"testing"

	"telltale/internal/table"
)

// Two datasets whose rows are numbered from the same number on: a leak of bare
// numbers is linked to neither, and to the one that the user names; with any
// other column it is linked to the right one.
func TestCollidingNumbers(t *testing.T) {
	w := newWorld(t)
	ours, other := customers(400, 1), customers(400, 2)
	for i, row := range ours.Rows {
		other.Rows[i][0] = row[0]
	}
	scheme := schemeFor(ours.Header, ours.Rows, "en-GB", "customer_id")
	copies := w.make(issue{dataset: "ours", scheme: scheme, rows: ours.Rows, recipients: names("r", 5), keep: []string{"r0001"}})
	w.make(issue{dataset: "another", scheme: scheme, rows: other.Rows, recipients: names("s", 5), keep: []string{}})
	leak := func(columns ...int) []byte {
		var header []string
		var rows [][]string
		for _, c := range columns {
			header = append(header, ours.Header[c])
		}
		for _, row := range copies["r0001"] {
			var cells []string
			for _, c := range columns {
				cells = append(cells, row[c])
			}
			rows = append(rows, cells)
		}
		return csvOf(',', header, rows)
	}
	yes := true
	bare := w.match(w.engine(Options{}), leak(0), table.Options{Header: &yes})
	if bare.RowsLinked != 0 || bare.Verdict != None || !strings.Contains(strings.Join(bare.Warnings, "\n"), "--dataset") {
		t.Errorf("bare numbers: %s", bare.brief())
	}
	named := w.match(w.engine(Options{Datasets: []string{"ours"}}), leak(0), table.Options{Header: &yes})
	if named.RowsLinked < 400 || named.Verdict != Ours || !strings.Contains(strings.Join(named.Warnings, "\n"), "bare numbers alone") {
		t.Errorf("bare numbers of a named dataset: %s", named.brief())
	}
	for _, columns := range [][]int{{0, 9}, {0, 8}, {0, 1, 9}} {
		got := w.match(w.engine(Options{}), leak(columns...), table.Options{Header: &yes})
		if got.Verdict != Attributed || got.Suspects[0].Recipient != "r0001" || len(got.Datasets) != 1 {
			t.Errorf("columns %v: %s", columns, got.brief())
		}
	}
}
