package key

import (
	"bytes"
	"errors"
	"testing"

	"telltale/internal/budget"
)

// FuzzSealed opens what may stand in a stolen and altered registry: values
// sealed by a secret, to a box and in a session, of which some bytes are others.
// Nothing but what was sealed is opened.
func FuzzSealed(f *testing.F) {
	s, aad := Secret{1}, []byte("canary/1")
	boxed, err := SealTo(s.BoxPublic(), []byte("word"), aad)
	if err != nil {
		f.Fatal(err)
	}
	sealer, err := NewSealer(s.BoxPublic())
	if err != nil {
		f.Fatal(err)
	}
	ways := []struct {
		sealed []byte
		open   func(sealed, aad []byte) ([]byte, error)
	}{{s.Seal([]byte("word"), aad), s.Open}, {boxed, s.OpenBox}, {sealer.Seal([]byte("word"), aad), s.NewOpener().Open}}
	for way, w := range ways {
		f.Add(uint8(way), uint16(0), []byte{})
		f.Add(uint8(way), uint16(len(w.sealed)-1), []byte{1})
		f.Add(uint8(way), uint16(len(w.sealed)), make([]byte, 200))
	}
	f.Fuzz(func(t *testing.T, way uint8, at uint16, patch []byte) {
		w := ways[int(way)%len(ways)]
		altered := bytes.Clone(w.sealed)[:int(at)%(len(w.sealed)+1)]
		altered = append(altered, patch...)
		if rest := len(altered); rest < len(w.sealed) {
			altered = append(altered, w.sealed[rest:]...)
		}
		budget.Check(t, len(altered), func() {
			plain, err := w.open(altered, aad)
			if same := bytes.Equal(altered, w.sealed); same != (err == nil) || same && string(plain) != "word" {
				t.Errorf("%x is opened as %q, %v", altered, plain, err)
			}
			if err != nil && !errors.Is(err, ErrSealed) {
				t.Errorf("%v is not ErrSealed", err)
			}
		})
	})
}
