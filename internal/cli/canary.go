package cli

import (
	"context"
	"fmt"
	"io"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/match"
	"telltale/store"
)

func (p *program) canaryCommand() *cli.Command {
	return &cli.Command{
		Name:  "canary",
		Usage: "the fabricated rows that were planted",
		Subcommands: []*cli.Command{{
			Name: "list", Usage: "show an export's canaries in clear; this is logged in the ledger",
			Flags:  []cli.Flag{&cli.StringFlag{Name: "export", Usage: "export `ID`"}},
			Action: p.runCanaryList,
		}},
	}
}

type canaryIdentityDoc struct {
	Kind  string  `json:"kind"`
	Value string  `json:"value"`
	Bits  float64 `json:"bits"`
}

type canarySourceDoc struct {
	Column string `json:"column"`
	Origin string `json:"origin"`
}

type canaryDoc struct {
	Slot       int                 `json:"slot"`
	Shared     bool                `json:"shared"`
	Row        map[string]string   `json:"row"`
	Cells      []string            `json:"cells"`
	Identities []canaryIdentityDoc `json:"identities"`
	Sources    []canarySourceDoc   `json:"sources"`
}

func (p *program) runCanaryList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	id := c.String("export")
	if id == "" {
		return usageError("telltale export list shows the ids", "canary list: give --export ID")
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		columns, canaries, err := r.plantedIn(c.Context, id)
		if err != nil {
			return err
		}
		if err := p.note(c.Context, r, "reveal", "canaries of export "+id, nil); err != nil {
			return err
		}
		docs := []canaryDoc{}
		for _, one := range canaries {
			docs = append(docs, canaryDocOf(one, columns))
		}
		return p.print(map[string]any{"schema": "telltale.canaries/1", "export": id, "columns": columns, "canaries": docs}, func(w io.Writer) {
			t := newTable(columns...)
			for _, d := range docs {
				row := gopretty.Row{}
				for _, cell := range d.Cells {
					row = append(row, cell)
				}
				t.AppendRow(row)
			}
			render(w, t)
			p.remark("%d canaries; that they were shown is in the ledger", len(docs))
		})
	})
}

func canaryDocOf(one canary.Canary, columns []string) canaryDoc {
	d := canaryDoc{Slot: one.Slot, Shared: one.Shared, Row: map[string]string{}, Cells: one.Cells,
		Identities: []canaryIdentityDoc{}, Sources: []canarySourceDoc{}}
	for i, cell := range one.Cells {
		d.Row[columns[i]] = cell
	}
	for _, identity := range one.Identities {
		d.Identities = append(d.Identities, canaryIdentityDoc{string(identity.Kind), identity.Value, identity.Bits})
	}
	for _, source := range one.Origins {
		d.Sources = append(d.Sources, canarySourceDoc{columns[source.Column], string(source.Origin)})
	}
	return d
}

// plantedIn opens the canaries of an export.
func (r *registry) plantedIn(ctx context.Context, id string) (columns []string, canaries []canary.Canary, err error) {
	err = r.View(ctx, func(tx store.Tx) error {
		e, err := tx.Export(id)
		if err != nil {
			return err
		}
		scheme, err := schemeVersion(tx, e.Dataset, e.Scheme)
		if err != nil {
			return err
		}
		for _, c := range scheme.Columns {
			columns = append(columns, c.Name)
		}
		if !e.Retired.IsZero() {
			return inputError("the copy itself still shows them", "export %s: it was retired on %s, and its canaries are not kept any more", id, day(e.Retired))
		}
		root, err := r.ring.Root(e.Dataset, e.Scheme)
		if err != nil {
			return err
		}
		sealed, err := tx.Canaries(id)
		for _, s := range sealed {
			one, err := match.OpenCanary(root, id, s.Sealed)
			if err != nil {
				return err
			}
			canaries = append(canaries, one)
		}
		return err
	})
	return columns, canaries, err
}

func schemeVersion(tx store.Tx, dataset string, version int) (fingerprint.Scheme, error) {
	d, err := tx.Dataset(dataset)
	if err != nil {
		return fingerprint.Scheme{}, err
	}
	for _, s := range d.Schemes {
		if s.Version == version {
			return schemeOf(s)
		}
	}
	return fingerprint.Scheme{}, fmt.Errorf("scheme %d of dataset %s: %w", version, dataset, store.ErrNotFound)
}
