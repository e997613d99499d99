package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/store"
)

func reuseFlag() cli.Flag {
	return &cli.StringFlag{Name: "reuse-after", Usage: "set when contacts of this pool become free again, as pool reuse does: `PERIOD` such as 365d, retired, or never"}
}

func (p *program) reuseCommand() *cli.Command {
	return &cli.Command{
		Name: "reuse", Usage: "set when a contact that canaries had becomes free again", ArgsUsage: "phones|emails PERIOD", Action: p.runPoolReuse,
		Description: "PERIOD is a number of days such as 365d, counted from the last copy that carries the contact; or retired: when all\n" +
			"copies that carry it were let go of with telltale retire, which frees them under a number of days too; or never, as it is at first.\n" +
			"Contacts that nobody had are given out before. An old leak still circulates when its number serves somebody else: whoever\n" +
			"calls it names neither copy by that alone. Numbers that stand for persons, and retired ones, never become free.",
	}
}

func (p *program) runPoolReuse(c *cli.Context) error {
	args, err := arguments(c, 2, 2, "phones or emails, and a period such as 365d, retired, or never")
	if err != nil {
		return err
	}
	kind := map[string]string{"phones": poolPhone, "emails": poolEmail}[args[0]]
	if kind == "" {
		return usageError("give phones or emails: addresses at a domain are new ones every time", "pool reuse: there is nothing to reuse of %q", args[0])
	}
	if _, err := parseReuse(args[1]); err != nil {
		return err
	}
	return p.setReuse(c.Context, kind, args[1])
}

func (p *program) setReuse(ctx context.Context, kind, period string) error {
	return p.withRole(ctx, store.Issuing, func(r *registry) error {
		policy, err := parseReuse(period)
		if err != nil {
			return err
		}
		doc := poolDoc{}
		err = r.Update(ctx, func(tx store.Tx) error {
			return tx.AddPolicy(store.Policy{Kind: kind, Reuse: policy.String(), At: p.Now()})
		})
		if err != nil {
			return err
		}
		docs, err := r.poolDocs(ctx, p.Now(), false)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if d.Kind == kind {
				doc = d
			}
		}
		return p.print(map[string]any{"schema": "telltale.pools/1", "pools": []poolDoc{doc}}, func(w io.Writer) {
			fmt.Fprintf(w, "%s pool: reuse %s; %d of %d are free now, %d of which somebody had before\n", kind, policy.words(), doc.Free, doc.Total, doc.Rested)
		})
	})
}

func (r reuse) words() string {
	switch {
	case r.days > 0:
		return fmt.Sprintf("%d days after the last copy that carries a contact", r.days)
	case r.retired:
		return "when all copies that carry a contact are retired"
	}
	return "never"
}
