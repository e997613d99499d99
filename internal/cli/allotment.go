package cli

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"telltale/store"
)

// ownerOf is the owner of the contacts in a recipient's copies, without slot.
func ownerOf(dataset, recipient string) string {
	return url.PathEscape(dataset) + "/" + url.PathEscape(recipient)
}

// sharedOwner is the owner of those of the canaries that several copies have.
func sharedOwner(dataset string) string { return url.PathEscape(dataset) + "/*" }

// allotment gives contacts of the pools to an owner.
type allotment struct {
	r     *registry
	tx    store.Tx
	lot   func(canonical string) uint64
	owner string
	now   time.Time
}

// candidate is a contact that is free.
type candidate struct {
	store.Contact
	value string
	lot   uint64
	since time.Time // when it became free again; zero for one that nobody had
}

// take gives n contacts of a kind, one a place; fewer when the pool ends. What
// the owner has, he keeps, unless it is retired. The next one is that of the lowest lot
// among those that nobody had: were it the first in the pool, the numbers that
// stand for persons would not be drawn from all of them. Those that somebody
// had come last, the longest free one first.
func (a allotment) take(kind string, n int) ([]string, error) {
	if n == 0 {
		return nil, nil
	}
	life, err := a.r.poolLife(a.tx, a.now)
	if err != nil {
		return nil, err
	}
	held, free, err := a.look(life, kind)
	if err != nil {
		return nil, err
	}
	var values []string
	for place := range n {
		name := fmt.Sprintf("%s/%d", a.owner, place)
		c, ok := held[name]
		if !ok {
			if len(free) == 0 {
				continue // he may have those of later places
			}
			c, free = free[0], free[1:]
		}
		if err := a.give(life, c, name); err != nil {
			return nil, err
		}
		values = append(values, c.value)
	}
	return values, nil
}

// look sorts the pool into what the owner has and what is free.
func (a allotment) look(life *poolLife, kind string) (held map[string]candidate, free []candidate, err error) {
	all, err := a.tx.Contacts(kind)
	if err != nil {
		return nil, nil, err
	}
	held = map[string]candidate{}
	for _, c := range a.r.mine(all) {
		s, since := life.stage(c)
		own := strings.HasPrefix(c.Holder(), a.owner+"/")
		if !own && s != unused && s != rested || s == retired {
			continue
		}
		value, err := a.r.unseal("contact", kind, c.Sealed)
		if err != nil {
			return nil, nil, err
		}
		x := candidate{c, string(value), a.lot(string(value)), since}
		if own {
			held[c.Holder()] = x
		} else {
			free = append(free, x)
		}
	}
	slices.SortFunc(free, func(x, y candidate) int { return cmp.Or(x.since.Compare(y.since), cmp.Compare(x.lot, y.lot)) })
	return held, free, nil
}

// give writes down who holds the contact from now on. An owner whose contact is
// free for others says so again that it is his: his next copy is not there yet.
func (a allotment) give(life *poolLife, c candidate, name string) error {
	switch s, _ := life.stage(c.Contact); s {
	case unused:
		return a.tx.AllotContact(c.Kind, c.Lookup, name)
	case rested:
		return a.tx.AddTerm(store.Term{Kind: c.Kind, Lookup: c.Lookup, Owner: name, Since: a.now})
	}
	return nil
}
