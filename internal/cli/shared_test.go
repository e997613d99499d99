package cli

import "testing"

// TestSharedCanariesOfOthers: once one recipient has shared canaries, their
// absence from the copies of those who have none speaks for nobody. False
// alarms: below 1e-6 a leak.
func TestSharedCanariesOfOthers(t *testing.T) {
	s := newShell(t)
	s.ok("recipient", "add", "acme", "bolt", "cargo")
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", customersFile, "--key", "customer_id", "--identity", "email")
	s.ok("export", customersFile, "--dataset", "data", "--to-all", "--out", s.path("plain"), "--canaries", "0")
	s.ok("export", customersFile, "--dataset", "data", "--to", "acme", "--out", s.path("shared.csv"), "--canaries", "0", "--shared-canaries", "50")
	for file, want := range map[string]string{
		customersFile: "", s.path("plain/customers.acme.csv"): "acme", s.path("plain/customers.bolt.csv"): "bolt",
		s.path("plain/customers.cargo.csv"): "cargo", s.path("shared.csv"): "acme",
	} {
		if got := s.match(file); accused(got) != want {
			t.Errorf("%s: accused %q, want %q; %+v", file, accused(got), want, got.Suspects)
		}
	}
}
