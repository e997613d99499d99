package match

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/fingerprint/code"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match/link"
	"telltale/match/message"
	"telltale/store"
)

// AliasEntry is one contact that a recipient's copies show instead of another.
type AliasEntry struct {
	Kind                      identity.Kind // Email or Phone
	Alias, Recipient, Address string
}

// Aliases are all contacts that the copies of a dataset show instead of
// others: of the people in the snapshots that each recipient had, and the
// addresses of the recipient's canaries. They are sorted by recipient, kind and
// what stands behind them. keys may be nil, as in Options.
func Aliases(ctx context.Context, st store.Store, master key.Root, name string, keys Keys) ([]AliasEntry, error) {
	e, err := Open(ctx, st, master, Options{Datasets: []string{name}, Keys: keys})
	if err != nil {
		return nil, err
	}
	d := e.datasets[0]
	var out []AliasEntry
	for _, recipient := range sortedSet(d.recipients(nil)) {
		for _, f := range d.families {
			entries, err := d.aliasesOf(recipient, f)
			if err != nil {
				return nil, err
			}
			out = append(out, entries...)
		}
		out = append(out, d.numbers.entries(recipient)...)
	}
	return out, nil
}

// aliasesOf are the addresses in a recipient's copies of one family.
func (d *dataset) aliasesOf(recipient string, f *family) (out []AliasEntry, err error) {
	people := map[string]relay{}
	for _, x := range d.exports {
		if x.Recipient == recipient && d.familyOf(x.Scheme) == f {
			if err := d.addressesOf(nil, x, people); err != nil {
				return nil, err
			}
		}
	}
	issuer := alias.NewIssuer(d.name, recipient, f.steady)
	for _, address := range slices.Sorted(maps.Keys(people)) {
		at := people[address]
		if a, ok := issuer.In(at.form).Address(address, at.domain); ok {
			out = append(out, AliasEntry{identity.Email, a, recipient, address})
		}
	}
	return out, nil
}

// recipients are those of a family's copies, or of all.
func (d *dataset) recipients(f *family) (names []string) {
	for _, x := range d.exports {
		if f == nil || d.familyOf(x.Scheme) == f {
			names = append(names, x.Recipient)
		}
	}
	return names
}

// relay is where an address leads, and how it is spelt.
type relay struct {
	domain string
	form   alias.Form
}

// addressesOf adds the addresses that an export replaced, with those that stand
// for them.
func (d *dataset) addressesOf(tx store.Tx, x store.Export, to map[string]relay) error {
	relays := map[string]relay{} // by column
	for _, c := range d.columnsOf(x) {
		form, err := alias.ParseForm(c.AliasForm)
		if err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
		relays[c.Name] = relay{c.Alias, form}
	}
	return d.eachAliased(tx, x, identity.Email, func(c fingerprint.Column, v string) { to[v] = relays[c.Name] })
}

func (d *dataset) columnsOf(x store.Export) []fingerprint.Column {
	if l := d.layer(x.Scheme); l != nil {
		return l.scheme.Columns
	}
	return nil
}

// eachAliased calls f with the contacts of one kind that an export replaced, as
// often as they stand there; of canaries, the addresses.
func (d *dataset) eachAliased(tx store.Tx, x store.Export, kind identity.Kind, f func(c fingerprint.Column, canonical string)) error {
	l := d.layer(x.Scheme)
	if l == nil {
		return nil
	}
	for i, c := range l.scheme.Columns {
		if c.Alias == "" || c.Kind != kind {
			continue
		}
		for _, snap := range l.snapshots {
			if snap.id != x.Snapshot {
				continue
			}
			if err := d.eachContact(tx, l, snap, c.Name, func(v string) { f(c, v) }); err != nil {
				return err
			}
		}
		if kind == identity.Email {
			d.eachCanary(x, i, func(v string) { f(c, v) })
		}
	}
	return nil
}

// eachContact calls f with the contacts of a column of a snapshot; tx is needed
// where its index is not held.
func (d *dataset) eachContact(tx store.Tx, l *layer, snap *snapshot, column string, f func(canonical string)) error {
	if snap.chunks == nil {
		return snap.linker.EachContact(column, f)
	}
	contacts := link.NewContacts(link.Spec{Columns: l.scheme.Columns, Locale: l.scheme.Locale}, d.name, l.root)
	return eachChunk(tx, snap.id, column, link.PartSealed, func(c link.Chunk) error {
		return contacts.Take(c, func(_ uint32, v string) { f(v) })
	})
}

