package store

import "time"

// Entry is one line of the ledger. Hash covers every other field and the hash
// of the entry before it, so that no entry can be changed, removed or moved
// without changing all that follow.
type Entry struct {
	Seq     int64 // from 1, without gaps
	At      time.Time
	Kind    string   // what was recorded: recipient, scheme, snapshot, export, issue, case, sighting, fact, note...
	Subject string   // which one
	Digest  [32]byte // of the record as stored, see the Digest methods
	Prev    [32]byte // Hash of the entry before, zero for the first
	Hash    [32]byte
}

// Head is the ledger's signed end: it detects the loss of the last entries.
type Head struct {
	Seq       int64
	Hash      [32]byte
	Signature []byte // Signer.Sign over Seq and Hash
}
