package key

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrShares is returned when shares do not make up a key: too few, of
// different splits, or altered. The message says which.
var ErrShares = errors.New("shares do not make up a key")

// MaxShares is how many shares a key can be split into.
const MaxShares = 255

const (
	shareHeader = "telltale-share/1"
	shareRemark = "# One of several shares of a key: worthless without the others, and no less secret."
)

// Split splits s into n shares of which any k make it up again and fewer say
// nothing of it (Shamir, "How to share a secret", 1979), over GF(2^8) with the
// polynomial x^8+x^4+x^3+x+1, byte by byte. 2 <= k <= n <= MaxShares. Each
// share is a text, for a file of its own.
func Split(s Secret, n, k int) ([][]byte, error) { return splitWith(s, n, k, rand.Reader) }

func splitWith(s Secret, n, k int, random io.Reader) ([][]byte, error) {
	if k < 2 || k > n || n > MaxShares {
		return nil, fmt.Errorf("key: %d of %d shares, want at least 2 and at most %d", k, n, MaxShares)
	}
	drawn := make([]byte, 8+(k-1)*len(s))
	if _, err := io.ReadFull(random, drawn); err != nil {
		return nil, fmt.Errorf("key: cannot draw shares: %w", err)
	}
	set, more := hex.EncodeToString(drawn[:8]), drawn[8:]
	var out [][]byte
	for x := 1; x <= n; x++ {
		var y Secret
		for b := range s { // Horner: the key's byte is the constant term
			for d := k - 2; d >= 0; d-- {
				y[b] = times(y[b]^more[d*len(s)+b], byte(x))
			}
			y[b] ^= s[b]
		}
		out = append(out, finishWith(shareRemark, []string{shareHeader, "id: " + s.ID(), "set: " + set, "needed: " + strconv.Itoa(k),
			"share: " + strconv.Itoa(x), "value: " + base64.RawStdEncoding.EncodeToString(y[:])}))
	}
	return out, nil
}

// times multiplies in GF(2^8), in constant time.
func times(a, b byte) (p byte) {
	for range 8 {
		p ^= a & -(b & 1)
		a = a<<1 ^ 0x1b&-(a>>7)
		b >>= 1
	}
	return p
}

// inverse is a^254, which is 1/a; that of 0 is 0.
func inverse(a byte) byte {
	p := byte(1)
	for range 7 {
		a = times(a, a)
		p = times(p, a)
	}
	return p
}

// share is a share as its text holds it.
type share struct {
	id, set string
	needed  int
	x       byte
	y       Secret
}

// Join makes a key up from shares, of which there must be as many as are
// needed; the same one twice counts once. ErrFormat for text that is no share
// or a damaged one, ErrShares when they do not fit together.
func Join(texts [][]byte) (Secret, error) {
	var list []share
	for i, text := range texts {
		p, err := parseShare(text)
		if err != nil {
			return Secret{}, fmt.Errorf("share %d: %w", i+1, err)
		}
		if known := at(list, p.x); known < 0 {
			list = append(list, p)
		} else if list[known] != p {
			return Secret{}, fmt.Errorf("%w: two different ones have the number %d", ErrShares, p.x)
		}
	}
	if len(list) == 0 {
		return Secret{}, fmt.Errorf("%w: none were given", ErrShares)
	}
	for _, p := range list {
		if p.id != list[0].id || p.set != list[0].set || p.needed != list[0].needed {
			return Secret{}, fmt.Errorf("%w: they are of different keys, or of different splits of one", ErrShares)
		}
	}
	if need := list[0].needed; len(list) < need {
		return Secret{}, fmt.Errorf("%w: %d different ones are given, %d are needed", ErrShares, len(list), need)
	}
	s := combine(list[:list[0].needed])
	if s.ID() != list[0].id {
		return Secret{}, fmt.Errorf("%w: one of them was altered", ErrShares)
	}
	return s, nil
}

func at(list []share, x byte) int {
	for i, p := range list {
		if p.x == x {
			return i
		}
	}
	return -1
}

// combine interpolates at 0.
func combine(list []share) (s Secret) {
	for i, p := range list {
		weight := byte(1)
		for j, q := range list {
			if i != j {
				weight = times(weight, times(q.x, inverse(p.x^q.x)))
			}
		}
		for b := range s {
			s[b] ^= times(weight, p.y[b])
		}
	}
	return s
}

func parseShare(text []byte) (p share, err error) {
	lines, err := checked(text, shareHeader)
	if err != nil {
		return p, err
	}
	x, filled := 0, 0
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		filled++
		switch name {
		case "id":
			p.id = value
		case "set":
			p.set = value
		case "needed":
			p.needed, err = strconv.Atoi(value)
		case "share":
			x, err = strconv.Atoi(value)
		case "value":
			var y []byte
			if y, err = base64.RawStdEncoding.DecodeString(value); err == nil && len(y) != len(p.y) {
				err = fmt.Errorf("%d bytes, want %d", len(y), len(p.y))
			}
			copy(p.y[:], y)
		default:
			err = errors.New("unknown field")
		}
		if err != nil {
			return p, damaged("line " + name + ": " + err.Error())
		}
	}
	if filled != 5 || p.needed < 2 || p.needed > MaxShares || x < 1 || x > MaxShares {
		return p, damaged("a field is missing or out of range")
	}
	p.x = byte(x)
	return p, nil
}
