package cli

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"telltale/canary/alias"
	"telltale/internal/key"
	"telltale/store"
)

// ownerOf is the owner of the contacts in a recipient's copies, without slot.
func ownerOf(dataset, recipient string) string {
	return url.PathEscape(dataset) + "/" + url.PathEscape(recipient)
}

// sharedOwner is the owner of those of the canaries that several copies have.
func sharedOwner(dataset string) string { return url.PathEscape(dataset) + "/*" }

// allotment gives contacts of the pools to owners, in one transaction.
type allotment struct {
	r     *registry
	tx    store.Tx
	lot   func(canonical string) uint64
	now   time.Time
	life  *poolLife
	pools map[string]*openPool
}

// openPool is a pool while contacts are given out.
type openPool struct {
	all  int
	dry  bool                  // somebody got none at all, though there are some
	held map[string]*candidate // by owner
	free []*candidate          // in the order in which they are given
}

// candidate is a contact that somebody has, or may get.
type candidate struct {
	store.Contact
	value string
	lot   uint64
	stage stage
	since time.Time // when it became free again; zero for one that nobody had
}

func (r *registry) newAllotment(tx store.Tx, root key.Root, now time.Time) (*allotment, error) {
	life, err := r.poolLife(tx, now)
	return &allotment{r: r, tx: tx, lot: alias.Lot(root), now: now, life: life, pools: map[string]*openPool{}}, err
}

// take gives n contacts of a kind, one a place; fewer when the pool ends. What
// the owner has, he keeps, unless it is retired.
func (a *allotment) take(kind, owner string, n int) ([]string, error) {
	if n == 0 {
		return nil, nil
	}
	p, err := a.pool(kind)
	if err != nil {
		return nil, err
	}
	var values []string
	for place := range n {
		name := fmt.Sprintf("%s/%d", owner, place)
		c := p.held[name]
		if c == nil {
			c = p.next(owner)
		}
		if c == nil {
			continue // he may have those of later places
		}
		if err := a.give(p, c, name); err != nil {
			return nil, err
		}
		values = append(values, c.value)
	}
	p.dry = p.dry || len(values) == 0 && p.all > 0
	return values, nil
}

func (a *allotment) pool(kind string) (*openPool, error) {
	if p := a.pools[kind]; p != nil {
		return p, nil
	}
	all, err := a.tx.Contacts(kind)
	if err != nil {
		return nil, err
	}
	p := &openPool{held: map[string]*candidate{}}
	for _, contact := range a.r.mine(all) {
		p.all++
		c := &candidate{Contact: contact}
		if c.stage, c.since = a.life.stage(contact); c.stage == inUse || c.stage == rested {
			p.held[contact.Holder()] = c
		}
		if c.stage == unused || c.stage == rested {
			if err := a.open(c); err != nil {
				return nil, err
			}
			p.free = append(p.free, c)
		}
	}
	slices.SortFunc(p.free, func(x, y *candidate) int { return cmp.Or(x.since.Compare(y.since), cmp.Compare(x.lot, y.lot)) })
	a.pools[kind] = p
	return p, nil
}

func (a *allotment) open(c *candidate) error {
	if c.value != "" {
		return nil
	}
	value, err := a.r.unseal("contact", c.Kind, c.Sealed)
	c.value, c.lot = string(value), a.lot(string(value))
	return err
}

// next takes out what is given next, nil when there is none: of what nobody had
// that of the lowest lot, for were it the first in the pool, the numbers that
// stand for persons would not be drawn from all of them; then what has been free
// again for longest.
func (p *openPool) next(owner string) *candidate {
	p.free = slices.DeleteFunc(p.free, func(c *candidate) bool { return c.stage == inUse })
	i := slices.IndexFunc(p.free, func(c *candidate) bool { return !strings.HasPrefix(c.Holder(), owner+"/") })
	if i < 0 {
		return nil
	}
	c := p.free[i]
	p.free = slices.Delete(p.free, i, i+1)
	delete(p.held, c.Holder())
	return c
}

// give writes down who holds the contact from now on. An owner whose contact is
// free for others says so again that it is his: his next copy is not there yet.
func (a *allotment) give(p *openPool, c *candidate, name string) (err error) {
	switch c.stage {
	case unused:
		err = a.tx.AllotContact(c.Kind, c.Lookup, name)
	case rested:
		err = a.tx.AddTerm(store.Term{Kind: c.Kind, Lookup: c.Lookup, Owner: name, Since: a.now})
	}
	c.stage, p.held[name] = inUse, c
	return errors.Join(err, a.open(c))
}
