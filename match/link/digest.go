package link

import (
	"encoding/binary"

	"telltale/internal/key"
)

// digester maps strings to 128 bits: a CBC-MAC over a domain and a value. Each
// is written as its length (four bytes, little-endian) and its bytes, padded
// with zeros to whole blocks; the lengths make the messages prefix-free, which
// is what CBC-MAC needs to be a PRF. Values are safe for concurrent use.
type digester struct {
	prf   key.PRF
	state [16]byte // after the domain
}

func newDigester(prf key.PRF, domain string) digester {
	d := digester{prf: prf}
	d.state = d.sum(domain)
	return d
}

func (d digester) sum(v string) [16]byte { return chain(d, v) }

// bytes is sum of a value in a buffer.
func (d digester) bytes(v []byte) [16]byte { return chain(d, v) }

func chain[T string | []byte](d digester, v T) [16]byte {
	var block [16]byte
	binary.LittleEndian.PutUint32(block[:], uint32(len(v)))
	v = v[copy(block[4:], v):]
	state := d.prf.Block(xor(d.state, block))
	for len(v) > 0 {
		block = [16]byte{}
		v = v[copy(block[:], v):]
		state = d.prf.Block(xor(state, block))
	}
	return state
}

func xor(a, b [16]byte) [16]byte {
	lo := binary.LittleEndian.Uint64(a[:8]) ^ binary.LittleEndian.Uint64(b[:8])
	hi := binary.LittleEndian.Uint64(a[8:]) ^ binary.LittleEndian.Uint64(b[8:])
	binary.LittleEndian.PutUint64(a[:8], lo)
	binary.LittleEndian.PutUint64(a[8:], hi)
	return a
}

// hashOf is the part of a digest that is looked up; zero stands for no value.
func hashOf(d [16]byte) uint64 {
	return max(1, binary.BigEndian.Uint64(d[:8]))
}

// tagOf is the part of a digest that is compared; zero stands for no value.
func tagOf(d [16]byte) uint16 {
	return max(1, binary.BigEndian.Uint16(d[8:10]))
}
