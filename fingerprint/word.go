package fingerprint

import (
	"encoding/binary"
	"math"
	"net/url"

	"telltale/internal/key"
)

// Word is the codeword of a recipient in a dataset: one bit for every site,
// stored nowhere. Any number of goroutines may use one.
type Word struct{ prf key.PRF }

// Word returns the codeword of a recipient. It belongs to the recipient, not
// to an export: who gets a row twice gets the same mark twice.
func (m *Marker) Word(recipient string) Word {
	label := "word/" + url.PathEscape(m.dataset) + "/" + url.PathEscape(recipient)
	return Word{m.master.Derive(label).PRF()}
}

// Bit is 1 with the probability s.Bias / 2^32, taken over recipients.
func (w Word) Bit(s Site) uint8 {
	b := w.prf.Block(s.ID)
	if binary.BigEndian.Uint32(b[:]) < s.Bias {
		return 1
	}
	return 0
}

// Bits sets bit i%64 of dst[i/64] to the bit at sites[i], and the remaining bits of dst to zero. dst has at least
// (len(sites) + 63) / 64 words.
func (w Word) Bits(sites []Site, dst []uint64) {
	clear(dst)
	block := make([]byte, 16)
	for i := range sites {
		dst[i>>6] |= w.bit(&sites[i], block) << (i & 63)
	}
}

// BitsOf sets bit j%64 of dst[j/64] to the bit at sites[which[j]], and the remaining bits of dst to zero. dst has at least
// (len(which) + 63) / 64 words.
func (w Word) BitsOf(sites []Site, which []int32, dst []uint64) {
	clear(dst)
	block := make([]byte, 16)
	for j, i := range which {
		dst[j>>6] |= w.bit(&sites[i], block) << (j & 63)
	}
}

func (w Word) bit(s *Site, block []byte) uint64 {
	w.prf.Into(block, s.ID[:])
	return (uint64(binary.BigEndian.Uint32(block)) - uint64(s.Bias)) >> 63
}

// Withholding decides which rows are left out of a recipient's copies. Any
// number of goroutines may use one.
type Withholding struct{ prf key.PRF }

// NewWithholding returns the withholding of a recipient in a dataset.
func NewWithholding(dataset, recipient string, master key.Root) Withholding {
	label := "withhold/" + url.PathEscape(dataset) + "/" + url.PathEscape(recipient)
	return Withholding{master.Derive(label).PRF()}
}

// Withheld reports whether the row is left out at a rate from 0 to 1. What is
// withheld at one rate is withheld at every higher one.
func (w Withholding) Withheld(k RowKey, rate float64) bool {
	return WithheldAt(w.Number(k), rate)
}

// Number is the row's uniform number of 53 bits that decides.
func (w Withholding) Number(k RowKey) uint64 {
	b := w.prf.Block(k)
	return binary.BigEndian.Uint64(b[:]) >> 11
}

// WithheldAt reports whether a row with that number is left out at a rate.
func WithheldAt(number uint64, rate float64) bool {
	return float64(number)*(1.0/(1<<53)) < rate && !math.IsNaN(rate)
}
