package recognise

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// token is a run of letters and digits of a folded text, or one CJK character.
type token struct {
	start, end int
	hash       uint64
	class      class
}

type class uint8

const (
	word   class = iota // letters
	digits              // ASCII digits
	mixed               // both
	han                 // a CJK character
)

const (
	hashStart = 14695981039346656037
	hashStep  = 1099511628211
)

// hashOf is the hash of a token with these bytes.
func hashOf(s string) uint64 {
	if r, n := utf8.DecodeRuneInString(s); n == len(s) && isCJK(r) {
		return hashRune(r)
	}
	return hashBytes([]byte(s))
}

// hashRune is the hash of a token of one CJK character.
func hashRune(r rune) uint64 { return mix(uint64(r) + hashStart) }

// hashBytes is the hash of a token of letters and digits.
func hashBytes(b []byte) uint64 {
	h, n := uint64(hashStart), len(b)
	for ; len(b) >= 8; b = b[8:] {
		h = hashEight(h, binary.LittleEndian.Uint64(b))
	}
	var rest uint64
	for i, c := range b {
		rest |= uint64(c) << (8 * i)
	}
	return hashEnd(h, rest, n)
}

// hashEight continues a hash with eight bytes, and hashEnd ends it with the
// fewer that are left of n.
func hashEight(h, x uint64) uint64 {
	h = (h ^ x) * hashStep
	return h ^ h>>32
}

func hashEnd(h, rest uint64, n int) uint64 { return mix((h^rest)*hashStep + uint64(n)) }

func mix(h uint64) uint64 {
	high, low := bits.Mul64(h^0xbf58476d1ce4e5b9, 0x94d049bb133111eb)
	return high ^ low
}

// sort of a byte of a folded text. Those of letter and digit can be joined.
const (
	other      byte = 0
	letter     byte = 1
	digit      byte = 2
	apostrophe byte = 4
	beyond     byte = 8 // ASCII
)

var sorts = func() (t [256]byte) {
	for b := range t {
		switch {
		case b >= 'a' && b <= 'z':
			t[b] = letter
		case b >= '0' && b <= '9':
			t[b] = digit
		case b == '\'':
			t[b] = apostrophe
		case b >= utf8.RuneSelf:
			t[b] = beyond
		}
	}
	return t
}()

// tokenise appends the tokens of a folded text. An apostrophe between letters
// belongs to neither the hash nor the border of a word.
func tokenise(v []byte, dst []token) []token {
	for i := 0; i < len(v); {
		switch sorts[v[i]] {
		case letter, digit:
			t, whole := plainToken(v, i)
			if !whole {
				t = oneToken(v, i)
			}
			dst, i = append(dst, t), t.end
			if whole && v[i] < utf8.RuneSelf { // no part of a token
				i++
			}
		case beyond:
			if i+2 < len(v) && ideographic(v[i], v[i+1], v[i+2]) {
				dst = append(dst, token{i, i + 3, hashRune(rune(ideograph(v[i], v[i+1], v[i+2]))), han})
				i += 3
				continue
			}
			r, n := utf8.DecodeRune(v[i:])
			switch {
			case isCJK(r):
				dst = append(dst, token{i, i + n, hashRune(r), han})
			case unicode.IsLetter(r):
				t := oneToken(v, i)
				dst, n = append(dst, t), t.end-i
			}
			i += n
		default:
			i++
		}
	}
	return dst
}

// classes of tokens by whether they have letters, and twice whether numerals.
var classes = [4]class{1: word, 2: digits, 3: mixed}

// plainToken reads the token at v[start] eight bytes at a time. It is not whole
// if it may go on with an apostrophe or a letter beyond ASCII, or if the text
// ends.
func plainToken(v []byte, start int) (t token, whole bool) {
	h, letters, numerals := uint64(hashStart), uint64(0), uint64(0)
	for i := start; i+8 <= len(v); i += 8 {
		x := binary.LittleEndian.Uint64(v[i:])
		n := bits.TrailingZeros64(^(between(x, 'a', 'z')|between(x, '0', '9'))&(ones*0x80)) / 8
		if n == 8 {
			h, letters, numerals = hashEight(h, x), letters|x, numerals|^x
			continue
		}
		inside := uint64(1)<<(8*n) - 1
		x &= inside
		letters, numerals = letters|x, numerals|^x&inside
		end := i + n
		c := v[end]
		whole = c != '\'' && (c < utf8.RuneSelf || c-0xe4 < 6)
		return token{start, end, hashEnd(h, x, end-start), classes[letterBit(letters)|letterBit(numerals)<<1]}, whole
	}
	return token{}, false
}

// letterBit is 1 if any of the letters and digits is a letter: those have the bit 0x40.
func letterBit(x uint64) int {
	if x&(ones*0x40) != 0 {
		return 1
	}
	return 0
}

// between marks the bytes from low to high of eight by their highest bit.
func between(x uint64, low, high byte) uint64 {
	seven := x & (ones * 0x7f)
	return ((seven + ones*uint64(0x80-low)) ^ (seven + ones*uint64(0x7f-high))) &^ x & (ones * 0x80)
}

// oneToken reads the token that begins at v[i] with a letter or digit.
func oneToken(v []byte, i int) token {
	var buffer [64]byte
	start, text := i, buffer[:0]
	letters, numerals := false, false
loop:
	for i < len(v) {
		switch sorts[v[i]] {
		case letter:
			letters = true
		case digit:
			numerals = true
		case apostrophe:
			if i+1 >= len(v) || sorts[v[i+1]] != letter || numerals {
				break loop
			}
			i++
			continue
		case beyond:
			r, n := utf8.DecodeRune(v[i:])
			if isCJK(r) || !unicode.IsLetter(r) {
				break loop
			}
			letters = true
			text = append(text, v[i:i+n]...)
			i += n
			continue
		default:
			break loop
		}
		text = append(text, v[i])
		i++
	}
	t := token{start, i, hashBytes(text), word}
	if numerals {
		t.class = digits
		if letters {
			t.class = mixed
		}
	}
	return t
}

// isCJK reports whether words of r are not set apart by blanks.
func isCJK(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff && r != 0x3000 && !(r >= 0x3001 && r <= 0x303f) || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}
