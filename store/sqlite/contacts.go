package sqlite

import (
	"fmt"

	"telltale/store"
)

// AddContacts puts contacts at the end of their pools.
func (t *tx) AddContacts(contacts []store.Contact) (added int, err error) {
	last := map[string]int64{}
	for _, c := range contacts {
		if _, ok := last[c.Kind]; !ok {
			var place int64
			if _, err := t.get(`SELECT coalesce(max(place), 0) FROM contacts WHERE kind = ?`, []any{c.Kind}, &place); err != nil {
				return added, err
			}
			last[c.Kind] = place
		}
		c.Order = last[c.Kind] + 1
		n, err := t.addContact(c)
		if err != nil {
			return added, invalid("contact", c.Subject(), err)
		}
		added += int(n)
		last[c.Kind] += n
	}
	return added, nil
}

func (t *tx) addContact(c store.Contact) (int64, error) {
	n, err := t.exec(`INSERT INTO contacts (kind, lookup, sealed, owner, place, added_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, lookup) DO NOTHING`,
		c.Kind, int64(c.Lookup), blob(c.Sealed), "", c.Order, micros(c.AddedAt))
	if err != nil || n == 0 {
		return 0, err
	}
	owner := c.Owner
	c.Owner = ""
	if err := t.record(store.KindContact, c.Subject(), c.Digest()); err != nil {
		return 0, err
	}
	if owner != "" {
		err = t.AllotContact(c.Kind, c.Lookup, owner)
	}
	return 1, err
}

var contactColumns = `SELECT kind, lookup, sealed, owner, place, added_at, ` + original(store.KindAllot, `contacts.kind || '/' || printf('%016x', lookup)`) + ` FROM contacts `

func scanContact(scan row) (c store.Contact, err error) {
	var lookup, at int64
	var original []byte
	err = scan(&c.Kind, &lookup, &c.Sealed, &c.Owner, &c.Order, &at, &original)
	copy(c.Original[:], original)
	c.Lookup, c.AddedAt = uint64(lookup), moment(at)
	return c, err
}

// Contacts lists a pool, or all.
func (t *tx) Contacts(kind string) ([]store.Contact, error) {
	list, err := all(t, contactColumns+`WHERE ?1 = '' OR kind = ?1 ORDER BY rowid`, []any{kind}, scanContact)
	if err != nil {
		return nil, err
	}
	return list, t.addTerms(list, kind)
}

// addTerms gives contacts their terms.
func (t *tx) addTerms(list []store.Contact, kind string) error {
	terms, err := all(t, `SELECT kind, lookup, seq, owner, since FROM contact_terms WHERE ?1 = '' OR kind = ?1 ORDER BY kind, lookup, seq`, []any{kind}, scanTerm)
	if err != nil || len(terms) == 0 {
		return err
	}
	of := map[string][]store.Term{}
	for _, x := range terms {
		subject := store.Contact{Kind: x.Kind, Lookup: x.Lookup}.Subject()
		of[subject] = append(of[subject], x)
	}
	for i := range list {
		list[i].Terms = of[list[i].Subject()]
	}
	return nil
}

func scanTerm(scan row) (x store.Term, err error) {
	var lookup, since int64
	err = scan(&x.Kind, &lookup, &x.Seq, &x.Owner, &since)
	x.Lookup, x.Since = uint64(lookup), moment(since)
	return x, err
}

func (t *tx) contact(kind string, lookup uint64) (store.Contact, error) {
	subject := store.Contact{Kind: kind, Lookup: lookup}.Subject()
	return one(t, "contact", subject, contactColumns+`WHERE kind = ? AND lookup = ?`, []any{kind, int64(lookup)}, scanContact)
}

// AllotContact gives a contact to its first owner.
func (t *tx) AllotContact(kind string, lookup uint64, owner string) error {
	if err := named("owner", owner); err != nil {
		return err
	}
	c, err := t.contact(kind, lookup)
	if err != nil || c.Owner == owner {
		return err
	}
	if c.Owner != "" {
		return fmt.Errorf("contact %s: %w: it is allotted to %s", c.Subject(), store.ErrExists, c.Owner)
	}
	c.Owner = owner
	if _, err := t.exec(`UPDATE contacts SET owner = ? WHERE kind = ? AND lookup = ?`, owner, kind, int64(lookup)); err != nil {
		return err
	}
	return t.record(store.KindAllot, c.Subject(), c.Digest())
}

// AddTerm gives a contact its next holder.
func (t *tx) AddTerm(x store.Term) error {
	if err := named("owner", x.Owner); err != nil {
		return err
	}
	c, err := t.contact(x.Kind, x.Lookup)
	if err != nil {
		return err
	}
	holder := c.Owner
	if _, err := t.get(`SELECT owner, seq FROM contact_terms WHERE kind = ? AND lookup = ? ORDER BY seq DESC LIMIT 1`, []any{x.Kind, int64(x.Lookup)}, &holder, &x.Seq); err != nil {
		return err
	}
	if holder == "" || holder == store.Retired {
		return fmt.Errorf("contact %s: %w: it has no holder, or is retired", c.Subject(), store.ErrInvalid)
	}
	x.Seq++
	_, err = t.exec(`INSERT INTO contact_terms (kind, lookup, seq, owner, since) VALUES (?, ?, ?, ?, ?)`, x.Kind, int64(x.Lookup), x.Seq, x.Owner, micros(x.Since))
	if err != nil {
		return invalid("term", x.Subject(), err)
	}
	return t.record(store.KindTerm, x.Subject(), x.Digest())
}

// AddPolicy sets when contacts of a kind become free again.
func (t *tx) AddPolicy(p store.Policy) error {
	if err := named("policy", p.Reuse); err != nil {
		return err
	}
	if _, err := t.get(`SELECT coalesce(max(seq), 0) FROM pool_policies WHERE kind = ?`, []any{p.Kind}, &p.Seq); err != nil {
		return err
	}
	p.Seq++
	if _, err := t.exec(`INSERT INTO pool_policies (kind, seq, reuse, at) VALUES (?, ?, ?, ?)`, p.Kind, p.Seq, p.Reuse, micros(p.At)); err != nil {
		return invalid("policy", p.Subject(), err)
	}
	return t.record(store.KindPolicy, p.Subject(), p.Digest())
}

// Policies lists all.
func (t *tx) Policies() ([]store.Policy, error) {
	return all(t, `SELECT kind, seq, reuse, at FROM pool_policies ORDER BY kind, seq`, nil, func(scan row) (p store.Policy, err error) {
		var at int64
		err = scan(&p.Kind, &p.Seq, &p.Reuse, &at)
		p.At = moment(at)
		return p, err
	})
}
