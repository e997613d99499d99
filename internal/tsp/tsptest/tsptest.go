// Package tsptest is a time-stamping authority for tests.
package tsptest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority signs with a certificate of its own making.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// New makes an authority whose certificate is for the given uses; a real one's
// is for time stamping.
func New(t testing.TB, usage ...x509.ExtKeyUsage) Authority {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Clock House"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: usage, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Authority{c, k}
}

// Answer stamps what a query (DER) asks for, now.
func (a Authority) Answer(t testing.TB, query []byte) []byte {
	t.Helper()
	q, err := timestamp.ParseRequest(query)
	if err != nil {
		t.Fatal(err)
	}
	s := timestamp.Timestamp{HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Time: time.Now(), Nonce: q.Nonce,
		Policy: []int{1, 2, 3}, AddTSACertificate: q.Certificates}
	out, err := s.CreateResponseWithOpts(a.Certificate, a.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
