package recognise

// place is where a text comes from.
type place struct {
	inside            string
	offset            int64 // in the stream
	decoded           int   // how many times; offsets within are not the stream's
	cutLeft, cutRight bool  // its ends are borders of ours
}

// scale is what an offset within the text is in the stream.
func (p place) scale(at int) int64 {
	if p.decoded > 0 {
		return 0
	}
	return int64(at)
}

// maxDecoded is how deep encodings may stand in one another, and maxEffort how
// many bytes are decoded for every byte of the stream.
const (
	maxDecoded = 4
	maxEffort  = 24
)

// reach is how much text around what is encoded is looked at with it. It is
// more than twice the margin, so that a value of which a part is encoded is
// seen as a whole.
const reach = 224

// scan looks for canaries in raw as it is and in all that is encoded in it.
func (w *worker) scan(raw []byte, p place) {
	w.look(raw, p)
	if p.decoded == maxDecoded || p.decoded > 0 && noise(raw) {
		return
	}
	w.clusters(raw, p, reach, escapeAt, w.by("html", unescape))
	w.clusters(raw, p, reach, quotedAt, w.by("quoted-printable", unquote))
	w.base64Runs(raw, p)
	w.clusters(raw, p, wideReach, nulAt, w.wide)
	if len(w.legacy) > 0 {
		w.clusters(raw, p, reach, strayAt, w.old)
	}
}

// clusters finds the stretches of raw in which something is encoded, and has
// each read with its surroundings. at returns the first position from i on at
// which something is encoded, or -1.
func (w *worker) clusters(raw []byte, p place, reach int, at func(raw []byte, i int) int, read func(raw []byte, p place)) {
	for i := at(raw, 0); i >= 0; {
		last := i
		next := -1
		for {
			if next = at(raw, last+1); next < 0 || next-last > 2*reach {
				break
			}
			last = next
		}
		start, end := max(0, i-reach), min(len(raw), last+reach)
		read(raw[start:end], place{offset: p.offset + p.scale(start), decoded: p.decoded + 1, inside: p.inside,
			cutLeft: p.cutLeft || start > 0, cutRight: p.cutRight || end < len(raw)})
		i = next
	}
}

// by reads a stretch with a decoder of that name.
func (w *worker) by(name string, decode func(dst, raw []byte) []byte) func(raw []byte, p place) {
	return func(raw []byte, p place) {
		p.inside = within(p.inside, name)
		w.decoded(len(raw), p, func(dst []byte) []byte { return decode(dst, raw) })
	}
}

// noise reports whether what was decoded is no text in any encoding: it has
// control characters, and is no UTF-16, which has zero bytes.
func noise(raw []byte) bool {
	controls, zeros := 0, 0
	for _, b := range raw {
		if b == 0 {
			zeros++
		} else if b < '\t' || b > '\r' && b < ' ' {
			controls++
		}
	}
	return controls > 1 && controls*25 > len(raw) && zeros*50 < len(raw)
}

func within(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + " " + inner
}

// decoded scans what decode appends, if there is effort left for n bytes. The
// buffer of each depth is used again.
func (w *worker) decoded(n int, p place, decode func(dst []byte) []byte) {
	if w.effort < n {
		w.skipped += int64(n)
		return
	}
	w.effort -= n
	for len(w.buffers) <= p.decoded {
		w.buffers = append(w.buffers, nil)
	}
	b := decode(w.buffers[p.decoded][:0])
	w.buffers[p.decoded] = b
	if len(b) > 0 {
		w.scan(b, p)
	}
}
