package key

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"testing"

	"telltale/internal/budget"
)

// TestField compares the arithmetic with the slow definition: polynomials over
// GF(2), reduced by division.
func TestField(t *testing.T) {
	slow := func(a, b byte) byte {
		p := 0
		for i := range 8 {
			if b>>i&1 == 1 {
				p ^= int(a) << i
			}
		}
		for n := bits.Len(uint(p)); n > 8; n = bits.Len(uint(p)) {
			p ^= 0x11b << (n - 9)
		}
		return byte(p)
	}
	for a := range 256 {
		for b := range 256 {
			if got, want := times(byte(a), byte(b)), slow(byte(a), byte(b)); got != want {
				t.Fatalf("%d * %d = %d, want %d", a, b, got, want)
			}
		}
		if a > 0 && times(byte(a), inverse(byte(a))) != 1 {
			t.Fatalf("1/%d = %d", a, inverse(byte(a)))
		}
	}
}

// TestShares joins every subset of five shares of which three are needed.
func TestShares(t *testing.T) {
	s := Secret{1, 2, 3, 255}
	shares, err := Split(s, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	for set := range 1 << 5 {
		var some [][]byte
		for i := range 5 {
			if set>>i&1 == 1 {
				some = append(some, shares[i])
			}
		}
		got, err := Join(some)
		if len(some) >= 3 && (err != nil || got != s) {
			t.Errorf("shares %05b: %v, %v", set, got, err)
		}
		if len(some) < 3 && (!errors.Is(err, ErrShares) || got != Secret{}) {
			t.Errorf("shares %05b: %v, want ErrShares", set, err)
		}
	}
	for _, text := range shares {
		if bytes.Contains(text, []byte(fmt.Sprintf("%x", s[:]))) {
			t.Error("a share holds the key")
		}
	}
}

// TestFewerSharesSayNothing: for one share of two, every key is as likely; with
// the other coefficients running over all values, so does each byte.
func TestFewerSharesSayNothing(t *testing.T) {
	for _, secret := range []byte{0, 1, 200} {
		seen := map[byte]int{}
		for c := range 256 {
			random := append(make([]byte, 8), bytes.Repeat([]byte{byte(c)}, 32)...)
			shares, err := splitWith(Secret{secret}, 2, 2, bytes.NewReader(random))
			if err != nil {
				t.Fatal(err)
			}
			p, err := parseShare(shares[1])
			if err != nil {
				t.Fatal(err)
			}
			seen[p.y[0]]++
		}
		if len(seen) != 256 {
			t.Errorf("byte %d: the second share takes %d values, want 256", secret, len(seen))
		}
	}
}

func TestSharesThatDoNotFit(t *testing.T) {
	s := Secret{9}
	a, _ := Split(s, 3, 2)
	b, _ := Split(s, 3, 2)
	c, _ := Split(Secret{8}, 3, 2)
	altered := finishWith(shareRemark, func() []string {
		lines, _ := checked(a[1], shareHeader)
		lines[5] = "value: " + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		return lines
	}())
	for name, list := range map[string][][]byte{"two splits": {a[0], b[1]}, "two keys": {a[0], c[1]}, "one twice": {a[0], a[0]}, "none": nil,
		"altered": {a[0], altered}, "two of one number": {a[1], altered}} {
		if _, err := Join(list); !errors.Is(err, ErrShares) {
			t.Errorf("%s: %v, want ErrShares", name, err)
		}
	}
	plain, _ := Encode(s, nil)
	for name, text := range map[string][]byte{"key file": plain, "noise": []byte("hello"), "cut": a[0][:80], "nothing": nil} {
		if _, err := Join([][]byte{text, a[1]}); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
	for _, nk := range [][2]int{{1, 1}, {3, 1}, {2, 3}, {256, 2}, {0, 0}} {
		if _, err := Split(s, nk[0], nk[1]); err == nil {
			t.Errorf("split into %d of which %d", nk[0], nk[1])
		}
	}
}

func FuzzJoin(f *testing.F) {
	shares, _ := Split(Secret{1}, 3, 2)
	f.Add(shares[0], shares[1])
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var s Secret
		var err error
		budget.Check(t, len(a)+len(b), func() { s, err = Join([][]byte{a, b}) })
		if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrShares) {
			t.Fatalf("untyped error %v", err)
		}
		if err != nil && s != (Secret{}) {
			t.Fatal("an error with a key")
		}
	})
}
