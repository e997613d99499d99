package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// publicKey is a key in the text form name+hash+key.
type publicKey struct {
	name string
	id   []byte
	key  ed25519.PublicKey
}

func parseKey(text string) (publicKey, error) {
	name, rest, ok := strings.Cut(text, "+")
	id, encoded, ok2 := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || !ok2 || err != nil || len(raw) != 33 || raw[0] != 1 || name == "" {
		return publicKey{}, errors.New("public key: want name+hash+base64 of an Ed25519 key")
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	if id != hex.EncodeToString(sum[:4]) {
		return publicKey{}, errors.New("public key: its hash is not that of name and key")
	}
	return publicKey{name, sum[:4], ed25519.PublicKey(raw[1:])}, nil
}

// open checks a signed note whose only signature is by k, and returns its text.
func (k publicKey) open(note string) (string, error) { return openNote(note, k) }

// openNote checks a note that has one signature by each of the keys, in any
// order, and no other.
func openNote(note string, keys ...publicKey) (string, error) {
	text, signatures, ok := strings.Cut(note, "\n\n")
	text += "\n"
	lines := strings.Split(signatures, "\n")
	if !ok || len(lines) != len(keys)+1 || lines[len(keys)] != "" {
		return "", fmt.Errorf("not a note with %d signatures", len(keys))
	}
	for _, k := range keys {
		found := false
		for _, line := range lines[:len(keys)] {
			found = found || k.signed(text, line)
		}
		if !found {
			return "", fmt.Errorf("%s has not signed it", k.name)
		}
	}
	return text, nil
}

func (k publicKey) signed(text, line string) bool {
	encoded, ok := strings.CutPrefix(line, "\u2014 "+k.name+" ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && len(raw) == 4+ed25519.SignatureSize && bytes.Equal(raw[:4], k.id) && ed25519.Verify(k.key, []byte(text), raw[4:])
}

// state is a checkpoint: size and root of the ledger.
type state struct {
	size  int64
	root  []byte
	since int64 // first entry that the signer states to be his
}

func (k publicKey) checkpoint(note, origin string) (state, error) {
	text, err := k.open(note)
	if err != nil {
		return state{}, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(text, "\n")
	since := int64(1)
	if len(lines) == 5 && strings.HasPrefix(lines[3], "since ") {
		since, err = strconv.ParseInt(lines[3][len("since "):], 10, 64)
		if err != nil || since < 2 || lines[3] != "since "+strconv.FormatInt(since, 10) {
			return state{}, errors.New("checkpoint: since")
		}
		lines = slices.Delete(lines, 3, 4)
	}
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return state{}, errors.New("checkpoint: want origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err2 != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] || since > size+1 || len(root) != 32 {
		return state{}, errors.New("checkpoint: size or root is none")
	}
	return state{size, root, since}, nil
}

func hashLeaf(content []byte) []byte { return sum(append([]byte{0}, content...)) }

func hashNode(left, right []byte) []byte { return sum(append(append([]byte{1}, left...), right...)) }

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }

// included is the verification of RFC 9162, 2.1.3.2.
func (s state) included(index int64, leaf []byte, proof []hexBytes) error {
	if index < 0 || index >= s.size {
		return errors.New("no such entry")
	}
	at, last, hash := index, s.size-1, leaf
	for _, p := range proof {
		if last == 0 || len(p) != 32 {
			return errors.New("proof of inclusion is too long")
		}
		if at&1 == 1 || at == last {
			hash = hashNode(p, hash)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			hash = hashNode(hash, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || !bytes.Equal(hash, s.root) {
		return errors.New("proof of inclusion does not lead to the root")
	}
	return nil
}

// continues is the verification of RFC 9162, 2.1.4.2: s continues older.
func (s state) continues(older state, proof []hexBytes) error {
	bad := errors.New("proof of consistency fails")
	switch {
	case older.size > s.size:
		return bad
	case older.size == s.size:
		if len(proof) > 0 || !bytes.Equal(older.root, s.root) {
			return bad
		}
		return nil
	case older.size == 0:
		if len(proof) > 0 || !bytes.Equal(older.root, sum(nil)) {
			return bad
		}
		return nil
	}
	var path [][]byte
	if older.size&(older.size-1) == 0 {
		path = append(path, older.root)
	}
	for _, p := range proof {
		if len(p) != 32 {
			return bad
		}
		path = append(path, p)
	}
	if len(path) == 0 {
		return bad
	}
	at, last := older.size-1, s.size-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	first, second := path[0], path[0]
	for _, p := range path[1:] {
		if last == 0 {
			return bad
		}
		if at&1 == 1 || at == last {
			first, second = hashNode(p, first), hashNode(p, second)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			second = hashNode(second, p)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 || !bytes.Equal(first, older.root) || !bytes.Equal(second, s.root) {
		return bad
	}
	return nil
}

// rootFrom computes the root of a tree with size leaves from some of them,
// known by place, and the hashes of a joint proof.
func rootFrom(size int64, known map[int64][]byte, proof []hexBytes) ([]byte, error) {
	for at := range known {
		if at < 0 || at >= size {
			return nil, errors.New("a place is beyond the tree")
		}
	}
	for ; size > 1; size = (size + 1) / 2 {
		above := map[int64][]byte{}
		for _, at := range sorted(known) {
			if _, done := above[at/2]; done {
				continue
			}
			left, right := known[at&^1], known[at|1]
			if at|1 >= size {
				above[at/2] = left
				continue
			}
			if left == nil || right == nil {
				if len(proof) == 0 || len(proof[0]) != 32 {
					return nil, errors.New("a joint proof is too short")
				}
				if left == nil {
					left = proof[0]
				} else {
					right = proof[0]
				}
				proof = proof[1:]
			}
			above[at/2] = hashNode(left, right)
		}
		known = above
	}
	if len(proof) > 0 {
		return nil, errors.New("a joint proof is too long")
	}
	return known[0], nil
}

func sorted(known map[int64][]byte) []int64 {
	places := make([]int64, 0, len(known))
	for at := range known {
		places = append(places, at)
	}
	slices.Sort(places)
	return places
}

// record is the encoding of a record that its digest is over.
type record struct{ b []byte }

func begin(kind string) *record {
	r := &record{}
	r.text("telltale/1/" + kind)
	return r
}

func (r *record) int(v int64)     { r.b = binary.BigEndian.AppendUint64(r.b, uint64(v)) }
func (r *record) float(v float64) { r.b = binary.BigEndian.AppendUint64(r.b, math.Float64bits(v)) }
func (r *record) text(s string)   { r.int(int64(len(s))); r.b = append(r.b, s...) }
func (r *record) bytes(b []byte)  { r.b = append(r.b, b...) }
func (r *record) texts(s ...string) {
	for _, x := range s {
		r.text(x)
	}
}
func (r *record) ints(v ...int64) {
	for _, x := range v {
		r.int(x)
	}
}
