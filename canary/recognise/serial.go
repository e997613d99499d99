package recognise

import "telltale/internal/identity"

// code looks up an official or serial number.
func (w *worker) code(v *view, i int) {
	t := v.tokens[i]
	w.tried(v, countToken, t.start)
	for _, r := range w.Index.tokens.get(t.hash) {
		if start, end, ok := w.whole(v, t, r); ok {
			w.add(v, []ref{r}, start, end)
		}
	}
}

// whole finds all of a number with signs between, of which t is a part.
func (w *worker) whole(v *view, t token, r ref) (start, end int, ok bool) {
	id := w.identity(r)
	want := string(v.text[t.start:t.end])
	for width := t.end - t.start; width <= len(id.Value)+8; width++ {
		for start = max(0, t.end-width); start <= t.start && start+width <= len(v.text); start++ {
			end = start + width
			if !bounded(v.text, start, end) {
				continue
			}
			if width == len(want) && id.Value == want {
				return start, end, true
			}
			if got, ok := identity.Canonical(id.Kind, string(v.text[start:end]), w.o.Locale); ok && got == id.Value {
				return start, end, true
			}
		}
	}
	return 0, 0, false
}

// bounded reports whether v[start:end] begins and ends as a token does.
func bounded(v []byte, start, end int) bool {
	return alnum(v[start]) && alnum(v[end-1]) && (start == 0 || !alnum(v[start-1])) && (end == len(v) || !alnum(v[end]))
}
