package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/survey"
	"telltale/internal/table"
	"telltale/match"
	"telltale/store"
)

func (p *program) datasetCommand() *cli.Command {
	return &cli.Command{
		Name:  "dataset",
		Usage: "the tables that copies are issued of",
		Subcommands: []*cli.Command{
			{
				Name: "add", Usage: "register a table: learn it, and decide how it is marked", ArgsUsage: "NAME FILE",
				Description: "Keys, identities and carriers are suggested from the file; what you name replaces the suggestion.\n" +
					"Key and identity columns are never altered.\n" +
					"KIND of a carrier: number[:STEP], natural[:STEP] (keeps round sums round and prices ending in 9 so), time[:UNIT],\n" +
					"coordinate[:DECIMALS], text, category (pairs are found) or category:A|B[:C|D], form:space|phone|web|name|person|number (fragile:\n" +
					"cleaning undoes it), or none. A policy file has the same in TOML:\n\n" +
					"   key = [\"id\"]\n   identity = [\"email\", \"phone\"]\n   locale = \"en-GB\"\n   density = 0.2\n   coalition = 4\n\n" +
					"   [carriers]\n   address = \"text\"\n   amount = \"number:0.01\"\n\n   [kinds]\n   ref = \"serial\"",
				Flags: append([]cli.Flag{
					&cli.StringFlag{Name: "policy", Usage: "TOML `FILE` with roles and carriers"},
					&cli.StringSliceFlag{Name: "key", Usage: "`COLUMN` that names a row; several together may"},
					&cli.StringSliceFlag{Name: "identity", Usage: "`COLUMN` by which a leaked row is found again"},
					&cli.StringSliceFlag{Name: "carrier", Usage: "`COLUMN=KIND` that carries marks"},
					&cli.StringSliceFlag{Name: "alias", Usage: "`COLUMN=DOMAIN`: copies show addresses at your relay DOMAIN instead; COLUMN=pool: telephone numbers of your pool; see docs/aliases.md"},
					&cli.StringFlag{Name: "locale", Usage: "such as en-GB or zh-CN, instead of what is guessed"},
				}, inputFlags()...),
				Action: p.runDatasetAdd,
			},
			{Name: "list", Usage: "list all datasets", Action: p.runDatasetList},
			{Name: "show", Usage: "show how a dataset is marked", ArgsUsage: "NAME", Action: p.runDatasetShow},
		},
	}
}

// policy is the file of dataset add --policy.
type policy struct {
	Key       []string                 `toml:"key"`
	Identity  []string                 `toml:"identity"`
	Carriers  map[string]string        `toml:"carriers"`
	Kinds     map[string]identity.Kind `toml:"kinds"`
	Locale    string                   `toml:"locale"`
	Density   float64                  `toml:"density"`
	Coalition int                      `toml:"coalition"`
}

// choices joins the policy file and the flags, which go before it.
func choices(c *cli.Context) (survey.Choices, error) {
	var file policy
	if path := c.String("policy"); path != "" {
		text, err := readSmall(path, maxTOML)
		if err != nil {
			return survey.Choices{}, fmt.Errorf("policy file: %w", err)
		}
		if err := decodeTOML(text, &file); err != nil {
			return survey.Choices{}, inputError("known keys are key, identity, carriers, kinds, locale, density and coalition", "policy file %s: %w", path, err)
		}
	}
	out := survey.Choices{Key: file.Key, Identity: file.Identity, Carriers: file.Carriers, Kinds: file.Kinds,
		Locale: first(c.String("locale"), file.Locale), Density: file.Density, Coalition: file.Coalition}
	if keys := c.StringSlice("key"); len(keys) > 0 {
		out.Key = keys
	}
	if identities := c.StringSlice("identity"); len(identities) > 0 {
		out.Identity = identities
	}
	if out.Carriers == nil {
		out.Carriers = map[string]string{}
	}
	for _, one := range c.StringSlice("carrier") {
		at := strings.LastIndexByte(one, '=')
		if at < 1 {
			return out, usageError("write it like --carrier amount=number:0.01", "--carrier %q: no KIND", one)
		}
		out.Carriers[one[:at]] = one[at+1:]
	}
	return out, nil
}

func (p *program) runDatasetAdd(c *cli.Context) error {
	args, err := arguments(c, 2, 2, "a name and a file")
	if err != nil {
		return err
	}
	if err := checkName("dataset", args[0]); err != nil {
		return err
	}
	o, err := inputOptions(c)
	if err != nil {
		return err
	}
	chosen, err := choices(c)
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Issuing, func(r *registry) error {
		if err := r.datasetIsNew(c.Context, args[0]); err != nil {
			return err
		}
		f, err := p.openTable(args[1], o)
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := p.surveyFor(c.Context, args[1], f, chosen)
		if err != nil {
			return err
		}
		scheme := s.Scheme()
		if err := addAliases(&scheme, args[1], c.StringSlice("alias"), s.Profile); err != nil {
			return err
		}
		if err := scheme.Validate(); err != nil {
			return err
		}
		s.Profile.Prepare()
		if err := r.addDataset(c.Context, args[0], scheme, s.Profile, f.Info().Bytes, p.Now()); err != nil {
			return err
		}
		doc := surveyDoc(args[1], s)
		doc.Schema, doc.Name = "telltale.dataset/1", args[0]
		for i, c := range scheme.Columns {
			doc.Columns[i].Alias, doc.Columns[i].Identity = c.Alias, c.Identity
		}
		return p.print(doc, func(w io.Writer) { writeInspect(w, doc) })
	})
}

