package canary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"telltale/internal/identity"
	"telltale/internal/key"
)

// Planted is a canary with the export that carries it.
type Planted struct {
	Export string
	Canary Canary
}

// Cell is one canonical value of a row: identity.Canonical(Kind, cell, locale).
// A cell may be given under several kinds when its column is not recognised.
type Cell struct {
	Column int
	Kind   identity.Kind
	Value  string
}

// Hit is a canary recognised in a row or a text.
type Hit struct {
	Planted int     // index into what NewFinder was given
	Matched []int   // indices into Canary.Identities that agree
	Bits    float64 // surprise of what agrees, every draw counted once
}

// Finder recognises planted canaries by any of their identities. It is
// read-only after NewFinder and may be shared by goroutines.
//
// Values are compared without their kinds, so that a column that was taken for
// another is still read. An identity of several cells agrees when the row has
// all of them, in any columns. Serial numbers that are too short to identify
// anything by themselves (identity.StrongValue) agree only beside another
// identity.
type Finder struct {
	planted []Planted
	locale  string
	anchors map[string][]ref // the most telling part of each identity
	names   map[string][]ref // full names as text has them
}

// ref is an identity under one of its values.
type ref struct {
	planted, identity int32
	value             string
}

// NewFinder indexes the canaries.
func NewFinder(planted []Planted, locale string) *Finder {
	f := &Finder{planted: planted, locale: locale, anchors: map[string][]ref{}, names: map[string][]ref{}}
	for i, p := range planted {
		for j, id := range p.Canary.Identities {
			for _, v := range f.values(p.Canary, id) {
				if a := anchor(id, v); a != "" {
					f.anchors[a] = append(f.anchors[a], ref{int32(i), int32(j), v})
				}
			}
			for _, form := range f.spellings(p.Canary, id) {
				f.names[form] = append(f.names[form], ref{int32(i), int32(j), id.Value})
			}
		}
	}
	return f
}

// values are the identity's value, and for a name in two columns that of the
// same name in one.
func (f *Finder) values(c Canary, id Identity) []string {
	out := []string{id.Value}
	parts := strings.Split(id.Value, Separator)
	if id.Kind != identity.Name || len(id.Columns) < 2 || len(parts) != len(id.Columns) || !twoNames(c, id) {
		return out
	}
	full, ok := fullName(c.Cells[id.Columns[0]], c.Cells[id.Columns[1]], f.locale)
	if !ok {
		return out
	}
	return append(out, strings.Join(append([]string{full}, parts[2:]...), Separator))
}

// twoNames reports whether an identity begins with a given and a family name:
// it is the canary's plain name, or one of those that add a cell to it.
func twoNames(c Canary, id Identity) bool {
	for _, other := range c.Identities {
		if other.Kind == identity.Name {
			return len(other.Columns) == 2 && slices.Equal(other.Columns, id.Columns[:2])
		}
	}
	return false
}

// fullName is the canonical name of a given and a family name together.
func fullName(given, family, locale string) (string, bool) {
	given, family = strings.TrimSpace(given), strings.TrimSpace(family)
	if isEastern(family) {
		return identity.Canonical(identity.Name, family+given, locale)
	}
	return identity.Canonical(identity.Name, given+" "+family, locale)
}

