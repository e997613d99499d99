package key

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// labelSign is taken like the other labels that begin with @.
const labelSign = "@sign"

// noteEd25519 is the algorithm's number in the note format.
const noteEd25519 = 1

// Signer signs notes (golang.org/x/mod/sumdb/note) under a name, with Ed25519.
// It is made with Secret.Signer.
type Signer struct {
	note.Signer
	verifier note.Verifier
	public   string
}

// Signer returns the signer with that name whose Ed25519 seed is derived from
// s. The name must be neither empty nor hold white space or "+".
func (s Secret) Signer(name string) (*Signer, error) {
	seed := s.Derive(labelSign)
	private := ed25519.NewKeyFromSeed(seed[:])
	public := append([]byte{noteEd25519}, private.Public().(ed25519.PublicKey)...)
	sum := sha256.Sum256(append([]byte(name+"\n"), public...))
	text := fmt.Sprintf("%s+%x+", name, sum[:4])
	out := &Signer{public: text + base64.StdEncoding.EncodeToString(public)}
	var err error
	out.Signer, err = note.NewSigner("PRIVATE+KEY+" + text + base64.StdEncoding.EncodeToString(append([]byte{noteEd25519}, seed[:]...)))
	if err != nil {
		return nil, fmt.Errorf("signer %q: %w", name, err)
	}
	out.verifier, err = note.NewVerifier(out.public)
	return out, err
}

// Verifier checks what the signer signed.
func (s *Signer) Verifier() note.Verifier { return s.verifier }

// Public is the verification key as text: name+hash+key.
func (s *Signer) Public() string { return s.public }
