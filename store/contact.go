package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Contact is one address that the user owns and canaries may carry.
type Contact struct {
	Kind    string // domain, phone or email
	Lookup  uint64 // keyed hash of the canonical value; unique within its kind
	Sealed  []byte // the value
	Owner   string // dataset/recipient/slot that held it first, Retired, or "" while nobody did
	Order   int64  // position in the pool, ascending by arrival; set by the store
	AddedAt time.Time
	// Original is the digest of the contact as it was allotted, where an erasure
	// changed its owner; else zero. Set by the store.
	Original [32]byte `json:"-"`
	Terms    []Term   `json:"-"` // what came after Owner, ascending. Set by the store
}

// Retired is the owner of contacts that are given to nobody any more.
const Retired = "retired"

// Term is a holder that a contact got after another, or its retirement. Who
// held it before is still known by it: his copies are out.
type Term struct {
	Kind   string
	Lookup uint64
	Seq    int    // within the contact, from 1; set by the store
	Owner  string // dataset/recipient/slot, or Retired
	Since  time.Time
}

// Policy says when contacts of a kind become free again. The last one counts.
type Policy struct {
	Kind  string // domain, phone or email
	Seq   int    // within the kind, from 1; set by the store
	Reuse string // as the program writes it; not empty
	At    time.Time
}

// Holder is who holds the contact now: "" for nobody, or Retired.
func (c Contact) Holder() string {
	if n := len(c.Terms); n > 0 {
		return c.Terms[n-1].Owner
	}
	return c.Owner
}

// Holders are all who hold or held the contact, in order. Since when the first
// of them did is not recorded: zero.
func (c Contact) Holders() (list []Term) {
	for _, t := range append([]Term{{Kind: c.Kind, Lookup: c.Lookup, Owner: c.Owner}}, c.Terms...) {
		if t.Owner != "" && t.Owner != Retired {
			list = append(list, t)
		}
	}
	return list
}

// Subject names the contact in the ledger.
func (c Contact) Subject() string { return fmt.Sprintf("%s/%016x", c.Kind, c.Lookup) }

// Digest commits to every field but Terms, its owner and its place in the pool
// among them, as it was allotted.
func (c Contact) Digest() [32]byte {
	if c.Original != ([32]byte{}) {
		return c.Original
	}
	d := open("contact")
	d.text(c.Kind)
	d.int(int64(c.Lookup))
	d.blob(c.Sealed)
	d.text(c.Owner)
	d.int(c.Order)
	d.time(c.AddedAt)
	return d.sum()
}

// Subject names the term in the ledger.
func (t Term) Subject() string {
	return Contact{Kind: t.Kind, Lookup: t.Lookup}.Subject() + "/" + strconv.Itoa(t.Seq)
}

// Digest commits to every field.
func (t Term) Digest() [32]byte {
	d := open("term")
	d.text(t.Kind)
	d.int(int64(t.Lookup))
	d.int(int64(t.Seq))
	d.text(t.Owner)
	d.time(t.Since)
	return d.sum()
}

// Copies are the dataset and the recipient, as the owner has them, of the
// copies that the holder's contacts are in: an owner without its slot.
func (t Term) Copies() string { return t.Owner[:max(0, strings.LastIndexByte(t.Owner, '/'))] }

// Subject names the policy in the ledger.
func (p Policy) Subject() string { return p.Kind + "/" + strconv.Itoa(p.Seq) }

// Digest commits to every field.
func (p Policy) Digest() [32]byte {
	d := open("policy")
	d.text(p.Kind)
	d.int(int64(p.Seq))
	d.text(p.Reuse)
	d.time(p.At)
	return d.sum()
}
