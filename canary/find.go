package canary

import (
	"telltale/internal/identity"
	"telltale/internal/key"
)

// Planted is a canary with the export that carries it.
type Planted struct {
	Export string
	Canary Canary
}

// Cell is one canonical value of a row: identity.Canonical(Kind, cell, locale).
// A cell may be given under several kinds when its column is not recognised.
type Cell struct {
	Column int
	Kind   identity.Kind
	Value  string
}

// Hit is a canary recognised in a row or a text.
type Hit struct {
	Planted    int             // index into what NewFinder was given
	Identities []identity.Kind // which identities agree, in the canary's order
	Matched    []int           // their indices into Canary.Identities
	Bits       float64         // surprise of what agrees, every draw counted once
}

// Finder recognises planted canaries by any of their identities. It is
// read-only after NewFinder and may be shared by goroutines.
type Finder struct{}

// NewFinder indexes the canaries.
func NewFinder(planted []Planted, locale string) *Finder { return &Finder{} }

// Row looks for canaries in a row, given as canonical values.
func (f *Finder) Row(cells []Cell) []Hit { return nil }

// Text looks for canaries in free text: contacts and full names.
func (f *Finder) Text(s string) []Hit { return nil }

// Lookups returns the keyed hashes of a canary's identities, in their order:
// what the registry may hold in clear. The hasher is that of "canary-lookup".
func Lookups(c Canary, h *key.Hasher) []uint64 { return nil }
