// Package erase takes people and old copies out of a registry, says what is
// lost by it, and proves that nothing else changed.
//
//	found, err := erase.Find(ctx, tx, master, erase.Request{Contacts: []string{"ann@example.org"}})
//	statement, err := found.Forget(ctx, tx, codec, now)   // in the same transaction
//	checks, err := erase.Check(ctx, tx, master)           // any time later
//
// A person is known by contacts: e-mail addresses, telephone numbers, personal
// numbers, long serial numbers. Their rows are those that hold one of them, and
// those of other snapshots that have the key of such a row. Of the rows the link
// index loses everything, profiles lose the sampled rows, and sightings lose what
// was read from them. What stays is in docs/format/erasures.md: numbers of rows,
// and for each export two hashes a row, without which the rows of others could
// not be proven.
//
// It writes through store.Tx.Erase, so the ledger commits to every change. The
// bytes of what was erased are purged by the caller (store.Purger).
package erase

import (
	"encoding/json"
	"fmt"
	"time"

	"telltale/internal/evidence"
	"telltale/internal/key"
	"telltale/match"
	"telltale/store"
)

// Statement says what an erasure took away. It names no person.
type Statement struct {
	Kind      string         `json:"kind"` // forget or retire
	At        time.Time      `json:"at"`
	Contacts  int            `json:"contacts"` // that were given; 0 for retire
	Rows      int            `json:"rows"`     // of all snapshots together
	Numbers   int            `json:"numbers"`  // of the pool, that stood for the people
	Snapshots []SnapshotLoss `json:"snapshots"`
	Exports   []ExportLoss   `json:"exports"`
	Sightings []SightingLoss `json:"sightings"`
	Profiles  []ProfileLoss  `json:"profiles"`
}

// SnapshotLoss is what the index of a snapshot lost. The roots are those of the
// trees over its rows (link.RowTree), in hexadecimal; none when all rows went.
type SnapshotLoss struct {
	Snapshot string    `json:"snapshot"`
	Dataset  string    `json:"dataset"`
	Recorded time.Time `json:"recorded"`
	Rows     int64     `json:"rows"`
	Erased   int64     `json:"erased"`
	Before   string    `json:"root_before,omitempty"`
	After    string    `json:"root_after,omitempty"`
}

// ExportLoss is what can no longer be traced to an export.
type ExportLoss struct {
	Export    string    `json:"export"`
	Recipient string    `json:"recipient"`
	Dataset   string    `json:"dataset"`
	IssuedAt  time.Time `json:"issued_at"`
	Rows      int64     `json:"rows"`     // that the copy holds
	Withheld  int64     `json:"withheld"` // that were left out of it
	Marks     int64     `json:"marks"`    // marked cells of the rows that it holds
	Canaries  int       `json:"canaries"` // whose details are gone
	NoIndex   bool      `json:"no_index"` // none of its rows is found any more
}

// SightingLoss is what a sighting lost.
type SightingLoss struct {
	Case string `json:"case"`
	Seq  int    `json:"seq"`
	Kind string `json:"kind"` // file or message
	match.LostReading
}

// ProfileLoss is what was learned of a table and is gone.
type ProfileLoss struct {
	Dataset string `json:"dataset"`
	Version int    `json:"version"` // of the scheme
	Rows    int    `json:"rows"`    // that were kept as a sample
}

// record is what an erasure keeps, sealed.
type record struct {
	Statement Statement `json:"statement"`
	Kept      []kept    `json:"kept"`
}

// kept is what is left of the rows of a snapshot.
type kept struct {
	Snapshot string              `json:"snapshot"`
	Places   []int               `json:"places"` // ascending, from 0
	Leaves   []hash              `json:"leaves"` // in the tree over rows, before
	Before   hash                `json:"before"` // roots of that tree
	After    hash                `json:"after"`
	Exports  map[string]keptRows `json:"exports"` // with commitments, by id
}

// keptRows are the leaves of the rows in the trees that an export committed to.
type keptRows struct {
	Sites []hash `json:"sites"`
	Word  []hash `json:"word"`
}

func (k kept) of(export string) (out evidence.Kept) {
	rows, ok := k.Exports[export]
	if !ok || len(rows.Sites) != len(k.Places) || len(rows.Word) != len(k.Places) {
		return out
	}
	out = evidence.Kept{Sites: map[int]evidence.Hash{}, Word: map[int]evidence.Hash{}}
	for i, at := range k.Places {
		out.Sites[at], out.Word[at] = rows.Sites[i].sum, rows.Word[i].sum
	}
	return out
}

// Keys are the secrets that a registry was written with: those of each dataset,
// and, by Derive, those of what belongs to none.
type Keys interface {
	match.Keys
	key.Root
}

func sealRecord(keys Keys, kind string, at time.Time, r record) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("erasure: %w", err)
	}
	return keys.Derive("seal/erasure").Seal(plain, recordName(kind, at)), nil
}

func openRecord(keys Keys, e store.Erasure) (r record, err error) {
	plain, err := keys.Open("erasure", string(recordName(e.Kind, e.At)), e.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &r)
	}
	if err != nil {
		err = fmt.Errorf("erasure %d: %w", e.Seq, err)
	}
	return r, err
}

func recordName(kind string, at time.Time) []byte {
	return fmt.Appendf(nil, "%s/%d", kind, store.Time(at).UnixMicro())
}

// Statements are what all erasures of a registry say of themselves.
func Statements(tx store.Tx, keys Keys) ([]Statement, error) {
	list, err := tx.Erasures()
	out := []Statement{}
	for _, e := range list {
		if err != nil {
			break
		}
		var r record
		r, err = openRecord(keys, e)
		out = append(out, r.Statement)
	}
	return out, err
}

// Kept is what is left of the forgotten rows of an export: an
// evidence.Committer needs it to prove the others.
func Kept(tx store.Tx, keys Keys, export store.Export) (evidence.Kept, error) {
	out := evidence.Kept{Sites: map[int]evidence.Hash{}, Word: map[int]evidence.Hash{}}
	list, err := tx.Erasures()
	if err != nil {
		return out, err
	}
	for _, e := range list {
		r, err := openRecord(keys, e)
		if err != nil {
			return out, err
		}
		for _, k := range r.Kept {
			if k.Snapshot == export.Snapshot {
				add(out, k.of(export.ID))
			}
		}
	}
	return out, nil
}

func add(to, from evidence.Kept) {
	for at, h := range from.Sites {
		to.Sites[at] = h
	}
	for at, h := range from.Word {
		to.Word[at] = h
	}
}
