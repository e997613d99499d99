package recognise

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"telltale/internal/identity"
)

// folding is what a character folds to: up to four bytes of it, or, with length
// elsewhere, more.
type folding struct {
	bytes  [4]byte
	length uint8
}

const elsewhere = 255

// kept has a bit for each character of the basic plane that folds to itself.
var kept = sync.OnceValue(func() *[1 << 10]uint64 {
	t := new([1 << 10]uint64)
	for r := range rune(1 << 16) {
		if utf8.ValidRune(r) && identity.FoldRune(r) == string(r) {
			t[r>>6] |= 1 << (r & 63)
		}
	}
	return t
})

// folds holds what each character of the basic plane folds to.
var folds = sync.OnceValue(func() *[1 << 16]folding {
	t := new([1 << 16]folding)
	for r := range rune(1 << 16) {
		s := identity.FoldRune(r)
		if len(s) > 4 {
			t[r].length = elsewhere
			continue
		}
		copy(t[r].bytes[:], s)
		t[r].length = uint8(len(s))
	}
	return t
})

// western is what a byte that is no UTF-8 folds to.
var western = sync.OnceValue(func() *[256]string {
	t := new([256]string)
	for b := range t {
		t[b] = identity.FoldRune(charmap.Windows1252.DecodeByte(byte(b)))
	}
	return t
})

var lower = func() (t [utf8.RuneSelf]byte) {
	for b := range t {
		t[b] = byte(b)
		if b >= 'A' && b <= 'Z' {
			t[b] |= 0x20
		}
	}
	return t
}()

// fold appends the folded text of raw, in UTF-8, and to strays where in it those
// bytes stand that are no UTF-8.
func fold(dst, raw []byte, strays []int) ([]byte, []int) {
	dst = slices.Grow(dst, len(raw)+8)
	same := kept()
	for i := 0; i < len(raw); {
		switch {
		case raw[i] < utf8.RuneSelf:
			dst, i = foldASCII(dst, raw, i)
		case i+2 < len(raw) && ideographic(raw[i], raw[i+1], raw[i+2]):
			dst, i = foldIdeographs(dst, raw, i, same)
		default:
			r, n := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && n == 1 {
				strays = append(strays, len(dst))
				dst = append(dst, western()[raw[i]]...)
			} else {
				dst = append(dst, foldRune(r)...)
			}
			i += n
		}
	}
	return dst, strays
}

func foldRune(r rune) []byte {
	if r < 1<<16 {
		if f := &folds()[r]; f.length != elsewhere {
			return f.bytes[:f.length]
		}
	}
	return []byte(identity.FoldRune(r))
}

// foldASCII appends the ASCII text from raw[i] on, eight bytes at a time, and
// returns where it ends.
func foldASCII(dst, raw []byte, i int) ([]byte, int) {
	for i+8 <= len(raw) {
		x := binary.LittleEndian.Uint64(raw[i:])
		dst = binary.LittleEndian.AppendUint64(dst, lowerEight(x))
		if beyond := x & (ones * 0x80); beyond != 0 {
			n := bits.TrailingZeros64(beyond) / 8
			return dst[:len(dst)-8+n], i + n
		}
		i += 8
	}
	for i < len(raw) && raw[i] < utf8.RuneSelf {
		dst = append(dst, lower[raw[i]])
		i++
	}
	return dst, i
}

const ones = 0x0101010101010101

// lowerEight makes capitals of eight bytes small.
func lowerEight(x uint64) uint64 { return x | between(x, 'A', 'Z')>>2 }

// ideographic reports whether three bytes are a character between U+4000 and
// U+9FFF.
func ideographic(a, b, c byte) bool {
	return a-0xe4 < 6 && b&0xc0 == 0x80 && c&0xc0 == 0x80
}

// foldIdeographs appends the ideographs from raw[i] on, and returns where they
// end. Those that are the same are kept.
func foldIdeographs(dst, raw []byte, i int, same *[1 << 10]uint64) ([]byte, int) {
	for i+2 < len(raw) {
		a, b, c := raw[i], raw[i+1], raw[i+2]
		if !ideographic(a, b, c) {
			break
		}
		if r := ideograph(a, b, c); same[r>>6]&(1<<(r&63)) != 0 {
			dst = append(dst, a, b, c)
		} else {
			dst = append(dst, foldRune(rune(r))...)
		}
		i += 3
	}
	return dst, i
}

// ideograph is the character of three bytes of UTF-8.
func ideograph(a, b, c byte) uint16 {
	return uint16(a)<<12 | uint16(b&0x3f)<<6 | uint16(c&0x3f)
}

func foldAll(s string) []byte {
	text, _ := fold(nil, []byte(s), nil)
	return text
}
