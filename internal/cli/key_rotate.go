package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/internal/key"
	"telltale/store"
)

func (p *program) keyRotateCommand() *cli.Command {
	return &cli.Command{
		Name: "rotate", Usage: "put a new key in the place of the present one",
		Description: "The new key is written to --out, and the registry belongs to it from then on; the old key opens it no more. Marks of new\n" +
			"exports are derived from the new key. Old exports stay traceable, and each recipient keeps his canaries and aliases. Keys\n" +
			"that were issued for one task stay in force. The key file is not replaced: name the new one with --key-file, or move it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FILE` for the new key"},
			&cli.BoolFlag{Name: "passphrase", Usage: "seal the key file with a passphrase (asked for, or TELLTALE_PASSPHRASE)"},
		},
		Action: p.runKeyRotate,
	}
}

func (p *program) runKeyRotate(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usageError("for instance --out registry.db.key.new", "key rotate: give --out FILE for the new key")
	}
	if there, err := exists(out); err != nil {
		return err
	} else if there {
		return existsAlready(out)
	}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		own, text, err := p.newKey(c.Bool("passphrase"))
		if err != nil {
			return err
		}
		// The file comes first: a registry that belongs to a key which nobody has
		// would be lost. A key file without its registry is harmless.
		if err := key.WriteFile(out, text); err != nil {
			return err
		}
		old := r.ring.record.ID
		if err := r.Update(c.Context, func(tx store.Tx) error { return r.rotate(tx, own) }); err != nil {
			return fmt.Errorf("%w; the registry is as it was, and %s is of no use", err, out)
		}
		doc := map[string]any{"schema": "telltale.key-rotate/1", "key": own.ID(), "before": old, "file": out}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s  key %s, in the place of %s\n", out, own.ID(), old)
			p.remark("Keep a copy of the new key in another place. The old one opens older copies of the registry: destroy both when you need them no more.")
		})
	})
}

// rotate lets a new whole key in, signed for by both, gives it all that the old
// one could read, and ends that one. It is one transaction.
func (r *registry) rotate(tx store.Tx, own key.Secret) error {
	if len(r.ring.keys) == 0 {
		first, err := keyRecord(r.ring.own, store.Whole, "", r.now(), r.sign)
		if err == nil {
			err = tx.AddKey(first)
		}
		if err != nil {
			return err
		}
		r.ring.keys = append(r.ring.keys, first)
	}
	k, err := keyRecord(own, store.Whole, r.sign.Public(), r.now(), r.sign, ledgerSigner(own))
	if err != nil {
		return err
	}
	if err := tx.AddKey(k); err != nil {
		return err
	}
	r.ring.keys = append(r.ring.keys, k)
	drawn, err := key.Generate(nil)
	if err != nil {
		return err
	}
	r.ring.add(k.ID, era{role: store.Whole, secret: drawn})
	if err := errors.Join(r.giveEras(tx, k, own), r.tellInvestigators(tx, k.ID)); err != nil {
		return err
	}
	old := r.ring.record.ID
	for i := range r.ring.keys {
		if r.ring.keys[i].ID == old {
			r.ring.keys[i].Ended = 1 // it may issue no more
		}
	}
	if err := r.spread(tx); err != nil {
		return err
	}
	return tx.EndKey(old)
}
