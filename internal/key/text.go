package key

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

var (
	// ErrFormat is returned for text that is no key file, a newer one, or a
	// damaged one; the message says which.
	ErrFormat = errors.New("not a usable key file")
	// ErrPassphrase is returned when a sealed key file does not open with the
	// passphrase given, or when none was given.
	ErrPassphrase = errors.New("passphrase is missing or wrong")
)

const (
	header = "telltale-key/1"
	remark = "# Whoever has this file can read every canary and make marks. Keep it secret and keep a copy."
)

// kdf holds the costs of argon2id: memory in KiB, passes, lanes.
type kdf struct {
	memory uint32
	passes uint32
	lanes  uint8
}

// defaultKDF takes about a fifth of a second on a small machine; maxKDF
// bounds what a key file from elsewhere can make this program spend.
var (
	defaultKDF = kdf{memory: 64 << 10, passes: 3, lanes: 4}
	maxKDF     = kdf{memory: 1 << 20, passes: 64, lanes: 64}
)

// Encode returns the text of a key file that holds s: plain if passphrase is
// nil, else sealed with argon2id and XChaCha20-Poly1305. An empty passphrase
// that is not nil is refused with ErrPassphrase.
func Encode(s Secret, passphrase []byte) ([]byte, error) {
	return encode(s, passphrase, defaultKDF, rand.Reader)
}

func encode(s Secret, passphrase []byte, cost kdf, random io.Reader) ([]byte, error) {
	lines := []string{header, "id: " + s.ID()}
	if passphrase == nil {
		lines = append(lines, "form: plain", "key: "+base64.RawStdEncoding.EncodeToString(s[:]))
		return finish(lines), nil
	}
	if len(passphrase) == 0 {
		return nil, fmt.Errorf("key file: %w: it is empty", ErrPassphrase)
	}
	salt := make([]byte, 16+chacha20poly1305.NonceSizeX)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("key file: cannot draw a salt: %w", err)
	}
	salt, nonce := salt[:16:16], salt[16:]
	lines = append(lines, "form: sealed",
		fmt.Sprintf("argon2id: m=%d t=%d p=%d", cost.memory, cost.passes, cost.lanes),
		"salt: "+base64.RawStdEncoding.EncodeToString(salt))
	sealed := cost.wrap(passphrase, salt).seal(nonce, s[:], bound(lines))
	lines = append(lines, "key: "+base64.RawStdEncoding.EncodeToString(sealed))
	return finish(lines), nil
}

// wrap stretches a passphrase to the secret that seals the key.
func (c kdf) wrap(passphrase, salt []byte) Secret {
	return Secret(argon2.IDKey(passphrase, salt, c.passes, c.memory, c.lanes, 32))
}

// bound is what the seal is bound to: every line before the sealed key.
func bound(lines []string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

func finish(lines []string) []byte { return finishWith(remark, lines) }

func finishWith(remark string, lines []string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\n%s\n", lines[0], remark)
	for _, line := range lines[1:] {
		out.WriteString(line + "\n")
	}
	fmt.Fprintf(&out, "sum: %s\n", checksum(lines))
	return out.Bytes()
}

func checksum(lines []string) string {
	sum := sha256.Sum256(bound(lines))
	return hex.EncodeToString(sum[:8])
}

// Decode reads the text of a key file. passphrase is called once, and only
// for a sealed key; it may be nil where none can be had.
//
// Text that is no key file, a newer version or a damaged one gives ErrFormat;
// a wrong passphrase gives ErrPassphrase. Line ends, blank lines, lines that
// begin with "#" and a byte order mark do not matter.
func Decode(text []byte, passphrase func() ([]byte, error)) (Secret, error) {
	p, err := parse(text)
	if err != nil {
		return Secret{}, err
	}
	var s Secret
	if p.form == "sealed" {
		s, err = p.unseal(passphrase)
	} else {
		s = Secret(p.key)
	}
	if err != nil {
		return Secret{}, err
	}
	if s.ID() != p.id {
		return Secret{}, damaged("its id does not belong to its key")
	}
	return s, nil
}

// parsed is a key file whose checksum is right.
type parsed struct {
	id, form  string
	cost      kdf
	salt, key []byte
	bound     []byte
}

func damaged(what string) error { return fmt.Errorf("key file: %w: %s", ErrFormat, what) }

func parse(text []byte) (parsed, error) {
	lines, err := checked(text, header)
	if err != nil {
		return parsed{}, err
	}
	return fields(lines)
}

// checked are the lines of a text that begins with want and whose checksum is
// right, without the checksum.
func checked(text []byte, want string) ([]string, error) {
	lines := linesOf(text)
	kind := want[:strings.IndexByte(want, '/')+1]
	if len(lines) == 0 || !strings.HasPrefix(lines[0], kind) {
		return nil, damaged("it does not begin with " + want)
	}
	if lines[0] != want {
		return nil, damaged("it was written by a newer version (" + lines[0] + ")")
	}
	last := len(lines) - 1
	sum, ok := strings.CutPrefix(lines[last], "sum: ")
	if !ok {
		return nil, damaged("it is cut off: its last line is not the checksum")
	}
	lines = lines[:last]
	if got := checksum(lines); got != strings.ToLower(sum) {
		return nil, damaged("its checksum is " + got + ", not " + sum + ": the file was damaged, use a copy of it")
	}
	return lines, nil
}

func linesOf(text []byte) []string {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\r", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

func fields(lines []string) (p parsed, err error) {
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "id":
			p.id = value
		case "form":
			p.form = value
		case "argon2id":
			_, err = fmt.Sscanf(value, "m=%d t=%d p=%d", &p.cost.memory, &p.cost.passes, &p.cost.lanes)
		case "salt":
			p.salt, err = base64.RawStdEncoding.DecodeString(value)
		case "key":
			p.key, err = base64.RawStdEncoding.DecodeString(value)
		default:
			err = errors.New("unknown field")
		}
		if err != nil {
			return parsed{}, damaged("line " + name + ": " + err.Error())
		}
	}
	if !strings.HasPrefix(lines[len(lines)-1], "key: ") {
		return parsed{}, damaged("its last field is not the key")
	}
	p.bound = bound(lines[:len(lines)-1])
	return p, p.check()
}

func (p parsed) check() error {
	switch {
	case p.form == "plain" && len(p.key) == len(Secret{}):
		return nil
	case p.form != "sealed" || len(p.key) != len(Secret{})+Overhead || len(p.salt) != 16:
		return damaged("a field is missing or has the wrong length")
	case p.cost.passes < 1 || p.cost.lanes < 1 || p.cost.memory < 8*uint32(p.cost.lanes):
		return damaged("argon2id: a cost is too small")
	case p.cost.passes > maxKDF.passes || p.cost.lanes > maxKDF.lanes || p.cost.memory > maxKDF.memory:
		return damaged("argon2id: a cost is unreasonably large")
	}
	return nil
}

func (p parsed) unseal(passphrase func() ([]byte, error)) (Secret, error) {
	if passphrase == nil {
		return Secret{}, fmt.Errorf("key file: %w: it is sealed", ErrPassphrase)
	}
	phrase, err := passphrase()
	if err != nil {
		return Secret{}, fmt.Errorf("key file: %w: %w", ErrPassphrase, err)
	}
	b, err := p.cost.wrap(phrase, p.salt).Open(p.key, p.bound)
	if err != nil {
		return Secret{}, fmt.Errorf("key file: %w", ErrPassphrase)
	}
	return Secret(b), nil
}
