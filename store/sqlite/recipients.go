package sqlite

import "telltale/store"

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
