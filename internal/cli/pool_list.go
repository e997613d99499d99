package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/canary/alias"
	"telltale/store"
)

type poolDoc struct {
	Kind     string     `json:"kind"`
	Total    int        `json:"total"`
	Taken    int        `json:"taken"` // retired ones too
	Free     int        `json:"free"`  // of domains: those that are not retired
	Rested   int        `json:"rested"`
	Retired  int        `json:"retired"`
	Reuse    string     `json:"reuse"`
	NextFree *time.Time `json:"next_free,omitempty"`
	Values   []string   `json:"values,omitempty"`
}

func (p *program) runPoolList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs, err := r.poolDocs(c.Context, p.Now(), c.Bool("reveal"))
		if err != nil {
			return err
		}
		if c.Bool("reveal") {
			if err := p.note(c.Context, r, "reveal", "pool", nil); err != nil {
				return err
			}
		}
		return p.print(map[string]any{"schema": "telltale.pools/1", "pools": docs}, func(w io.Writer) { writePools(w, docs) })
	})
}

func writePools(w io.Writer, docs []poolDoc) {
	t := newTable("KIND", "TOTAL", "TAKEN", "FREE", "RETIRED", "REUSE AFTER", "NEXT FREE")
	for _, d := range docs {
		free, reuse, next := fmt.Sprint(d.Free), d.Reuse, ""
		if d.Kind == poolDomain {
			free, reuse = "any number", ""
		}
		if d.NextFree != nil {
			next = day(*d.NextFree)
		}
		t.AppendRow(table.Row{d.Kind, d.Total, d.Taken, free, d.Retired, reuse, next})
	}
	render(w, t)
	for _, d := range docs {
		for _, v := range d.Values {
			fmt.Fprintf(w, "%s\t%s\n", d.Kind, printable(v))
		}
	}
}

func (r *registry) poolDocs(ctx context.Context, now time.Time, reveal bool) ([]poolDoc, error) {
	docs := []poolDoc{}
	err := r.View(ctx, func(tx store.Tx) error {
		life, err := r.poolLife(tx, now)
		if err != nil {
			return err
		}
		for _, kind := range []string{poolDomain, poolPhone, poolEmail} {
			contacts, err := tx.Contacts(kind)
			if err != nil {
				return err
			}
			contacts = r.mine(contacts)
			n := life.tally(contacts)
			doc := poolDoc{Kind: kind, Total: n.total, Taken: n.total - n.free, Free: n.free, Rested: n.rested, Retired: n.retired, Reuse: life.policy[kind].String()}
			if !n.next.IsZero() {
				doc.NextFree = &n.next
			}
			for i := 0; reveal && i < len(contacts); i++ {
				value, err := r.unseal("contact", kind, contacts[i].Sealed)
				if err != nil {
					return err
				}
				doc.Values = append(doc.Values, string(value))
			}
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, err
}

// contactDoc is one contact of a pool, named by its place there.
type contactDoc struct {
	Place    int64       `json:"place"`
	State    stage       `json:"state"`
	Value    string      `json:"value,omitempty"`
	Holder   *holderDoc  `json:"holder,omitempty"` // who has it, or had it last
	FreeFrom *time.Time  `json:"free_from,omitempty"`
	Earlier  []holderDoc `json:"earlier"`
}

type holderDoc struct {
	Dataset   string     `json:"dataset"`
	Recipient string     `json:"recipient"` // * for canaries that several copies have
	Person    bool       `json:"person"`    // it stands for a person, and is no canary's
	Since     *time.Time `json:"since,omitempty"`
	LastCopy  *time.Time `json:"last_copy,omitempty"`
}

func (p *program) runPoolShow(c *cli.Context) error {
	kind, err := kindArgument(c)
	if err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs, policy, err := r.contactDocs(c.Context, kind, p.Now(), c.Bool("reveal"))
		if err != nil {
			return err
		}
		if c.Bool("reveal") {
			if err := p.note(c.Context, r, "reveal", "pool", nil); err != nil {
				return err
			}
		}
		doc := map[string]any{"schema": "telltale.pool-show/1", "kind": kind, "reuse": policy.String(), "contacts": docs}
		return p.print(doc, func(w io.Writer) { writeContacts(w, docs) })
	})
}

// kindArgument reads the name of a pool, in the plural as the commands that
// add to it.
func kindArgument(c *cli.Context) (string, error) {
	args, err := arguments(c, 1, 1, "domains, phones or emails")
	if err != nil {
		return "", err
	}
	kind := strings.TrimSuffix(args[0], "s")
	if kind != poolDomain && kind != poolPhone && kind != poolEmail {
		return "", usageError("give domains, phones or emails", "there is no pool of %q", args[0])
	}
	return kind, nil
}

func (r *registry) contactDocs(ctx context.Context, kind string, now time.Time, reveal bool) (docs []contactDoc, policy reuse, err error) {
	docs = []contactDoc{}
	err = r.View(ctx, func(tx store.Tx) error {
		life, err := r.poolLife(tx, now)
		if err != nil {
			return err
		}
		policy = life.policy[kind]
		contacts, err := tx.Contacts(kind)
		if err != nil {
			return err
		}
		for _, c := range r.mine(contacts) {
			doc := life.describe(c)
			if reveal {
				value, err := r.unseal("contact", kind, c.Sealed)
				if err != nil {
					return err
				}
				doc.Value = string(value)
			}
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, policy, err
}

func (l *poolLife) describe(c store.Contact) contactDoc {
	s, free := l.stage(c)
	doc := contactDoc{Place: c.Order, State: s, Earlier: []holderDoc{}}
	if !free.IsZero() {
		doc.FreeFrom = &free
	}
	holders := c.Holders()
	for _, t := range holders {
		doc.Earlier = append(doc.Earlier, l.holder(t))
	}
	if n := len(holders); n > 0 {
		doc.Holder, doc.Earlier = &doc.Earlier[n-1], doc.Earlier[:n-1]
	}
	return doc
}

func (l *poolLife) holder(t store.Term) holderDoc {
	dataset, recipient, _ := strings.Cut(t.Copies(), "/")
	h := holderDoc{Dataset: unescape(dataset), Recipient: unescape(recipient), Person: alias.IsPlace(t.Owner)}
	if !t.Since.IsZero() {
		h.Since = &t.Since
	}
	if made, ok := l.copies[t.Copies()]; ok {
		h.LastCopy = &made.last
	}
	return h
}

func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

func writeContacts(w io.Writer, docs []contactDoc) {
	t := newTable("PLACE", "STATE", "DATASET", "RECIPIENT", "LAST COPY", "FREE FROM", "EARLIER", "")
	for _, d := range docs {
		row := table.Row{d.Place, d.State, "", "", "", "", "", printable(d.Value)}
		if h := d.Holder; h != nil {
			row[2], row[3], row[4] = printable(h.Dataset), printable(h.Recipient), dayOrNone(h.LastCopy)
		}
		row[5] = dayOrNone(d.FreeFrom)
		var before []string
		for _, h := range d.Earlier {
			before = append(before, printable(h.Dataset+"/"+h.Recipient))
		}
		row[6] = strings.Join(before, ", ")
		t.AppendRow(row)
	}
	render(w, t)
}

func dayOrNone(t *time.Time) string {
	if t == nil {
		return ""
	}
	return day(*t)
}
