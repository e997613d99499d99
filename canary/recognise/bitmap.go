package recognise

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// bitmap has a bit for each byte of a text, the lowest of a byte first, and
// zeros behind them.
type bitmap []byte

// atOnce is how many bits of a bitmap can be read at once.
const atOnce = 57

// from returns atOnce bits or more from the i-th on.
func (m bitmap) from(i int) uint64 { return binary.LittleEndian.Uint64(m[i>>3:]) >> (i & 7) }

// next is the first of n bits from the i-th on that is set, or n.
func (m bitmap) next(i, n int) int {
	for ; i < n; i += atOnce {
		if x := m.from(i); x != 0 {
			return i + bits.TrailingZeros64(x)
		}
	}
	return n
}

// nextNine is where the first nine of n bits in a row from the i-th on begin that
// are set, or n.
func (m bitmap) nextNine(i, n int) int {
	for ; i < n; i += atOnce - 8 {
		x := m.from(i)
		two := x & (x >> 1)
		four := two & (two >> 2)
		if nine := four & (four >> 4) & (x >> 8); nine != 0 {
			return i + bits.TrailingZeros64(nine)
		}
	}
	return n
}

// marks tells which bytes of a text may be of base64, and with which an escape
// may begin: one pass over the text for both.
type marks struct{ sextets, signs bitmap }

// marked has, for each byte, the bit of sextets and, eight bits above, of signs.
var marked = func() (t [256]uint32) {
	for c := range t {
		t[c] = uint32(1-notSextets[c]) | uint32(signs[c])<<8
	}
	return t
}()

// of reads the marks of a text.
func (m *marks) of(raw []byte) {
	size := len(raw)/8 + 9
	m.sextets, m.signs = slices.Grow(m.sextets[:0], size)[:size], slices.Grow(m.signs[:0], size)[:size]
	clear(m.sextets[len(raw)/8:])
	clear(m.signs[len(raw)/8:])
	i := 0
	for ; i+8 <= len(raw); i += 8 {
		b := (*[8]byte)(raw[i:])
		x := marked[b[0]] | marked[b[1]]<<1 | marked[b[2]]<<2 | marked[b[3]]<<3 | marked[b[4]]<<4 | marked[b[5]]<<5 | marked[b[6]]<<6 | marked[b[7]]<<7
		m.sextets[i>>3], m.signs[i>>3] = byte(x), byte(x>>8)
	}
	for k, c := range raw[i:] {
		m.sextets[i>>3] |= byte(marked[c]) << k
		m.signs[i>>3] |= byte(marked[c]>>8) << k
	}
}
