package store

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Role is what a key may do.
type Role string

// A whole key may do everything. An issuing key registers datasets and makes
// exports; an investigating key records what is found, and decides.
const (
	Whole         Role = "whole"
	Issuing       Role = "issuing"
	Investigating Role = "investigating"
)

// Key is a key that may write to the registry. Registries with one whole key
// that was never changed may have no record of it.
type Key struct {
	ID          string
	Role        Role
	Public      string // verification key as text: name+hash+key
	Box         []byte // X25519: what is meant for its holder alone is sealed to it
	Anchor      []byte // sealed for its holder: whom it may trust
	Certificate []byte // signed note, see CertificateText
	AddedAt     time.Time
	Granted     int64 // ledger entry that added it; set by the store
	Ended       int64 // ledger entry after which it may write no more, or 0; set by the store
}

// Secret is something that the holder of a key may read, sealed to it.
type Secret struct {
	Holder  string // id of the key
	Subject string // what it is; unique for the holder
	Sealed  []byte
}

// certificateHeader is the first line of a certificate.
const certificateHeader = "telltale key 1"

// CertificateText is what a whole key signs to let k write. A key that takes
// the place of another names that one's verification key, and both sign.
func (k Key) CertificateText(before string) string {
	lines := []string{certificateHeader, "id: " + k.ID, "role: " + string(k.Role), "public: " + k.Public,
		"box: " + base64.StdEncoding.EncodeToString(k.Box)}
	if before != "" {
		lines = append(lines, "before: "+before)
	}
	return strings.Join(lines, "\n") + "\n"
}

// before is the verification key that a certificate's key takes the place of,
// or "".
func before(text string) string {
	_, rest, _ := strings.Cut(text, "\nbefore: ")
	return strings.TrimSuffix(rest, "\n")
}

// Writer is a key whose signature a ledger may carry.
type Writer struct {
	Key
	Verifier note.Verifier
}

// Writers are the keys that may write to a ledger, by when they were added.
type Writers []Writer

// Trust makes the writers of a ledger from its keys: those whose certificates
// lead to an anchor, a whole key that is known from elsewhere. A certificate
// is signed by a whole key that is trusted; one that names a predecessor is
// signed by both, and lends its trust to the other. ErrCorrupt for a key that no
// certificate leads to. Without keys the anchors are the writers.
func Trust(keys []Key, anchors ...note.Verifier) (Writers, error) {
	var out Writers
	if len(keys) == 0 {
		for _, a := range anchors {
			out = append(out, Writer{Key{Role: Whole}, a})
		}
		return out, nil
	}
	trusted := slices.Clone(anchors)
	ok := make([]bool, len(keys))
	for again := true; again; {
		again = false
		for i, k := range keys {
			if ok[i] {
				continue
			}
			if more, err := k.certified(trusted); err == nil {
				ok[i], again = true, true
				trusted = append(trusted, more...)
			}
		}
	}
	for i, k := range keys {
		v, err := note.NewVerifier(k.Public)
		if err != nil || !ok[i] {
			return nil, fmt.Errorf("key %s: %w: no trusted key signed its certificate", k.ID, ErrCorrupt)
		}
		out = append(out, Writer{k, v})
	}
	return out, nil
}

// certified checks a certificate, and returns the whole keys that are trusted
// by it.
func (k Key) certified(trusted []note.Verifier) (more []note.Verifier, err error) {
	n, err := note.Open(k.Certificate, note.VerifierList(unique(trusted)...))
	if err != nil {
		return nil, err
	}
	old := before(n.Text)
	if n.Text != k.CertificateText(old) {
		return nil, fmt.Errorf("certificate: %w: it is of another key", ErrCorrupt)
	}
	if k.Role != Whole {
		return nil, nil
	}
	parties := []string{k.Public}
	if old != "" {
		parties = append(parties, old)
	}
	for _, text := range parties {
		v, err := note.NewVerifier(text)
		if err != nil {
			return nil, err
		}
		more = append(more, v)
	}
	if n, err = note.Open(k.Certificate, note.VerifierList(unique(more)...)); err == nil && len(n.Sigs) != len(unique(more)) {
		err = fmt.Errorf("certificate: %w: %d of the %d keys that it names signed it", ErrCorrupt, len(n.Sigs), len(more))
	}
	return more, err
}

func unique(list []note.Verifier) (out []note.Verifier) {
	for _, v := range list {
		if !slices.ContainsFunc(out, func(o note.Verifier) bool { return o.Name() == v.Name() && o.KeyHash() == v.KeyHash() }) {
			out = append(out, v)
		}
	}
	return out
}

// Read reads a checkpoint that one of the writers signed, who is returned.
func (w Writers) Read(text []byte) (Checkpoint, Writer, error) {
	var list []note.Verifier
	for _, one := range w {
		list = append(list, one.Verifier)
	}
	n, err := note.Open(text, note.VerifierList(unique(list)...))
	if err != nil {
		return Checkpoint{}, Writer{}, fmt.Errorf("checkpoint: %w: %w", ErrCorrupt, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return c, Writer{}, err
	}
	c.Text = slices.Clone(text)
	by, _ := w.of(n.Sigs[0].Name, n.Sigs[0].Hash)
	switch {
	case c.Origin != w.origin():
		err = fmt.Errorf("checkpoint: %w: it is of %s, not of %s", ErrCorrupt, c.Origin, w.origin())
	case by.Ended > 0 && c.Size > by.Ended:
		err = fmt.Errorf("checkpoint: %w: key %s, which signed it, ended with entry %d", ErrCorrupt, by.ID, by.Ended)
	}
	return c, by, err
}

func (w Writers) origin() string {
	if len(w) == 0 {
		return ""
	}
	return w[0].Verifier.Name()
}

func (w Writers) of(name string, hash uint32) (Writer, bool) {
	for _, one := range w {
		if one.Verifier.Name() == name && one.Verifier.KeyHash() == hash {
			return one, true
		}
	}
	return Writer{}, false
}

// By returns the writer with that verifier.
func (w Writers) By(v note.Verifier) (Writer, bool) { return w.of(v.Name(), v.KeyHash()) }

// MayWrite tells whether a key of that role may append entries of that kind.
func (r Role) MayWrite(kind string) bool {
	switch kind {
	case KindKey, KindGrant, KindRevoke, KindErasure:
		return r == Whole
	case KindRecipient, KindContact, KindAllot, KindTerm, KindPolicy, KindDataset, KindScheme, KindSnapshot, KindExport, KindIssue, KindSecret:
		return r != Investigating
	case KindCase, KindSighting, KindFact:
		return r != Issuing
	}
	return true
}
