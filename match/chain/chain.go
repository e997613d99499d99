// Package chain reconstructs who had a leaked copy from whom.
//
// A sighting (a dump, a forum sample, a campaign of messages) leaves a Sketch:
// which rows it held, keyed hashes of its cells and of the rows that are not
// ours, its columns and their order, its formats and the order of its rows.
// Match feeds a Sketcher row by row; the file itself is not needed again.
//
// Reconstruct compares every two sketches in both directions and asks what it
// would take to make the one from the other. The answer is a description
// length in nats: which of the parent's rows were kept, which cells were
// edited and to what, which columns dropped. Loss is cheap and cannot be
// undone; rows, columns and original values do not come back, so the opposite
// direction is dear. Edited cells, foreign rows and a changed row order cost
// once when they are made and nothing when they are inherited. The cheapest
// tree (Edmonds' branching) below the exports is the reconstruction. Then it
// grows: an unseen copy is inserted where two copies share what their parent
// lacks and the description gets shorter by it, and a second source where a
// copy was merged. A holder known by a statement alone becomes a node of his
// own.
//
// What it will not do. The direction between two copies with the same content
// is not known, and times do not tell it: a copy is older than the day it was
// seen. Two buyers who filter by the same rule look as if they had a common
// source. Posteriors are a softmax over the alternatives in the tree that was
// found, tempered because rows and cells are not independent; they are not
// calibrated, and every graph says so. A sighting of several accused recipients
// hangs below the one that explains most.
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
