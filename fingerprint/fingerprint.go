// Package fingerprint makes the copies of a table differ, each from every
// other, by changes that nobody who holds one copy can point at, and reads
// those changes back from what is left of a copy.
//
// A Scheme says which columns name a row (keys), which lead to a person
// (identities: never altered), and which carry marks, and how. A Marker is a
// scheme, a dataset and the master secret. It answers, for any row:
//
//	key, err := m.RowKey(cells)           // which row is this?
//	marks = m.Plan(marks[:0], key, prev, cells, next, Threshold(scheme.Density))
//	mark.Wants(m.Word("acme"))            // does acme's copy carry mark.Alt?
//	site, symbol, ok := m.Read(key, column, value)
//
// The plan of a row is made once and serves all recipients: a recipient's copy
// holds, at each site, the original or the one alternative. Reading is blind:
// it needs the row key and the value found, never the original.
//
// # What a mark is
//
// A Carrier knows which values of a column are interchangeable. It gives every
// value a rank among its equals; the parity of the rank is the value's label.
// Embedding moves a value to the nearest one with the wanted label, so about
// half of the marked cells need no change at all. Which cells are marked,
// which way they move, and what a recipient's bit is, are outputs of keyed
// functions of the row and of nothing else: see docs/format/marks.md.
//
// # What it will not do
//
// Key columns and identity columns are never altered. A value that cannot be
// moved without standing out (at a bound, between two neighbours of a sorted
// column, at a change of sign or of width) is left alone. Nothing here knows
// of files, registries or clocks: all is a function of the secret, the
// scheme, the names and the row.
package fingerprint
