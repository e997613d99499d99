package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestRetiredContactsAreNotPlanted: a retired domain is in no canary that is
// made afterwards.
func TestRetiredContactsAreNotPlanted(t *testing.T) {
	s := newShell(t)
	s.ok("recipient", "add", "acme")
	s.ok("pool", "add", "domain", "old.example", "new.example")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	s.ok("pool", "retire", "domain", "old.example")
	s.ok("export", customersFile, "--dataset", "data", "--to", "acme", "--out", s.path("a.csv"), "--canaries", "8")
	data, err := os.ReadFile(s.path("a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(data); strings.Contains(text, "@old.example") || !strings.Contains(text, "@new.example") {
		t.Error("canaries use the retired domain, or not the other")
	}
}

// TestExhaustionIsToldInAdvance: an export after which the numbers will not do
// for another recipient says so, and one that leaves enough does not.
func TestExhaustionIsToldInAdvance(t *testing.T) {
	s := newShell(t)
	s.ok("recipient", "add", "acme", "bolt")
	s.ok("pool", "add", "domain", "box.example")
	var phones strings.Builder
	for i := range 19 {
		fmt.Fprintf(&phones, "07700 900%03d\n", i)
	}
	s.ok("pool", "add", "phones", s.write("phones.txt", []byte(phones.String())), "--locale", "en-GB")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id")
	var doc struct{ Warnings []string }
	export := func(to string) string {
		s.ask(&doc, "export", customersFile, "--dataset", "data", "--to", to, "--out", s.path(to+".csv"), "--canaries", "8")
		return strings.Join(doc.Warnings, "\n")
	}
	if said := export("acme"); said != "" {
		t.Errorf("11 of 19 are free, and it says %q", said)
	}
	if said := export("bolt"); !strings.Contains(said, "3 of 19 are free") || !strings.Contains(said, "needs 8") {
		t.Errorf("3 of 19 are free, and it says %q", said)
	}
}
