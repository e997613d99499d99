package recognise

// place is where a text comes from.
type place struct {
	inside            string
	offset            int64 // in the stream
	decoded           int   // how many times; offsets within are not the stream's
	older             bool  // read in an older encoding, in which nearly any bytes are characters
	cutLeft, cutRight bool  // its ends are borders of ours
	before, behind    int   // bytes at its ends that stand so in the text that it was decoded from
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
	if p.decoded > 0 && noise(raw) {
		if legible(raw) {
			w.look(raw, p)
		}
		return
	}
	first, last := w.look(raw, p)
	if p.decoded == maxDecoded {
		return
	}
	m := w.marks(raw, p)
	w.clusters(raw, p, reach, m.escapeAt, w.by("html", unescape))
	w.clusters(raw, p, reach, quotedAt, w.by("quoted-printable", unquote))
	w.base64Runs(raw, m, p)
	if !p.older { // its zero bytes stood in what it was read from
		w.clusters(raw, p, wideReach, nulAt, w.wide)
	}
	if last > first && len(w.legacy) > 0 {
		w.clusters(raw, p, reach, func(raw []byte, i int) (int, int) { return strayAt(raw[:last], max(i, first)) }, w.old)
	}
}

// marks are those of raw; those of each depth are used again.
func (w *worker) marks(raw []byte, p place) *marks {
	for len(w.marked) <= p.decoded {
		w.marked = append(w.marked, new(marks))
	}
	m := w.marked[p.decoded]
	m.of(raw)
	return m
}

// clusters finds the stretches of raw in which something is encoded, and has
// each read with its surroundings. at returns the first position from i on at
// which something is encoded, and how many bytes of it, or -1.
func (w *worker) clusters(raw []byte, p place, reach int, at func(raw []byte, i int) (int, int), read func(raw []byte, p place)) {
	for i, n := at(raw, 0); i >= 0; {
		first, last := i, i+n
		for {
			if i, n = at(raw, last); i < 0 || i-last > 2*reach {
				break
			}
			last = i + n
		}
		start, end := max(0, first-reach), min(len(raw), last+reach)
		read(raw[start:end], place{offset: p.offset + p.scale(start), decoded: p.decoded + 1, inside: p.inside,
			cutLeft: p.cutLeft || start > 0, cutRight: p.cutRight || end < len(raw), before: first - start, behind: end - last})
	}
}

// by reads a stretch with a decoder of that name.
func (w *worker) by(name string, decode func(dst, raw []byte) []byte) func(raw []byte, p place) {
	return func(raw []byte, p place) {
		p.inside = within(p.inside, name)
		w.decoded(len(raw), p, func(dst []byte) []byte { return decode(dst, raw) })
	}
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