// eachCanary calls f with the addresses of an export's canaries in a column.
func (d *dataset) eachCanary(x store.Export, column int, f func(canonical string)) {
	for _, p := range d.planted {
		if !slices.Contains(p.exports, x.ID) {
			continue
		}
		if v, ok := identity.Canonical(identity.Email, p.canary.Cells[column], ""); ok {
			f(v)
		}
	}
}

// aliasBook reads the addresses of a dataset's relay domains.
type aliasBook struct {
	*alias.Book
	domains  []string
	canaries map[string]bool // addresses of canaries: they are weighed as such, and not as aliases too
}

// loadAliases opens the contacts of a dataset whose copies carry aliases; the
// book is nil for others.
func (d *dataset) loadAliases(tx store.Tx) error {
	b := &aliasBook{canaries: map[string]bool{}}
	people := map[string]relay{}
	for _, x := range d.exports {
		if err := d.addressesOf(tx, x, people); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	for _, f := range d.families {
		b.Book = alias.NewBook(d.name, sortedSet(d.recipients(f)), f.steady).Beside(b.Book)
	}
	for _, p := range d.planted {
		for _, id := range p.canary.Identities {
			if id.Kind == identity.Email {
				b.canaries[id.Value] = true
			}
		}
	}
	for v, at := range people {
		b.Add(v)
		b.Accept(at.form)
		if !slices.Contains(b.domains, at.domain) {
			b.domains = append(b.domains, at.domain)
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

// unalias reads a contact: the one behind it when it is an alias, else itself.
// Every address at a relay domain counts as a guess.
func (e *Engine) unalias(r *Reading, contact string) string {
	if strings.IndexByte(contact, '@') < 0 {
		return e.unaliasNumber(r, contact)
	}
	for _, d := range e.datasets {
		if d.book == nil || !d.book.at(contact) {
			continue
		}
		r.aliased++
		hit, ok := d.book.Read(contact)
		if !ok {
			continue
		}
		if !d.book.canaries[hit.Email] {
			r.observed(d.name).addAliases(map[string]map[uint64]bool{hit.Recipient: {hit.Person: true}})
			r.shown(hit.Recipient)
		}
		return hit.Email
	}
	return contact
}

// shown notes that an alias was seen that only the copy for a recipient shows.
func (r *Reading) shown(recipient string) {
	if recipient != "" && !slices.Contains(r.aliases, recipient) {
		r.aliases = append(r.aliases, recipient)
	}
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
	return slices.ContainsFunc(e.datasets, func(d *dataset) bool { return d.book != nil || d.numbers != nil })
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
	m.Recipients, m.Emails, m.Phones = slices.Clone(m.Recipients), slices.Clone(m.Emails), slices.Clone(m.Phones)
	for i, c := range m.Recipients {
		if c.Kind == identity.Email || c.Kind == identity.Phone {
			m.Recipients[i].Value = e.unalias(r, c.Value)
		}
	}
	for _, list := range [][]string{m.Emails, m.Phones} {
		for i, v := range list {
			list[i] = e.unalias(r, v)
		}
	}
	r.aliased *= guesses
	return m
}

// aliasSeen reports whether a contact was seen that only one copy shows.
func (d *decision) aliasSeen() bool {
	return slices.ContainsFunc(d.concerned, func(name string) bool {
		o := d.all.datasets[name]
		return len(o.Aliases) > 0 || o.calledPerson()
	})
}

// aliasEvidence weighs the persons whose contacts, as one copy alone shows
// them, were seen: addresses by the chance of a guess, numbers by that of the lot.
type aliasEvidence struct {
	seen     map[string]map[uint64]bool
	null     float64
	survival []code.Weighted
	numbers  *numberBook
	called   map[uint64]bool
}

func (*aliasEvidence) Source() string { return SourceAlias }

// weighAliases bounds the chance that somebody's address is hit by guessing:
// guesses x assigned / namespace.
func weighAliases(s *dataset, o *observed, guesses int64) *aliasEvidence {
	e := &aliasEvidence{null: 1, survival: code.Survival(0)}
	if o == nil {
		return e
	}
	if e.numbers, e.called = s.numbers, o.Called; s.book != nil {
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
	w := e.weighAddresses(c)
	n := e.numbers.weigh(c.Recipient, e.called)
	return Weight{LogE: w.LogE + n.LogE, N: w.N + n.N}
}

func (e *aliasEvidence) weighAddresses(c Candidate) Weight {
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
