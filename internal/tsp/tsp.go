// Package tsp makes and reads time stamps of RFC 3161: a time-stamping
// authority's signed word that it saw a digest at a time. It sends nothing: a
// request and a response are files, which another program carries.
//
// Read checks that the response is signed by the certificate that it carries,
// and that this certificate is one for time stamps. Whether that authority is
// to be trusted, it does not say: Trusted checks it against certificates that
// the caller trusts.
package tsp

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// MaxResponse is how long a response may be, in bytes; real ones have a few
// thousand.
const MaxResponse = 1 << 20

// ErrResponse is returned for what is no time stamp, or not of this message.
var ErrResponse = errors.New("not a valid time stamp")

// Stamp is what an authority said.
type Stamp struct {
	Time      time.Time
	Authority string // subject of its certificate
	Digest    [32]byte

	signer *x509.Certificate
	others []*x509.Certificate
}

// Request is a query (DER) for a stamp of text's SHA-256, with a nonce, that
// asks for the authority's certificate.
func Request(text []byte) ([]byte, error) {
	return timestamp.CreateRequest(bytes.NewReader(text), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true, Nonce: nonce()})
}

func nonce() *big.Int {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return new(big.Int).SetBytes(b[:])
}

// Read checks a response (DER) and says what it stamps. ErrResponse when it is
// none.
func Read(response []byte) (s Stamp, err error) {
	defer func() { // the parser below is not ours, and the bytes come from outside
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrResponse, p)
		}
	}()
	if len(response) > MaxResponse {
		return Stamp{}, fmt.Errorf("%w: it has %d bytes, want %d at most", ErrResponse, len(response), MaxResponse)
	}
	t, err := timestamp.ParseResponse(response)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrResponse, err)
	}
	if t.HashAlgorithm != crypto.SHA256 || len(t.HashedMessage) != sha256.Size {
		return Stamp{}, fmt.Errorf("%w: it stamps a digest by %v, want SHA-256", ErrResponse, t.HashAlgorithm)
	}
	signer, err := signerOf(t.RawToken)
	if err != nil {
		return Stamp{}, err
	}
	return Stamp{t.Time.UTC(), signer.Subject.String(), [32]byte(t.HashedMessage), signer, t.Certificates}, nil
}

// signerOf is the certificate that the token is signed with: others that it
// carries say nothing.
func signerOf(token []byte) (*x509.Certificate, error) {
	p7, err := pkcs7.Parse(token)
	if err == nil && len(p7.Certificates) > 0 {
		err = p7.Verify()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResponse, err)
	}
	signer := p7.GetOnlySigner()
	if signer == nil || !slices.Contains(signer.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return nil, fmt.Errorf("%w: it carries no certificate for time stamps of its signer; ask for it in the request", ErrResponse)
	}
	return signer, nil
}

// Of tells whether the stamp is of that text.
func (s Stamp) Of(text []byte) bool { return s.Digest == sha256.Sum256(text) }

// Trusted checks that the authority's certificate leads to one of roots, at
// the time of the stamp.
func (s Stamp) Trusted(roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range s.others {
		between.AddCert(c)
	}
	_, err := s.signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: s.Time,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrResponse, err)
	}
	return nil
}
