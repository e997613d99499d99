package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/internal/identity"
	"telltale/store"
)

// Kinds of owned contacts.
const (
	poolDomain = "domain"
	poolPhone  = "phone"
	poolEmail  = "email"
)

func (p *program) poolCommand() *cli.Command {
	return &cli.Command{
		Name:  "pool",
		Usage: "contacts that you own, for canaries and aliases",
		Description: "Canaries only carry contacts from here: a domain whose every address reaches you, telephone numbers and\n" +
			"mailboxes that are yours. A number or mailbox is given to one canary of one recipient, or a number to one person\n" +
			"in one recipient's copies (--alias COLUMN=pool), and stays there.",
		Subcommands: []*cli.Command{
			{Name: "add", Usage: "add contacts", Subcommands: []*cli.Command{
				{Name: "domain", Usage: "add domains whose every address reaches you", ArgsUsage: "NAME...", Action: p.runPoolDomain},
				{Name: "phones", Usage: "add telephone numbers, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolPhone, p.addContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Usage: "country of numbers written without one, such as en-GB"}}},
				{Name: "emails", Usage: "add mailboxes, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolEmail, p.addContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Hidden: true}}},
			}},
			{Name: "retire", Usage: "give out contacts no more that nobody has yet; nothing is forgotten", Subcommands: []*cli.Command{
				{Name: "domain", Usage: "retire domains; canaries that were planted stay recognised", ArgsUsage: "NAME...", Action: p.runRetireDomain},
				{Name: "phones", Usage: "retire telephone numbers, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolPhone, p.retireContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Usage: "country of numbers written without one, such as en-GB"}}},
				{Name: "emails", Usage: "retire mailboxes, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolEmail, p.retireContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Hidden: true}}},
			}},
			{Name: "list", Usage: "how many there are and how many are taken", Action: p.runPoolList,
				Flags: []cli.Flag{&cli.BoolFlag{Name: "reveal", Usage: "show them in clear; this is logged"}}},
		},
	}
}

func (p *program) runPoolDomain(c *cli.Context) error {
	domains, err := domainArguments(c)
	if err != nil {
		return err
	}
	return p.addContacts(c.Context, poolDomain, domains)
}

func domainArguments(c *cli.Context) ([]string, error) {
	names, err := arguments(c, 1, -1, "one or more domain names")
	if err != nil {
		return nil, err
	}
	var domains []string
	for _, name := range names {
		canonical, ok := identity.Canonical(identity.Email, "x@"+name, "")
		if !ok || !strings.Contains(name, ".") {
			return nil, inputError("write it like mail.example.org", "%q is no domain name", name)
		}
		domains = append(domains, strings.TrimPrefix(canonical, "x@"))
	}
	return domains, nil
}

func (p *program) runPoolFile(kind string, do func(ctx context.Context, kind string, values []string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		args, err := arguments(c, 1, 1, "a file with one contact a line, or -")
		if err != nil {
			return err
		}
		values, err := p.readPool(args[0], kind, c.String("locale"))
		if err != nil {
			return err
		}
		return do(c.Context, kind, values)
	}
}

// readPool reads one contact a line; empty lines and lines with # are passed over.
func (p *program) readPool(name, kind, locale string) ([]string, error) {
	in := p.In
	if name != "-" {
		f, err := openRegular(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	var values []string
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		canonical, ok := identity.Canonical(poolKind(kind), line, locale)
		if !ok {
			return nil, inputError("one contact a line; nothing was added", "%s, line %d: what stands there is no %s", name, n, kind)
		}
		values = append(values, canonical)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(values) == 0 {
		return nil, inputError("one contact a line", "%s: there is no contact in it", name)
	}
	return values, nil
}

func poolKind(kind string) identity.Kind {
	if kind == poolPhone {
		return identity.Phone
	}
	return identity.Email
}

func (r *registry) contact(kind, value string) store.Contact {
	return store.Contact{Kind: kind, Lookup: r.contactLookup(kind, value), Sealed: r.seal("contact", kind, []byte(value))}
}

func (r *registry) contactLookup(kind, value string) uint64 {
	_, e := r.ring.current()
	return lookupUnder(e.secret, kind, value)
}

// everyLookup are the lookups of a contact under all keys.
func (r *registry) everyLookup(kind, value string) (list []uint64) {
	for _, e := range r.ring.eras {
		list = append(list, lookupUnder(e.secret, kind, value))
	}
	return list
}

// inPool are the lookups of a pool.
func (r *registry) inPool(tx store.Tx, kind string) (map[uint64]bool, error) {
	list, err := tx.Contacts(kind)
	there := map[uint64]bool{}
	for _, c := range list {
		there[c.Lookup] = true
	}
	return there, err
}

// knownAs are the lookups under which a contact may be in the pool: an earlier
// key gave it another.
func (r *registry) knownAs(kind, value string) (list []uint64) {
	for _, e := range r.ring.eras {
		if (e.role == store.Issuing) == (r.ring.record.Role == store.Issuing) {
			list = append(list, lookupUnder(e.secret, kind, value))
		}
	}
	return list
}

func (p *program) addContacts(ctx context.Context, kind string, values []string) error {
	return p.withRole(ctx, store.Issuing, func(r *registry) error {
		now := p.Now() // one for all: a batch is what was added together
		var added int
		err := r.Update(ctx, func(tx store.Tx) error {
			there, err := r.inPool(tx, kind)
			if err != nil {
				return err
			}
			var contacts []store.Contact
			for _, v := range values {
				if slices.ContainsFunc(r.knownAs(kind, v), func(l uint64) bool { return there[l] }) {
					continue
				}
				contact := r.contact(kind, v)
				contact.AddedAt = now
				contacts = append(contacts, contact)
			}
			added, err = tx.AddContacts(contacts)
			return err
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.pool/1", "kind": kind, "added": added, "known": len(values) - added}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %d added, %d were there already\n", kind, added, len(values)-added)
		})
	})
}

type poolDoc struct {
	Kind   string   `json:"kind"`
	Total  int      `json:"total"`
	Taken  int      `json:"taken"`
	Values []string `json:"values,omitempty"`
}

func (p *program) runPoolList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		docs, err := r.poolDocs(c.Context, c.Bool("reveal"))
		if err != nil {
			return err
		}
		if c.Bool("reveal") {
			if err := p.note(c.Context, r, "reveal", "pool", nil); err != nil {
				return err
			}
		}
		return p.print(map[string]any{"schema": "telltale.pools/1", "pools": docs}, func(w io.Writer) {
			t := newTable("KIND", "TOTAL", "TAKEN", "FREE")
			for _, d := range docs {
				free := fmt.Sprint(d.Total - d.Taken)
				if d.Kind == poolDomain {
					free = "any number"
				}
				t.AppendRow(table.Row{d.Kind, d.Total, d.Taken, free})
			}
			render(w, t)
			for _, d := range docs {
				for _, v := range d.Values {
					fmt.Fprintf(w, "%s\t%s\n", d.Kind, printable(v))
				}
			}
		})
	})
}

func (r *registry) poolDocs(ctx context.Context, reveal bool) ([]poolDoc, error) {
	docs := []poolDoc{}
	err := r.View(ctx, func(tx store.Tx) error {
		for _, kind := range []string{poolDomain, poolPhone, poolEmail} {
			contacts, err := tx.Contacts(kind)
			if err != nil {
				return err
			}
			doc := poolDoc{Kind: kind, Total: len(contacts)}
			contacts = r.mine(contacts)
			doc.Total = len(contacts)
			for _, contact := range contacts {
				if contact.Owner != "" {
					doc.Taken++
				}
				if reveal {
					value, err := r.unseal("contact", kind, contact.Sealed)
					if err != nil {
						return err
					}
					doc.Values = append(doc.Values, string(value))
				}
			}
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, err
}

// note logs in the ledger that something was done or shown.
func (p *program) note(ctx context.Context, r *registry, kind, subject string, detail []byte) error {
	return r.Update(ctx, func(tx store.Tx) error { return tx.Note(kind, subject, detail, p.Now()) })
}
