package recognise

import (
	"encoding/base64"
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

// base64Digest looks up a digest in base64, which is not a matter of folded
// text: case counts.
func (w *worker) base64Digest(run []byte, p place) {
	run = trimPadding(run)
	n := 0
	switch len(run) {
	case 22:
		n = 16
	case 27:
		n = 20
	case 43:
		n = 32
	default:
		return
	}
	var b [36]byte
	m, err := base64.RawStdEncoding.Decode(b[:], standard(run))
	if err != nil || m != n {
		return
	}
	w.counts[countDigest]++
	if refs := w.digests.get(digestHash(b[:n])); refs != nil {
		v := &view{text: slices.Clone(run), to: len(run), inside: p.inside, offset: p.offset}
		w.add(v, refs, 0, len(run))
		w.weigh(v)
	}
}
