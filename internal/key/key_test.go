package key

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// slowDerive is RFC 5869 written out.
func slowDerive(s Secret, info string) []byte {
	extract := hmac.New(sha256.New, make([]byte, 32))
	extract.Write(s[:])
	expand := hmac.New(sha256.New, extract.Sum(nil))
	expand.Write([]byte(info))
	expand.Write([]byte{1})
	return expand.Sum(nil)
}

// slowMAC is the keyed digest of a list, written out.
func slowMAC(s Secret, label string, parts ...string) []byte {
	mac := hmac.New(sha256.New, slowDerive(s, "telltale/1/"+label))
	for _, p := range parts {
		n := len(p)
		for n >= 0x80 {
			mac.Write([]byte{byte(n) | 0x80})
			n >>= 7
		}
		mac.Write([]byte{byte(n)})
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)
}

func TestAgainstSlowForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"))
		label := rapid.String().Draw(t, "label")
		parts := rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "parts")
		if n := rapid.IntRange(0, 400).Draw(t, "long"); n > 100 {
			parts = append(parts, strings.Repeat("x", n))
		}
		if got, want := s.Derive(label), slowDerive(s, "telltale/1/"+label); !bytes.Equal(got[:], want) {
			t.Fatalf("Derive(%q) = %x, want %x", label, got[:], want)
		}
		h := s.Hasher()
		want := slowMAC(s, "@hash", parts...)
		if got := h.Sum128(parts...); !bytes.Equal(got[:], want[:16]) {
			t.Fatalf("Sum128(%q) = %x, want %x", parts, got, want[:16])
		}
		if got := h.Sum64(parts...); got != binary.BigEndian.Uint64(want) {
			t.Fatalf("Sum64(%q) = %x, want %x", parts, got, want[:8])
		}
		raw := make([][]byte, len(parts))
		for i, p := range parts {
			raw[i] = []byte(p)
		}
		if got, want := s.MAC(raw...), slowMAC(s, "@mac", parts...); !bytes.Equal(got[:], want) {
			t.Fatalf("MAC(%q) = %x, want %x", parts, got, want)
		}
	})
}

func TestSumsAreUnambiguous(t *testing.T) {
	h := Secret{1}.Hasher()
	lists := [][]string{{}, {""}, {"", ""}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "c"}, {"\x01a"}, {"\x03abc"}}
	seen := map[[16]byte][]string{}
	for _, l := range lists {
		sum := h.Sum128(l...)
		if other, ok := seen[sum]; ok {
			t.Errorf("Sum128 of %q and of %q are equal", l, other)
		}
		seen[sum] = l
	}
}

func TestUsesAreSeparate(t *testing.T) {
	s := Secret{2}
	for _, label := range []string{labelID, labelHash, labelPRF, labelStream, labelSeal, labelMAC} {
		if !strings.HasPrefix(label, "@") {
			t.Errorf("label %q is open to other packages", label)
		}
	}
	if s.Derive("a").Equal(s.Derive("b")) || s.Derive("a").Equal(s) {
		t.Error("labels do not separate")
	}
	if s.Stream("a").Uint64() == s.Stream("b").Uint64() {
		t.Error("labels do not separate streams")
	}
	if (Secret{1}).ID() == (Secret{2}).ID() {
		t.Error("two keys have one id")
	}
}

