package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"telltale/internal/tsp"
	"telltale/store"
)

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// records checks that the entries commit to what the bundle says was recorded,
// and that it was recorded in an order that proves something: the copy before
// anything of the leak was seen.
func (v *verification) records() bool {
	export, err := v.recorded("export issued", store.KindIssue, v.b.Export.ID, v.b.exportDigest)
	for _, r := range []struct {
		name, kind, subject string
		digest              func() (Hash, error)
	}{
		{"scheme", store.KindScheme, fmt.Sprintf("%s/%d", v.b.Dataset.Name, v.b.Dataset.Version), v.b.schemeDigest},
		{"table", store.KindSnapshot, v.b.Snapshot.ID, v.b.snapshotDigest},
		{"export prepared", store.KindExport, v.b.Export.ID, v.b.pendingDigest},
	} {
		if err == nil {
			var before LedgerEntry
			before, err = v.recorded(r.name, r.kind, r.subject, r.digest)
			if err == nil && before.Seq >= export.Seq {
				err = fmt.Errorf("%s: entry %d was written after the copy was issued (entry %d)", r.name, before.Seq, export.Seq)
			}
		}
	}
	if err == nil {
		v.commitments, err = ParseCommitments(v.b.Export.Commitments)
	}
	if !v.check("records", err, "scheme, table and copy %s were recorded in entries up to %d, at %s", v.b.Export.ID, export.Seq, moment(export.Micros).Format(time.RFC3339)) {
		return false
	}
	return v.check("custody", v.custody(export), "%d inputs were recorded after the copy was issued", len(v.b.Sightings))
}

func (v *verification) recorded(name, kind, subject string, digest func() (Hash, error)) (LedgerEntry, error) {
	e, err := v.find(kind, subject)
	if err != nil {
		return e, fmt.Errorf("%s: %w", name, err)
	}
	d, err := digest()
	if err == nil && !bytes.Equal(d[:], e.Digest) {
		err = fmt.Errorf("it is not what entry %d recorded", e.Seq)
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", name, err)
	}
	return e, nil
}

// custody checks that every input is one that a sighting of the case recorded.
func (v *verification) custody(export LedgerEntry) error {
	seen := map[string]bool{}
	for _, s := range v.b.Sightings {
		digest := func() (Hash, error) { return s.digest(v.b.Case) }
		e, err := v.recorded("sighting", store.KindSighting, fmt.Sprintf("%s/%d", v.b.Case, s.Seq), digest)
		if err != nil {
			return err
		}
		if e.Seq <= export.Seq {
			return fmt.Errorf("sighting %d was recorded before the copy was issued", s.Seq)
		}
		seen[s.SHA256] = true
	}
	for _, in := range v.b.Inputs {
		if !seen[in.SHA256] {
			return fmt.Errorf("input %s: no sighting of the case has its digest", in.Name)
		}
	}
	if len(v.b.Inputs) == 0 {
		return errors.New("no inputs")
	}
	return nil
}

func (b *Bundle) schemeDigest() (Hash, error) {
	profile, err := hash32("profile", b.Dataset.Profile)
	s := store.Scheme{Version: b.Dataset.Version, Rules: []byte(b.Dataset.Rules), AddedAt: moment(b.Dataset.Micros), Key: b.Dataset.Key}
	return s.DigestWith(b.Dataset.Name, profile), err
}

func (b *Bundle) snapshotDigest() (Hash, error) {
	s := store.Snapshot{ID: b.Snapshot.ID, Dataset: b.Dataset.Name, Scheme: b.Dataset.Version, Rows: b.Snapshot.Rows, SHA256: b.Snapshot.SHA256,
		Index: b.Snapshot.Index, Recorded: moment(b.Snapshot.Micros)}
	return s.Digest(), nil
}

func (b *Bundle) exportDigest() (Hash, error) {
	if b.Export.State != string(store.Issued) {
		return Hash{}, fmt.Errorf("its state is %q, want %q", b.Export.State, store.Issued)
	}
	return b.digestIn(store.Issued)
}

func (b *Bundle) pendingDigest() (Hash, error) { return b.digestIn(store.Pending) }

