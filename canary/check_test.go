package canary

import (
	"testing"

	"telltale/internal/identity"
)

// TestFabricatedTables runs the properties on tables that need no test
// material, with check digits, gaps between ids and times in order.
func TestFabricatedTables(t *testing.T) {
	for _, tab := range []testTable{people(900), waybills(900)} {
		t.Run(tab.name, func(t *testing.T) {
			const n = 40
			p := learn(tab)
			out, isCanary, planted := plantFor(t, tab, p, "canary/"+tab.name, n)
			if len(planted) != n {
				t.Errorf("planted %d of %d", len(planted), n)
			}
			checkOrder(t, tab, out)
			checkKeys(t, tab, out)
			checkRows(t, tab, p, n, out, isCanary)
			checkShapes(t, tab, planted)
			checkNew(t, tab, p, planted)
			checkIdentities(t, p, planted)
			checkSpread(t, isCanary)
			for _, c := range planted {
				checkDigits(t, tab, c)
			}
		})
	}
}

// checkSpread: canaries do not gather at the end.
func checkSpread(t *testing.T, isCanary []bool) {
	late := 0
	for i, c := range isCanary {
		if c && i >= len(isCanary)/2 {
			late++
		}
	}
	// 40 fair coins fall 32 times on one side with a chance of 2e-4.
	if late < 8 || late > 32 {
		t.Errorf("%d of 40 canaries are in the second half", late)
	}
}

func checkDigits(t *testing.T, tab testTable, c Canary) {
	for i, col := range tab.cols {
		v := c.Cells[i]
		switch {
		case col.Name == "waybill" && !identity.Luhn.Valid(digitsOnly(v)):
			t.Errorf("waybill %q has a wrong check digit", v)
		case col.Kind == identity.NationalID && !identity.ResidentID.Valid(v):
			t.Errorf("resident id %q has a wrong check digit", v)
		}
	}
	if tab.name == "waybills" {
		place := map[string]string{"440305": "深圳市", "440106": "广州市", "330106": "杭州市", "510107": "成都市", "110108": "北京市"}
		if place[c.Cells[3][:6]] != c.Cells[5] {
			t.Errorf("resident id %q is not of %s", c.Cells[3], c.Cells[5])
		}
		if c.Cells[6][:len(c.Cells[5])] != c.Cells[5] {
			t.Errorf("address %q is not in %s", c.Cells[6], c.Cells[5])
		}
	}
}

func digitsOnly(v string) string { return onlyDigits(v) }

// TestRecipientsDoNotShareKeys: of 20 recipients with 10 canaries each, in a
// table with gaps, few keys are given twice.
func TestRecipientsDoNotShareKeys(t *testing.T) {
	tab := people(900)
	p := learn(tab)
	seen, twice := map[string]bool{}, 0
	for r := range 20 {
		cs := mustMint(t, p, string(rune('a'+r)), 10, ownContacts(tab, 10))
		_, _, planted := plant(t, p, tab.rows, cs)
		for _, c := range planted {
			if seen[c.Cells[0]] {
				twice++
			}
			seen[c.Cells[0]] = true
		}
	}
	t.Logf("%d of 200 keys twice", twice)
	if twice > 20 {
		t.Errorf("%d of 200 keys are given twice", twice)
	}
}
