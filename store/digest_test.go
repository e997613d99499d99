package store

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

func moment(n int) time.Time { return time.UnixMicro(1_700_000_000_123_456 + int64(n)).UTC() }

var (
	someRecipient = Recipient{Name: "acme", Kind: "partner", Parent: "mother", Note: []byte("sealed note"), AddedAt: moment(1)}
	someContact   = Contact{Kind: "phone", Lookup: 0xfedcba9876543210, Sealed: []byte("sealed"), Owner: "orders/acme/3", Order: 7, AddedAt: moment(2)}
	someTerm      = Term{Kind: "phone", Lookup: 0xfedcba9876543210, Seq: 2, Owner: "orders/zeta/3", Since: moment(14)}
	somePolicy    = Policy{Kind: "phone", Seq: 2, Reuse: "365d", At: moment(15)}
	someDataset   = Dataset{Name: "orders", AddedAt: moment(3)}
	someScheme    = Scheme{Version: 2, Rules: []byte(`{"density":0.5}`), Profile: []byte("sealed profile"), AddedAt: moment(4)}
	someSnapshot  = Snapshot{ID: "s1", Dataset: "orders", Scheme: 2, Rows: 1000, SHA256: "aa", Index: "bb", Recorded: moment(5)}
	someChunk     = Chunk{Segment: 1, Column: "phone", Part: "hashes", Data: []byte{1, 2, 3}}
	someExport    = Export{ID: "e1", Dataset: "orders", Recipient: "acme", Snapshot: "s1", Scheme: 2, State: Pending, File: "out.csv", SHA256: "cc",
		Bytes: 12345, Rows: 990, MarkedCells: 400, ChangedCells: 190, Canaries: 2, Shared: 1, Withheld: 10, WithholdRate: 0.01, Density: 0.5, IssuedAt: moment(6), Commitments: []byte("roots")}
	someCanary   = Canary{Export: "e1", Slot: 4, Shared: true, Lookups: []uint64{1, 1 << 63}, Sealed: []byte("sealed canary")}
	someCase     = Case{Name: "spring", OpenedAt: moment(7)}
	someSighting = Sighting{ID: "x", Case: "spring", Seq: 2, Kind: "file", SHA256: "dd", SeenAt: moment(8), Recorded: moment(9), Sealed: []byte("reading")}
	someStamp    = Stamp{Size: 12, Checkpoint: []byte("checkpoint"), Response: []byte("response"), Recorded: moment(12)}
	someErasure  = Erasure{Seq: 3, Kind: Forget, At: moment(13), Sealed: []byte("statement"), Changes: []Change{
		{Kind: KindSnapshot, Subject: "s1", Before: [32]byte{1}, After: [32]byte{2}}, {Kind: KindSighting, Subject: "spring/2", Before: [32]byte{3}, After: [32]byte{4}}}}
	someKey       = Key{ID: "0123", Role: Issuing, Public: "telltale/0123+00000000+AA==", Box: []byte{1, 2}, Anchor: []byte("anchor"), Certificate: []byte("note"), AddedAt: moment(13)}
	someSecret    = Secret{Holder: "0123", Subject: "era/4567", Sealed: []byte("sealed")}
	coveredExport = Export{ID: "e2", Dataset: "orders", Recipient: "acme", Snapshot: "s1", Scheme: 2, State: Issued, File: "out.csv", SHA256: "cc", IssuedAt: moment(6), Cover: []byte("cover")}
	keyedScheme   = Scheme{Version: 2, Rules: []byte(`{"density":0.5}`), Profile: []byte("sealed profile"), Key: "0123", AddedAt: moment(4)}
	someFact      = Fact{Case: "spring", Seq: 3, Basis: "chat", Recorded: moment(10), Sealed: []byte("fact")}
)

