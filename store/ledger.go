package store

import (
	"crypto/sha256"
	"crypto/subtle"
	"time"
)

// Entry is one line of the ledger. Hash covers every other field and the hash
// of the entry before it, so that no entry can be changed, removed or moved
// without changing all that follow.
type Entry struct {
	Seq     int64 // from 1, without gaps
	At      time.Time
	Kind    string   // what was recorded, see the Kind constants; any other is a note
	Subject string   // which one
	Digest  [32]byte // of the record as stored, see the Digest methods
	Prev    [32]byte // Hash of the entry before, zero for the first
	Hash    [32]byte
}

// Head is the ledger's signed end: it detects the loss of the last entries.
type Head struct {
	Seq       int64
	Hash      [32]byte
	Signature []byte // Signer.Sign over Message
}

// Kinds of the entries that commit to records. Notes must not use them.
const (
	KindKey       = "key"       // subject: id of the key
	KindRecipient = "recipient" // name
	KindContact   = "contact"   // kind/lookup, 16 hexadecimal digits; as it was added
	KindAllot     = "allot"     // the same contact, with its owner
	KindDataset   = "dataset"   // name
	KindScheme    = "scheme"    // dataset/version
	KindSnapshot  = "snapshot"  // id
	KindExport    = "export"    // id; the export as pending, with its canaries
	KindIssue     = "issue"     // id; the export as issued, with its canaries
	KindCase      = "case"      // name
	KindSighting  = "sighting"  // case/seq
	KindFact      = "fact"      // case/seq
)

// IsRecord tells whether entries of that kind commit to a record.
func IsRecord(kind string) bool {
	switch kind {
	case KindKey, KindRecipient, KindContact, KindAllot, KindDataset, KindScheme, KindSnapshot,
		KindExport, KindIssue, KindCase, KindSighting, KindFact:
		return true
	}
	return false
}

// NextEntry makes the entry that follows the head h.
func NextEntry(h Head, at time.Time, kind, subject string, digest [32]byte) Entry {
	e := Entry{Seq: h.Seq + 1, At: Time(at), Kind: kind, Subject: subject, Digest: digest, Prev: h.Hash}
	e.Hash = e.sum()
	return e
}

// Follows tells whether e is intact and comes right after h.
func (e Entry) Follows(h Head) bool {
	return e.Seq == h.Seq+1 && e.Prev == h.Hash && e.Hash == e.sum()
}

// Head returns the head of a ledger that ends with e, not yet signed.
func (e Entry) Head() Head { return Head{Seq: e.Seq, Hash: e.Hash} }

func (e Entry) sum() [32]byte {
	d := open("entry")
	d.int(e.Seq)
	d.time(e.At)
	d.text(e.Kind)
	d.text(e.Subject)
	d.hash(e.Digest)
	d.hash(e.Prev)
	return d.sum()
}

// Message is what the signature of a head is over.
func (h Head) Message() []byte {
	d := open("head")
	d.int(h.Seq)
	d.hash(h.Hash)
	return d.buf
}

// Signed returns h with the signature by s.
func (h Head) Signed(s Signer) Head {
	h.Signature = s.Sign(h.Message())
	return h
}

// SignedBy tells whether the signature of h is the one that s makes.
func (h Head) SignedBy(s Signer) bool {
	want := s.Sign(h.Message())
	return len(want) > 0 && subtle.ConstantTimeCompare(want, h.Signature) == 1
}

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

func sum(b []byte) [32]byte { return sha256.Sum256(b) }
