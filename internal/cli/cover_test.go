package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"telltale/internal/synthetic"
	"telltale/match"
)

// TestCoverIsEvidence: a list of nothing but addresses of real people, without
// any canary, names the copy that has those of them that few copies have; so do
// complaints of eight of them. It does under a later key, too, and a bundle
// says that it does not weigh them so. That a copy has fewer than seven of the 40
// that it has on average happens once in 10^9 keys.
func TestCoverIsEvidence(t *testing.T) {
	s := newShell(t)
	people := synthetic.Customers(2000, 9)
	var text bytes.Buffer
	if err := people.Write(&text); err != nil {
		t.Fatal(err)
	}
	file := s.write("customers.csv", text.Bytes())
	s.ok(append([]string{"recipient", "add"}, comparers...)...)
	s.ok("pool", "add", "domain", "letterbox.example")
	s.ok("dataset", "add", "data", file, "--key", "customer_id")
	s.ok("export", file, "--dataset", "data", "--to-all", "--out", s.path("out"), "--canaries", "20", "--cover", "2", "--density", "0", "--force")
	c := compareCopies(t, s, "out")
	leak := s.write("leak.csv", c.addressesOf("bolt", people))
	if got := s.match(leak); accused(got) != "bolt" || got.CanaryHits > 0 {
		t.Errorf("a list of addresses names %q; %d canaries; %+v", accused(got), got.CanaryHits, got.Suspects)
	}
	var traced match.Result
	s.ask(&traced, "trace", s.write("complaints.csv", c.complaintsOf("bolt", people, 8)), "--all")
	if accused(traced) != "bolt" {
		t.Errorf("eight complaints name %q: %+v", accused(traced), traced.Suspects)
	}
	s.ok("match", leak, "--case", "c")
	if out := s.ok("evidence", "pack", "c", "--out", s.path("c.zip")); !strings.Contains(out, "cover: rows that few copies have") {
		t.Errorf("the bundle does not say what it leaves out:\n%s", out)
	}
	s.ok("evidence", "verify", s.path("c.zip"))
	s.ok("key", "rotate", "--out", s.path("new.key"))
	s.ok("--key-file", s.path("new.key"), "export", file, "--dataset", "data", "--to", "acme", "--to", "bolt", "--out", s.path("later"), "--canaries", "20", "--cover", "2", "--density", "0", "--force")
	var later match.Result
	s.ask(&later, "--key-file", s.path("new.key"), "match", leak)
	if accused(later) != "bolt" {
		t.Errorf("under a new key the list names %q: %+v", accused(later), later.Suspects)
	}
}

// addressesOf are the addresses of the real people in a copy.
func (c comparing) addressesOf(name string, people synthetic.Table) []byte {
	var b bytes.Buffer
	b.WriteString("email\n")
	for _, r := range people.Rows {
		if _, ok := c.copies[name][rowName(r)]; ok {
			fmt.Fprintln(&b, r[3])
		}
	}
	return b.Bytes()
}

// complaintsOf are complaints of n real people whom that copy alone has.
func (c comparing) complaintsOf(name string, people synthetic.Table, n int) []byte {
	var b bytes.Buffer
	b.WriteString("contact,sender,text\n")
	for _, r := range people.Rows {
		held := c.held(comparers, rowName(r))
		if _, ok := c.copies[name][rowName(r)]; ok && len(held) == 1 && n > 0 {
			fmt.Fprintf(&b, "%s,promo@shop.example,a cheap loan number %d\n", r[3], n)
			n--
		}
	}
	return b.Bytes()
}
