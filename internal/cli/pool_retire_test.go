package cli

import (
	"os"
	"strings"
	"testing"
)

// TestRetiredContactsAreNotPlanted: a retired domain is in no canary that is
// made afterwards, and numbers that canaries carry cannot be retired.
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
