package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// recorded returns the number of the entry, which must commit to what r
// encodes.
func (v *verifier) recorded(kind, subject string, r *record) (int64, error) {
	for _, e := range v.Entries {
		if e.Kind == kind && e.Subject == subject {
			if !bytes.Equal(e.Digest, sum(r.b)) {
				return 0, fmt.Errorf("%s %s is not what entry %d recorded", kind, subject, e.Seq)
			}
			return e.Seq, nil
		}
	}
	return 0, fmt.Errorf("no entry %s %s", kind, subject)
}

func (v *verifier) records() error {
	d, s, x := v.Dataset, v.Snapshot, v.Export
	scheme := begin("scheme")
	scheme.text(d.Name)
	scheme.int(d.Version)
	scheme.bytes(sum([]byte(d.Rules)))
	scheme.bytes(d.Profile)
	scheme.int(d.Micros)
	if d.Key != "" {
		scheme.text(d.Key)
	}
	table := begin("snapshot")
	table.texts(s.ID, d.Name)
	table.ints(d.Version, s.Rows)
	table.texts(s.SHA256, s.Index)
	table.int(s.Micros)
	if len(d.Profile) != 32 || x.State != "issued" {
		return errors.New("profile or state")
	}
	issued, err := v.recorded("issue", x.ID, v.exportRecord("issued"))
	if err != nil {
		return err
	}
	for _, before := range []struct {
		kind, subject string
		r             *record
	}{{"scheme", d.Name + "/" + strconv.FormatInt(d.Version, 10), scheme}, {"snapshot", s.ID, table}, {"export", x.ID, v.exportRecord("pending")}} {
		seq, err := v.recorded(before.kind, before.subject, before.r)
		if err != nil {
			return err
		}
		if seq >= issued {
			return fmt.Errorf("%s was recorded after the copy was issued", before.kind)
		}
	}
	if len(x.Commitments) != 128 {
		return errors.New("no commitments")
	}
	return json.Unmarshal([]byte(d.Rules), &v.scheme)
}

func (v *verifier) exportRecord(state string) *record {
	x := v.Export
	r := begin("export")
	r.texts(x.ID, v.Dataset.Name, x.Recipient, v.Snapshot.ID, state, x.File, x.SHA256)
	r.ints(v.Dataset.Version, x.Bytes, x.Rows, x.MarkedCells, x.ChangedCells, x.Canaries, x.Shared, x.Withheld)
	r.float(x.WithholdRate)
	r.float(x.Density)
	r.ints(x.Micros, int64(len(x.Digests)))
	for _, d := range x.Digests {
		r.bytes(d)
	}
	if len(x.Commitments) > 0 {
		r.bytes(sum(x.Commitments))
	}
	if len(x.Cover) > 0 {
		r.texts("cover")
		r.bytes(sum(x.Cover))
	}
	return r
}

func (v *verifier) custody() error {
	issued := int64(0)
	for _, e := range v.Entries {
		if e.Kind == "issue" && e.Subject == v.Export.ID {
			issued = e.Seq
		}
	}
	seen := map[string]bool{}
	for _, s := range v.Sightings {
		r := begin("sighting")
		r.texts(s.ID, v.Case)
		r.int(s.Seq)
		r.texts(s.Kind, s.SHA256)
		r.ints(s.Seen, s.Micros)
		r.bytes(s.Sealed)
		seq, err := v.recorded("sighting", v.Case+"/"+strconv.FormatInt(s.Seq, 10), r)
		if err != nil {
			return err
		}
		if len(s.Sealed) != 32 || seq <= issued {
			return fmt.Errorf("sighting %d was recorded before the copy was issued", s.Seq)
		}
		seen[s.SHA256] = true
	}
	if len(v.Inputs) == 0 {
		return errors.New("no inputs")
	}
	for _, in := range v.Inputs {
		if !seen[in.SHA256] {
			return fmt.Errorf("input %s was never recorded", in.Name)
		}
	}
	return nil
}

// receipt checks what the recipient signed, if anything.
func (v *verifier) receipt() error {
	if v.Receipt == nil {
		return nil
	}
	recipient, err := parseKey(v.Receipt.PublicKey)
	if err != nil {
		return err
	}
	text, err := v.openReceipt(recipient)
	if err != nil {
		return err
	}
	x := v.Export
	want := fmt.Sprintf("telltale receipt 1\nexport: %q\ndataset: %q\nrecipient: %q\nissued: %s\nsha256: %s\nbytes: %d\nrows: %d\ncommitments: %x\n", x.ID, v.Dataset.Name,
		x.Recipient, time.UnixMicro(x.Micros).UTC().Format(time.RFC3339Nano), x.SHA256, x.Bytes, x.Rows, sum(x.Commitments))
	if text != want {
		return errors.New("it is of another copy")
	}
	return nil
}