func (r *registry) datasetIsNew(ctx context.Context, name string) error {
	return r.View(ctx, func(tx store.Tx) error {
		_, err := tx.Dataset(name)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("dataset %q: %w", name, store.ErrExists)
		}
		return err
	})
}

// surveyFor learns the only table of a file; every row must be as it should.
func (p *program) surveyFor(ctx context.Context, name string, f *table.File, chosen survey.Choices) (*survey.Survey, error) {
	reader, err := oneTable(name, f)
	if err != nil {
		return nil, err
	}
	bar := p.progress(f, "learning")
	s, err := survey.Read(ctx, reader, chosen)
	bar.stop()
	var unknown *survey.UnknownColumnError
	switch {
	case errors.As(err, &unknown):
		return nil, inputError("it has: "+strings.Join(unknown.Known, ", "), "%s: %w", name, err)
	case err != nil:
		return nil, err
	case s.FirstBad != nil:
		return nil, s.FirstBad
	case s.Repeated != nil:
		return nil, fmt.Errorf("%s: key %s: %w", name, strings.Join(chosen.Key, ", "), s.Repeated)
	case s.Rows == 0:
		return nil, inputError("give a file with at least one row besides the header", "%s: the table has no rows", name)
	}
	return s, onlyTable(name, f)
}

func (r *registry) addDataset(ctx context.Context, name string, scheme fingerprint.Scheme, profile *canary.Profile, size int64, at time.Time) error {
	rules, err := json.Marshal(scheme)
	if err != nil {
		return err
	}
	id, e := r.ring.current()
	sealed, err := match.SealProfile(e.secret, name, profile, size)
	if err != nil {
		return err
	}
	err = r.Update(ctx, func(tx store.Tx) error {
		return tx.AddDataset(name, store.Scheme{Version: 1, Rules: rules, Profile: sealed, Key: r.ring.schemeKey(id), AddedAt: at}, at)
	})
	if err != nil {
		return err
	}
	r.ring.bases[name] = []string{id}
	return r.share(ctx)
}

func schemeOf(s store.Scheme) (fingerprint.Scheme, error) {
	var scheme fingerprint.Scheme
	err := json.Unmarshal(s.Rules, &scheme)
	return scheme, err
}

type datasetDoc struct {
	Schema    string      `json:"schema,omitempty"`
	Name      string      `json:"name"`
	Version   int         `json:"version"`
	Locale    string      `json:"locale"`
	Density   float64     `json:"density"`
	Coalition int         `json:"coalition"`
	Columns   []columnDoc `json:"columns"`
	AddedAt   time.Time   `json:"added_at"`
	Exports   int         `json:"exports"`
}

func datasetDocOf(tx store.Tx, d store.Dataset) (datasetDoc, error) {
	newest := d.Schemes[len(d.Schemes)-1]
	scheme, err := schemeOf(newest)
	if err != nil {
		return datasetDoc{}, fmt.Errorf("dataset %s: %w", d.Name, err)
	}
	doc := datasetDoc{Name: d.Name, Version: newest.Version, Locale: scheme.Locale, Density: scheme.Density,
		Coalition: scheme.Coalition, Columns: []columnDoc{}, AddedAt: d.AddedAt}
	for _, c := range scheme.Columns {
		doc.Columns = append(doc.Columns, columnDoc{Name: c.Name, Kind: string(c.Kind), Key: c.Key, Identity: c.Identity,
			Carrier: carrierName(c.Carrier), Sorted: c.Sorted, Alias: c.Alias})
	}
	exports, err := tx.Exports(d.Name)
	for _, e := range exports {
		if e.State == store.Issued {
			doc.Exports++
		}
	}
	return doc, err
}

func (p *program) runDatasetList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs := []datasetDoc{}
		err := r.View(c.Context, func(tx store.Tx) error {
			datasets, err := tx.Datasets()
			for _, d := range datasets {
				doc, err := datasetDocOf(tx, d)
				if err != nil {
					return err
				}
				docs = append(docs, doc)
			}
			return err
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.datasets/1", "datasets": docs}, func(w io.Writer) {
			t := newTable("DATASET", "COLUMNS", "LOCALE", "DENSITY", "EXPORTS", "SINCE")
			for _, d := range docs {
				t.AppendRow(gopretty.Row{d.Name, len(d.Columns), d.Locale, d.Density, d.Exports, day(d.AddedAt)})
			}
			render(w, t)
		})
	})
}

func (p *program) runDatasetShow(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the dataset's name")
	if err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		var doc datasetDoc
		err := r.View(c.Context, func(tx store.Tx) error {
			d, err := tx.Dataset(args[0])
			if err != nil {
				return err
			}
			doc, err = datasetDocOf(tx, d)
			return err
		})
		if err != nil {
			return err
		}
		doc.Schema = "telltale.dataset/1"
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: scheme %d, locale %s, density %.2g, designed against %d colluders, %d exports\n\n", printable(doc.Name),
				doc.Version, first(doc.Locale, "not known"), doc.Density, doc.Coalition, doc.Exports)
			t := newTable("COLUMN", "KIND", "ROLE", "CARRIER", "SORTED")
			for _, col := range doc.Columns {
				t.AppendRow(gopretty.Row{col.Name, col.Kind, roleName(col), carrierInWords(col.Carrier), mark(col.Sorted)})
			}
			render(w, t)
		})
	})
}
