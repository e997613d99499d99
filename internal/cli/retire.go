package cli

import (
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"telltale/internal/erase"
	"telltale/store"
)

func (p *program) retireCommand() *cli.Command {
	return &cli.Command{
		Name: "retire", Usage: "let go of what is kept of old copies, and say what is lost by it",
		Description: "Copies issued before DATE lose what their canaries are, and, where no later copy was made of the same table, the\n" +
			"link index of their rows. The ledger keeps that they were issued, to whom, and what they committed to. They stay\n" +
			"candidates: a leak may still come from one of them, and match and trace say so.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "before", Usage: "`DATE`: copies issued on it or later stay as they are"},
			&cli.StringSliceFlag{Name: "dataset", Usage: "only dataset `NAME`; may be repeated"},
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would be lost, and change nothing"},
		},
		Action: p.runRetire,
	}
}

func (p *program) runRetire(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	before, err := p.retireBefore(c.String("before"))
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Whole, func(r *registry) error {
		doc := erasureDoc{Schema: "telltale.retire/1", DryRun: c.Bool("dry-run")}
		err := r.Update(c.Context, func(tx store.Tx) (err error) {
			doc.Statement, err = erase.Retire(c.Context, tx, r.ring, before, c.StringSlice("dataset"), p.Now())
			if err == nil && doc.DryRun {
				err = errDryRun
			}
			return err
		})
		if err != nil && !errors.Is(err, errDryRun) && !errors.Is(err, erase.ErrNothing) {
			return err
		}
		return p.reportErasure(c.Context, r, doc)
	})
}

// retireBefore is the first moment of a day, UTC, or a time; none that is to
// come, which would retire every copy there is.
func (p *program) retireBefore(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, usageError("see telltale retire --help", "retire: give --before DATE")
	}
	before, err := time.Parse(time.DateOnly, value)
	if err != nil {
		if before, err = parseTime("before", value); err != nil {
			return before, err
		}
	}
	if before.After(p.Now()) {
		return before, usageError("give a day that is over", "--before %s: it lies in the future", value)
	}
	return before, nil
}
