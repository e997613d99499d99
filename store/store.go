// Package store is the contract between the program and its registry.
//
// A registry remembers what was issued to whom, and what was found later:
// recipients, contacts for canaries, datasets with their versioned schemes,
// snapshots with their link index, exports, sealed canaries, cases with their
// sightings and facts, erasures, and an append-only ledger that commits to all of them.
//
// A registry can be stolen. Nothing in it is readable personal data and
// nothing in it is a secret: values are keyed hashes, or sealed by the caller
// before they arrive here. This package seals and hashes nothing with a key;
// it is a leaf that imports no other package of the program.
//
// Backends live in sub-packages and pass the suite in storetest.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors that every backend returns, wrapped with the name concerned.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrBusy     = errors.New("registry is in use by another process")
	ErrSchema   = errors.New("registry was written by a newer version")
	ErrCorrupt  = errors.New("registry is damaged")
	ErrWrongKey = errors.New("registry belongs to another key")
	ErrInvalid  = errors.New("not a valid record")
	ErrReadOnly = errors.New("registry was opened for reading only")
	ErrRole     = errors.New("this key may not do that")
)

// MissingError names a record that is not there. It is an ErrNotFound.
type MissingError struct {
	What string // recipient, dataset, export, case, ...
	Name string
}

func (e *MissingError) Error() string { return fmt.Sprintf("%s %q: %v", e.What, e.Name, ErrNotFound) }
func (e *MissingError) Unwrap() error { return ErrNotFound }

// Store is one registry. Its methods are safe for concurrent use, and several
// processes may have the same registry open.
type Store interface {
	// View runs f on a consistent snapshot of the registry.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f in one transaction: everything it wrote is kept if f
	// returns nil, nothing otherwise.
	Update(ctx context.Context, f func(Tx) error) error
	Close() error
}

// Recipient is a party that receives copies: a partner, a staff account, a
// service. Names are unique.
type Recipient struct {
	Name    string
	Kind    string // partner, staff or service
	Parent  string // name of the recipient it belongs to or received from, or ""
	Note    []byte // sealed
	AddedAt time.Time
}

// Dataset is a table that copies are issued of.
type Dataset struct {
	Name    string
	Schemes []Scheme // by version, ascending; the last one marks new exports
	AddedAt time.Time
}

// Scheme is one version of a dataset's marking rules. It never changes once
// an export was made with it.
type Scheme struct {
	Version int
	Rules   []byte // JSON of the rules; no personal data
	Profile []byte // sealed: what was learned of the table
	Key     string // id of the key under which exports are made by it; "" for the registry's first
	AddedAt time.Time
	// Original is the SHA-256 of the profile that was recorded, where an erasure
	// put another in its place; else zero. Set by the store.
	Original [32]byte `json:"-"`
}

// Snapshot is one state of a dataset's table from which exports were made,
// with the link index of its rows.
type Snapshot struct {
	ID       string
	Dataset  string
	Scheme   int // version
	Rows     int64
	SHA256   string // of the input file, hex
	Index    string // digest over its chunks, hex; set by PutSnapshot
	Recorded time.Time
	Now      string `json:"-"` // digest over the chunks that are there: another than Index after an erasure; set by the store
}

// Chunk is a piece of a snapshot's link index: keyed hashes only.
type Chunk struct {
	Segment int
	Column  string
	Part    string
	Data    []byte
}

// ExportState tells how far an export got.
type ExportState string

// An export is Pending from before its file appears under its final name
// until the registry has seen it there; only then it is Issued.
const (
	Pending ExportState = "pending"
	Issued  ExportState = "issued"
)

// Export is one marked copy issued to one recipient.
type Export struct {
	ID           string
	Dataset      string
	Recipient    string
	Snapshot     string
	Scheme       int
	State        ExportState
	File         string // path given by the user; "-" for standard output
	SHA256       string // of the delivered bytes, hex
	Bytes        int64
	Rows         int64
	MarkedCells  int64
	ChangedCells int64
	Canaries     int
	Shared       int
	Withheld     int64
	WithholdRate float64
	Density      float64
	IssuedAt     time.Time
	Commitments  []byte    // see internal/evidence; empty in exports of registries of version 1
	Cover        []byte    `json:",omitempty"` // see canary.Cover; empty where all rows are withheld at one rate
	Retired      time.Time `json:"-"`          // when its canaries, and as a rule its index, were erased; zero while it is not. Set by the store
}

// Canary is a fabricated identity that one export carries.
type Canary struct {
	Export  string
	Slot    int
	Shared  bool
	Lookups []uint64 // keyed hashes of its identities, for recognition
	Sealed  []byte   // the row and its identities
	// Original is the digest of the canary that was recorded, where its export is
	// retired and nothing else is left of it; else zero. Set by the store.
	Original [32]byte `json:"-"`
}

// Case gathers sightings and facts about one suspected leak.
type Case struct {
	Name     string
	OpenedAt time.Time
}

