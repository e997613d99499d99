package cli

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"telltale/canary"
)

// hidden is what plan and export say alike.
type hidden struct {
	Detectability *canary.Detection `json:"detectability"`
	Contacts      []contactUseDoc   `json:"canary_contacts"`
	Coalitions    []coalitionDoc    `json:"coalitions"`
	Covered       float64           `json:"covered"`
}

// TestPlanTellsWhatExportTells: the same measure of how well canaries hide, the
// same kinds of contacts, and the same price of comparing copies.
func TestPlanTellsWhatExportTells(t *testing.T) {
	s := newShell(t)
	s.ok("recipient", "add", "acme")
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	var planned, exported hidden
	s.ask(&planned, "plan", customersFile, "--dataset", "data", "--leaks", "1", "--canaries", "8", "--cover", "1", "--withhold", "0.01")
	s.ask(&exported, "export", customersFile, "--dataset", "data", "--to", "acme", "--out", s.path("a.csv"), "--canaries", "8", "--cover", "1", "--withhold", "0.01")
	if planned.Detectability == nil || planned.Detectability.Contacts == nil || len(planned.Detectability.KeyedOn) == 0 || len(planned.Coalitions) != 4 || planned.Covered == 0 || !reflect.DeepEqual(planned, exported) {
		t.Errorf("plan says\n%+v\nexport says\n%+v", planned, exported)
	}
	want := []contactUseDoc{{"email", canary.Pool, 8}, {"phone", canary.Reserved, 8}}
	if !reflect.DeepEqual(exported.Contacts, want) {
		t.Errorf("contacts %+v, want %+v", exported.Contacts, want)
	}
	_, errs, _ := s.run("export", customersFile, "--dataset", "data", "--to", "acme", "--out", s.path("b.csv"), "--canaries", "8")
	for _, say := range []string{fmt.Sprintf("AUC %.2f", exported.Detectability.AUC), exported.Detectability.KeyedOn[0], "email of 8 reaches you", "never rings"} {
		if !strings.Contains(errs, say) {
			t.Errorf("%q is missing in what export prints:\n%s", say, errs)
		}
	}
}
