package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// writer is a key that may write to the ledger.
type writer struct {
	role string
	key  publicKey
}

// trust finds the keys that certificates connect with the one that was given,
// or with the first.
func (v *verifier) trust() error {
	if len(v.Keys) == 0 {
		v.keys = []writer{{"whole", v.key}}
		return nil
	}
	root := v.want
	if root == "" {
		root = v.Keys[0].Public
	}
	trusted, done := []string{root}, make([]bool, len(v.Keys))
	for again := true; again; {
		again = false
		for i := range v.Keys {
			if done[i] {
				continue
			}
			more, err := v.certified(i, trusted)
			if err != nil {
				continue
			}
			done[i], again = true, true
			trusted = append(trusted, more...)
		}
	}
	rooted, signer := false, false
	for i, k := range v.Keys {
		key, err := parseKey(k.Public)
		if err != nil || !done[i] {
			return fmt.Errorf("no certificate leads to key %s", k.ID)
		}
		v.keys = append(v.keys, writer{k.Role, key})
		rooted = rooted || k.Public == root && k.Role == "whole"
		signer = signer || k.Public == v.PublicKey
	}
	if !rooted || !signer {
		return errors.New("the key given, or the one that signed the bundle, is none of the ledger's")
	}
	return nil
}

// certified checks the certificate of key i, and returns which whole keys are
// trusted by it: the key itself, and the one in whose place it came.
func (v *verifier) certified(i int, trusted []string) ([]string, error) {
	k := v.Keys[i]
	text, _, _ := strings.Cut(k.Certificate, "\n\n")
	want := fmt.Sprintf("telltale key 1\nid: %s\nrole: %s\npublic: %s\nbox: %s", k.ID, k.Role, k.Public, base64.StdEncoding.EncodeToString(k.Box))
	old := ""
	if rest, ok := strings.CutPrefix(text, want+"\nbefore: "); ok && !strings.Contains(rest, "\n") {
		old = rest
	} else if text != want {
		return nil, errors.New("another key's certificate")
	}
	if k.Role == "whole" {
		parties := []string{k.Public}
		if old != "" {
			parties = append(parties, old)
		}
		if !slices.ContainsFunc(parties, func(p string) bool { return slices.Contains(trusted, p) }) {
			return nil, errors.New("not trusted yet")
		}
		return parties, signedBy(k.Certificate, parties...)
	}
	for _, t := range trusted {
		if signedBy(k.Certificate, t) == nil {
			return nil, nil
		}
	}
	return nil, errors.New("not trusted yet")
}

// signedBy checks a note's signatures, of which there is one by each key.
func signedBy(note string, keys ...string) error {
	var list []publicKey
	for _, text := range keys {
		k, err := parseKey(text)
		if err != nil {
			return err
		}
		list = append(list, k)
	}
	_, err := openNote(note, list...)
	return err
}

// signed is a checkpoint with its signer.
type signed struct {
	state
	by writer
}

func (v *verifier) checkpoint(note string) (signed, error) {
	var last error
	for _, w := range v.keys {
		s, err := w.key.checkpoint(note, v.keys[0].key.name)
		if err == nil && len(v.Keys) == 0 && s.since > 1 {
			err = errors.New("its signer did not write all of the ledger")
		}
		if err == nil {
			return signed{s, w}, nil
		}
		last = err
	}
	return signed{}, last
}

// written checks that for every entry a key that may write it states that it
// did.
func (v *verifier) written(last signed) error {
	if len(v.Keys) == 0 {
		return nil
	}
	list := []signed{last}
	for _, t := range v.Turns {
		s, err := v.checkpoint(t.Checkpoint)
		if err == nil {
			err = v.state.continues(s.state, t.Proof)
		}
		if err != nil {
			return fmt.Errorf("turn: %w", err)
		}
		list = append(list, s)
	}
	for _, e := range v.Entries {
		if !slices.ContainsFunc(list, func(s signed) bool { return s.since <= e.Seq && e.Seq <= s.size && mayWrite(s.by.role, e.Kind) }) {
			return fmt.Errorf("entry %d (%s): nobody who may write it states that he did", e.Seq, e.Kind)
		}
	}
	return nil
}

func mayWrite(role, kind string) bool {
	switch kind {
	case "key", "grant", "revoke", "erasure":
		return role == "whole"
	case "recipient", "contact", "allot", "term", "policy", "dataset", "scheme", "snapshot", "export", "issue", "secret":
		return role != "investigating"
	case "case", "sighting", "fact":
		return role != "issuing"
	}
	return true
}

// openReceipt opens a receipt that one of the keys that may issue signed.
func (v *verifier) openReceipt(recipient publicKey) (text string, err error) {
	for _, w := range v.keys {
		if mayWrite(w.role, "issue") {
			if text, err = openNote(v.Receipt.Note, w.key, recipient); err == nil {
				return text, nil
			}
		}
	}
	return "", err
}
