package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// MaxRows is about how many rows of an input a bundle opens. Of a longer one
// a sample is taken that the input's digest draws, so that nobody chose it.
const MaxRows = 5000

// SampleOf is the Sample of an input with so many rows.
func SampleOf(rows int64) uint64 {
	if rows <= MaxRows {
		return math.MaxUint64
	}
	return uint64(float64(math.MaxUint64) / float64(rows) * MaxRows)
}

// sampled tells whether a row of an input is considered: whether the first
// eight bytes of SHA-256 over the input's SHA-256 in hexadecimal and the row's
// number (8 bytes, big-endian) are at most the sample.
func (in Input) sampled(row int64) bool {
	if in.Sample == math.MaxUint64 {
		return true
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(in.SHA256), uint64(row)))
	return binary.BigEndian.Uint64(sum[:]) <= in.Sample
}

// considered is how many rows of the input are.
func (in Input) considered() (n int64) {
	if in.Sample == math.MaxUint64 {
		return in.Rows
	}
	for row := int64(1); row <= in.Rows; row++ {
		if in.sampled(row) {
			n++
		}
	}
	return n
}
