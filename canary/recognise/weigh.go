package recognise

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"telltale/canary"
	"telltale/internal/identity"
)

type identityOf = canary.Identity

// Near is how far from an identity, in bytes of folded text, others of its
// canary count as beside it.
const Near = 256

// NearBits is what each further identity beside the first costs: within Near
// bytes on both sides there is room for some 2^NearBits values.
const NearBits = 7

// weigh turns what was found in a view into sights.
func (w *worker) weigh(v *view) {
	if len(v.found) == 0 {
		return
	}
	slices.SortFunc(v.found, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.planted, b.planted), cmp.Compare(a.start, b.start), cmp.Compare(a.identity, b.identity))
	})
	for i := 0; i < len(v.found); {
		j := i
		for j < len(v.found) && v.found[j].planted == v.found[i].planted {
			j++
		}
		w.weighOne(v, v.found[i:j])
		i = j
	}
}

// weighOne takes every identity that was found of a canary as the first, and
// what stands beside it as further ones.
func (w *worker) weighOne(v *view, all []found) {
	c := w.planted[all[0].planted].Canary
	from := 0
	for i, f := range all {
		for all[from].start < f.start-Near {
			from++
		}
		matched := []int{int(f.identity)}
		add := func(id int) {
			if !slices.Contains(matched, id) {
				matched = append(matched, id)
			}
		}
		for j := from; j < len(all) && all[j].start <= f.end+Near; j++ {
			if j != i {
				add(int(all[j].identity))
			}
		}
		extra := len(matched) - 1
		if id := c.Identities[f.identity]; id.Kind == identity.Name {
			cells, known := w.confirm(v, c, f, add)
			if len(id.Columns) > len(w.fullName) && !known {
				continue
			}
			extra += cells
		}
		w.keep(sightOf(v, c, f, matched, extra))
	}
}

func sightOf(v *view, c canary.Canary, f found, matched []int, extra int) Sight {
	bits := canary.Together(c, matched) - NearBits*float64(extra)
	if alone := canary.Together(c, matched[:1]); alone >= bits {
		matched, bits = matched[:1], alone
	}
	slices.Sort(matched)
	return Sight{Planted: int(f.planted), Kind: c.Identities[f.identity].Kind, Matched: matched, Bits: bits,
		Form: formNames[f.form], Inside: v.inside, Offset: v.offset}
}

// confirm adds the compounds of a name, such as name and city, whose other
// cells stand near it. It returns how many cells that took, and whether the
// identity that was found is itself one of them.
func (x *Index) confirm(v *view, c canary.Canary, f found, add func(int)) (cells int, known bool) {
	names := len(x.fullName)
	window := v.text[max(0, f.start-Near):min(len(v.text), f.end+Near)]
	var used []string
	for j, id := range c.Identities {
		parts := strings.Split(id.Value, canary.Separator)
		if id.Kind != identity.Name || len(id.Columns) <= names || len(parts) != len(id.Columns) {
			continue
		}
		all := true
		for _, part := range parts[names:] {
			all = all && present(window, part)
		}
		if !all {
			continue
		}
		add(j)
		known = known || j == int(f.identity)
		for _, part := range parts[names:] {
			if !slices.Contains(used, part) {
				used = append(used, part)
			}
		}
	}
	return len(used), known
}

// present reports whether a canonical value stands in a folded text.
func present(window []byte, value string) bool {
	for _, s := range spellings(value) {
		s := foldAll(s)
		for at := 0; ; at++ {
			i := bytes.Index(window[at:], s)
			if i < 0 {
				break
			}
			at += i
			if end := at + len(s); (at == 0 || !alnum(window[at-1])) && (end == len(window) || !alnum(window[end])) {
				return true
			}
		}
	}
	compact := squeeze([]byte(value))
	return len(compact) >= 5 && bytes.ContainsAny(compact, "0123456789") && bytes.Contains(squeeze(window), compact)
}

// spellings are the value and, of a date, the usual orders.
func spellings(value string) []string {
	t, err := time.Parse("2006-01-02", value)
	if err != nil {
		return []string{value}
	}
	out := []string{value}
	for _, layout := range []string{"2006/01/02", "2006.01.02", "20060102", "02/01/2006", "2/1/2006", "01/02/2006", "1/2/2006", "02.01.2006", "2.1.2006", "02-01-2006", "2 January 2006", "2 Jan 2006", "January 2, 2006", "2006年1月2日"} {
		out = append(out, t.Format(layout))
	}
	return out
}

// squeeze leaves letters, digits and characters.
func squeeze(v []byte) []byte {
	out := make([]byte, 0, len(v))
	for _, c := range v {
		if alnum(c) || sorts[c] == beyond {
			out = append(out, c)
		}
	}
	return out
}

// keep keeps the best sight of a canary and kind.
func (w *worker) keep(s Sight) {
	k := sightKey{s.Planted, s.Kind}
	was, ok := w.sights[k]
	if ok {
		s = best([]Sight{was, s})[0]
	}
	w.sights[k] = s
}

type sightKey struct {
	planted int
	kind    identity.Kind
}
