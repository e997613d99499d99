package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/export"
	"telltale/internal/identity"
	"telltale/match"
	"telltale/store"
)

func (p *program) aliasCommand() *cli.Command {
	return &cli.Command{
		Name:  "alias",
		Usage: "relay addresses and numbers that stand in copies instead of people's own",
		Subcommands: []*cli.Command{{
			Name: "map", Usage: "write where each relay address and number leads, in clear; this is logged in the ledger",
			Description: "FILE is a Postfix virtual alias map, or CSV when its name ends in .csv. It holds every address that was issued with the\n" +
				"real one behind it: keep it on the relay, and nowhere else. Telephone numbers stand in CSV only.",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "dataset", Usage: "dataset `NAME`"},
				&cli.StringFlag{Name: "out", Usage: "`FILE` to write, or -"},
				&cli.BoolFlag{Name: "force", Usage: "replace FILE"},
			},
			Action: p.runAliasMap,
		}},
	}
}

func (p *program) runAliasMap(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	dataset, out := c.String("dataset"), c.String("out")
	switch {
	case dataset == "":
		return usageError("telltale dataset list shows them", "alias map: give --dataset")
	case out == "":
		return usageError("", "alias map: give --out FILE, or --out -")
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		entries, err := r.aliases(c.Context, dataset)
		if err != nil {
			return err
		}
		table := strings.EqualFold(filepath.Ext(out), ".csv")
		addresses, numbers := countAliases(entries)
		if !table && addresses == 0 {
			return usageError("name it like numbers.csv", "alias map: telephone numbers have no place in a Postfix map, and dataset %s has nothing else", dataset)
		}
		var text bytes.Buffer
		if err := writeAliases(&text, dataset, entries, table); err != nil {
			return err
		}
		if err := p.note(c.Context, r, "reveal", "alias map of dataset "+dataset, nil); err != nil {
			return err
		}
		if out == "-" {
			_, err = p.Out.Write(text.Bytes())
		} else {
			err = p.writeOutput(out, text.Bytes(), c.Bool("force"))
		}
		if err == nil {
			p.remarkAliases(addresses, numbers, table)
		}
		return err
	})
}

func countAliases(entries []match.AliasEntry) (addresses, numbers int) {
	for _, e := range entries {
		if e.Kind == identity.Phone {
			numbers++
		} else {
			addresses++
		}
	}
	return addresses, numbers
}

func (p *program) remarkAliases(addresses, numbers int, table bool) {
	switch {
	case numbers == 0:
		p.remark("%d addresses, in clear; that they were written is in the ledger", addresses)
	case table:
		p.remark("%d addresses and %d telephone numbers, in clear; that they were written is in the ledger", addresses, numbers)
	default:
		p.remark("%d addresses, in clear; that they were written is in the ledger; %d telephone numbers are left out: name a file that ends in .csv for them", addresses, numbers)
	}
}

// aliases are those of every recipient of a dataset.
func (r *registry) aliases(ctx context.Context, dataset string) ([]match.AliasEntry, error) {
	entries, err := match.Aliases(ctx, r.Store, r.ring.common(), dataset, r.ring)
	if err == nil && len(entries) == 0 {
		err = inputError("telltale dataset add NAME FILE --alias COLUMN=DOMAIN, then export", "dataset %s: no copy with aliases was issued", dataset)
	}
	return entries, err
}

func writeAliases(w io.Writer, dataset string, entries []match.AliasEntry, asCSV bool) error {
	if asCSV {
		out := csv.NewWriter(w)
		out.Write([]string{"alias", "recipient", "address", "kind"})
		for _, e := range entries {
			out.Write([]string{e.Alias, e.Recipient, e.Address, string(e.Kind)})
		}
		out.Flush()
		return out.Error()
	}
	fmt.Fprintf(w, "# relay addresses of dataset %s: postmap this file and name it in virtual_alias_maps\n", printable(dataset))
	last := ""
	for _, e := range entries {
		if e.Kind != identity.Email {
			continue
		}
		if e.Recipient != last {
			fmt.Fprintf(w, "# copies for %s\n", printable(e.Recipient))
			last = e.Recipient
		}
		if _, err := fmt.Fprintf(w, "%s %s\n", e.Alias, e.Address); err != nil {
			return err
		}
	}
	return nil
}

// addAliases puts COLUMN=DOMAIN, and COLUMN=pool, into a scheme.
// Addresses are spelt like those of the column.
func addAliases(scheme *fingerprint.Scheme, file string, list []string, learned *canary.Profile) error {
	for _, one := range list {
		name, domain, ok := strings.Cut(one, "=")
		if !ok || name == "" || domain == "" {
			return usageError("write it like --alias email=relay.example", "--alias %q: no COLUMN=DOMAIN", one)
		}
		found := false
		for i := range scheme.Columns {
			c := &scheme.Columns[i]
			if c.Name != name {
				continue
			}
			if found = true; domain == fingerprint.AliasPool && scheme.Locale == "" {
				return inputError("give --locale, such as en-GB", "%s: --alias %s: which country numbers without a prefix belong to is not known, and they are to be forwarded", file, one)
			}
			c.Alias, c.Identity = strings.ToLower(strings.TrimPrefix(domain, "@")), true
			if c.Kind == identity.Email || c.Kind == identity.Phone {
				c.Carrier = ""
			}
			if c.Kind == identity.Email {
				c.AliasForm = alias.FormOf(scheme.Locale, columnOf(learned, i)).String()
			}
		}
		if !found {
			return inputError("", "%s: --alias: there is no column %q", file, name)
		}
	}
	return nil
}

func columnOf(p *canary.Profile, i int) (cells []string) {
	for _, row := range p.Sample {
		cells = append(cells, row.Cells[i])
	}
	return cells
}

// aliasesFor are the aliased columns of a recipient's copy.
func (j *exportJob) aliasesFor(recipient string) ([]export.Alias, error) {
	var out []export.Alias
	for i, c := range j.scheme.Columns {
		switch c.Alias {
		case "":
		case fingerprint.AliasPool:
			out = append(out, j.numbers.column(i, recipient))
		default:
			form, err := alias.ParseForm(c.AliasForm)
			if err != nil {
				return nil, fmt.Errorf("dataset %s, column %q: %w", j.dataset, c.Name, err)
			}
			issuer := alias.NewIssuer(j.dataset, recipient, j.root).In(form)
			out = append(out, export.Alias{Column: i, Of: func(cell string) (string, bool) { return issuer.Address(cell, c.Alias) }})
		}
	}
	return out, nil
}
