package canary

import (
	"fmt"
	"testing"
)

// TestDuplicatesTakeNoKeyOfARow mints for a table with duplicates whose keys
// name the row that they are of, and asks that no canary has a row's key.
func TestDuplicatesTakeNoKeyOfARow(t *testing.T) {
	for _, tab := range realTables(t) {
		if tab.name != "febrl3" {
			continue
		}
		tab.rows = tab.rows[:1500]
		p := learn(tab)
		keys := map[string]bool{}
		for _, row := range tab.rows {
			keys[row[0]] = true
		}
		echoes := 0
		for k := range 20 {
			label := fmt.Sprint("canary/duplicates/", k)
			for _, c := range mustMint(t, p, label, 20, contactsFor(tab, 20, label)) {
				if c.Echo > 0 {
					echoes++
				}
				if keys[c.Cells[0]] {
					t.Errorf("%s: canary %d has the key %q of a row", label, c.Slot, c.Cells[0])
				}
			}
		}
		if echoes < 50 {
			t.Errorf("only %d duplicates", echoes)
		}
	}
}
