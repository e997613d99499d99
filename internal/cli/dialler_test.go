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
	var r match.Result
	s.ask(&r, "trace", "--contact", "07700 900001", "--text", "call one of "+strings.ReplaceAll(numbers, "\n", ", "))
	if accused(r) != "" {
		t.Errorf("a message with the whole block accuses %q: %+v", accused(r), r.Suspects)
	}
}
