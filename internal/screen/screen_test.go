package screen

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

const hostile = "a\x1b[2J\x9b1m\x07\r\x00\x7f\u0085\u202egnp.exe\u2066\u200e\u061c\u2028\U000e0041\xff\tb\n\u200dé王"

func TestSafe(t *testing.T) {
	want := "a\ufffd[2J\ufffd1m\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdgnp.exe\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\tb\n\u200dé王"
	if got := Safe(hostile); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := &Writer{To: &out, Allowed: []string{"\x1b[1m", "\x1b[0m"}}
	for _, c := range []byte("\x1b[1mé王\x1b[0m") { // a byte at a time splits what is allowed, too
		w.Write([]byte{c})
	}
	if got := out.String(); got != "\ufffd[1mé王\ufffd[0m" {
		t.Errorf("got %q", got)
	}
	out.Reset()
	if n, err := w.Write([]byte("\x1b[1mx\x1b[2J\x1b[0m")); n != 13 || err != nil || out.String() != "\x1b[1mx\ufffd[2J\x1b[0m" {
		t.Errorf("got %q, %d, %v", out.String(), n, err)
	}
}

// FuzzSafe: nothing that steers passes, and nothing else is changed; JSON stays
// the same document.
func FuzzSafe(f *testing.F) {
	f.Add(hostile, 3)
	f.Add("\u202e", 1)
	f.Fuzz(func(t *testing.T, s string, cut int) {
		got := Safe(s)
		for _, r := range got {
			if Steers(r) || r != '\n' && r != '\t' && unicode.IsControl(r) {
				t.Fatalf("%q is shown as %q", s, got)
			}
		}
		if clean := strings.ToValidUTF8(s, ""); clean == s && !strings.ContainsFunc(s, Steers) && got != s {
			t.Fatalf("%q is shown as %q", s, got)
		}
		var out bytes.Buffer
		w := &Writer{To: &out}
		cut = min(max(cut, 0), len(s))
		w.Write([]byte(s[:cut]))
		w.Write([]byte(s[cut:] + "\n"))
		if strings.ContainsFunc(out.String(), Steers) {
			t.Fatalf("%q is written as %q", s, out.String())
		}
		checkJSON(t, s)
	})
}

func checkJSON(t *testing.T, s string) {
	document, err := json.Marshal(map[string]string{s: s})
	if err != nil {
		t.Fatal(err)
	}
	safe := JSON(string(document))
	if strings.ContainsFunc(safe, func(r rune) bool { return r != '\n' && Steers(r) }) {
		t.Fatalf("%s is shown as %q", document, safe)
	}
	var want, got map[string]string
	if json.Unmarshal(document, &want) != nil || json.Unmarshal([]byte(safe), &got) != nil || got[strings.ToValidUTF8(s, "\ufffd")] != want[strings.ToValidUTF8(s, "\ufffd")] || len(got) != 1 {
		t.Fatalf("%s is another document than %s", safe, document)
	}
}
