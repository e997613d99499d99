package sqlite

import (
	"fmt"

	"telltale/store"
)

const recipientColumns = `SELECT name, kind, coalesce(parent, ''), note, added_at FROM recipients `

// AddRecipient adds a recipient below one that is known.
func (t *tx) AddRecipient(r store.Recipient) error {
	if err := named("recipient", r.Name); err != nil {
		return err
	}
	if err := t.free("recipient", r.Name, `SELECT 1 FROM recipients WHERE name = ?`, r.Name); err != nil {
		return err
	}
	var parent any
	if r.Parent != "" {
		parent = r.Parent
		if err := t.need("parent", r.Parent, `SELECT 1 FROM recipients WHERE name = ?`, r.Parent); err != nil {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO recipients (name, kind, parent, note, added_at) VALUES (?, ?, ?, ?, ?)`,
		r.Name, r.Kind, parent, blob(r.Note), micros(r.AddedAt))
	if err != nil {
		return invalid("recipient", r.Name, err)
	}
	return t.record(store.KindRecipient, r.Name, r.Digest())
}

func scanRecipient(scan row) (r store.Recipient, err error) {
	var at int64
	err = scan(&r.Name, &r.Kind, &r.Parent, &r.Note, &at)
	r.AddedAt = moment(at)
	return r, err
}

// Recipient finds one by name.
func (t *tx) Recipient(name string) (store.Recipient, error) {
	return one(t, "recipient", name, recipientColumns+`WHERE name = ?`, []any{name}, scanRecipient)
}

// Recipients lists all.
func (t *tx) Recipients() ([]store.Recipient, error) {
	return all(t, recipientColumns+`ORDER BY rowid`, nil, scanRecipient)
}

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
	return all(t, contactColumns+`WHERE ?1 = '' OR kind = ?1 ORDER BY rowid`, []any{kind}, scanContact)
}

// AllotContact gives a contact to its owner, for good.
func (t *tx) AllotContact(kind string, lookup uint64, owner string) error {
	c := store.Contact{Kind: kind, Lookup: lookup}
	if err := named("owner", owner); err != nil {
		return err
	}
	c, err := one(t, "contact", c.Subject(), contactColumns+`WHERE kind = ? AND lookup = ?`, []any{kind, int64(lookup)}, scanContact)
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