// anchor is the part of a value that a row is searched for: the longest.
func anchor(id Identity, value string) string {
	if weak(id) {
		return ""
	}
	best := ""
	for part := range strings.SplitSeq(value, Separator) {
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}

func weak(id Identity) bool {
	return id.Kind == identity.Serial && !identity.StrongValue(id.Kind, id.Value)
}

// Row looks for canaries in a row, given as canonical values.
func (f *Finder) Row(cells []Cell) []Hit {
	var found map[int32][]int
	cells = f.withName(cells)
	for k, c := range cells {
		refs, ok := f.anchors[c.Value]
		if !ok || repeated(cells[:k], c.Value) {
			continue
		}
		for _, r := range refs {
			if !holds(cells, r.value) {
				continue
			}
			if found == nil {
				found = map[int32][]int{}
			}
			found[r.planted] = append(found[r.planted], int(r.identity))
		}
	}
	if found == nil {
		return nil
	}
	return f.hits(found, cells)
}

// withName adds the full name of a row that has its parts.
func (f *Finder) withName(cells []Cell) []Cell {
	var given, family string
	for _, c := range cells {
		switch c.Kind {
		case identity.GivenName:
			given = c.Value
		case identity.FamilyName:
			family = c.Value
		}
	}
	if given == "" || family == "" {
		return cells
	}
	full, ok := fullName(given, family, f.locale)
	if !ok {
		return cells
	}
	return append(slices.Clip(cells), Cell{Column: -1, Kind: identity.Name, Value: full})
}

func repeated(cells []Cell, v string) bool {
	for _, c := range cells {
		if c.Value == v {
			return true
		}
	}
	return false
}

// holds reports whether the row has all parts of a value.
func holds(cells []Cell, value string) bool {
	for part := range strings.SplitSeq(value, Separator) {
		if !repeated(cells, part) {
			return false
		}
	}
	return true
}

func (f *Finder) hits(found map[int32][]int, cells []Cell) []Hit {
	var out []Hit
	for p, ids := range found {
		c := f.planted[p].Canary
		for j, id := range c.Identities {
			if weak(id) && repeated(cells, id.Value) {
				ids = append(ids, j)
			}
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		out = append(out, Hit{Planted: int(p), Matched: ids, Bits: Together(c, ids)})
	}
	slices.SortFunc(out, func(a, b Hit) int { return a.Planted - b.Planted })
	return out
}

// Together is the surprise of several identities of a canary: the bits of
// their draws, each draw once.
func Together(c Canary, matched []int) float64 {
	var draws []string
	var bits []float64
	for _, j := range matched {
		for _, p := range c.Identities[j].Parts {
			if k := slices.Index(draws, p.Draw); k >= 0 {
				bits[k] = max(bits[k], p.Bits)
				continue
			}
			draws, bits = append(draws, p.Draw), append(bits, p.Bits)
		}
	}
	sum := 0.0
	for _, b := range bits {
		sum += b
	}
	return sum
}

// spellings are the ways in which text spells a canary's full name: words in
// both orders, or Han characters in one piece.
func (f *Finder) spellings(c Canary, id Identity) []string {
	if id.Kind != identity.Name || len(id.Columns) > 2 {
		return nil
	}
	var words []string
	for _, i := range id.Columns {
		words = append(words, textWords(c.Cells[i])...)
	}
	if len(words) < 2 && !isEastern(strings.Join(words, "")) {
		return nil
	}
	if isEastern(words[0]) {
		return []string{strings.Join(words, ""), words[len(words)-1] + strings.Join(words[:len(words)-1], "")}
	}
	back := append(slices.Clone(words[len(words)-1:]), words[:len(words)-1]...)
	return []string{strings.Join(words, " "), strings.Join(back, " ")}
}

// textWords are the words of a text, folded; Han characters stand together.
func textWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' && r != '-'
	})
}

// Text looks for canaries in free text: contacts and full names.
func (f *Finder) Text(s string) []Hit {
	found := map[int32][]int{}
	add := func(refs []ref) {
		for _, r := range refs {
			found[r.planted] = append(found[r.planted], int(r.identity))
		}
	}
	for _, c := range identity.FindIn(s, f.locale) {
		for _, r := range f.anchors[c.Canonical] {
			if r.value == c.Canonical {
				add([]ref{r})
			}
		}
	}
	words := textWords(s)
	for i, w := range words {
		for n := 2; n <= 4 && i+n <= len(words); n++ {
			add(f.names[strings.Join(words[i:i+n], " ")])
		}
		if isEastern(w) {
			f.windows(w, add)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return f.hits(found, nil)
}

// windows looks up every piece of two to four characters.
func (f *Finder) windows(w string, add func([]ref)) {
	for i := range w {
		end := i
		for n := 1; n <= 4 && end < len(w); n++ {
			_, size := utf8.DecodeRuneInString(w[end:])
			end += size
			if n >= 2 {
				add(f.names[w[i:end]])
			}
		}
	}
}

// Lookups returns the keyed hashes of a canary's identities, in their order:
// what the registry may hold in clear. The hasher is that of "canary-lookup".
func Lookups(c Canary, h *key.Hasher) []uint64 {
	out := make([]uint64, len(c.Identities))
	for i, id := range c.Identities {
		out[i] = h.Sum64(string(id.Kind), id.Value)
	}
	return out
}
