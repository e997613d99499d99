package recognise

import (
	"slices"
	"testing"

	"telltale/canary"
	"telltale/internal/identity"
)

// TestWorth shows what each thing that a text may show of a canary is worth, in
// bits: the table of docs/recognition.md. A name alone is the least and an
// address at an owned domain the most, whatever the keys are.
func TestWorth(t *testing.T) {
	w := english(t, 200)
	x := w.index()
	worth := func(kind identity.Kind, text func(c canary.Canary) string) float64 {
		var bits []float64
		for n, p := range w.planted {
			for _, s := range scan(t, x, []byte("see "+text(p.Canary)+" for it")).Sights {
				if s.Planted == n && s.Kind == kind && len(w.fullNames(p.Canary)) > 0 {
					bits = append(bits, s.Bits)
				}
			}
		}
		slices.Sort(bits)
		if len(bits) < len(w.planted)/2 {
			t.Fatalf("only %d of %d are seen by %s", len(bits), len(w.planted), kind)
		}
		return bits[len(bits)/2]
	}
	cell := func(names ...string) func(canary.Canary) string {
		return func(c canary.Canary) (out string) {
			for _, n := range names {
				out += " " + w.cell(c, n)
			}
			return out
		}
	}
	name, named := worth(identity.Name, cell("first_name", "last_name")), worth(identity.Name, cell("first_name", "last_name", "city"))
	address, phone, mail := worth(identity.Address, cell("address")), worth(identity.Phone, cell("phone")), worth(identity.Email, cell("email"))
	row := worth(identity.Email, cell("first_name", "last_name", "email", "phone", "address", "city"))
	t.Logf("median bits: name %.1f, name and city %.1f, address %.1f, phone %.1f, e-mail %.1f, all %.1f", name, named, address, phone, mail, row)
	if !(name <= named && name < phone && name < address && phone < mail && address < mail && mail >= canary.MinEmailBits && row >= mail) {
		t.Error("that is not the order in which they are hard to hit by chance")
	}
}

// fullNames are the identities of a canary that are its name alone.
func (w *world) fullNames(c canary.Canary) (out []canary.Identity) {
	for _, id := range c.Identities {
		if id.Kind == identity.Name && len(id.Columns) == w.fullName() {
			out = append(out, id)
		}
	}
	return out
}
