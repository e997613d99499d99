package budget

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"
)

// recorder is a test that is told of failures and goes on.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()                        {}
func (r *recorder) Errorf(format string, _ ...any) { r.said = append(r.said, format) }

func TestCheck(t *testing.T) {
	var sink []byte
	spin := func() {
		for start := processor(); processor()-start < PerMegabyte+PerMegabyte/20; {
		}
	}
	for _, c := range []struct {
		name, want string
		size       int
		f          func()
	}{
		{"cheap", "", 1, func() {}},
		{"slow", "of the processor", 1, spin},
		{"large", "of memory", 1, func() {
			large := make([]byte, Memory+Memory/8)
			for i := 0; i < len(large); i += 512 {
				large[i] = 1
			}
			runtime.KeepAlive(large)
		}},
		{"much garbage", "", 1, func() {
			for range 40 {
				sink = make([]byte, Memory/32)
			}
		}},
	} {
		r := &recorder{TB: t}
		Check(r, c.size, c.f)
		if said := strings.Join(r.said, "; "); c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: said %q, want %q", c.name, said, c.want)
		}
	}
	_ = sink
}

func TestTime(t *testing.T) {
	for size, want := range map[int]time.Duration{0: PerMegabyte, 1000: PerMegabyte, 3_000_000: 3 * PerMegabyte} {
		if got := Time(size); got != want {
			t.Errorf("%d bytes may take %v, want %v", size, got, want)
		}
	}
}

func TestGrow(t *testing.T) {
	if got := Grow([]byte("abc"), 10); string(got) != "abcabcabc" {
		t.Errorf("got %q", got)
	}
	grown := 0
	for i := range 6400 {
		data := []byte{byte(i), byte(i >> 8), 7}
		if g := Grown(data); len(g) > 1000 {
			grown++
		} else if !bytes.Equal(g, data) {
			t.Fatalf("got %q", g)
		}
	}
	if grown < 50 || grown > 200 {
		t.Errorf("%d of 6400 are grown, want about 100", grown)
	}
}
