package match

import (
	"net/url"

	"telltale/internal/key"
)

// Keys are the secrets under which a registry was written, where there were
// several one after another, or beside each other.
type Keys interface {
	// Root derives everything about copies made by that version of a dataset's
	// scheme.
	Root(dataset string, version int) (key.Root, error)
	// Steady derives of it what a recipient keeps when the key changes: canaries
	// and which of the shared ones are his, aliases, withheld rows.
	Steady(dataset string, version int) (key.Root, error)
	// Open opens what was sealed under "seal/" and kind, bound to subject.
	Open(kind, subject string, sealed []byte) ([]byte, error)
}

// oneKey is the registry whose every secret is derived from one root.
type oneKey struct{ root key.Root }

func (k oneKey) Root(string, int) (key.Root, error)   { return k.root, nil }
func (k oneKey) Steady(string, int) (key.Root, error) { return k.root, nil }
func (k oneKey) Open(kind, subject string, sealed []byte) ([]byte, error) {
	return k.root.Derive("seal/"+kind).Open(sealed, []byte(subject))
}

// family is what copies have in common whose canaries, aliases and withheld
// rows are derived from the same secret. Its first layer is the newest.
type family struct {
	id     string
	steady key.Root
	layers []*layer
}

func familyID(dataset string, steady key.Root) string {
	return steady.Derive("canary-shared/" + url.PathEscape(dataset)).ID()
}

// join puts a layer into its family.
func (d *dataset) join(l *layer, steady key.Root) {
	id := familyID(d.name, steady)
	for _, f := range d.families {
		if f.id == id {
			l.family, f.layers = f, append(f.layers, l)
			return
		}
	}
	l.family = &family{id, steady, []*layer{l}}
	d.families = append(d.families, l.family)
}

// eldest is the family of the scheme's first version.
func (d *dataset) eldest() *family {
	if len(d.layers) == 0 {
		return nil
	}
	return d.layers[len(d.layers)-1].family
}

// familyOf is the family of an export's layer; nil when there is no such layer.
func (d *dataset) familyOf(version int) *family {
	if l := d.layer(version); l != nil {
		return l.family
	}
	return nil
}

// byFamily splits a candidate's exports.
func (d *dataset) byFamily(c Candidate) (out []Candidate, of []*family) {
	for _, f := range d.families {
		part := c
		part.Exports = nil
		for _, x := range c.Exports {
			if d.familyOf(x.Scheme) == f {
				part.Exports = append(part.Exports, x)
			}
		}
		if len(part.Exports) > 0 {
			out, of = append(out, part), append(of, f)
		}
	}
	return out, of
}
