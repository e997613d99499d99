package canary

import (
	"fmt"
	"slices"
	"testing"

	"telltale/internal/identity"
)

// TestDuplicatesTakeNoKeyOfARow mints for a table with duplicates whose keys
// name the row that they are of, and asks that no canary has a row's key, nor a
// reference that it has from a row or another canary: each has its own.
func TestDuplicatesTakeNoKeyOfARow(t *testing.T) {
	for _, tab := range realTables(t) {
		if tab.name != "febrl3" {
			continue
		}
		tab.cols = append(tab.cols, Column{Name: "reference", Kind: identity.Text})
		at := len(tab.cols) - 1
		keys, references := map[string]bool{}, map[string]bool{}
		var rows [][]string
		for i, row := range tab.rows[:1500] {
			rows = append(rows, append(slices.Clone(padded(row, at)), fmt.Sprintf("%c%d-%c", 'A'+i%5, 10_000+i*53%9973, 'P'+i%7)))
			keys[row[0]], references[rows[i][at]] = true, true
		}
		tab.rows = rows
		p := learn(tab)
		echoes := 0
		for k := range 20 {
			label, others := fmt.Sprint("canary/duplicates/", k), map[string]bool{}
			for _, c := range mustMint(t, p, label, 20, contactsFor(tab, 20, label)) {
				if c.Echo > 0 {
					echoes++
				}
				if keys[c.Cells[0]] {
					t.Errorf("%s: canary %d has the key %q of a row", label, c.Slot, c.Cells[0])
				}
				if r := c.Cells[at]; references[r] || others[r] {
					t.Errorf("%s: canary %d has the reference %q of another", label, c.Slot, r)
				}
				others[c.Cells[at]] = true
			}
		}
		if echoes < 50 {
			t.Errorf("only %d duplicates", echoes)
		}
	}
}
