package recognise

import (
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"telltale/internal/identity"
)

// folds holds what each character of the basic plane folds to.
var folds = sync.OnceValue(func() *[1 << 16]string {
	t := new([1 << 16]string)
	for r := range rune(1 << 16) {
		t[r] = identity.FoldRune(r)
	}
	for r := 'A'; r <= 'Z'; r++ {
		t[r] = string(r | 0x20)
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

// fold appends the folded text of raw, in UTF-8.
func fold(dst, raw []byte) []byte {
	wide, narrow := folds(), western()
	for i := 0; i < len(raw); {
		b := raw[i]
		if b < utf8.RuneSelf {
			dst = append(dst, lower[b])
			i++
			continue
		}
		r, n := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(dst, narrow[b]...)
		case r < 1<<16:
			dst = append(dst, wide[r]...)
		default:
			dst = append(dst, identity.FoldRune(r)...)
		}
		i += n
	}
	return dst
}

func foldAll(s string) []byte { return fold(nil, []byte(s)) }
