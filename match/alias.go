package match

import (
	"context"
	"maps"
	"slices"
	"strings"

	"telltale/canary/alias"
	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match/message"
	"telltale/store"
)

// AliasEntry is one address that a recipient's copies show instead of another.
type AliasEntry struct {
	Alias, Recipient, Address string
}

// Aliases are all addresses that the copies of a dataset show: of the people in
// the snapshots that each recipient had, and of the recipient's canaries. They
// are sorted by recipient and address.
func Aliases(ctx context.Context, st store.Store, master key.Root, name string) ([]AliasEntry, error) {
	e, err := Open(ctx, st, master, Options{Datasets: []string{name}})
	if err != nil {
		return nil, err
	}
	d := e.datasets[0]
	people := map[string]map[string]string{} // recipient -> address -> domain
	for _, x := range d.exports {
		if people[x.Recipient] == nil {
			people[x.Recipient] = map[string]string{}
		}
		if err := d.contactsOf(x, people[x.Recipient]); err != nil {
			return nil, err
		}
	}
	var out []AliasEntry
	for _, recipient := range sortedKeys(people) {
		issuer := alias.NewIssuer(name, recipient, master)
		for _, address := range slices.Sorted(maps.Keys(people[recipient])) {
			if a, ok := issuer.Address(address, people[recipient][address]); ok {
				out = append(out, AliasEntry{a, recipient, address})
			}
		}
	}
	return out, nil
}

// contactsOf adds the addresses that an export replaced, with the domain.
func (d *dataset) contactsOf(x store.Export, to map[string]string) error {
	for _, l := range d.layers {
		if l.version != x.Scheme {
			continue
		}
		for i, c := range l.scheme.Columns {
			if c.Alias == "" {
				continue
			}
			for _, snap := range l.snapshots {
				if snap.id != x.Snapshot {
					continue
				}
				if err := snap.linker.EachContact(c.Name, func(v string) { to[v] = c.Alias }); err != nil {
					return err
				}
			}
			for _, p := range d.planted {
				if !slices.Contains(p.exports, x.ID) {
					continue
				}
				if v, ok := identity.Canonical(identity.Email, p.canary.Cells[i], ""); ok {
					to[v] = c.Alias
				}
			}
		}
	}
	return nil
}

// aliasBook reads the addresses of a dataset's relay domains.
type aliasBook struct {
	*alias.Book
	domains  []string
	canaries map[string]bool // addresses of canaries: they are weighed as such, and not as aliases too
}

// loadAliases opens the contacts of a dataset whose copies carry aliases; the
// book is nil for others.
func (d *dataset) loadAliases(master key.Root) error {
	b := &aliasBook{canaries: map[string]bool{}}
	var recipients []string
	for _, x := range d.exports {
		recipients = append(recipients, x.Recipient)
	}
	people := map[string]string{}
	for _, x := range d.exports {
		if err := d.contactsOf(x, people); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	b.Book = alias.NewBook(d.name, sortedSet(recipients), master)
	for _, p := range d.planted {
		for _, id := range p.canary.Identities {
			if id.Kind == identity.Email {
				b.canaries[id.Value] = true
			}
		}
	}
	for v, domain := range people {
		b.Add(v)
		if !slices.Contains(b.domains, domain) {
			b.domains = append(b.domains, domain)
		}
	}
	d.book = b
	return nil
}

// at reports whether an address is at one of the domains.
func (b *aliasBook) at(address string) bool {
	_, domain, ok := strings.Cut(address, "@")
	return ok && slices.Contains(b.domains, strings.ToLower(strings.TrimSpace(domain)))
}

// unalias reads an address: the one behind it when it is an alias, else itself.
// Every address at a relay domain counts as a guess.
func (e *Engine) unalias(r *Reading, address string) string {
	if strings.IndexByte(address, '@') < 0 {
		return address
	}
	for _, d := range e.datasets {
		if d.book == nil || !d.book.at(address) {
			continue
		}
		r.aliased++
		hit, ok := d.book.Read(address)
		if !ok {
			continue
		}
		if !d.book.canaries[hit.Email] {
			r.observed(d.name).addAliases(map[string]map[uint64]bool{hit.Recipient: {hit.Person: true}})
		}
		return hit.Email
	}
	return address
}

func (o *observed) addAliases(seen map[string]map[uint64]bool) {
	for recipient, persons := range seen {
		if o.Aliases == nil {
			o.Aliases = map[string]map[uint64]bool{}
		}
		if o.Aliases[recipient] == nil {
			o.Aliases[recipient] = map[uint64]bool{}
		}
		maps.Copy(o.Aliases[recipient], persons)
	}
}

// anyAliases reports whether copies of some dataset carry aliases.
func (e *Engine) anyAliases() bool {
	return slices.ContainsFunc(e.datasets, func(d *dataset) bool { return d.book != nil })
}

// unaliasRow returns a row with the addresses behind its aliases.
func (e *Engine) unaliasRow(r *Reading, cells []string) []string {
	copied := false
	for i, cell := range cells {
		if v := e.unalias(r, cell); v != cell {
			if !copied {
				cells, copied = slices.Clone(cells), true
			}
			cells[i] = v
		}
	}
	return cells
}

// unaliasMessage returns a message with the addresses behind aliases; each that
// is at a relay domain stands for as many guesses as any contact of a message.
func (e *Engine) unaliasMessage(r *Reading, m message.Message) message.Message {
	if !e.anyAliases() {
		return m
	}
	m.Recipients, m.Emails = slices.Clone(m.Recipients), slices.Clone(m.Emails)
	for i, c := range m.Recipients {
		if c.Kind == identity.Email {
			m.Recipients[i].Value = e.unalias(r, c.Value)
		}
	}
	for i, v := range m.Emails {
		m.Emails[i] = e.unalias(r, v)
	}
	r.aliased *= guesses
	return m
}

// aliasEvidence weighs the persons whose addresses, as one copy alone shows
// them, were seen.
type aliasEvidence struct {
	seen     map[string]map[uint64]bool
	null     float64
	survival []code.Weighted
}

func (*aliasEvidence) Source() string { return SourceAlias }

// weighAliases bounds the chance that somebody's alias is hit by guessing:
// guesses x assigned / namespace.
func weighAliases(s *dataset, o *observed, guesses int64) *aliasEvidence {
	e := &aliasEvidence{null: 1, survival: code.Survival(0)}
	if s.book != nil && o != nil {
		e.seen = o.Aliases
		e.null = code.GuessNull(float64(max(1, guesses))*float64(s.book.Len()), alias.Bits)
	}
	return e
}

// aliasesOf weighs those of messages, which may be looked at after every one:
// the null pays for all looks at which an address of a relay had come in.
func (t *Trace) aliasesOf(s *dataset) *aliasEvidence {
	e := weighAliases(s, t.all.datasets[s.name], guesses)
	e.null = code.LookNull(e.null, max(1, t.relayed))
	return e
}

func (e *aliasEvidence) Weigh(c Candidate) Weight {
	n := len(e.seen[c.Recipient])
	if n == 0 || e.null >= 1 {
		return Weight{}
	}
	hits := make([]float64, n)
	for i := range hits {
		hits[i] = e.null
	}
	return Weight{LogE: code.CanaryLogE(hits, nil, e.survival), N: int64(n)}
}
