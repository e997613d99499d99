// Package chain reconstructs who had a leaked copy from whom.
package chain

import "time"

// Kinds of nodes.
const (
	Export   = "export"
	Sighting = "sighting"
	Campaign = "campaign"
	Holder   = "holder"
	Hidden   = "hidden"
)

// Bases of edges.
const (
	Marked    = "marked"
	Inherited = "inherited"
	Stated    = "stated"
	Inferred  = "inferred"
)

// Schema names the JSON form of a Graph.
const Schema = "telltale.chain/1"

// Node is a copy or a party that is known to exist: what Reconstruct is given.
type Node struct {
	ID        string // unique
	Kind      string // Export, Sighting, Campaign or Holder
	Label     string
	Recipient string    // to whom it was issued, for an export
	Holder    string    // with whom it was found, "" when not known
	FirstSeen time.Time // issued, for an export; zero when not known
	Sketch    *Sketch   // nil for an export is allowed: it then holds every row
}

// GraphNode is a node of the reconstruction: one that was given, or a holder
// that was stated, or a holder that must have existed.
type GraphNode struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Label     string `json:"label"`
	Recipient string `json:"recipient"`
	FirstSeen string `json:"first_seen"` // RFC 3339, "" when not known
}

// Fact is a stated hand-over between two parties: holders, recipients, or
// labels of nodes.
type Fact struct {
	From, To string
	Basis    string // confession, payment, chat, log or other
	Note     string
	At       time.Time
}

// Edge says that To was made from From.
type Edge struct {
	From      string   `json:"from"`
	To        string   `json:"to"`
	Basis     []string `json:"basis"`
	Posterior float64  `json:"posterior"`
	Why       string   `json:"why"`
}

// Graph is a case's reconstruction. It mirrors the JSON of `telltale chain`;
// its lists are never nil.
type Graph struct {
	Schema   string      `json:"schema"`
	Case     string      `json:"case"`
	Nodes    []GraphNode `json:"nodes"`
	Edges    []Edge      `json:"edges"`
	Warnings []string    `json:"warnings"`
}

// Options of Reconstruct; the zero value is the default.
type Options struct {
	Case     string
	NoHidden bool // never insert copies that were not seen
}
