package cli

import (
	"context"
	"slices"

	"telltale/match"
	"telltale/store"
)

// maxCompared is how many copies of one recipient are compared with a case.
const maxCompared = 6

// chooseCopy loads the copy that the bundle is about: the one that is named, else
// of the recipient's copies the one whose bundle weighs most. That is a choice
// after the leak was seen, so all copies that could have been chosen, of all
// recipients, are candidates then.
func (k *packing) chooseCopy(ctx context.Context, recipient, export string) error {
	if export != "" {
		return k.load(ctx, recipient, export)
	}
	copies, err := k.copies(ctx)
	if err != nil {
		return err
	}
	list := copies[recipient]
	switch len(list) {
	case 0:
		return inputError("telltale match --all lists the candidates; copies that are retired, or were made after the case, are none", "recipient %s: no copy of it can be the source in case %s", recipient, k.name)
	case 1:
		return k.load(ctx, recipient, list[0])
	}
	best, err := k.heaviest(ctx, recipient, list)
	if err != nil {
		return err
	}
	k.chosenAmong = 0
	for _, l := range copies {
		k.chosenAmong += max(1, len(l))
	}
	k.p.remark("%s has %d copies that could be meant; %s, made on %s, fits best (--export names another)", recipient, len(list), best, day(k.export.IssuedAt))
	return nil
}

// copies are, for each candidate, those of its copies that show most of the
// canaries that were seen, newest first, and not more than are compared.
func (k *packing) copies(ctx context.Context) (map[string][]string, error) {
	hits := map[string]int{}
	for _, c := range k.result.Canaries {
		for _, id := range c.Exports {
			if !c.Shared {
				hits[id]++
			}
		}
	}
	out := map[string][]string{}
	return out, k.r.View(ctx, func(tx store.Tx) error {
		for _, s := range k.result.Suspects {
			list, err := k.live(tx, s)
			if err != nil {
				return err
			}
			most := 0
			for _, id := range list {
				most = max(most, hits[id])
			}
			list = slices.DeleteFunc(list, func(id string) bool { return hits[id] < most })
			out[s.Recipient] = list[:min(maxCompared, len(list))]
		}
		return nil
	})
}

// live are the copies of a suspect that are not retired and were made before the
// case was, newest first.
func (k *packing) live(tx store.Tx, s match.Suspect) (list []string, err error) {
	for _, id := range s.Exports {
		x, err := tx.Export(id)
		if err != nil {
			return nil, err
		}
		if x.Retired.IsZero() && !x.IssuedAt.After(k.sealed[0].Recorded) {
			list = append(list, id)
		}
	}
	slices.Reverse(list)
	return list, nil
}

// heaviest packs a bundle for each copy, and returns the one with the largest
// likelihood ratio, the newest of several. It stays loaded.
func (k *packing) heaviest(ctx context.Context, recipient string, list []string) (best string, err error) {
	most := 0.0
	for _, id := range list {
		if err := k.load(ctx, recipient, id); err != nil {
			return "", err
		}
		if _, err := k.pack(ctx, nil); err != nil {
			return "", err
		}
		if lr := k.bundle.Result.Log10LR; best == "" || lr > most+1e-9 {
			best, most = id, lr
		}
	}
	return best, k.load(ctx, recipient, best)
}
