// Package chain reconstructs who had a leaked copy from whom.
//
// A sighting (a dump, a forum sample, a campaign of messages) leaves a Sketch:
// which rows it held, keyed hashes of its cells and of the rows that are not
// ours, its columns and their order, its formats and the order of its rows.
// Match feeds a Sketcher row by row; the file itself is not needed again.
//
// Reconstruct asks how the copies can have come about. What is compared are
// traits: issued rows, which a hop keeps or loses and never finds again;
// foreign rows, edited cells, headers, spellings and orders of rows and of
// columns, which depart from what was issued, arise once and are handed down;
// and columns. A forest below the exports has a likelihood: of the rows that
// each hop kept, at random or by the values of a column, summed over what
// unseen copies may have held; and of the departures, each where it arose. The
// search moves subtrees, puts unseen copies between where they shorten the
// description by more than they cost (two parts of one list share more rows
// than parts of its source), turns edges, and gives a second source to a copy
// that holds what two others do. Marks, times and stated facts count beside the
// content. A holder known by a statement alone becomes a node of his own.
//
// Exports are not made from each other by what a sighting shows. Where one was
// made from the copy of another all the same, or the registry names a recipient's
// parent, Graph.Pass puts the one above the other.
//
// A campaign of messages is a few rows of a list that nobody has seen: its rows
// speak, its silence on columns and cells does not.
//
// What it will not do. The direction between two copies with the same content
// is not known, and times hardly tell it: a copy is older than the day it was
// seen. An unseen copy is found when at least two lines come from it; how many
// hands a copy went through in one line is not known. A merge, of a seen copy or
// an unseen one, is found when each source, seen or not, gave rows or departures
// that nothing else explains. Posteriors draw rows and departures again and weigh the other places
// of a copy in the forest that was found; docs/chains.md says how often they are
// right on simulated trades.
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
	Marked     = "marked"
	Inherited  = "inherited"
	Stated     = "stated"
	Inferred   = "inferred"
	Registered = "registered" // between exports: a recipient's parent in the registry
	Nested     = "nested"     // between exports: one was made from the copy of the other
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
	Next     string      `json:"next_question"` // what would decide most, "" when nothing stands out
	Warnings []string    `json:"warnings"`
}

// Options of Reconstruct; the zero value is the default.
type Options struct {
	Case     string
	NoHidden bool // never insert copies that were not seen
	Known    bool // everything comes from the exports given: there is no unknown source
}
