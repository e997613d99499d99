package tsp

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"telltale/internal/budget"
	"telltale/internal/tsp/tsptest"
)

func TestStamp(t *testing.T) {
	a := tsptest.New(t, x509.ExtKeyUsageTimeStamping)
	query, err := Request([]byte("checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(a.Answer(t, query))
	if err != nil || !s.Of([]byte("checkpoint")) || s.Of([]byte("another")) || s.Digest != sha256.Sum256([]byte("checkpoint")) {
		t.Fatalf("Read = %+v, %v", s, err)
	}
	if s.Authority != "CN=Clock House" || time.Since(s.Time) > time.Minute {
		t.Errorf("stamped by %s at %v", s.Authority, s.Time)
	}
	roots := x509.NewCertPool()
	if err := s.Trusted(roots); !errors.Is(err, ErrResponse) {
		t.Errorf("trusted by nobody: %v", err)
	}
	roots.AddCert(a.Certificate)
	if err := s.Trusted(roots); err != nil {
		t.Errorf("trusted authority: %v", err)
	}
}

// TestAltered flips each byte: what is still read must say the same.
func TestAltered(t *testing.T) {
	a := tsptest.New(t, x509.ExtKeyUsageTimeStamping)
	query, err := Request([]byte("checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	good := a.Answer(t, query)
	want, err := Read(good)
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1
		s, err := Read(bad)
		if err != nil {
			if !errors.Is(err, ErrResponse) {
				t.Errorf("byte %d: %v is not ErrResponse", i, err)
			}
			continue
		}
		if passed++; s.Digest != want.Digest || !s.Time.Equal(want.Time) {
			t.Errorf("byte %d altered: now %x at %v", i, s.Digest, s.Time)
		}
	}
	t.Logf("%d of %d altered bytes lie outside of what is signed or are equivalent", passed, len(good))
	if passed > len(good)/2 {
		t.Errorf("%d of %d altered bytes passed", passed, len(good))
	}
}

func TestNoStamp(t *testing.T) {
	server := tsptest.New(t, x509.ExtKeyUsageServerAuth)
	query, err := Request([]byte("checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	refused, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadAlgorithm)
	if err != nil {
		t.Fatal(err)
	}
	for name, response := range map[string][]byte{"certificate of a web server": server.Answer(t, query), "nothing": nil, "noise": []byte("hello"),
		"a query": query, "refusal": refused, "huge": make([]byte, MaxResponse+1)} {
		if _, err := Read(response); !errors.Is(err, ErrResponse) {
			t.Errorf("%s: %v, want ErrResponse", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	a := tsptest.New(f, x509.ExtKeyUsageTimeStamping)
	query, err := Request([]byte("checkpoint"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.Answer(f, query))
	f.Add(query)
	f.Fuzz(func(t *testing.T, b []byte) {
		budget.Check(t, len(b), func() {
			if _, err := Read(b); err != nil && !errors.Is(err, ErrResponse) {
				t.Errorf("%v is not ErrResponse", err)
			}
		})
	})
}
