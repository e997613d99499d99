package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/internal/tsp"
	"telltale/store"
)

// kindStampRequest notes that a stamp of a checkpoint was asked for; its
// subject is the size of the ledger then.
const kindStampRequest = "stamp-request"

func (p *program) stampCommand() *cli.Command {
	return &cli.Command{
		Name: "stamp", Usage: "have a checkpoint stamped by a time-stamping authority (RFC 3161)",
		Description: "Nothing is sent from here. request writes a query; send it to an authority of your choice, for instance with\n" +
			"   curl -H 'Content-Type: application/timestamp-query' --data-binary @FILE.tsq URL > FILE.tsr\n" +
			"and keep the answer with attach, whenever it comes. From then on it is proven that everything recorded before\n" +
			"was recorded before that time.",
		Subcommands: []*cli.Command{
			{Name: "request", Usage: "write a query for a stamp of the ledger's present state", Action: p.runStampRequest,
				Flags: []cli.Flag{&cli.StringFlag{Name: "out", Usage: "`FILE` for the query (DER)"}, &cli.BoolFlag{Name: "force", Usage: forceUsage}}},
			{Name: "attach", Usage: "keep the authority's answer", ArgsUsage: "FILE", Action: p.runStampAttach},
			{Name: "list", Usage: "list the stamps", Action: p.runStampList},
		},
	}
}

func (p *program) runStampRequest(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usageError("", "ledger stamp request: give --out FILE")
	}
	return p.with(c.Context, func(r *registry) error {
		signed, err := r.checkpoint(c.Context)
		if err != nil {
			return err
		}
		query, err := tsp.Request(signed.Text)
		if err != nil {
			return err
		}
		if err := p.note(c.Context, r, kindStampRequest, strconv.FormatInt(signed.Size, 10), signed.Text); err != nil {
			return err
		}
		if err := p.writeOutput(out, query, c.Bool("force")); err != nil {
			return err
		}
		p.remark("%s: a query for the first %d entries; keep the answer with telltale ledger stamp attach", out, signed.Size)
		return nil
	})
}

type stampDoc struct {
	Size      int64     `json:"size"`
	Time      time.Time `json:"time"`
	Authority string    `json:"authority"`
}

func (p *program) runStampAttach(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the file with the authority's answer")
	if err != nil {
		return err
	}
	response, err := readSmall(args[0], tsp.MaxResponse)
	if err != nil {
		return err
	}
	said, err := tsp.Read(response)
	if err != nil {
		return inputError("give the answer as it came, in DER (.tsr)", "%s: %w", args[0], err)
	}
	return p.with(c.Context, func(r *registry) error {
		checkpoint, err := r.stamped(c.Context, said)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		err = r.Update(c.Context, func(tx store.Tx) error {
			return tx.AddStamp(store.Stamp{Size: checkpoint.Size, Checkpoint: checkpoint.Text, Response: response, Recorded: p.Now()})
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.stamp/1", "stamp": stampDoc{checkpoint.Size, said.Time, said.Authority}}, func(w io.Writer) {
			fmt.Fprintf(w, "the ledger's first %d entries existed at %s, says %s\n", checkpoint.Size, stamp(said.Time), said.Authority)
		})
	})
}

// stamped finds the checkpoint that was stamped: one of those that a stamp was
// asked for. Signatures are deterministic, so its text is made anew.
func (r *registry) stamped(ctx context.Context, said tsp.Stamp) (found store.Checkpoint, err error) {
	err = r.View(ctx, func(tx store.Tx) error {
		asked := map[int64]bool{}
		if err := tx.Entries(func(e store.Entry) error {
			if e.Kind == kindStampRequest {
				size, err := strconv.ParseInt(e.Subject, 10, 64)
				asked[size] = err == nil
			}
			return nil
		}); err != nil {
			return err
		}
		turns, err := tx.Turns()
		if err != nil {
			return err
		}
		tree := store.NewTree()
		return tx.Entries(func(e store.Entry) error {
			if err := tree.Append(e); err != nil || !asked[tree.Size()] {
				return err
			}
			c, err := r.signedAt(tree.Checkpoint(), turns).Sign(r.sign)
			if err == nil && said.Digest == sha256.Sum256(c.Text) {
				found = c
			}
			return err
		})
	})
	if err == nil && found.Size == 0 {
		err = &failure{exit: exitError, code: "not-found", err: errors.New("it stamps no checkpoint of this ledger that a stamp was asked for"),
			hint: "ask with telltale ledger stamp request; a stamp is attached with the key that asked for it"}
	}
	return found, err
}

// signedAt is a checkpoint as the key signed it when the ledger was so long.
func (r *registry) signedAt(c store.Checkpoint, turns []store.Checkpoint) store.Checkpoint {
	c.Origin = r.ring.writers[0].Verifier.Name()
	for _, t := range turns {
		if t.Size < c.Size {
			c.Since = t.Size + 1
		}
	}
	return c
}

func (p *program) runStampList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs := []stampDoc{}
		err := r.View(c.Context, func(tx store.Tx) error {
			stamps, err := tx.Stamps()
			for _, s := range stamps {
				said, err := tsp.Read(s.Response)
				if err != nil {
					return fmt.Errorf("stamp of %d entries: %w", s.Size, err)
				}
				docs = append(docs, stampDoc{s.Size, said.Time, said.Authority})
			}
			return err
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.stamps/1", "stamps": docs}, func(w io.Writer) {
			t := newTable("ENTRIES", "TIME", "AUTHORITY")
			for _, d := range docs {
				t.AppendRow([]any{d.Size, stamp(d.Time), d.Authority})
			}
			render(w, t)
		})
	})
}
