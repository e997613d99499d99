package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/store"
)

// retired owns the contacts that are planted no more.
const retired = "retired"

func (p *program) runRetireDomain(c *cli.Context) error {
	domains, err := domainArguments(c)
	if err != nil {
		return err
	}
	return p.retireContacts(c.Context, poolDomain, domains)
}

// retireContacts retires all or none. A number that a canary carries stays
// with it: its copy is out, and the same canary would be made again.
func (p *program) retireContacts(ctx context.Context, kind string, values []string) error {
	return p.withRole(ctx, store.Issuing, func(r *registry) error {
		err := r.Update(ctx, func(tx store.Tx) error {
			there, err := r.inPool(tx, kind)
			if err != nil {
				return err
			}
			for i, v := range values {
				lookup := r.contactLookup(kind, v)
				for _, l := range r.knownAs(kind, v) {
					if there[l] {
						lookup = l
					}
				}
				err := tx.AllotContact(kind, lookup, retired)
				switch {
				case errors.Is(err, store.ErrNotFound):
					return inputError("telltale pool list --reveal shows what is there", "%s %d of those given is not in the pool; nothing was retired", kind, i+1)
				case errors.Is(err, store.ErrExists):
					return inputError("keep it reachable as long as the copy may turn up", "%s %d of those given is a canary's, or stands for a person; nothing was retired", kind, i+1)
				case err != nil:
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.pool-retire/1", "kind": kind, "retired": len(values)}
		return p.print(doc, func(w io.Writer) { fmt.Fprintf(w, "%s: %d retired\n", kind, len(values)) })
	})
}
