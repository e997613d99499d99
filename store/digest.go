package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"strconv"
	"time"
)

// encoder writes the fields of a record so that two different records never
// give the same bytes: integers in eight bytes, big-endian; texts after their
// length; blobs as the hash of their bytes, so that a record can be checked
// without them.
type encoder struct{ buf []byte }

// open starts the encoding of a record of that kind.
func open(kind string) *encoder {
	d := &encoder{make([]byte, 0, 256)}
	d.text("telltale/1/" + kind)
	return d
}

func (d *encoder) int(v int64)      { d.buf = binary.BigEndian.AppendUint64(d.buf, uint64(v)) }
func (d *encoder) float(v float64)  { d.int(int64(math.Float64bits(v))) }
func (d *encoder) time(t time.Time) { d.int(t.UnixMicro()) }
func (d *encoder) hash(h [32]byte)  { d.buf = append(d.buf, h[:]...) }
func (d *encoder) blob(b []byte)    { d.hash(sum(b)) }
func (d *encoder) text(s string)    { d.int(int64(len(s))); d.buf = append(d.buf, s...) }
func (d *encoder) sum() [32]byte    { return sum(d.buf) }
func (d *encoder) bool(v bool) {
	if v {
		d.int(1)
	} else {
		d.int(0)
	}
}

// Digest commits to every field.
func (r Recipient) Digest() [32]byte {
	d := open("recipient")
	d.text(r.Name)
	d.text(r.Kind)
	d.text(r.Parent)
	d.blob(r.Note)
	d.time(r.AddedAt)
	return d.sum()
}

// Digest commits to the name and time of d. Its schemes have entries of their
// own.
func (ds Dataset) Digest() [32]byte {
	d := open("dataset")
	d.text(ds.Name)
	d.time(ds.AddedAt)
	return d.sum()
}

// Subject names the scheme of that dataset in the ledger.
func (s Scheme) Subject(dataset string) string { return dataset + "/" + strconv.Itoa(s.Version) }

// Digest commits to every field of the scheme, as one of that dataset.
func (s Scheme) Digest(dataset string) [32]byte { return s.DigestWith(dataset, s.ProfileSum()) }

// DigestWith is Digest for who has only the SHA-256 of the profile.
func (s Scheme) DigestWith(dataset string, profile [32]byte) [32]byte {
	d := open("scheme")
	d.text(dataset)
	d.int(int64(s.Version))
	d.blob(s.Rules)
	d.hash(profile)
	d.time(s.AddedAt)
	if s.Key != "" {
		d.text(s.Key)
	}
	return d.sum()
}

// Digest commits to every field and, by Index, to every chunk.
func (s Snapshot) Digest() [32]byte {
	d := open("snapshot")
	d.text(s.ID)
	d.text(s.Dataset)
	d.int(int64(s.Scheme))
	d.int(s.Rows)
	d.text(s.SHA256)
	d.text(s.Index)
	d.time(s.Recorded)
	return d.sum()
}

// Digest commits to every field.
func (c Chunk) Digest() [32]byte {
	d := open("chunk")
	d.int(int64(c.Segment))
	d.text(c.Column)
	d.text(c.Part)
	d.blob(c.Data)
	return d.sum()
}

// IndexDigest computes Snapshot.Index from the chunks in their order. Its
// zero value is ready for the first.
type IndexDigest struct {
	h hash.Hash
	n int64
}

// Add takes the next chunk.
func (x *IndexDigest) Add(c Chunk) {
	if x.h == nil {
		x.h = sha256.New()
	}
	d := c.Digest()
	x.h.Write(d[:])
	x.n++
}

// Chunks is how many were added.
func (x *IndexDigest) Chunks() int64 { return x.n }

// Hex returns the digest over the chunks' digests, one after the other.
func (x *IndexDigest) Hex() string {
	if x.h == nil {
		x.h = sha256.New()
	}
	return hex.EncodeToString(x.h.Sum(nil))
}

