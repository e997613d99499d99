package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/store"
)

var factBases = []string{"confession", "payment", "chat", "log", "other"}

func (p *program) caseCommand() *cli.Command {
	return &cli.Command{
		Name:  "case",
		Usage: "what is known of one suspected leak",
		Description: "A case gathers sightings: every match and trace with --case adds its own, and the evidence of all of them\n" +
			"counts together. Facts that you state are used by chain, never by the verdict.",
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list all cases", Action: p.runCaseList},
			{Name: "show", Usage: "show a case's sightings and facts", ArgsUsage: "NAME", Action: p.runCaseShow},
			{Name: "state", Usage: "state that one party had the data from another", ArgsUsage: "NAME", Action: p.runCaseState,
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "from", Usage: "`PARTY` that passed the data on: a recipient, a holder or a sighting"},
					&cli.StringFlag{Name: "to", Usage: "`PARTY` that received it"},
					&cli.StringFlag{Name: "basis", Usage: "confession, payment, chat, log or other"},
					&cli.StringFlag{Name: "note", Usage: "where that is known from"},
					&cli.StringFlag{Name: "at", Usage: "`TIME` of the hand-over"},
				}},
		},
	}
}

// factDoc is a fact in clear; it is sealed in the registry as JSON.
type factDoc struct {
	From  string    `json:"from"`
	To    string    `json:"to"`
	Basis string    `json:"basis"`
	Note  string    `json:"note,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

func (p *program) runCaseState(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the case's name")
	if err != nil {
		return err
	}
	fact := factDoc{From: c.String("from"), To: c.String("to"), Basis: c.String("basis"), Note: c.String("note")}
	if fact.At, err = parseTime("at", c.String("at")); err != nil {
		return err
	}
	switch {
	case fact.From == "" || fact.To == "" || fact.From == fact.To:
		return usageError("", "case state: give two different parties with --from and --to")
	case fact.Basis == "":
		return usageError("bases are "+strings.Join(factBases, ", "), "case state: give --basis")
	case !slices.Contains(factBases, fact.Basis):
		return usageError("bases are "+strings.Join(factBases, ", "), "unknown basis %q", fact.Basis)
	}
	plain, err := json.Marshal(fact)
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		err := r.Update(c.Context, func(tx store.Tx) error {
			if _, err := tx.OpenCase(args[0], p.Now()); err != nil {
				return err
			}
			return tx.AddFact(store.Fact{Case: args[0], Basis: fact.Basis, Recorded: p.Now(), Sealed: r.seal("fact", args[0], plain)})
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.fact/1", "case": args[0], "fact": fact}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %s -> %s (%s)\n", printable(args[0]), printable(fact.From), printable(fact.To), fact.Basis)
		})
	})
}

type caseDoc struct {
	Name      string    `json:"name"`
	OpenedAt  time.Time `json:"opened_at"`
	Sightings int       `json:"sightings"`
	Facts     int       `json:"facts"`
}

func (p *program) runCaseList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		docs := []caseDoc{}
		err := r.View(c.Context, func(tx store.Tx) error {
			cases, err := tx.Cases()
			for _, one := range cases {
				sightings, err := tx.Sightings(one.Name)
				if err != nil {
					return err
				}
				facts, err := tx.Facts(one.Name)
				if err != nil {
					return err
				}
				docs = append(docs, caseDoc{one.Name, one.OpenedAt, len(sightings), len(facts)})
			}
			return err
		})
		if err != nil {
			return err
		}
		return p.print(map[string]any{"schema": "telltale.cases/1", "cases": docs}, func(w io.Writer) {
			t := newTable("CASE", "OPENED", "SIGHTINGS", "FACTS")
			for _, d := range docs {
				t.AppendRow(table.Row{d.Name, day(d.OpenedAt), d.Sightings, d.Facts})
			}
			render(w, t)
		})
	})
}

func (r *registry) facts(tx store.Tx, name string) ([]factDoc, error) {
	sealed, err := tx.Facts(name)
	if err != nil {
		return nil, err
	}
	docs := []factDoc{}
	for _, f := range sealed {
		plain, err := r.unseal("fact", name, f.Sealed)
		if err != nil {
			return nil, err
		}
		var doc factDoc
		if err := json.Unmarshal(plain, &doc); err != nil {
			return nil, fmt.Errorf("fact %d of case %s: %w", f.Seq, name, err)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}
