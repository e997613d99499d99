// Package alias gives each recipient another address for each person: a relay
// address at a domain that the user owns, which forwards to the person.
//
//	issue := alias.NewIssuer("orders", "acme", master)
//	address, ok := issue.Address("ann@example.org", "relay.example")
//
//	book := alias.NewBook("orders", []string{"acme", "bolt"}, master)
//	book.Add("ann@example.org")
//	hit, ok := book.Read(address) // acme, ann@example.org
//
// One message to such an address names the copy and the person at once. Nothing
// is stored for it: the local part is the person's keyed hash, encrypted with
// the recipient's permutation and spelt as names, a word and a number. Who lacks
// the key can neither tell two recipients' addresses of one person apart from
// those of two persons, nor make an address that is anybody's.
//
// Telephone numbers have too few digits for that. Those that stand for persons
// are allotted from numbers that the user owns, by lot; Numbers names the places
// and Lot gives the order.
//
// The package does not send, receive or forward anything.
// Format: docs/format/aliases.md.
package alias

import (
	"net/url"
	"slices"
	"strings"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// Bits is the size of the namespace at a domain: of all local parts of the form
// that Address writes, 2^Bits.
const Bits = key.PermutationBits

// Issuer makes the addresses of one recipient. It is not for concurrent use.
type Issuer struct {
	form        Form
	permutation key.Permutation
	hasher      *key.Hasher
}

// NewIssuer returns the issuer for a dataset and recipient.
func NewIssuer(dataset, recipient string, master key.Root) *Issuer {
	return &Issuer{permutation: permutationOf(dataset, recipient, master), hasher: hasherOf(dataset, master)}
}

// In returns an issuer of the same recipient that spells addresses in a form.
func (i *Issuer) In(f Form) *Issuer { return &Issuer{f, i.permutation, i.hasher} }

func permutationOf(dataset, recipient string, master key.Root) key.Permutation {
	return master.Derive("alias/" + url.PathEscape(dataset) + "/" + url.PathEscape(recipient)).Permutation()
}

func hasherOf(dataset string, master key.Root) *key.Hasher {
	return master.Derive("alias/" + url.PathEscape(dataset)).Hasher()
}

func person(h *key.Hasher, canonical string) uint64 { return h.Sum64(canonical) >> (64 - Bits) }

// Address is the address at a domain that stands for an e-mail address; ok is
// false for what is no e-mail address.
func (i *Issuer) Address(email, domain string) (address string, ok bool) {
	v, ok := identity.Canonical(identity.Email, email, "")
	if !ok {
		return "", false
	}
	return i.form.spell(i.permutation.Encrypt(person(i.hasher, v))) + "@" + domain, true
}

// Hit is what an address stands for.
type Hit struct {
	Recipient string
	Person    uint64 // the person's number, below 2^Bits
	Email     string // canonical
}

// Book reads the addresses of a dataset. After the last Add any number of
// goroutines may use it.
type Book struct {
	hasher       *key.Hasher
	recipients   []string
	permutations []key.Permutation
	people       map[uint64]string
	forms        []Form
	beside       *Book
}

// NewBook returns the book of a dataset's recipients.
func NewBook(dataset string, recipients []string, master key.Root) *Book {
	b := &Book{hasher: hasherOf(dataset, master), recipients: recipients, people: map[uint64]string{}, forms: []Form{{}}}
	for _, r := range recipients {
		b.permutations = append(b.permutations, permutationOf(dataset, r, master))
	}
	return b
}

// Beside lets b read what another book reads too: that of copies whose
// addresses are derived from another secret. It returns b; other may be nil.
func (b *Book) Beside(other *Book) *Book {
	b.beside = other
	return b
}

// Add makes an e-mail address known, in its canonical form.
func (b *Book) Add(canonical string) {
	for ; b != nil; b = b.beside {
		b.people[person(b.hasher, canonical)] = canonical
	}
}

// Accept makes addresses of a form be read, besides those of the zero Form.
func (b *Book) Accept(f Form) {
	for ; b != nil; b = b.beside {
		if !slices.Contains(b.forms, f) {
			b.forms = append(b.forms, f)
		}
	}
}

// Len is the number of addresses known, in every book beside: that many of the 2^Bits are assigned to
// each recipient.
func (b *Book) Len() (n int) {
	for ; b != nil; b = b.beside {
		n += len(b.people)
	}
	return n
}

// Read tells what an address stands for. It is not ok for addresses of another
// form, for those of nobody, and for those that would be two recipients'.
func (b *Book) Read(address string) (hit Hit, ok bool) {
	local, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	n := 0
	for ; b != nil; b = b.beside {
		for _, f := range b.forms {
			code, ok := f.read(local)
			for i := 0; ok && i < len(b.permutations); i++ {
				x := b.permutations[i].Decrypt(code)
				if email, known := b.people[x]; known {
					hit = Hit{b.recipients[i], x, email}
					n++
				}
			}
		}
	}
	return hit, n == 1
}
