package table

import (
	"encoding/binary"
	"math/bits"
)

// exactZeros marks the zero bytes of x, all of them exactly.
func exactZeros(x uint64) uint64 {
	const low = ^uint64(highs)
	return ^((x&low + low) | x | low)
}

// plain cuts records without quotes from p on, as record does but with all
// stops of eight bytes found at once. It returns where the first record
// begins that it leaves to record: one with a quote, one before blank lines,
// and the last of the chunk.
func (sc *scanner) plain(p int, bt *batch) int {
	b, s := sc.b, sc.s
	quotes := uint64(newlines)
	if sc.quotes {
		quotes = uint64(sc.quote) * ones
	}
	slab := sc.slab[:cap(sc.slab)]
	n := len(sc.slab)
	first, start, cell := n, p, p
	for at := p; at+8 <= len(b); at += 8 {
		w := binary.LittleEndian.Uint64(b[at:])
		m := exactZeros(w^sc.delims) | exactZeros(w^newlines) | exactZeros(w^quotes)
		for ; m != 0; m &= m - 1 {
			i := at + bits.TrailingZeros64(m)>>3
			c := b[i]
			if n == len(slab) || c != sc.delim && c != '\n' {
				sc.slab = slab[:first]
				return start
			}
			if c == sc.delim {
				slab[n] = s[cell:i]
				n++
				cell = i + 1
				continue
			}
			body := i
			if i > cell && b[i-1] == '\r' {
				body--
			}
			if i+1 >= len(b) || b[i+1] == '\n' || b[i+1] == '\r' || body == start {
				sc.slab = slab[:first]
				return start
			}
			slab[n] = s[cell:body]
			n++
			sc.fault = fault{}
			sc.emit(bt, Row{Line: sc.line, Cells: slab[first:n:n], raw: s[start : i+1], body: body - start,
				cells: int32(n - first), how: sc.how})
			sc.line++
			first, start, cell = n, i+1, i+1
		}
	}
	sc.slab = slab[:first]
	return start
}
