package cli

import (
	"context"
	"fmt"

	"telltale/store"
)

// remarkOnPools says in advance when a pool will not reach for another
// recipient with as many canaries as one has now.
func (j *exportJob) remarkOnPools(ctx context.Context) error {
	made, err := j.copiesMade()
	if err != nil || made.Unique == 0 {
		return err
	}
	phones, emails := j.profile.Needs()
	if len(j.domains) > 0 {
		emails = 0
	}
	return j.r.View(ctx, func(tx store.Tx) error {
		for _, pool := range []struct {
			kind string
			each int
		}{{poolPhone, phones * made.Unique}, {poolEmail, emails * made.Unique}} {
			free, all, err := freeContacts(tx, pool.kind)
			if err != nil {
				return err
			}
			if all > 0 && free < pool.each {
				j.remarks = append(j.remarks, fmt.Sprintf("%s pool: %d of %d are free, and a further recipient with %d canaries needs %d; telltale pool add %ss",
					pool.kind, free, all, made.Unique, pool.each, pool.kind))
			}
		}
		return nil
	})
}

func freeContacts(tx store.Tx, kind string) (free, all int, err error) {
	contacts, err := tx.Contacts(kind)
	for _, c := range contacts {
		if c.Owner == "" {
			free++
		}
	}
	return free, len(contacts), err
}
