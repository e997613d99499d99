// Package canary fabricates identities that look like rows of a table, plants
// them, and recognises them when they turn up.
//
// A canary is a row of nobody. It is planted in the copy of one recipient (or,
// when shared, in the copies whose codeword says so), carries contacts that
// the user owns, and proves where a file or a message came from. The steps:
//
//	l := canary.NewLearner(columns, locale)   // one pass over the table
//	l.Add(cells)                              // for every row
//	p := l.Profile()                          // may be saved and merged
//	cs, err := p.Mint(secret, n, contacts)    // fabricate
//	pl := canary.NewPlanter(p, cs, rows)      // during the export
//	f := canary.NewFinder(planted, locale)    // during the match
//
// Everything is learned from the table: a canary starts as a real row, drawn
// at random, and keeps what is nobody's identity, so that combinations, missing
// values and rare values are as common among canaries as among rows. What
// identifies is drawn anew: names that the table does not hold together,
// addresses and numbers that it does not hold, contacts from the pools given.
//
// Every identity carries the surprise of its draw in bits, which bounds the
// chance that somebody hits it by guessing. The package is a pure function of
// (secret, profile, contacts): no clock, no registry, no file format.
//
// What it will not do: send or receive messages, decide how much a hit weighs,
// or invent contacts. A number or an address that may belong to somebody is
// never made up; see docs/format/canaries.md for what is used instead.
package canary

import (
	"errors"
	"fmt"

	"telltale/internal/identity"
)

// Column is one column of the table, in the scheme's order.
type Column struct {
	Name     string
	Kind     identity.Kind
	Key      bool // part of the row key: unique, never empty
	Identity bool // identifies the row or the person
	Sorted   bool // must stay in order
}

// Contacts are the user's own. Domains are shared by all canaries and take any
// local part. Phones and Emails are allotted already: canary i takes the values
// from i*k on, k being what Profile.Needs says for the kind; a list of at least
// one value per canary but fewer than k fills only the first column of a row.
type Contacts struct {
	Domains []string `json:"domains,omitempty"`
	Phones  []string `json:"phones,omitempty"`
	Emails  []string `json:"emails,omitempty"`
	// AddressBits is the least surprise of an address at one of the Domains: 0
	// for MinEmailBits. Fewer bits make addresses that look more like the
	// table's own, and prove less by one message.
	AddressBits float64 `json:"address_bits,omitempty"`
	// Vacancies are the rows whose places the canaries may take; see Vacate.
	Vacancies *Vacancies `json:"-"`
}

// Origin says where a contact or an official number of a canary comes from.
type Origin string

// The origins. What is not named was fabricated and is nobody's contact.
const (
	Pool       Origin = "pool"       // the user's own
	Reserved   Origin = "reserved"   // a range that a regulator keeps out of use
	Absent     Origin = "absent"     // left empty for want of a contact
	Assignable Origin = "assignable" // a well-formed official number that an authority might assign
)

// Canary is one fabricated row.
type Canary struct {
	Slot       int        `json:"slot"`
	Shared     bool       `json:"shared,omitempty"`
	Echo       int        `json:"echo,omitempty"` // 1 + the slot of the canary that this one is a duplicate of; 0 for none
	Cells      []string   `json:"cells"`
	Identities []Identity `json:"identities"`
	Place      float64    `json:"place"` // position in the file, [0, 1)
	Origins    []Source   `json:"origins,omitempty"`
}

// Site is the slot that decides which copies carry a shared canary: a
// duplicate goes where its canary goes.
func (c Canary) Site() int {
	if c.Echo > 0 {
		return c.Echo - 1
	}
	return c.Slot
}

// Source is the origin of one cell.
type Source struct {
	Column int    `json:"column"`
	Origin Origin `json:"origin"`
}

// Identity is something of a canary that is recognised by itself.
type Identity struct {
	Kind    identity.Kind `json:"kind"`
	Columns []int         `json:"columns"` // cells that it is made of
	Value   string        `json:"value"`   // canonical; the parts of a compound are joined by U+001F
	Bits    float64       `json:"bits"`    // -log2 of the chance that one guess equals it, given how it was drawn
	Parts   []Part        `json:"parts,omitempty"`
}

// Part is one random choice behind an identity. Identities that share a draw
// (a name, and an e-mail made of it) are not independent; Bits of several
// identities are added by taking every draw once, at its largest.
type Part struct {
	Draw string  `json:"draw"`
	Bits float64 `json:"bits"`
}

// Separator joins the parts of a compound identity's value.
const Separator = "\x1f"

// MinEmailBits is the least surprise of an e-mail address at an owned domain,
// unless Contacts say otherwise.
const MinEmailBits = 48

func (c Contacts) addressBits() float64 {
	if c.AddressBits == 0 {
		return MinEmailBits
	}
	return c.AddressBits
}

// ErrNoGap is returned by Planter.Fit when no canary fits between two rows. It
// is offered again at the next row.
var ErrNoGap = errors.New("canary: no gap between the neighbours")

// ErrProfile is wrapped by every error about a saved profile that cannot be read.
var ErrProfile = errors.New("canary: damaged profile")

// ExhaustedError says that a contact pool has too few entries.
type ExhaustedError struct {
	Pool    string // "domain", "phone" or "email"
	Column  string // the column that needs it
	Missing int    // how many more are needed
}

func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("%s pool: %d more needed for column %q", e.Pool, e.Missing, e.Column)
}
