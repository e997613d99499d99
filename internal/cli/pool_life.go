package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"telltale/canary/alias"
	"telltale/store"
)

// reuse is when a contact that canaries carry becomes free again: never, when
// all copies with it are retired, or also when the last one is so many days old.
type reuse struct {
	retired bool
	days    int
}

// parseReuse reads never, retired, or a number of days such as 365d.
func parseReuse(s string) (reuse, error) {
	switch s {
	case "never":
		return reuse{}, nil
	case "retired":
		return reuse{retired: true}, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || !strings.HasSuffix(s, "d") || n < 1 || n > 36500 {
		return reuse{}, usageError("write 365d for a year, retired, or never", "%q is no number of days from 1d to 36500d", s)
	}
	return reuse{retired: true, days: n}, nil
}

func (r reuse) String() string {
	switch {
	case r.days > 0:
		return fmt.Sprintf("%dd", r.days)
	case r.retired:
		return "retired"
	}
	return "never"
}

// stage is where a contact is in its life.
type stage string

const (
	unused  stage = "free"
	inUse   stage = "in use"
	rested  stage = "rested" // was in use, and is free again
	retired stage = stage(store.Retired)
)

// poolLife tells at what stage contacts are.
type poolLife struct {
	now    time.Time
	policy map[string]reuse         // by kind
	copies map[string]copiesCarried // by dataset/recipient, as in owners; recipient * for shared canaries
}

// copiesCarried are the copies that carry the contacts of one owner.
type copiesCarried struct {
	last time.Time
	kept bool // one of them is not retired
}

func (r *registry) poolLife(tx store.Tx, now time.Time) (*poolLife, error) {
	l := &poolLife{now: now, policy: map[string]reuse{}, copies: map[string]copiesCarried{}}
	policies, err := tx.Policies()
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		if l.policy[p.Kind], err = parseReuse(p.Reuse); err != nil {
			return nil, fmt.Errorf("policy of the %s pool: %w: %q", p.Kind, store.ErrCorrupt, p.Reuse)
		}
	}
	exports, err := tx.Exports("")
	for _, x := range exports {
		l.carry(ownerOf(x.Dataset, x.Recipient), x)
		if x.Shared > 0 {
			l.carry(sharedOwner(x.Dataset), x)
		}
	}
	return l, err
}

func (l *poolLife) carry(owner string, x store.Export) {
	c := l.copies[owner]
	c.kept = c.kept || x.Retired.IsZero()
	if x.IssuedAt.After(c.last) {
		c.last = x.IssuedAt
	}
	l.copies[owner] = c
}

// stage tells at what stage a contact is, and when one that is in use becomes
// free: zero for never.
func (l *poolLife) stage(c store.Contact) (stage, time.Time) {
	switch c.Holder() {
	case "":
		return unused, time.Time{}
	case store.Retired:
		return retired, time.Time{}
	}
	free := l.restsUntil(c)
	if free.IsZero() || free.After(l.now) {
		return inUse, free
	}
	return rested, free
}

// restsUntil is when nobody holds a contact any more, zero for never: for
// numbers that stand for persons, and where nothing tells how old the holder's
// copies are, as while the first one is being made.
func (l *poolLife) restsUntil(c store.Contact) time.Time {
	p, holders := l.policy[c.Kind], c.Holders()
	held := holders[len(holders)-1]
	made, any := l.copies[held.Copies()]
	if !p.retired || alias.IsPlace(held.Owner) || !any && held.Since.IsZero() {
		return time.Time{}
	}
	begun := held.Since.After(made.last) // given to somebody whose copy is not there yet
	switch {
	case any && !made.kept && !begun:
		return made.last
	case p.days == 0:
		return time.Time{}
	case begun:
		return held.Since.AddDate(0, 0, p.days)
	}
	return made.last.AddDate(0, 0, p.days)
}

// tally counts the contacts of a pool.
type tally struct {
	total, free, rested, retired int // rested ones are among the free
	next                         time.Time
}

func (l *poolLife) tally(contacts []store.Contact) (t tally) {
	for _, c := range contacts {
		t.total++
		switch s, free := l.stage(c); s {
		case unused:
			t.free++
		case rested:
			t.free, t.rested = t.free+1, t.rested+1
		case retired:
			t.retired++
		case inUse:
			if !free.IsZero() && (t.next.IsZero() || free.Before(t.next)) {
				t.next = free
			}
		}
	}
	return t
}

// words say how many are left, and what will be.
func (t tally) words(p reuse) string {
	s := fmt.Sprintf("%d of %d are free", t.free, t.total)
	if t.retired > 0 {
		s += fmt.Sprintf(", %d are retired", t.retired)
	}
	switch {
	case !t.next.IsZero():
		s += ", the next becomes free on " + day(t.next)
	case t.free+t.retired < t.total && p.retired:
		s += ", the others when their copies are retired"
	case t.free+t.retired < t.total:
		s += ", and none becomes free again"
	}
	return s
}
