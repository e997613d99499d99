package cli

import (
	"fmt"
	"strings"
	"testing"

	"telltale/match"
)

// TestDiallersList: who lists or calls a whole block of numbers hits every
// owned number in it, and holds nobody's copy.
func TestDiallersList(t *testing.T) {
	s := newShell(t)
	s.issue(customersFile, []string{"--key", "customer_id"}, 4)
	var block strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&block, "07700 900%03d\n", i)
	}
	numbers := block.String()
	list := s.write("list.txt", []byte(numbers))
	wide := s.write("wide.csv", []byte(strings.ReplaceAll(numbers, "\n", ",")+"\n"+strings.ReplaceAll(numbers, "\n", ",")+"\n"))
	for _, file := range []string{list, wide} {
		out, errs, _ := s.run("match", "--json", file)
		if strings.Contains(out, `"accused": true`) {
			t.Errorf("match %s accuses somebody:\n%s%s", file, out, errs)
		}
	}
	s.dialledBesideACanary(numbers)
	var r match.Result
	s.ask(&r, "trace", "--contact", "07700 900001", "--text", "call one of "+strings.ReplaceAll(numbers, "\n", ", "))
	if accused(r) != "" {
		t.Errorf("a message with the whole block accuses %q: %+v", accused(r), r.Suspects)
	}
}

// dialledBesideACanary: of a block of 10,000 numbers the list has a tenth, 400
// of them owned. The others are controls, which weigh down hits by number, and
// not the address of a canary that stands in the list as well.
func (s *shell) dialledBesideACanary(numbers string) {
	s.t.Helper()
	var made struct{ Exports []exportDoc }
	s.ask(&made, "export", "list")
	var planted struct{ Canaries []canaryDoc }
	s.ask(&planted, "canary", "list", "--export", made.Exports[1].ID)
	r := s.match(s.write("mixed.txt", []byte(numbers+planted.Canaries[0].Row["email"]+"\n")))
	if r.Controls < 500 || r.ControlNull < 0.04 || r.ControlNull > 0.12 || accused(r) != made.Exports[1].Recipient {
		s.t.Errorf("beside the address of a canary of %s: %d controls seen, null probability %.3f, accused %q: %+v", made.Exports[1].Recipient, r.Controls, r.ControlNull, accused(r), r.Suspects)
	}
}
