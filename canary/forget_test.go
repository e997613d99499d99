package canary

import "testing"

// TestForgetLeavesNothingOfAPerson forgets one of 800 people by an e-mail address:
// no cell that is theirs alone is left in the profile, none of their identities
// counts as seen, and few of the others do not.
func TestForgetLeavesNothingOfAPerson(t *testing.T) {
	tab := people(800)
	p := learn(tab)
	const who = 123
	roles := findRoles(p.Columns)
	mine := roles.entries(tab.rows[who], p.Locale)
	rows, changed := p.Forget(cellsOf(tab, tab.rows[who], 2))
	if rows != 1 || !changed {
		t.Fatalf("%d rows forgotten, changed %v", rows, changed)
	}
	for i, h := range mine {
		if p.Seen.has(h) {
			t.Errorf("identity %d is still known", i)
		}
	}
	lost, all := 0, 0
	for i, r := range tab.rows {
		for _, h := range roles.entries(r, p.Locale) {
			if i != who {
				all++
				lost += btoi(!p.Seen.has(h))
			}
		}
	}
	if lost > 6*len(mine) {
		t.Errorf("%d of %d identities of others are lost, for %d", lost, all, len(mine))
	}
	for _, col := range []int{2, 3} {
		for _, r := range p.Sample {
			if r.Cells[col] == tab.rows[who][col] {
				t.Errorf("%q is still in the sample", r.Cells[col])
			}
		}
	}
	if rows, changed := p.Forget(cellsOf(tab, tab.rows[who], 2)); rows != 0 || changed {
		t.Errorf("again: %d rows, changed %v", rows, changed)
	}
	if got := mustMint(t, p, "after", 5, ownContacts(tab, 5)); len(got) != 5 {
		t.Errorf("%d canaries minted after it", len(got))
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
