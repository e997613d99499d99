// Package key holds everything in telltale that is secret, and is the only
// place that uses cryptographic primitives.
//
// One master secret of 32 bytes lives in a key file. All else is derived from
// it by label: master.Derive("word/orders/acme") is the secret that decides
// what acme's copies of orders carry. A derived secret says nothing about its
// parent or its siblings, and the labels are written down in
// docs/format/keys.md, because a copy that was issued ten years ago is read
// with them.
//
// A Secret is turned into what is needed with one of these:
//
//   - Hasher: keyed digests of short strings, for row keys and lookups;
//   - PRF: one keyed block for one block, for sites and codewords;
//   - Permutation: keyed numbers that can be turned back, for contact aliases;
//   - Stream: deterministic random numbers, for everything that is drawn;
//   - Seal and Open: encryption with integrity, for what the registry keeps;
//   - Signer: Ed25519 signatures, for the ledger's checkpoints;
//   - MAC: authentication.
//
// Each of them works under its own subkey, so that the same Secret may serve
// for several. Printing a Secret, with any verb or as JSON, shows its public
// id and never its bytes.
//
// The package keeps nobody out who holds the key file, does not erase secrets
// from memory, and does not hide lengths.
package key

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// prefix starts the info string of every derivation. Its number changes when
// the meaning of any label does.
const prefix = "telltale/1/"

// Labels that begin with @ are for this package: they separate the uses of
// one secret from each other and from the secrets derived from it.
const (
	labelID     = "@id"
	labelHash   = "@hash"
	labelPRF    = "@prf"
	labelStream = "@stream/"
	labelSeal   = "@seal"
	labelMAC    = "@mac"

	labelPermutation = "@permutation"
)

// ErrSealed is returned by Open for bytes that this secret did not seal with
// this associated data: they were altered, or belong to another key.
var ErrSealed = errors.New("sealed value is damaged or belongs to another key")

// Secret is a key from which everything else is derived. Its zero value is a
// key that everybody knows.
type Secret [32]byte

// Generate draws a new secret from r, which must be a cryptographic source;
// nil means that of the operating system.
func Generate(r io.Reader) (Secret, error) {
	if r == nil {
		r = rand.Reader
	}
	var s Secret
	if _, err := io.ReadFull(r, s[:]); err != nil {
		return Secret{}, fmt.Errorf("key: cannot draw a secret: %w", err)
	}
	return s, nil
}

// Derive returns the secret with that label below s: HKDF-SHA256 without salt,
// with the info "telltale/1/" and the label. Labels that begin with "@" are
// taken. Parts of a label that come from outside must be escaped with
// url.PathEscape before they are joined with "/".
func (s Secret) Derive(label string) Secret {
	b, err := hkdf.Key(sha256.New, s[:], nil, prefix+label, len(s))
	if err != nil {
		panic("key: derivation failed: " + err.Error()) // only for absurd lengths
	}
	return Secret(b)
}

// ID names the key in public: 16 hexadecimal digits that tell whether two
// keys are the same and nothing else.
func (s Secret) ID() string {
	d := s.Derive(labelID)
	return hex.EncodeToString(d[:8])
}

// String shows the public id.
func (s Secret) String() string { return "key:" + s.ID() }

// GoString shows the public id.
func (s Secret) GoString() string { return s.String() }

// Format shows the public id, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalJSON shows the public id: a secret is never saved by accident.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText shows the public id.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Equal compares in constant time.
func (s Secret) Equal(t Secret) bool { return hmac.Equal(s[:], t[:]) }

// Seal encrypts plain so that only s can read it, and binds it to aad, which
// Open must be given again and which is not part of the result. Sealing the
// same bytes twice gives different results of the same length, Overhead bytes
// longer than plain: 24 of random nonce, the XChaCha20 text, 16 of tag.
func (s Secret) Seal(plain, aad []byte) []byte {
	out := make([]byte, chacha20poly1305.NonceSizeX, len(plain)+Overhead)
	rand.Read(out) // never fails
	return s.seal(out, plain, aad)
}

// Overhead is how many bytes a sealed value is longer than the plain one.
const Overhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

func (s Secret) seal(nonce, plain, aad []byte) []byte {
	sub := s.Derive(labelSeal)
	aead, err := chacha20poly1305.NewX(sub[:])
	if err != nil {
		panic("key: " + err.Error()) // only for a wrong key length
	}
	return aead.Seal(nonce, nonce, plain, aad)
}

// Open returns what was sealed, or ErrSealed.
func (s Secret) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead {
		return nil, ErrSealed
	}
	sub := s.Derive(labelSeal)
	aead, err := chacha20poly1305.NewX(sub[:])
	if err != nil {
		panic("key: " + err.Error())
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, text, aad)
	if err != nil {
		return nil, ErrSealed
	}
	if plain == nil {
		plain = []byte{}
	}
	return plain, nil
}

// MAC authenticates parts: HMAC-SHA256 over each part with its length before
// it, so that no two different lists give the same bytes.
func (s Secret) MAC(parts ...[]byte) [32]byte {
	sub := s.Derive(labelMAC)
	mac := hmac.New(sha256.New, sub[:])
	var buf bytes.Buffer
	for _, p := range parts {
		buf.Write(binary.AppendUvarint(nil, uint64(len(p))))
		buf.Write(p)
	}
	mac.Write(buf.Bytes())
	return [32]byte(mac.Sum(nil))
}