func (b *Bundle) digestIn(state store.ExportState) (Hash, error) {
	x := b.Export
	digests := make([][32]byte, len(x.Digests))
	for i, d := range x.Digests {
		var err error
		if digests[i], err = hash32("canary", d); err != nil {
			return Hash{}, err
		}
	}
	e := store.Export{ID: x.ID, Dataset: b.Dataset.Name, Recipient: x.Recipient, Snapshot: b.Snapshot.ID, Scheme: b.Dataset.Version, State: state,
		File: x.File, SHA256: x.SHA256, Bytes: x.Bytes, Rows: x.Rows, MarkedCells: x.MarkedCells, ChangedCells: x.ChangedCells, Canaries: x.Canaries,
		Shared: x.Shared, Withheld: x.Withheld, WithholdRate: x.WithholdRate, Density: x.Density, IssuedAt: moment(x.Micros), Commitments: x.Commitments, Cover: x.Cover}
	return e.DigestWith(digests), nil
}

func (s Sighting) digest(caseName string) (Hash, error) {
	sealed, err := hash32("sighting", s.Sealed)
	record := store.Sighting{ID: s.ID, Case: caseName, Seq: s.Seq, Kind: s.Kind, SHA256: s.SHA256, SeenAt: moment(s.Seen), Recorded: moment(s.Micros)}
	return record.DigestWith(sealed), err
}

func hash32(what string, b []byte) (h Hash, err error) {
	if len(b) != len(h) {
		return h, fmt.Errorf("%s: a digest of %d bytes, want %d", what, len(b), len(h))
	}
	return Hash(b), nil
}

// stamps checks what others said of the ledger's earlier states.
func (v *verification) stamps() (string, error) {
	var said []string
	for i, s := range v.b.Stamps {
		c, err := v.continued(s)
		if err != nil {
			return "", fmt.Errorf("stamp %d: %w", i+1, err)
		}
		if len(s.Response) == 0 {
			continue
		}
		t, err := tsp.Read(s.Response)
		if err == nil && !t.Of(c.Text) {
			err = tsp.ErrResponse
		}
		if err != nil {
			return "", fmt.Errorf("stamp %d: %w", i+1, err)
		}
		said = append(said, fmt.Sprintf("entries up to %d existed at %s, says %s: %s", c.Size, t.Time.Format(time.RFC3339), t.Authority, v.covers(c)))
	}
	if len(said) == 0 {
		return "no stamp: the times are the issuer's word", nil
	}
	return strings.Join(said, "; "), nil
}

// covers tells whether a state of the ledger holds what the copy carries.
func (v *verification) covers(c store.Checkpoint) string {
	e, err := v.find(store.KindExport, v.b.Export.ID)
	switch {
	case err != nil:
		return "the copy is not in the ledger"
	case e.Seq > c.Size:
		return fmt.Sprintf("the copy was recorded LATER, as entry %d, and it says nothing of when", e.Seq)
	}
	return fmt.Sprintf("what the copy carries was fixed by then, as entry %d", e.Seq)
}

// continued checks that the bundle's ledger continues an earlier checkpoint.
func (v *verification) continued(s LedgerStamp) (store.Checkpoint, error) {
	c, _, err := v.readCheckpoint(s.Checkpoint)
	if err == nil {
		err = store.VerifyConsistency(c, v.checkpoint, plain(s.Proof))
	}
	return c, err
}

// kept checks that a checkpoint that was kept elsewhere is among those that
// the bundle's ledger is proved to continue.
func (v *verification) kept() (string, error) {
	if string(v.options.Checkpoint) == v.b.Checkpoint {
		return "it is the bundle's own: " + v.covers(v.checkpoint), nil
	}
	for _, s := range v.b.Stamps {
		if s.Checkpoint == string(v.options.Checkpoint) {
			c, err := v.continued(s)
			return fmt.Sprintf("the bundle's ledger continues its %d entries: %s", c.Size, v.covers(c)), err
		}
	}
	return "", errors.New("the bundle has no proof about it: pack it with evidence pack --checkpoint")
}