// Sighting is a leak file or a message that was examined.
type Sighting struct {
	ID       string
	Case     string
	Seq      int    // position within the case, from 1; set by the store
	Kind     string // file or message
	SHA256   string // of the bytes examined, hex
	SeenAt   time.Time
	Recorded time.Time
	Sealed   []byte // what was read from it
	// Original is the SHA-256 of what was sealed at first, where an erasure put
	// something else in its place; else zero. Set by the store.
	Original [32]byte `json:"-"`
}

// Fact is a statement about who had what from whom, made by the user.
type Fact struct {
	Case     string
	Seq      int // position within the case, from 1; set by the store
	Basis    string
	Recorded time.Time
	Sealed   []byte // from, to, note and time
}

// Stamp is what a time-stamping authority said of a checkpoint (RFC 3161).
type Stamp struct {
	Size       int64  // of the ledger at that checkpoint, > 0
	Checkpoint []byte // its text, which the authority saw the SHA-256 of
	Response   []byte // DER
	Recorded   time.Time
}

// Tx is a transaction. Every verb that writes also appends the entry to the
// ledger that commits to what it wrote. Lists are in order of arrival unless
// stated otherwise. The methods must not be called after the function that was
// given the Tx has returned.
type Tx interface {
	// KeyID tells with which key the registry began ("" when new); SetKeyID
	// binds it, once: ErrExists after that, unless the id is the same.
	KeyID() (string, error)
	SetKeyID(id string) error

	// Keys are those that may write, by when they were added, also those that
	// ended; none for a registry whose only key has no record.
	Keys() ([]Key, error)
	AddKey(Key) error // ErrExists
	// EndKey ends what a key may do, and takes away the secrets it holds.
	EndKey(id string) error
	AddSecret(Secret) error // ErrExists; ErrNotFound for an unknown or ended holder
	Secrets(holder string) ([]Secret, error)

	AddRecipient(Recipient) error // ErrExists; ErrNotFound for an unknown parent
	Recipient(name string) (Recipient, error)
	Recipients() ([]Recipient, error)

	AddContacts([]Contact) (added int, err error)                // those already there are passed over
	Contacts(kind string) ([]Contact, error)                     // all kinds when kind is "", in pool order
	AllotContact(kind string, lookup uint64, owner string) error // the first owner; ErrExists when there is another
	// AddTerm gives a contact that has an owner to another holder, or retires it.
	// ErrInvalid for one that nobody has yet, or that is retired.
	AddTerm(Term) error
	AddPolicy(Policy) error
	Policies() ([]Policy, error) // by kind, ascending

	AddDataset(name string, s Scheme, at time.Time) error // ErrExists
	AddScheme(dataset string, s Scheme) error             // version must be the next one
	Dataset(name string) (Dataset, error)
	Datasets() ([]Dataset, error) // Profile of the schemes is left empty

	// PutSnapshot stores a snapshot and its chunks, which next returns until
	// io.EOF. If the dataset has one with the same id, nothing is written
	// and next is not called.
	PutSnapshot(s Snapshot, next func() (Chunk, error)) error
	Snapshot(id string) (Snapshot, error)
	Snapshots(dataset string) ([]Snapshot, error)
	// Chunks calls f for each chunk in the order in which they were put.
	Chunks(snapshot string, f func(Chunk) error) error
	// ChunksOf calls f for those of one part and column only, in the same
	// order; the others are not read.
	ChunksOf(snapshot, column, part string, f func(Chunk) error) error

	AddExport(e Export, canaries []Canary) error // ErrExists
	// IssueExport turns a pending export into an issued one; it is no error
	// if it is issued already.
	IssueExport(id string) error
	Export(id string) (Export, error)
	// Exports lists those of a dataset, or all when dataset is "", in both
	// states, by time of issue and then id.
	Exports(dataset string) ([]Export, error)
	Canaries(export string) ([]Canary, error)
	// CanaryLookups calls f for every identity of every canary.
	CanaryLookups(f func(lookup uint64, export string, slot int) error) error

	OpenCase(name string, at time.Time) (Case, error) // the case there is, or a new one
	Case(name string) (Case, error)
	Cases() ([]Case, error)
	AddSighting(Sighting) error // ErrExists for an id that the case has
	Sightings(caseName string) ([]Sighting, error)
	AddFact(Fact) error
	Facts(caseName string) ([]Fact, error)

	// Erase takes content out of records as f says, and records that: f returns
	// what the erasure says of itself, sealed. Everything else of the records
	// stays, and so do the entries that they were recorded with.
	Erase(kind string, at time.Time, f func(Eraser) (sealed []byte, err error)) (Erasure, error)
	Erasures() ([]Erasure, error)

	AddStamp(Stamp) error // ErrExists for one that is there already
	Stamps() ([]Stamp, error)

	// Note appends an entry about something that is not a record, such as the
	// reading of canaries in clear. ErrInvalid for the kind of a record.
	Note(kind, subject string, detail []byte, at time.Time) error
	// Entries calls f for the ledger's entries in order.
	Entries(f func(Entry) error) error
	// Checkpoint returns the ledger's state as it was signed last. Its
	// signature is not checked.
	Checkpoint() (Checkpoint, error)
	// Turns are the checkpoints that earlier writers signed before another key
	// went on, ascending. Together with Checkpoint they tell who wrote which
	// entries. Signatures are not checked.
	Turns() ([]Checkpoint, error)
}
