package cli

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/store"
)

var recipientKinds = []string{"partner", "staff", "service"}

func (p *program) recipientCommand() *cli.Command {
	return &cli.Command{
		Name:  "recipient",
		Usage: "the parties that receive copies",
		Subcommands: []*cli.Command{
			{
				Name: "add", Usage: "register recipients", ArgsUsage: "NAME...",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "kind", Value: "partner", Usage: "partner, staff or service"},
					&cli.StringFlag{Name: "parent", Usage: "`NAME` of the recipient it belongs to"},
					&cli.StringFlag{Name: "note", Usage: "free text, kept sealed"},
				},
				Action: p.runRecipientAdd,
			},
			{Name: "list", Usage: "list all recipients", Action: p.runRecipientList},
			{Name: "show", Usage: "show one recipient and its exports", ArgsUsage: "NAME", Action: p.runRecipientShow},
		},
	}
}

type recipientDoc struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Parent  string    `json:"parent,omitempty"`
	Note    string    `json:"note,omitempty"`
	AddedAt time.Time `json:"added_at"`
}

func (r *registry) recipientDoc(rec store.Recipient) (recipientDoc, error) {
	doc := recipientDoc{Name: rec.Name, Kind: rec.Kind, Parent: rec.Parent, AddedAt: rec.AddedAt}
	if len(rec.Note) > 0 {
		note, err := r.unseal("recipient", rec.Name, rec.Note)
		if err != nil {
			return doc, err
		}
		doc.Note = string(note)
	}
	return doc, nil
}

func (p *program) runRecipientAdd(c *cli.Context) error {
	names, err := arguments(c, 1, -1, "one or more names")
	if err != nil {
		return err
	}
	kind := c.String("kind")
	if !slices.Contains(recipientKinds, kind) {
		return usageError("kinds are partner, staff and service", "unknown kind %q", kind)
	}
	for _, name := range names {
		if err := checkName("recipient", name); err != nil {
			return err
		}
	}
	return p.withRole(c.Context, store.Issuing, func(r *registry) error {
		now := p.Now()
		err := r.Update(c.Context, func(tx store.Tx) error {
			for _, name := range names {
				rec := store.Recipient{Name: name, Kind: kind, Parent: c.String("parent"), AddedAt: now}
				if note := c.String("note"); note != "" {
					rec.Note = r.seal("recipient", name, []byte(note))
				}
				if err := tx.AddRecipient(rec); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.recipients/1", "added": names}
		return p.print(doc, func(w io.Writer) {
			for _, name := range names {
				fmt.Fprintf(w, "%s\n", printable(name))
			}
			p.remark("added %d as %s", len(names), kind)
		})
	})
}

func (p *program) runRecipientList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		var recs []store.Recipient
		err := r.View(c.Context, func(tx store.Tx) (err error) {
			recs, err = tx.Recipients()
			return err
		})
		if err != nil {
			return err
		}
		docs := []recipientDoc{}
		for _, rec := range recs {
			doc, err := r.recipientDoc(rec)
			if err != nil {
				return err
			}
			docs = append(docs, doc)
		}
		return p.print(map[string]any{"schema": "telltale.recipients/1", "recipients": docs}, func(w io.Writer) {
			t := newTable("NAME", "KIND", "PARENT", "SINCE", "NOTE")
			for _, d := range docs {
				t.AppendRow(table.Row{d.Name, d.Kind, d.Parent, day(d.AddedAt), d.Note})
			}
			render(w, t)
		})
	})
}

func (p *program) runRecipientShow(c *cli.Context) error {
	names, err := arguments(c, 1, 1, "the recipient's name")
	if err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		var rec store.Recipient
		var exports []store.Export
		err := r.View(c.Context, func(tx store.Tx) (err error) {
			if rec, err = tx.Recipient(names[0]); err != nil {
				return err
			}
			all, err := tx.Exports("")
			for _, e := range all {
				if e.Recipient == rec.Name && e.State == store.Issued {
					exports = append(exports, e)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		doc, err := r.recipientDoc(rec)
		if err != nil {
			return err
		}
		full := struct {
			Schema string `json:"schema"`
			recipientDoc
			Exports []exportDoc `json:"exports"`
		}{"telltale.recipient/1", doc, exportDocs(exports)}
		return p.print(full, func(w io.Writer) {
			fmt.Fprintf(w, "name    %s\nkind    %s\n", printable(doc.Name), doc.Kind)
			if doc.Parent != "" {
				fmt.Fprintf(w, "parent  %s\n", printable(doc.Parent))
			}
			if doc.Note != "" {
				fmt.Fprintf(w, "note    %s\n", printable(doc.Note))
			}
			fmt.Fprintf(w, "since   %s\nexports %d\n", day(doc.AddedAt), len(exports))
			if len(exports) > 0 {
				renderExports(w, full.Exports)
			}
		})
	})
}
