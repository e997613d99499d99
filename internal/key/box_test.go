package key

import (
	"bytes"
	"errors"
	"testing"
)

func TestBox(t *testing.T) {
	mine, other := Secret{1}, Secret{2}
	sealed, err := SealTo(mine.BoxPublic(), []byte("word"), []byte("era/1"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := mine.OpenBox(sealed, []byte("era/1")); err != nil || string(plain) != "word" {
		t.Errorf("%q, %v", plain, err)
	}
	if _, err := mine.OpenBox(sealed, []byte("era/2")); !errors.Is(err, ErrSealed) {
		t.Errorf("bound to something else: %v", err)
	}
	if _, err := other.OpenBox(sealed, []byte("era/1")); !errors.Is(err, ErrSealed) {
		t.Errorf("another's: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := mine.OpenBox(bad, []byte("era/1")); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d altered: %v", i, err)
		}
	}
	if _, err := SealTo([]byte{1}, nil, nil); err == nil {
		t.Error("a public key of one byte was taken")
	}
}

func TestSealer(t *testing.T) {
	reader := Secret{3}
	s, err := NewSealer(reader.BoxPublic())
	if err != nil {
		t.Fatal(err)
	}
	o := reader.NewOpener()
	for _, text := range []string{"", "first", "second"} {
		sealed := s.Seal([]byte(text), []byte("e1"))
		if plain, err := o.Open(sealed, []byte("e1")); err != nil || string(plain) != text {
			t.Errorf("%q came back as %q, %v", text, plain, err)
		}
		if _, err := o.Open(sealed, []byte("e2")); !errors.Is(err, ErrSealed) {
			t.Errorf("bound to something else: %v", err)
		}
		if _, err := (Secret{4}).NewOpener().Open(sealed, []byte("e1")); !errors.Is(err, ErrSealed) {
			t.Errorf("another's: %v", err)
		}
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := o.Open(bad, []byte("e1")); !errors.Is(err, ErrSealed) {
				t.Errorf("byte %d altered: %v", i, err)
			}
		}
	}
	if _, err := o.Open(nil, nil); !errors.Is(err, ErrSealed) {
		t.Errorf("nothing: %v", err)
	}
}

func BenchmarkSealer(b *testing.B) {
	s, err := NewSealer(Secret{3}.BoxPublic())
	if err != nil {
		b.Fatal(err)
	}
	plain := make([]byte, 400)
	for b.Loop() {
		s.Seal(plain, []byte("e1"))
	}
}
