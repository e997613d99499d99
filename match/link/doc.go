// Package link finds the rows of an issued table again in a leaked one.
//
// A registry keeps, for every snapshot of a dataset, a link index: keyed
// hashes of the canonical values of its key and identity columns, and a 16-bit
// keyed tag of every cell. Nothing in it can be read or guessed without the
// key. The format is docs/format/link-index.md.
//
// # Making an index
//
// An Indexer turns rows into entries, one Fork for each goroutine; a Builder
// takes the entries in the order of the rows and hands sorted chunks to a sink.
// Its memory is one segment of rows, and eight bytes a row to find keys that
// occur twice.
//
// # Linking a leak
//
// Load reads an index back. A leak arrives with its columns renamed, reordered,
// dropped and without a header, so Index.Recognise looks at what its columns
// hold: which cells occur in which indexed column, and, on the rows that these
// cells link, which tags agree more often than chance. Mapping.Link then links
// row by row:
//
//   - a strong identity (phone, e-mail, national id, long serial number) links
//     alone, when it belongs to one row only, and so does its hash;
//   - weak ones (names, addresses, dates, places) must agree together, some of
//     them but for a slip, by more than log2(rows) + 10 bits, on one row and no
//     other;
//   - numbers from a dense range, such as row numbers, link only when the tags
//     of other columns confirm them, or when they stand alone under the key's
//     own name.
//
// Where columns were merged, split or shifted, Mapping.Widen and Mapping.Realign
// give the row that Link wants. Link.Way says how a row was linked.
//
// Serial numbers are compared exactly, never fuzzily. A link says that the
// leak shows this row of the table; it does not say whose copy it was.
package link
