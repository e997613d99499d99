package store

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
)

// Entry is one line of the ledger: a leaf of its Merkle tree.
type Entry struct {
	Seq     int64 // from 1, without gaps; the index of its leaf is Seq-1
	At      time.Time
	Kind    string   // what was recorded, see the Kind constants; any other is a note
	Subject string   // which one
	Digest  [32]byte // of the record as stored, see the Digest methods
	Salt    [16]byte // random, so that a leaf's hash says nothing of what it holds
}

// Kinds of the entries that commit to records. Notes must not use them.
const (
	KindKey       = "key"       // subject: id of the key
	KindRecipient = "recipient" // name
	KindContact   = "contact"   // kind/lookup, 16 hexadecimal digits; as it was added
	KindAllot     = "allot"     // the same contact, with its owner
	KindTerm      = "term"      // the same and a number: who holds it from then on
	KindPolicy    = "policy"    // kind of contacts/a number
	KindDataset   = "dataset"   // name
	KindScheme    = "scheme"    // dataset/version
	KindSnapshot  = "snapshot"  // id
	KindExport    = "export"    // id; the export as pending, with its canaries
	KindIssue     = "issue"     // id; the export as issued, with its canaries
	KindCase      = "case"      // name
	KindSighting  = "sighting"  // case/seq
	KindFact      = "fact"      // case/seq
	KindStamp     = "stamp"     // size/SHA-256 of the response, in hexadecimal
	KindErasure   = "erasure"   // its number
	KindGrant     = "grant"     // id of a key that may write from then on
	KindRevoke    = "revoke"    // id of a key that may write no more
	KindSecret    = "secret"    // id of its holder/what it is
)

// IsRecord tells whether entries of that kind commit to a record.
func IsRecord(kind string) bool {
	switch kind {
	case KindKey, KindRecipient, KindContact, KindAllot, KindTerm, KindPolicy, KindDataset, KindScheme, KindSnapshot,
		KindExport, KindIssue, KindCase, KindSighting, KindFact, KindStamp, KindErasure, KindGrant, KindRevoke, KindSecret:
		return true
	}
	return false
}

// NewEntry makes the entry that follows a ledger of that size.
func NewEntry(size int64, at time.Time, kind, subject string, digest [32]byte) Entry {
	e := Entry{Seq: size + 1, At: Time(at), Kind: kind, Subject: subject, Digest: digest}
	rand.Read(e.Salt[:]) // never fails
	return e
}

// Leaf is the content of the entry's leaf: every field, and nothing twice.
func (e Entry) Leaf() []byte {
	d := open("leaf")
	d.int(e.Seq)
	d.time(e.At)
	d.text(e.Kind)
	d.text(e.Subject)
	d.hash(e.Digest)
	d.buf = append(d.buf, e.Salt[:]...)
	return d.buf
}

// LeafHash is the hash of the leaf by RFC 6962.
func (e Entry) LeafHash() [32]byte { return [32]byte(rfc6962.DefaultHasher.HashLeaf(e.Leaf())) }

// Time is how every backend keeps a time: in UTC, to the microsecond.
func Time(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }

// NoteDigest is the digest of an entry that Tx.Note appends.
func NoteDigest(kind, subject string, detail []byte) [32]byte {
	d := open("note")
	d.text(kind)
	d.text(subject)
	d.blob(detail)
	return d.sum()
}

// KeyDigest is the digest of the entry that SetKeyID appends.
func KeyDigest(id string) [32]byte {
	d := open("key")
	d.text(id)
	return d.sum()
}

// RevokeDigest is the digest of the entry that EndKey appends.
func RevokeDigest(id string) [32]byte {
	d := open("revoke")
	d.text(id)
	return d.sum()
}

// Chain1 follows the chain of hashes that registries of version 1 kept instead
// of a tree, so that only an intact one is taken over. Its zero value is the
// beginning.
type Chain1 struct {
	Seq  int64
	Hash [32]byte
}

// Next takes an entry with the hash before it and its own, or says why it does
// not follow.
func (c *Chain1) Next(e Entry, prev, hash [32]byte) error {
	d := open("entry")
	d.int(e.Seq)
	d.time(e.At)
	d.text(e.Kind)
	d.text(e.Subject)
	d.hash(e.Digest)
	d.hash(prev)
	if e.Seq != c.Seq+1 || prev != c.Hash || hash != d.sum() {
		return fmt.Errorf("%w: ledger entry %d does not follow entry %d: it was altered, or one before it is missing", ErrCorrupt, e.Seq, c.Seq)
	}
	c.Seq, c.Hash = e.Seq, hash
	return nil
}

// Message is what the head of version 1 was signed over.
func (c Chain1) Message() []byte {
	d := open("head")
	d.int(c.Seq)
	d.hash(c.Hash)
	return d.buf
}

func sum(b []byte) [32]byte { return sha256.Sum256(b) }
