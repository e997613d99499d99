package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/store"
)

type sightingDoc struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name"`
	SHA256  string    `json:"sha256"`
	SeenAt  time.Time `json:"seen_at,omitzero"`
	Holder  string    `json:"holder"`
	Contact string    `json:"contact"`
	Sender  string    `json:"sender"`
	AddedAt time.Time `json:"added_at"`
}

func (p *program) runCaseShow(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the case's name")
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		records, sealed, err := r.sightings(c.Context, args[0])
		if err != nil {
			return err
		}
		var facts []factDoc
		var opened time.Time
		err = r.View(c.Context, func(tx store.Tx) (err error) {
			one, err := tx.Case(args[0])
			if err != nil {
				return err
			}
			opened = one.OpenedAt
			facts, err = r.facts(tx, args[0])
			return err
		})
		if err != nil {
			return err
		}
		docs := []sightingDoc{}
		for i, record := range records {
			docs = append(docs, sightingDoc{sealed[i].ID, sealed[i].Kind, record.Name, sealed[i].SHA256, record.At,
				record.Holder, record.Contact, record.Sender, sealed[i].Recorded})
		}
		doc := map[string]any{"schema": "telltale.case/1", "name": args[0], "opened_at": opened, "sightings": docs, "facts": facts}
		return p.print(doc, func(w io.Writer) { writeCase(w, args[0], opened, docs, facts) })
	})
}

func writeCase(w io.Writer, name string, opened time.Time, docs []sightingDoc, facts []factDoc) {
	fmt.Fprintf(w, "case %s, opened %s: %d sightings, %d facts\n\n", printable(name), day(opened), len(docs), len(facts))
	t := newTable("SIGHTING", "KIND", "SEEN", "HOLDER", "CONTACT", "NAME")
	for _, d := range docs {
		seen := ""
		if !d.SeenAt.IsZero() {
			seen = stamp(d.SeenAt)
		}
		t.AppendRow(table.Row{d.ID, d.Kind, seen, d.Holder, d.Contact, d.Name})
	}
	render(w, t)
	for _, f := range facts {
		fmt.Fprintf(w, "\nstated: %s -> %s (%s) %s\n", printable(f.From), printable(f.To), f.Basis, printable(f.Note))
	}
}