// Digest commits to every field of the export and to its canaries in their
// order.
func (e Export) Digest(canaries []Canary) [32]byte {
	digests := make([][32]byte, len(canaries))
	for i, c := range canaries {
		digests[i] = c.Digest()
	}
	return e.DigestWith(digests)
}

// DigestWith is Digest for who has only the digests of the canaries.
func (e Export) DigestWith(canaries [][32]byte) [32]byte {
	d := open("export")
	for _, s := range []string{e.ID, e.Dataset, e.Recipient, e.Snapshot, string(e.State), e.File, e.SHA256} {
		d.text(s)
	}
	for _, v := range []int64{int64(e.Scheme), e.Bytes, e.Rows, e.MarkedCells, e.ChangedCells, int64(e.Canaries), int64(e.Shared), e.Withheld} {
		d.int(v)
	}
	d.float(e.WithholdRate)
	d.float(e.Density)
	d.time(e.IssuedAt)
	d.int(int64(len(canaries)))
	for _, c := range canaries {
		d.hash(c)
	}
	if len(e.Commitments) > 0 {
		d.blob(e.Commitments)
	}
	if len(e.Cover) > 0 {
		d.text("cover")
		d.blob(e.Cover)
	}
	return d.sum()
}

// Digest commits to every field, as they were recorded.
func (c Canary) Digest() [32]byte {
	if c.Original != ([32]byte{}) {
		return c.Original
	}
	d := open("canary")
	d.text(c.Export)
	d.int(int64(c.Slot))
	d.bool(c.Shared)
	d.int(int64(len(c.Lookups)))
	for _, l := range c.Lookups {
		d.int(int64(l))
	}
	d.blob(c.Sealed)
	return d.sum()
}

// Digest commits to every field.
func (c Case) Digest() [32]byte {
	d := open("case")
	d.text(c.Name)
	d.time(c.OpenedAt)
	return d.sum()
}

// Subject names the sighting in the ledger.
func (s Sighting) Subject() string { return s.Case + "/" + strconv.Itoa(s.Seq) }

// Digest commits to every field.
func (s Sighting) Digest() [32]byte { return s.DigestWith(s.SealedSum()) }

// DigestWith is Digest for who has only the SHA-256 of what is sealed.
func (s Sighting) DigestWith(sealed [32]byte) [32]byte {
	d := open("sighting")
	d.text(s.ID)
	d.text(s.Case)
	d.int(int64(s.Seq))
	d.text(s.Kind)
	d.text(s.SHA256)
	d.time(s.SeenAt)
	d.time(s.Recorded)
	d.hash(sealed)
	return d.sum()
}

// Subject names the fact in the ledger.
func (f Fact) Subject() string { return f.Case + "/" + strconv.Itoa(f.Seq) }

// Digest commits to every field.
func (f Fact) Digest() [32]byte {
	d := open("fact")
	d.text(f.Case)
	d.int(int64(f.Seq))
	d.text(f.Basis)
	d.time(f.Recorded)
	d.blob(f.Sealed)
	return d.sum()
}

// Digest commits to every field but the two that the store sets.
func (k Key) Digest() [32]byte {
	d := open("grant")
	d.text(k.ID)
	d.text(string(k.Role))
	d.text(k.Public)
	d.blob(k.Box)
	d.blob(k.Anchor)
	d.blob(k.Certificate)
	d.time(k.AddedAt)
	return d.sum()
}

// Entry names the secret in the ledger.
func (s Secret) Entry() string { return s.Holder + "/" + s.Subject }

// Digest commits to every field.
func (s Secret) Digest() [32]byte {
	d := open("secret")
	d.text(s.Holder)
	d.text(s.Subject)
	d.blob(s.Sealed)
	return d.sum()
}

// Subject names the stamp in the ledger.
func (s Stamp) Subject() string { return fmt.Sprintf("%d/%x", s.Size, sum(s.Response)) }

// Digest commits to every field.
func (s Stamp) Digest() [32]byte {
	d := open("stamp")
	d.int(s.Size)
	d.blob(s.Checkpoint)
	d.blob(s.Response)
	d.time(s.Recorded)
	return d.sum()
}
