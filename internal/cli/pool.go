package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

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
			"in one recipient's copies (--alias COLUMN=pool), and stays there, unless pool reuse says when one that a canary had\n" +
			"becomes free again. One that served two never names either of them alone.",
		Subcommands: []*cli.Command{
			{Name: "add", Usage: "add contacts", Subcommands: []*cli.Command{
				{Name: "domain", Usage: "add domains whose every address reaches you", ArgsUsage: "NAME...", Action: p.runPoolDomain},
				{Name: "phones", Usage: "add telephone numbers, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolPhone, p.addContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Usage: "country of numbers written without one, such as en-GB"}, reuseFlag()}},
				{Name: "emails", Usage: "add mailboxes, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolEmail, p.addContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Hidden: true}, reuseFlag()}},
			}},
			{Name: "retire", Usage: "give out contacts no more; those in copies that are out stay recognised", Subcommands: []*cli.Command{
				{Name: "domain", Usage: "retire domains; canaries that were planted stay recognised", ArgsUsage: "NAME...", Action: p.runRetireDomain},
				{Name: "phones", Usage: "retire telephone numbers, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolPhone, p.retireContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Usage: "country of numbers written without one, such as en-GB"}}},
				{Name: "emails", Usage: "retire mailboxes, one a line", ArgsUsage: "FILE|-", Action: p.runPoolFile(poolEmail, p.retireContacts),
					Flags: []cli.Flag{&cli.StringFlag{Name: "locale", Hidden: true}}},
			}},
			p.reuseCommand(),
			{Name: "list", Usage: "how many there are, how many are free, and when the next one will be", Action: p.runPoolList,
				Flags: []cli.Flag{&cli.BoolFlag{Name: "reveal", Usage: "show them in clear; this is logged"}}},
			{Name: "show", Usage: "who has each contact, since when, and when it becomes free", ArgsUsage: "domains|phones|emails", Action: p.runPoolShow,
				Flags: []cli.Flag{&cli.BoolFlag{Name: "reveal", Usage: "show them in clear; this is logged"}}},
		},
	}
}

func (p *program) runPoolDomain(c *cli.Context) error {
	domains, err := domainArguments(c)
	if err != nil {
		return err
	}
	return p.addContacts(c, poolDomain, domains)
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

func (p *program) runPoolFile(kind string, do func(c *cli.Context, kind string, values []string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		args, err := arguments(c, 1, 1, "a file with one contact a line, or -")
		if err != nil {
			return err
		}
		values, err := p.readPool(args[0], kind, c.String("locale"))
		if err != nil {
			return err
		}
		return do(c, kind, values)
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

// inPool is a pool by lookups.
func (r *registry) inPool(tx store.Tx, kind string) (map[uint64]store.Contact, error) {
	list, err := tx.Contacts(kind)
	there := map[uint64]store.Contact{}
	for _, c := range list {
		there[c.Lookup] = c
	}
	return there, err
}

// find is a contact of the pool by its canonical value.
func (r *registry) find(there map[uint64]store.Contact, kind, value string) (store.Contact, bool) {
	for _, l := range r.knownAs(kind, value) {
		if c, ok := there[l]; ok {
			return c, true
		}
	}
	return store.Contact{}, false
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

func (p *program) addContacts(c *cli.Context, kind string, values []string) error {
	policy, err := parseReuse(first(c.String("reuse-after"), "never"))
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Issuing, func(r *registry) error {
		now := p.Now() // one for all: a batch is what was added together
		var added, worn int
		err := r.Update(c.Context, func(tx store.Tx) error {
			var contacts []store.Contact
			var err error
			if contacts, worn, err = r.notYetThere(tx, kind, values, now); err != nil {
				return err
			}
			if added, err = tx.AddContacts(contacts); err != nil || !c.IsSet("reuse-after") {
				return err
			}
			return tx.AddPolicy(store.Policy{Kind: kind, Reuse: policy.String(), At: now})
		})
		if err != nil {
			return err
		}
		doc := map[string]any{"schema": "telltale.pool/1", "kind": kind, "added": added, "known": len(values) - added, "retired": worn}
		if c.IsSet("reuse-after") {
			doc["reuse"] = policy.String()
		}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %d added, %d were there already\n", kind, added, len(values)-added)
			if worn > 0 {
				fmt.Fprintf(w, "%d of these are retired, and stay so\n", worn)
			}
			if c.IsSet("reuse-after") {
				fmt.Fprintf(w, "%s pool: reuse %s\n", kind, policy.words())
			}
		})
	})
}

// notYetThere makes contacts of what the pool lacks; worn are those that it has
// and that are retired.
func (r *registry) notYetThere(tx store.Tx, kind string, values []string, now time.Time) (contacts []store.Contact, worn int, err error) {
	there, err := r.inPool(tx, kind)
	for _, v := range values {
		known, ok := r.find(there, kind, v)
		if !ok {
			c := r.contact(kind, v)
			c.AddedAt = now
			contacts = append(contacts, c)
		} else if known.Holder() == store.Retired {
			worn++
		}
	}
	return contacts, worn, err
}

// note logs in the ledger that something was done or shown.
func (p *program) note(ctx context.Context, r *registry, kind, subject string, detail []byte) error {
	return r.Update(ctx, func(tx store.Tx) error { return tx.Note(kind, subject, detail, p.Now()) })
}
