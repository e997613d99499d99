package recognise

import (
	"encoding/hex"
	"slices"
)

// hexDigest looks up a digest in hexadecimal.
func (w *worker) hexDigest(v *view, t *token) {
	var b [32]byte
	n, err := hex.Decode(b[:], v.text[t.start:t.end])
	if err == nil {
		w.tried(v, countDigest, t.start)
		w.add(v, w.digests.get(digestHash(b[:n])), t.start, t.end)
	}
}

// shortestDigest is the length of a digest in base64 without padding.
const shortestDigest = 22

// base64Digest looks up a digest in base64, which is not a matter of folded
// text: case counts.
func (w *worker) base64Digest(run []byte, p place) {
	run = trimPadding(run)
	n := 0
	switch len(run) {
	case shortestDigest:
		n = 16
	case 27:
		n = 20
	case 43:
		n = 32
	default:
		return
	}
	var buffer [36]byte
	b := unbase64(buffer[:0], run)
	if len(b) != n {
		return
	}
	w.counts[countDigest]++
	if refs := w.digests.get(digestHash(b)); refs != nil {
		v := &view{text: slices.Clone(run), to: len(run), inside: p.inside, offset: p.offset}
		w.add(v, refs, 0, len(run))
		w.weigh(v)
	}
}