func TestNoAllocations(t *testing.T) {
	h, p, st := Secret{1}.Hasher(), Secret{1}.PRF(), Secret{1}.Stream("x")
	var in [16]byte
	for name, f := range map[string]func(){
		"Sum64":   func() { h.Sum64("phone", "+8613800138000") },
		"Sum128":  func() { h.Sum128("phone", "+8613800138000") },
		"Block":   func() { in = p.Block(in) },
		"Uint64":  func() { st.Uint64() },
		"Float64": func() { st.Float64() },
		"IntN":    func() { st.IntN(1000) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

func TestBlockIsConcurrent(t *testing.T) {
	p := Secret{3}.PRF()
	want := p.Block([16]byte{7})
	done := make(chan bool)
	for range 4 {
		go func() {
			ok := true
			for i := range 20000 {
				p.Block([16]byte{byte(i)})
				ok = ok && p.Block([16]byte{7}) == want
			}
			done <- ok
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("Block gave another result beside other goroutines")
		}
	}
}

// grow makes the stack move while a block is in use further up.
func grow(n int) (sum byte) {
	var pad [1024]byte
	if n == 0 {
		return pad[0]
	}
	pad[n%1024] = byte(n)
	return grow(n-1) + pad[n%1024]
}

func TestBlockSurvivesMovingStacks(t *testing.T) {
	p := Secret{3}.PRF()
	want := p.Block([16]byte{9})
	for i := range 200 {
		done := make(chan bool)
		go func() {
			in := [16]byte{9}
			grow(i % 64)
			done <- p.Block(in) == want && in == [16]byte{9}
		}()
		if !<-done {
			t.Fatal("Block read or wrote a stale stack")
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	s := Secret([]byte("0123456789abcdefghijklmnopqrstuv"))
	type holder struct {
		S Secret
		P *Secret
	}
	js, err := json.Marshal(holder{s, &s})
	if err != nil {
		t.Fatal(err)
	}
	text := string(js)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q"} {
		text += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, holder{S: s}) + fmt.Sprintf(verb, []Secret{s})
	}
	for _, leak := range []string{string(s[:8]), hex.EncodeToString(s[:4]), strings.ToUpper(hex.EncodeToString(s[:4])), "48 49 50"} {
		if strings.Contains(text, leak) {
			t.Errorf("output contains %q: %s", leak, text)
		}
	}
	if !strings.Contains(text, s.ID()) {
		t.Error("output does not name the key")
	}
}

func TestSeal(t *testing.T) {
	s := Secret{4}
	for _, plain := range [][]byte{nil, {}, []byte("x"), bytes.Repeat([]byte("long"), 5000)} {
		sealed := s.Seal(plain, []byte("aad"))
		if len(sealed) != len(plain)+Overhead {
			t.Errorf("sealed length = %d, want %d", len(sealed), len(plain)+Overhead)
		}
		got, err := s.Open(sealed, []byte("aad"))
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %q, %v", got, err)
		}
	}
	if bytes.Equal(s.Seal([]byte("same"), nil), s.Seal([]byte("same"), nil)) {
		t.Error("two seals of one value are equal")
	}
}

func TestOpenRefuses(t *testing.T) {
	s := Secret{4}
	sealed := s.Seal([]byte("value"), []byte("aad"))
	refuse := func(what string, k Secret, b, aad []byte) {
		if _, err := k.Open(b, aad); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: error = %v, want ErrSealed", what, err)
		}
	}
	for i := range sealed {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		refuse(fmt.Sprintf("byte %d altered", i), s, b, []byte("aad"))
	}
	for n := range sealed {
		refuse(fmt.Sprintf("cut to %d", n), s, sealed[:n], []byte("aad"))
	}
	refuse("other key", Secret{5}, sealed, []byte("aad"))
	refuse("other aad", s, sealed, []byte("bad"))
	refuse("no aad", s, sealed, nil)
}

func TestGenerate(t *testing.T) {
	a, err := Generate(nil)
	b, err2 := Generate(nil)
	if err != nil || err2 != nil || a.Equal(b) {
		t.Errorf("two keys: %v %v %v %v", a, b, err, err2)
	}
	if _, err := Generate(strings.NewReader("short")); err == nil {
		t.Error("a short source gave a key")
	}
}

// The bounds below are six standard deviations: a false alarm once in 10^8
// runs were the secret random; it is fixed, so the outcome is too.
func TestStreamIsEven(t *testing.T) {
	st := Secret{6}.Stream("even")
	const n, k = 70000, 7
	var count [k]int
	sum := 0.0
	for range n {
		count[st.IntN(k)]++
		sum += st.Float64()
	}
	for v, c := range count {
		if c < n/k-560 || c > n/k+560 {
			t.Errorf("IntN(%d) gave %d %d times of %d", k, v, c, n)
		}
	}
	if mean := sum / n; mean < 0.4934 || mean > 0.5066 {
		t.Errorf("Float64 has mean %v", mean)
	}
}

func TestStreamHelpers(t *testing.T) {
	st := Secret{6}.Stream("perm")
	var _ rand.Source = st
	seen := map[int]bool{}
	for _, v := range st.Perm(50) {
		seen[v] = v >= 0 && v < 50
	}
	if len(seen) != 50 {
		t.Errorf("Perm(50) has %d values", len(seen))
	}
	if st.IntN(1) != 0 {
		t.Error("IntN(1) is not 0")
	}
	for _, bound := range []int{3, 1 << 40, 1<<62 + 1} {
		for range 100 {
			if v := st.IntN(bound); v < 0 || v >= bound {
				t.Fatalf("IntN(%d) = %d", bound, v)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("IntN(0) did not panic")
		}
	}()
	st.IntN(0)
}
