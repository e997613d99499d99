package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// Erasure is one act of taking content out of records: a person who is to be
// forgotten, or copies that are retired. The records keep the digests under
// which the ledger knows them; the erasure commits to what stands there now.
type Erasure struct {
	Seq     int    // from 1; set by the store
	Kind    string // forget or retire
	At      time.Time
	Sealed  []byte   // what the caller says of it
	Changes []Change // in the order in which they were made; set by the store
}

// Kinds of erasures.
const (
	Forget = "forget"
	Retire = "retire"
)

// Change is what an erasure did to one record.
type Change struct {
	Kind    string // of the record: KindSnapshot, KindScheme, KindSighting, KindAllot, KindCanary or KindExport
	Subject string
	// Before and After are the digests of the content that was changed: the
	// index of a snapshot, the SHA-256 of a scheme's profile or of what is
	// sealed in a sighting, the digest of a canary or of a contact with its owner. They are zero for an export,
	// whose own record is not changed by its retirement.
	Before, After [32]byte
}

// KindCanary is the kind of changes to canaries, which have no entry of their own.
const KindCanary = "canary"

// Eraser is how content is taken out of records, see Tx.Erase.
type Eraser interface {
	// Chunks gives each chunk of a snapshot's index to f, and keeps what f
	// returns in its place: a chunk of the same segment, column and part.
	Chunks(snapshot string, f func(Chunk) (Chunk, error)) error
	// DropChunks removes the whole index of a snapshot.
	DropChunks(snapshot string) error
	// Profile replaces what was learned with a scheme.
	Profile(dataset string, version int, sealed []byte) error
	// Sighting replaces what is sealed in a sighting.
	Sighting(caseName string, seq int, sealed []byte) error
	// Owner gives a contact that is allotted another owner.
	Owner(kind string, lookup uint64, owner string) error
	// Retire notes that an export is retired, and empties its canaries.
	Retire(export string) error
}

// Purger is what a Store may offer besides: to remove from its file, and from
// those beside it, the bytes of what was deleted. ErrBusy when another process
// keeps it from that; it may be asked again.
type Purger interface {
	Purge(ctx context.Context) error
}

// Backuper is what a Store may offer besides: a copy of the whole registry, of
// one moment, in a new file. ErrExists when something is at path already.
type Backuper interface {
	Backup(ctx context.Context, path string) error
}

// Subject names the erasure in the ledger.
func (e Erasure) Subject() string { return strconv.Itoa(e.Seq) }

// Digest commits to every field.
func (e Erasure) Digest() [32]byte {
	d := open("erasure")
	d.int(int64(e.Seq))
	d.text(e.Kind)
	d.time(e.At)
	d.blob(e.Sealed)
	d.int(int64(len(e.Changes)))
	for _, c := range e.Changes {
		d.text(c.Kind)
		d.text(c.Subject)
		d.hash(c.Before)
		d.hash(c.After)
	}
	return d.sum()
}

// Subject names the canary among the changes of an erasure.
func (c Canary) Subject() string {
	shared := 0
	if c.Shared {
		shared = 1
	}
	return fmt.Sprintf("%s/%d/%d", c.Export, shared, c.Slot)
}

// Emptied is what is left of a canary whose export was retired.
func (c Canary) Emptied() Canary {
	return Canary{Export: c.Export, Slot: c.Slot, Shared: c.Shared, Lookups: []uint64{}, Sealed: []byte{}, Original: c.Digest()}
}

// content is the digest of what the canary holds now.
func (c Canary) content() [32]byte {
	c.Original = [32]byte{}
	return c.Digest()
}

// IndexSum is the digest of an index as an erasure notes it.
func IndexSum(index string) (sum [32]byte, err error) {
	b, err := hex.DecodeString(index)
	if err != nil || len(b) != len(sum) {
		return sum, fmt.Errorf("digest of an index %q: %w", index, ErrCorrupt)
	}
	return [32]byte(b), nil
}

// Erased tells whether nothing of the snapshot's index is left.
func (s Snapshot) Erased() bool {
	return s.Now != s.Index && s.Now == hex.EncodeToString(sha256.New().Sum(nil))
}

// sumBefore is the digest of content as the ledger knows it.
func sumBefore(original [32]byte, content []byte) [32]byte {
	if original != ([32]byte{}) {
		return original
	}
	return sum(content)
}

// ProfileSum is the SHA-256 of the profile that was recorded with the scheme.
func (s Scheme) ProfileSum() [32]byte { return sumBefore(s.Original, s.Profile) }

// SealedSum is the SHA-256 of what was sealed when the sighting was recorded.
func (s Sighting) SealedSum() [32]byte { return sumBefore(s.Original, s.Sealed) }
