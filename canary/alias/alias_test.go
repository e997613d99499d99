package alias

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"telltale/internal/budget"
	"telltale/internal/identity"
	"telltale/internal/key"
)

func TestSpellingIsInverted(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 20_000 {
		code := r.Uint64() >> (64 - Bits)
		if i < Bits {
			code = 1 << i
		}
		s := spell(code)
		if got, ok := read(s); !ok || got != code {
			t.Fatalf("%#x is spelt %q and read %#x, %v", code, s, got, ok)
		}
		if v, ok := identity.Canonical(identity.Email, s+"@relay.example", ""); !ok || v != s+"@relay.example" {
			t.Fatalf("%q is no plain address", s)
		}
	}
	for _, s := range []string{"", "ann", "ann.smith", "a.b.c", "aaliyah.smith.", "aaliyah.abbott.babababa", "aaliyah.abbott.babababa007", "aaliyah.abbott.babababa131072", "info", "..", strings.Repeat("a", 300)} {
		if code, ok := read(s); ok && spell(code) != s {
			t.Errorf("%q is read as %q", s, spell(code))
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("aaliyah.abbott_babababa17")
	f.Fuzz(func(t *testing.T, s string) {
		budget.Check(t, len(s), func() {
			if code, ok := read(s); ok && spell(code) != s {
				t.Errorf("%q is read as %#x, which is %q", s, code, spell(code))
			}
		})
	})
}

func TestOneAddressNamesCopyAndPerson(t *testing.T) {
	master := key.Secret{7}
	recipients := []string{"acme", "bolt", "café/1"}
	book := NewBook("orders", recipients, master)
	for i := range 500 {
		book.Add(fmt.Sprintf("person%d@example.org", i))
	}
	seen := map[string]bool{}
	for _, r := range recipients {
		issue := NewIssuer("orders", r, master)
		for i := range 500 {
			email := fmt.Sprintf("person%d@example.org", i)
			address, ok := issue.Address(strings.ToUpper(email), "relay.example")
			if !ok || seen[address] {
				t.Fatalf("%s for %s: %q again", email, r, address)
			}
			seen[address] = true
			if hit, ok := book.Read(strings.ToUpper(address)); !ok || hit.Recipient != r || hit.Email != email {
				t.Fatalf("%q is %v, want %s of %s", address, hit, email, r)
			}
		}
	}
	if a, _ := NewIssuer("other", "acme", master).Address("person1@example.org", "relay.example"); seen[a] {
		t.Error("two datasets share an address")
	}
	if _, ok := NewIssuer("orders", "acme", master).Address("not an address", "relay.example"); ok {
		t.Error("an address for no address")
	}
}

// TestGuessesHitNobody tries well-formed addresses. Each is somebody's with a
// chance of 3 * 500 / 2^60: a false alarm once in 4e9 runs.
func TestGuessesHitNobody(t *testing.T) {
	book := NewBook("orders", []string{"acme", "bolt", "cargo"}, key.Secret{7})
	for i := range 500 {
		book.Add(fmt.Sprintf("person%d@example.org", i))
	}
	r := rand.New(rand.NewPCG(9, 9))
	for range 200_000 {
		if hit, ok := book.Read(spell(r.Uint64() >> (64 - Bits))); ok {
			t.Fatalf("a guess is %v", hit)
		}
	}
}

// TestFrozen: addresses that were issued must be read for ever.
func TestFrozen(t *testing.T) {
	for in, want := range map[[3]string]string{
		{"orders", "acme", "ann@example.org"}: "cheyanne.kozey.rifiwose54599@relay.example",
		{"orders", "bolt", "ann@example.org"}: "hilario_bauschke.senoneha61761@relay.example",
	} {
		if got, _ := NewIssuer(in[0], in[1], key.Secret{1, 2, 3}).Address(in[2], "relay.example"); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	var recipients []string
	for i := range 200 {
		recipients = append(recipients, fmt.Sprint("r", i))
	}
	book := NewBook("orders", recipients, key.Secret{7})
	book.Add("ann@example.org")
	address, _ := NewIssuer("orders", "r7", key.Secret{7}).Address("ann@example.org", "relay.example")
	for b.Loop() {
		book.Read(address)
	}
}
