package cli

import (
	"context"
	"errors"
	"fmt"

	"telltale/canary"
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
		life, err := j.r.poolLife(tx, j.p.Now())
		if err != nil {
			return err
		}
		for _, pool := range []struct {
			kind string
			each int
		}{{poolPhone, phones * made.Unique}, {poolEmail, emails * made.Unique}} {
			contacts, err := tx.Contacts(pool.kind)
			if err != nil {
				return err
			}
			if p := j.allotment.pools[pool.kind]; p != nil && p.dry {
				j.remarks = append(j.remarks, pool.kind+" pool: none was left for canaries of this export; what they got instead reaches nobody")
			}
			if t := life.tally(j.r.mine(contacts)); t.total > 0 && t.free < pool.each {
				j.remarks = append(j.remarks, fmt.Sprintf("%s pool: %s, and a further recipient with %d canaries needs %d; telltale pool add %ss",
					pool.kind, t.words(life.policy[pool.kind]), made.Unique, pool.each, pool.kind))
			}
		}
		return nil
	})
}

// shortage adds to the error of a pool that ran out what is left of it.
func (j *exportJob) shortage(ctx context.Context, err error) error {
	var exhausted *canary.ExhaustedError
	if !errors.As(err, &exhausted) {
		return err
	}
	left := ""
	readErr := j.r.View(ctx, func(tx store.Tx) error {
		contacts, readErr := tx.Contacts(exhausted.Pool)
		if readErr != nil || len(contacts) == 0 {
			return readErr
		}
		life, readErr := j.r.poolLife(tx, j.p.Now())
		if readErr == nil {
			left = life.tally(j.r.mine(contacts)).words(life.policy[exhausted.Pool])
		}
		return readErr
	})
	if readErr != nil || left == "" {
		return errors.Join(err, readErr)
	}
	return fmt.Errorf("%w (%s)", err, left)
}
