package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"telltale/canary"
	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/export"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/store"
)

// lottery hands out numbers of the pool that stand for persons. What it hands
// out is the pool's loss only when record writes it down.
type lottery struct {
	places *alias.Numbers
	locale string
	held   map[string]string // place -> number
	free   []freeNumber      // by lot
	fresh  []freeNumber      // handed out, with the place
	wanted map[string]bool   // places for which none was left
}

type freeNumber struct {
	contact store.Contact
	number  string
	lot     uint64
	place   string
}

// newLottery reads the pool; nil when no column shows numbers from it.
func (r *registry) newLottery(tx store.Tx, dataset string, scheme fingerprint.Scheme, root key.Root) (*lottery, error) {
	if !slices.ContainsFunc(scheme.Columns, func(c fingerprint.Column) bool { return c.Alias == fingerprint.AliasPool }) {
		return nil, nil
	}
	l := &lottery{places: alias.NewNumbers(dataset, root), locale: scheme.Locale, held: map[string]string{}, wanted: map[string]bool{}}
	contacts, err := tx.Contacts(poolPhone)
	if err != nil {
		return nil, err
	}
	lot := alias.Lot(root)
	for _, c := range r.mine(contacts) {
		_, ours := l.places.Recipient(c.Owner)
		if !ours && c.Owner != "" || c.Holder() == store.Retired {
			continue // also those that canaries had: calls to them may come from elsewhere
		}
		number, err := r.unseal("contact", poolPhone, c.Sealed)
		if err != nil {
			return nil, err
		}
		if ours {
			l.held[c.Owner] = string(number)
		} else {
			l.free = append(l.free, freeNumber{contact: c, number: string(number), lot: lot(string(number))})
		}
	}
	slices.SortFunc(l.free, func(a, b freeNumber) int { return cmp.Compare(a.lot, b.lot) })
	return l, nil
}

// of is the number at a place: the one that stood there before, or the next.
func (l *lottery) of(place string) (number string, ok bool) {
	if number, ok = l.held[place]; ok {
		return number, true
	}
	if len(l.free) == 0 {
		l.wanted[place] = true
		return "", false
	}
	next := l.free[0]
	next.place, l.free = place, l.free[1:]
	l.fresh, l.held[place] = append(l.fresh, next), next.number
	return next.number, true
}

// column is the alias of a column of a recipient's copy: a number is written as
// the cell is that it stands for.
func (l *lottery) column(at int, recipient string) export.Alias {
	shown := map[string]string{}
	return export.Alias{
		Column: at,
		Meet: func(cell string) {
			if _, met := shown[cell]; met {
				return
			}
			if real, ok := identity.Canonical(identity.Phone, cell, l.locale); ok {
				if number, ok := l.of(l.places.Place(recipient, real)); ok {
					shown[cell] = canary.Dial(number, cell, l.locale)
				}
			}
		},
		Of: func(cell string) (string, bool) { s, ok := shown[cell]; return s, ok },
	}
}

// check is the error of a pool that was too small. Nothing is allotted then.
func (l *lottery) check(file string) error {
	if l == nil || len(l.wanted) == 0 {
		return nil
	}
	return inputError("telltale pool add phones FILE adds numbers; or export to fewer recipients, one after another; nothing was written",
		"%s: the pool has too few telephone numbers: one stands for each person in each copy, which takes %d more than there are (%d were free)",
		file, len(l.wanted), len(l.fresh))
}

// allot writes down whose the new numbers are.
func (l *lottery) allot(tx store.Tx) error {
	if l == nil {
		return nil
	}
	for _, n := range l.fresh {
		err := tx.AllotContact(poolPhone, n.contact.Lookup, n.place)
		if errors.Is(err, store.ErrExists) {
			return inputError("nothing was written; try again", "the pool: another export took numbers at the same time")
		}
		if err != nil {
			return fmt.Errorf("the pool: %w", err)
		}
	}
	return nil
}
