package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/store"
)

func (p *program) runRetireDomain(c *cli.Context) error {
	domains, err := domainArguments(c)
	if err != nil {
		return err
	}
	return p.retireContacts(c, poolDomain, domains)
}

// retireContacts retires all or none. One that somebody holds goes into no
// further copy, and is still recognised as his.
func (p *program) retireContacts(c *cli.Context, kind string, values []string) error {
	return p.withRole(c.Context, store.Issuing, func(r *registry) error {
		held := 0
		err := r.Update(c.Context, func(tx store.Tx) error {
			held = 0
			there, err := r.inPool(tx, kind)
			if err != nil {
				return err
			}
			for i, v := range values {
				contact, ok := r.find(there, kind, v)
				if !ok {
					return inputError("telltale pool list --reveal shows what is there; numbers written without a country need --locale", "%s %d of those given is not in the pool; nothing was retired", kind, i+1)
				}
				inCopies, err := retireContact(tx, contact, p.Now())
				if err != nil {
					return err
				}
				if inCopies {
					held++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.pool-retire/1", "kind": kind, "retired": len(values), "in_copies": held}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %d retired\n", kind, len(values))
			if held > 0 {
				fmt.Fprintf(w, "%d of them stand in copies that are out: they are still recognised there, so keep them reachable; further copies get others\n", held)
			}
		})
	})
}

// retireContact tells whether somebody held the contact.
func retireContact(tx store.Tx, c store.Contact, now time.Time) (held bool, err error) {
	switch c.Holder() {
	case store.Retired:
		return len(c.Terms) > 0, nil
	case "":
		return false, tx.AllotContact(c.Kind, c.Lookup, store.Retired)
	}
	return true, tx.AddTerm(store.Term{Kind: c.Kind, Lookup: c.Lookup, Owner: store.Retired, Since: now})
}