// digests gives the digest of each record above, or of one put in its place.
var digests = map[string]struct {
	record any
	digest func(any) [32]byte
}{
	"recipient": {someRecipient, func(v any) [32]byte { return v.(Recipient).Digest() }},
	"contact":   {someContact, func(v any) [32]byte { return v.(Contact).Digest() }},
	"term":      {someTerm, func(v any) [32]byte { return v.(Term).Digest() }},
	"policy":    {somePolicy, func(v any) [32]byte { return v.(Policy).Digest() }},
	"scheme":    {someScheme, func(v any) [32]byte { return v.(Scheme).Digest("orders") }},
	"snapshot":  {someSnapshot, func(v any) [32]byte { return v.(Snapshot).Digest() }},
	"chunk":     {someChunk, func(v any) [32]byte { return v.(Chunk).Digest() }},
	"export":    {someExport, func(v any) [32]byte { return v.(Export).Digest([]Canary{someCanary}) }},
	"canary":    {someCanary, func(v any) [32]byte { return v.(Canary).Digest() }},
	"case":      {someCase, func(v any) [32]byte { return v.(Case).Digest() }},
	"sighting":  {someSighting, func(v any) [32]byte { return v.(Sighting).Digest() }},
	"stamp":     {someStamp, func(v any) [32]byte { return v.(Stamp).Digest() }},
	"erasure":   {someErasure, func(v any) [32]byte { return v.(Erasure).Digest() }},
	"fact":      {someFact, func(v any) [32]byte { return v.(Fact).Digest() }},
	"grant":     {someKey, func(v any) [32]byte { return v.(Key).Digest() }},
	"secret":    {someSecret, func(v any) [32]byte { return v.(Secret).Digest() }},

	"export with cover": {coveredExport, func(v any) [32]byte { return v.(Export).Digest(nil) }},

	"scheme of a key": {keyedScheme, func(v any) [32]byte { return v.(Scheme).Digest("orders") }},
}

// byErasure are fields that erasures set, and commit to, and those that are
// records themselves.
var byErasure = map[string]bool{"snapshot.Now": true, "export.Retired": true, "export with cover.Retired": true, "contact.Terms": true}

// TestDigestsCoverEveryField changes each field in turn; a field that is
// added later is covered by this test at once.
func TestDigestsCoverEveryField(t *testing.T) {
	for name, d := range digests {
		base := d.digest(d.record)
		kind := reflect.TypeOf(d.record)
		for i := range kind.NumField() {
			if byErasure[name+"."+kind.Field(i).Name] {
				continue
			}
			changed := reflect.New(kind).Elem()
			changed.Set(reflect.ValueOf(d.record))
			if set := kind.Field(i).Name; name == "grant" && (set == "Granted" || set == "Ended") {
				continue // of ledger entries, which say it themselves
			}
			alter(t, changed.Field(i))
			if d.digest(changed.Interface()) == base {
				t.Errorf("%s: the digest does not cover %s", name, kind.Field(i).Name)
			}
		}
	}
	other := someDataset
	other.Name = "people"
	later := someDataset
	later.AddedAt = moment(99)
	if someDataset.Digest() == other.Digest() || someDataset.Digest() == later.Digest() {
		t.Error("dataset: the digest does not cover a field")
	}
	if someScheme.Digest("orders") == someScheme.Digest("people") {
		t.Error("scheme: the digest does not cover the dataset")
	}
	if someExport.Digest(nil) == someExport.Digest([]Canary{someCanary}) {
		t.Error("export: the digest does not cover its canaries")
	}
}

func alter(t *testing.T, f reflect.Value) {
	switch v := f.Interface().(type) {
	case time.Time:
		f.Set(reflect.ValueOf(v.Add(time.Microsecond)))
	case []byte:
		f.SetBytes(append(bytes.Clone(v), 0))
	case [32]byte:
		v[7]++
		f.Set(reflect.ValueOf(v))
	case []Change:
		other := v[1]
		other.After[31]++
		f.Set(reflect.ValueOf([]Change{v[0], other}))
	case []uint64:
		f.Set(reflect.ValueOf([]uint64{v[1], v[0]}))
	default:
		switch f.Kind() {
		case reflect.String:
			f.SetString(f.String() + "x")
		case reflect.Int, reflect.Int64:
			f.SetInt(f.Int() + 1)
		case reflect.Uint64:
			f.SetUint(f.Uint() + 1)
		case reflect.Float64:
			f.SetFloat(f.Float() + 0.001)
		case reflect.Bool:
			f.SetBool(!f.Bool())
		default:
			t.Fatalf("no way to alter a %s", f.Type())
		}
	}
}

