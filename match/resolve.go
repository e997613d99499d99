package match

import (
	"context"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/match/link"
	"telltale/match/message"
)

// resolved are the contacts of messages that are known by a digest or in part.
type resolved struct {
	number   map[string]int
	rows     map[*snapshot]map[int][]uint32
	canaries map[*dataset]map[int][]canary.Cell // those that have a digest
}

// maxResolved is how many rows one contact may stand for.
const maxResolved = 64

// Resolve looks up the contacts of messages of which only a digest or a part is
// known, and all contacts where indexes are not held in memory: in one pass over every
// index, for the calls of Message that follow.
func (e *Engine) Resolve(ctx context.Context, messages []message.Message) error {
	r := &resolved{number: map[string]int{}, rows: map[*snapshot]map[int][]uint32{}, canaries: map[*dataset]map[int][]canary.Cell{}}
	wanted := link.NewResolver()
	for i := range messages {
		for _, c := range messages[i].Recipients {
			if _, known := r.number[c.Value]; !known && (c.Kind == message.Hashed || c.Kind == message.Masked) {
				r.number[c.Value] = len(r.number)
				wanted.Want(c.Value, r.number[c.Value])
			}
		}
	}
	e.resolved = r
	for _, d := range e.datasets {
		r.canaries[d] = d.digested(wanted)
	}
	if e.lookup != nil {
		return e.lookUp(ctx, messages)
	}
	if wanted.Empty() {
		return nil
	}
	for _, d := range e.datasets {
		for _, l := range d.layers {
			for _, snap := range l.snapshots {
				if err := ctx.Err(); err != nil {
					return err
				}
				found := map[int][]uint32{}
				err := snap.linker.Resolve(wanted, func(n int, row uint32) {
					if list := found[n]; len(list) < maxResolved && (len(list) == 0 || list[len(list)-1] != row) {
						found[n] = append(list, row)
					}
				})
				if err != nil {
					return err
				}
				r.rows[snap] = found
			}
		}
	}
	return nil
}

// digested finds the contacts of canaries that have a wanted digest.
func (d *dataset) digested(wanted *link.Resolver) map[int][]canary.Cell {
	out := map[int][]canary.Cell{}
	if wanted.Empty() {
		return out
	}
	for _, p := range d.planted {
		for _, id := range p.canary.Identities {
			if id.Kind == identity.Email || id.Kind == identity.Phone {
				wanted.Digest(id.Kind, id.Value, func(n int) { out[n] = append(out[n], canary.Cell{Kind: id.Kind, Value: id.Value}) })
			}
		}
	}
	return out
}

// of returns the rows of a snapshot that a contact stands for.
func (r *resolved) of(s *snapshot, contact string) []uint32 {
	if r == nil {
		return nil
	}
	if n, ok := r.number[contact]; ok {
		return r.rows[s][n]
	}
	return nil
}

func (r *resolved) canariesOf(d *dataset, contact string) []canary.Cell {
	if r == nil {
		return nil
	}
	if n, ok := r.number[contact]; ok {
		return r.canaries[d][n]
	}
	return nil
}
