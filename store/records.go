package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// The checks of Verify, one for each kind of record.

func (v *verifier) key() error {
	c := v.step("key")
	id, err := v.tx.KeyID()
	if err == nil && id != "" {
		v.match(c, KindKey, id, KeyDigest(id))
	}
	return err
}

func (v *verifier) recipients() error {
	c := v.step("recipients")
	list, err := v.tx.Recipients()
	for _, r := range list {
		v.match(c, KindRecipient, r.Name, r.Digest())
	}
	return err
}

// contacts are checked as they were added and as they were allotted.
func (v *verifier) contacts() error {
	c := v.step("contacts")
	list, err := v.tx.Contacts("")
	for _, contact := range list {
		if contact.Owner != "" {
			v.match(c, KindAllot, contact.Subject(), contact.Digest())
		}
		original := contact.Original
		contact.Original = [32]byte{}
		v.content(c, KindAllot, contact.Subject(), original, contact.Digest())
		contact.Owner = ""
		v.match(c, KindContact, contact.Subject(), contact.Digest())
		for _, t := range contact.Terms {
			v.match(c, KindTerm, t.Subject(), t.Digest())
		}
	}
	if err != nil {
		return err
	}
	policies, err := v.tx.Policies()
	for _, p := range policies {
		v.match(c, KindPolicy, p.Subject(), p.Digest())
	}
	return err
}

func (v *verifier) datasets() error {
	c := v.step("datasets and schemes")
	list, err := v.tx.Datasets()
	if err != nil {
		return err
	}
	for _, d := range list {
		v.match(c, KindDataset, d.Name, d.Digest())
		full, err := v.tx.Dataset(d.Name) // with the profiles
		if err != nil {
			return err
		}
		for _, s := range full.Schemes {
			v.match(c, KindScheme, s.Subject(d.Name), s.Digest(d.Name))
			v.content(c, KindScheme, s.Subject(d.Name), s.Original, sum(s.Profile))
		}
	}
	return nil
}

// snapshots are read with all their chunks.
func (v *verifier) snapshots() error {
	c := v.step("snapshots and link index")
	datasets, err := v.tx.Datasets()
	if err != nil {
		return err
	}
	for _, d := range datasets {
		list, err := v.tx.Snapshots(d.Name)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := v.snapshot(c, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) snapshot(c *Check, s Snapshot) error {
	v.match(c, KindSnapshot, s.ID, s.Digest())
	var index IndexDigest
	err := v.tx.Chunks(s.ID, func(chunk Chunk) error {
		index.Add(chunk)
		return v.ctx.Err()
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	c.Count += index.Chunks()
	if err := v.index(c, s); err != nil {
		return err
	}
	if index.Hex() != s.Now {
		c.fail("snapshot %q: its link index is not the one that was recorded (%d chunks read)", s.ID, index.Chunks())
	}
	return nil
}

// exports are checked as they were added, pending, and as they were issued.
func (v *verifier) exports() error {
	c := v.step("exports and canaries")
	list, err := v.tx.Exports("")
	if err != nil {
		return err
	}
	for _, e := range list {
		canaries, err := v.tx.Canaries(e.ID)
		if err != nil {
			return err
		}
		c.Count += int64(len(canaries))
		for _, x := range canaries {
			v.content(c, KindCanary, x.Subject(), x.Original, x.content())
		}
		v.retired(c, e)
		if v.has(KindIssue, e.ID) {
			v.match(c, KindIssue, e.ID, e.Digest(canaries))
			e.State = Pending
		}
		v.match(c, KindExport, e.ID, e.Digest(canaries))
	}
	return nil
}

// lookups compares what CanaryLookups gives with the canaries themselves: a
// backend may keep them apart.
func (v *verifier) lookups() error {
	c := v.step("canary lookups")
	found := map[string]multiset{}
	err := v.tx.CanaryLookups(func(lookup uint64, export string, slot int) error {
		c.Count++
		found[export] = found[export].add(lookup, slot)
		return v.ctx.Err()
	})
	if err != nil {
		return err
	}
	list, err := v.tx.Exports("")
	if err != nil {
		return err
	}
	for _, e := range list {
		canaries, err := v.tx.Canaries(e.ID)
		if err != nil {
			return err
		}
		var want multiset
		for _, canary := range canaries {
			for _, l := range canary.Lookups {
				want = want.add(l, canary.Slot)
			}
		}
		if found[e.ID] != want {
			c.fail("export %q: its canaries would not be recognised by what they carry", e.ID)
		}
		delete(found, e.ID)
	}
	for range found {
		c.fail("canary lookups: an export that there is not is named")
	}
	return nil
}

// multiset is a digest of lookups that does not depend on their order.
type multiset struct{ n, a, b uint64 }

func (m multiset) add(lookup uint64, slot int) multiset {
	var in [16]byte
	binary.BigEndian.PutUint64(in[:8], lookup)
	binary.BigEndian.PutUint64(in[8:], uint64(slot))
	h := sha256.Sum256(in[:])
	return multiset{m.n + 1, m.a + binary.BigEndian.Uint64(h[:8]), m.b + binary.BigEndian.Uint64(h[8:16])}
}

func (v *verifier) cases() error {
	c := v.step("cases, sightings and facts")
	list, err := v.tx.Cases()
	if err != nil {
		return err
	}
	for _, k := range list {
		v.match(c, KindCase, k.Name, k.Digest())
		sightings, err := v.tx.Sightings(k.Name)
		if err != nil {
			return err
		}
		for _, s := range sightings {
			v.match(c, KindSighting, s.Subject(), s.Digest())
			v.content(c, KindSighting, s.Subject(), s.Original, sum(s.Sealed))
		}
		facts, err := v.tx.Facts(k.Name)
		if err != nil {
			return err
		}
		for _, f := range facts {
			v.match(c, KindFact, f.Subject(), f.Digest())
		}
	}
	return nil
}

func (v *verifier) stamps() error {
	c := v.step("time stamps")
	list, err := v.tx.Stamps()
	for _, s := range list {
		v.match(c, KindStamp, s.Subject(), s.Digest())
	}
	return err
}