// TestDigestsAreUnambiguous moves bytes between neighbouring fields.
func TestDigestsAreUnambiguous(t *testing.T) {
	a, b := someRecipient, someRecipient
	a.Name, a.Kind = "ab", "c"
	b.Name, b.Kind = "a", "bc"
	if a.Digest() == b.Digest() {
		t.Error("two recipients have one digest")
	}
	c, d := someCanary, someCanary
	c.Lookups, d.Lookups = nil, []uint64{0}
	if c.Digest() == d.Digest() {
		t.Error("two canaries have one digest")
	}
	if (Case{Name: "x", OpenedAt: moment(0)}).Digest() == (Dataset{Name: "x", AddedAt: moment(0)}).Digest() {
		t.Error("records of two kinds have one digest")
	}
}

func TestTimesAreKeptToTheMicrosecond(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 123456789, time.FixedZone("", 3600))
	r := someRecipient
	r.AddedAt = at
	kept := r
	kept.AddedAt = Time(at)
	if r.Digest() != kept.Digest() || kept.AddedAt.Location() != time.UTC || at.Sub(kept.AddedAt) != 789 {
		t.Errorf("time %v is kept as %v", at, kept.AddedAt)
	}
	if !Time(time.Time{}).IsZero() {
		t.Error("no time is kept as a time")
	}
}

// TestLeaf checks that a leaf depends on every field of its entry.
func TestLeaf(t *testing.T) {
	e := NewEntry(41, moment(1), KindCase, "spring", someCase.Digest())
	if e.Seq != 42 || e.Salt == NewEntry(41, moment(1), KindCase, "spring", someCase.Digest()).Salt {
		t.Errorf("entry %d with salt %x", e.Seq, e.Salt)
	}
	kind := reflect.TypeOf(e)
	for i := range kind.NumField() {
		other := reflect.New(kind).Elem()
		other.Set(reflect.ValueOf(e))
		if f := other.Field(i); f.Kind() == reflect.Array {
			f.Index(f.Len() - 1).SetUint(f.Index(f.Len()-1).Uint() ^ 1)
		} else {
			alter(t, f)
		}
		if other.Interface().(Entry).LeafHash() == e.LeafHash() {
			t.Errorf("an entry with another %s has the same leaf", kind.Field(i).Name)
		}
	}
}

// TestVectors holds the encodings to testdata/vectors.json: what an old
// ledger committed to must be computed the same for ever.
func TestVectors(t *testing.T) {
	v := map[string]any{}
	for name, d := range digests {
		v[name] = vector(d.record, d.digest(d.record))
	}
	v["dataset"] = vector(someDataset, someDataset.Digest())
	v["key"] = vector("0123456789abcdef", KeyDigest("0123456789abcdef"))
	v["note"] = vector([]string{"reveal", "e1", "detail"}, NoteDigest("reveal", "e1", []byte("detail")))
	var index IndexDigest
	index.Add(someChunk)
	index.Add(Chunk{})
	v["index of chunk and an empty one"] = index.Hex()
	e := Entry{Seq: 42, At: Time(moment(11)), Kind: KindCase, Subject: "spring", Digest: someCase.Digest(), Salt: [16]byte{1, 2, 3}}
	hash := e.LeafHash()
	v["entry"] = map[string]any{"seq": e.Seq, "at": e.At.UnixMicro(), "kind": e.Kind, "subject": e.Subject, "digest": hex.EncodeToString(e.Digest[:]),
		"salt": hex.EncodeToString(e.Salt[:]), "leaf hash": hex.EncodeToString(hash[:])}
	tree := NewTree()
	for i := range int64(5) {
		if err := tree.Append(Entry{Seq: i + 1, At: Time(moment(int(i))), Kind: "n"}); err != nil {
			t.Fatal(err)
		}
	}
	root := tree.Root()
	v["tree of five entries"] = map[string]any{"root": hex.EncodeToString(root[:]), "edge": hex.EncodeToString(tree.Edge())}
	v["checkpoint"] = Checkpoint{Origin: "telltale/0123456789abcdef", Size: 5, Root: root}.body()
	v["checkpoint of a later writer"] = Checkpoint{Origin: "telltale/0123456789abcdef", Size: 5, Root: root, Since: 4}.body()
	v["revoke"] = vector("0123456789abcdef", RevokeDigest("0123456789abcdef"))
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("testdata/vectors.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("encodings have changed; got\n%s", got)
	}
}

func vector(record any, digest [32]byte) map[string]any {
	return map[string]any{"record": record, "digest": hex.EncodeToString(digest[:])}
}
