package match

import (
	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/internal/key"
)

// floors are the least null probabilities that controls show: how likely it
// is that a contact like a canary's turns up without a copy. Telephone numbers
// and addresses of mail are reached in other ways, and counted apart.
type floors struct{ mail, phone float64 }

// of is the floor for a canary by what was seen of it.
func (f floors) of(onlyPhone bool) float64 {
	if onlyPhone {
		return f.phone
	}
	return f.mail
}

func (f floors) most() float64 { return max(f.mail, f.phone) }

// floors counts the controls that were seen among all of the dataset.
func (d *dataset) floors(o *observed) (f floors) {
	if o == nil || d.controls == nil {
		return f
	}
	if k := len(o.Controls); k > 0 {
		f.mail = code.ControlNull(k, d.controls.Count(identity.Email))
	}
	if k := len(o.Dialled); k > 0 {
		f.phone = code.ControlNull(k, d.controls.Count(identity.Phone))
	}
	return f
}

// control notes that a control was seen, by its keyed hash.
func (o *observed) control(h *key.Hasher, k identity.Kind, canonical string) {
	to := &o.Controls
	if k == identity.Phone {
		to = &o.Dialled
	}
	if *to == nil {
		*to = map[uint64]bool{}
	}
	(*to)[h.Sum64("control", string(k), canonical)] = true
}

// addControls adds those that another reading saw.
func (o *observed) addControls(p *observed) {
	for _, both := range [][2]*map[uint64]bool{{&o.Controls, &p.Controls}, {&o.Dialled, &p.Dialled}} {
		for h := range *both[1] {
			if *both[0] == nil {
				*both[0] = map[uint64]bool{}
			}
			(*both[0])[h] = true
		}
	}
}

func (o *observed) controls() int { return len(o.Controls) + len(o.Dialled) }
