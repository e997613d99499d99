package key

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"telltale/internal/budget"
)

// quick keeps the tests fast; the costs of real files are defaultKDF.
var quick = kdf{memory: 64, passes: 1, lanes: 1}

func phrase(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

func forms(t *testing.T, s Secret) map[string][]byte {
	t.Helper()
	plain, err := Encode(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := encode(s, []byte("open sesame"), quick, bytes.NewReader(make([]byte, 40)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"plain": plain, "sealed": sealed}
}

func TestTextRoundTrip(t *testing.T) {
	s := Secret{7, 8, 9}
	for form, text := range forms(t, s) {
		got, err := Decode(text, phrase("open sesame"))
		if err != nil || got != s {
			t.Errorf("%s: Decode = %v, %v", form, got, err)
		}
	}
	text, err := Encode(s, []byte("open sesame"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(text, phrase("open sesame")); err != nil || got != s {
		t.Errorf("real costs: Decode = %v, %v", got, err)
	}
}

func TestTextToleratesEditors(t *testing.T) {
	s := Secret{7, 8, 9}
	for form, text := range forms(t, s) {
		edited := "\xef\xbb\xbf# from the safe\r\n" + strings.ReplaceAll(string(text), "\n", "  \r\n\r\n")
		if got, err := Decode([]byte(edited), phrase("open sesame")); err != nil || got != s {
			t.Errorf("%s: Decode = %v, %v", form, got, err)
		}
	}
}

func TestSealedTextHidesTheKey(t *testing.T) {
	s := Secret{7, 8, 9}
	f := forms(t, s)
	line := strings.Split(string(f["plain"]), "key: ")[1][:43]
	if strings.Contains(string(f["sealed"]), line[:16]) {
		t.Error("the sealed text contains the key")
	}
}

func TestPassphrase(t *testing.T) {
	sealed := forms(t, Secret{7})["sealed"]
	down := errors.New("terminal is gone")
	for name, ask := range map[string]func() ([]byte, error){
		"wrong": phrase("open barley"), "empty": phrase(""), "none": nil,
		"failing": func() ([]byte, error) { return nil, down },
	} {
		_, err := Decode(sealed, ask)
		if !errors.Is(err, ErrPassphrase) || errors.Is(err, ErrFormat) {
			t.Errorf("%s: error = %v, want ErrPassphrase", name, err)
		}
		if name == "failing" && !errors.Is(err, down) {
			t.Errorf("error = %v, want its cause", err)
		}
	}
	if _, err := Encode(Secret{7}, []byte{}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("empty passphrase: error = %v", err)
	}
	if _, err := Decode(forms(t, Secret{7})["plain"], nil); err != nil {
		t.Errorf("a plain key asked for a passphrase: %v", err)
	}
}

// Every altered character and every cut of the text is told as damage, never
// as a wrong key, and never passes; the remark may be altered freely.
func TestDamageIsNotAWrongKey(t *testing.T) {
	s := Secret{7, 8, 9}
	for form, text := range forms(t, s) {
		start := bytes.IndexByte(text, '#')
		end := start + bytes.IndexByte(text[start:], '\n')
		for i := range text {
			if i >= start && i <= end || text[i] == '\n' {
				continue
			}
			b := bytes.Clone(text)
			b[i] ^= 1
			if got, err := Decode(b, phrase("open sesame")); !errors.Is(err, ErrFormat) {
				t.Errorf("%s: byte %d altered: %v, %v", form, i, got, err)
			}
		}
		for n := range len(text) - 1 {
			if _, err := Decode(text[:n], phrase("open sesame")); !errors.Is(err, ErrFormat) {
				t.Errorf("%s: cut to %d: %v", form, n, err)
			}
		}
	}
}

func TestForeignText(t *testing.T) {
	newer := finish([]string{"telltale-key/2", "id: 0"})
	for want, text := range map[string][]byte{
		"newer version":      newer,
		"does not begin":     []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n"),
		"begin with":         nil,
		"unknown field":      finish([]string{header, "id: 0", "colour: red", "key: AAAA"}),
		"too small":          finish([]string{header, "id: 0", "form: sealed", "argon2id: m=1 t=1 p=1", "salt: " + strings.Repeat("A", 21) + "g", "key: " + strings.Repeat("A", 96)}),
		"large":              finish([]string{header, "id: 0", "form: sealed", "argon2id: m=4000000000 t=1 p=1", "salt: " + strings.Repeat("A", 21) + "g", "key: " + strings.Repeat("A", 96)}),
		"wrong length":       finish([]string{header, "id: 0", "form: plain", "key: AAAA"}),
		"field is not":       finish([]string{header, "id: 0", "form: plain"}),
		"id does not belong": finish([]string{header, "id: 0", "form: plain", "key: " + strings.Repeat("A", 43)}),
	} {
		_, err := Decode(text, phrase("x"))
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want ErrFormat with %q", err, want)
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	if err := WriteFile(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode = %v, %v, want 0600", info.Mode(), err)
	}
	if err := WriteFile(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second write: %v, want fs.ErrExist", err)
	}
	if got, err := ReadFile(path); err != nil || string(got) != "first" {
		t.Errorf("ReadFile = %q, %v", got, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(path, "under", "a file"), nil); err == nil {
		t.Error("wrote below a file")
	}
	if _, err := ReadFile(path + ".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestFileThatOthersCanReach(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	if err := WriteFile(path, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o777} {
		os.Chmod(path, mode)
		_, err := ReadFile(path)
		var pe *PermissionError
		if !errors.As(err, &pe) || pe.Path != path || pe.Mode.Perm() != mode {
			t.Errorf("mode %o: error = %v, want *PermissionError", mode, err)
		}
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		os.Chmod(path, mode)
		if _, err := ReadFile(path); err != nil {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestHugeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	if err := WriteFile(path, make([]byte, maxFile+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); !errors.Is(err, ErrFormat) {
		t.Errorf("error = %v, want ErrFormat", err)
	}
}

func TestEncodeWithoutRandomness(t *testing.T) {
	if _, err := encode(Secret{}, []byte("x"), quick, iotest.ErrReader(errors.New("no entropy"))); err == nil {
		t.Error("sealed without a salt")
	}
}

// FuzzDecode reads key files; with sum they get the right checksum, so that
// what is behind it is reached.
func FuzzDecode(f *testing.F) {
	plain, _ := Encode(Secret{1}, nil)
	sealed, _ := encode(Secret{1}, []byte("x"), quick, bytes.NewReader(make([]byte, 40)))
	for _, text := range [][]byte{plain, sealed} {
		f.Add(text, false)
		f.Add(text[:bytes.LastIndex(text, []byte("sum: "))], true)
	}
	f.Fuzz(func(t *testing.T, text []byte, sum bool) {
		if sum {
			text = fmt.Appendf(nil, "%s\nsum: %s\n", text, checksum(linesOf(text)))
		}
		var s Secret
		var err error
		budget.Check(t, len(text), func() { s, err = Decode(text, nil) })
		if err != nil && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrPassphrase) {
			t.Fatalf("untyped error %v", err)
		}
		if err == nil && s != (Secret{1}) && !sum {
			t.Fatalf("decoded %x", s[:])
		}
	})
}
