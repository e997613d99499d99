package link

import (
	"telltale/internal/identity"
)

// Resolver finds the rows of contacts of which only a digest is known, or a
// part: "138****5678", "a***@example.org". All of them are looked for in one
// pass over the sealed contacts of an index.
type Resolver struct {
	digests map[transform]map[uint64][]int
	shapes  map[maskShape]map[string][]int
}

// maskShape is how many characters of a masked contact are known, before and
// after what is hidden.
type maskShape struct {
	kind          identity.Kind
	before, after int
}

// NewResolver returns a resolver that looks for nothing.
func NewResolver() *Resolver {
	return &Resolver{digests: map[transform]map[uint64][]int{}, shapes: map[maskShape]map[string][]int{}}
}

// Want asks for a contact, by the caller's number for it; false when it is
// neither a digest nor a masked contact of which enough is known.
func (r *Resolver) Want(contact string, number int) bool {
	if t, short, ok := readDigest(contact); ok {
		if r.digests[t] == nil {
			r.digests[t] = map[uint64][]int{}
		}
		r.digests[t][short] = append(r.digests[t][short], number)
		return true
	}
	kind, before, after, ok := identity.Masked(contact)
	if !ok {
		return false
	}
	shape := maskShape{kind, len(before), len(after)}
	if r.shapes[shape] == nil {
		r.shapes[shape] = map[string][]int{}
	}
	key := before + "*" + after
	r.shapes[shape][key] = append(r.shapes[shape][key], number)
	return true
}

// Empty reports whether nothing is looked for.
func (r *Resolver) Empty() bool { return len(r.digests)+len(r.shapes) == 0 }

// Resolve reports every row that has a wanted contact, as far as it is known.
// A row may be reported more than once.
func (l *Linker) Resolve(r *Resolver, found func(number int, row uint32)) error {
	if r.Empty() {
		return nil
	}
	return l.eachContact(func(field int, row uint32, value string) {
		r.all(l.fields[field].kind, value, func(n int) { found(n, row) })
	})
}

// all reports the wanted contacts that a canonical contact is.
func (r *Resolver) all(kind identity.Kind, value string, found func(number int)) {
	r.Digest(kind, value, found)
	if len(r.shapes) == 0 {
		return
	}
	for _, form := range identity.HashForms(kind, value) {
		r.masked(kind, form, found)
	}
}

// Digest reports the wanted digests that a canonical contact has.
func (r *Resolver) Digest(kind identity.Kind, value string, found func(number int)) {
	if len(r.digests) == 0 {
		return
	}
	for _, form := range identity.HashForms(kind, value) {
		for t, wanted := range r.digests {
			for _, n := range wanted[t.short(form)] {
				found(n)
			}
		}
	}
}

func (r *Resolver) masked(kind identity.Kind, form string, found func(int)) {
	for shape, wanted := range r.shapes {
		if shape.kind != kind || len(form) <= shape.before+shape.after {
			continue
		}
		for _, n := range wanted[form[:shape.before]+"*"+form[len(form)-shape.after:]] {
			found(n)
		}
	}
}
