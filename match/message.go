package match

import (
	"context"
	"slices"
	"strings"
	"time"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/match/chain"
	"telltale/match/link"
	"telltale/match/message"
)

// linkedPerson is a real person who received a message: a row of ours that has
// the contact.
type linkedPerson struct {
	Dataset   string
	Scheme    int
	Key       fingerprint.RowKey
	Snapshots []string // that hold the row with this contact
	Columns   []string // whose values the text quotes
	Symbols   []uint8  // read from them
	Also      []quotedMarks
}

// quotedMarks are those of another version of the scheme.
type quotedMarks struct {
	Scheme  int
	Columns []string
	Symbols []uint8
}

// Message reads one message: who received it, and what its text quotes. It may
// be called by several goroutines.
func (e *Engine) Message(ctx context.Context, m message.Message, s Seen) (*Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := newReading(s)
	r.message = true
	r.traits = message.TraitsOf(&m, e.traitHash())
	name := s.Name
	if name == "" {
		name = m.Name
	}
	r.Inputs = []Input{{Name: name, SHA256: m.SHA256, Format: "message", Rows: 1, Unreadable: int64(len(m.Unreadable)), Problem: strings.Join(m.Unreadable, "; ")}}
	sighting := Sighting{Input: name, Sender: m.Sender, Canaries: []SightedCanary{}, Aliases: []string{}, Notes: m.Notes}
	if !s.At.IsZero() {
		sighting.Received = s.At.UTC().Format(time.RFC3339)
	}
	if len(m.Recipients) > 0 {
		sighting.Contact = identity.Mask(m.Recipients[0].Kind, m.Recipients[0].Value)
	}
	m = e.unaliasMessage(r, m)
	text := link.Words(m.Subject + "\n" + m.Text)
	sketcher := chain.NewSketcher(e.master.Derive("sketch").Hasher())
	for _, d := range e.datasets {
		found, err := e.canariesOf(ctx, d, r, m)
		if err != nil {
			return nil, err
		}
		sighting.Canaries = append(sighting.Canaries, found...)
		if p, row, found := e.personOf(d, m.Recipients, text); p != nil {
			r.persons = append(r.persons, *p)
			sketcher.Begin(chain.Source{Dataset: d.name, Snapshot: p.Snapshots[0]})
			sketcher.Add(chain.Row{Linked: true, Row: row})
			sighting.Person = true
		} else if found {
			sighting.Person = true
		}
	}
	sighting.Aliases = append(sighting.Aliases, r.aliases...)
	r.Sightings = []Sighting{sighting}
	r.Sketch = sketcher.Sketch()
	r.Sketch.Kind, r.Sketch.Holder, r.Sketch.FirstSeen = "message", s.Holder, s.At
	return r, nil
}

// traitHash hashes what messages are grouped by.
func (e *Engine) traitHash() func(string) uint64 {
	h := e.master.Derive("campaign").Hasher()
	return func(s string) uint64 { return h.Sum64(s) }
}

// canariesOf looks for a dataset's canaries among the contacts and in the text.
func (e *Engine) canariesOf(ctx context.Context, d *dataset, r *Reading, m message.Message) ([]SightedCanary, error) {
	if len(d.planted) == 0 && d.numbers == nil {
		return nil, nil
	}
	contacts := contactsOf(m, d.locale)
	for _, c := range m.Recipients {
		contacts = append(contacts, e.resolved.canariesOf(d, c.Value)...)
	}
	r.looked += d.vicinity.count(contacts)
	hits := d.finder.Row(contacts)
	disguised, err := d.disguised(ctx, r, m)
	if err != nil {
		return nil, err
	}
	if hits = append(hits, disguised...); r.looked == 0 && len(hits) > 0 {
		r.looked = 1
	}
	if d.controls != nil {
		hasher := e.master.Derive("canary-lookup").Hasher()
		for _, c := range contacts {
			if d.controls.Has(c.Kind, c.Value) {
				r.observed(d.name).control(hasher, c.Kind, c.Value)
			}
		}
	}
	var out []SightedCanary
	seen := map[int]bool{}
	for _, h := range hits {
		p := d.planted[h.Planted]
		s := sighted{Bits: h.Bits, Matched: h.Matched, Message: true}
		r.observed(d.name).sight(p.id, s)
		if seen[h.Planted] || p.null(s, 1) >= maxNull || p.lent.tooEarly(h.Matched, r.when()) {
			continue
		}
		seen[h.Planted] = true
		reused := p.null(p.own(s, r.when(), false), 1) >= maxNull
		for _, id := range p.exports {
			out = append(out, SightedCanary{Export: id, Recipient: d.recipientOf(id), Reused: reused})
		}
	}
	return out, nil
}

// disguised looks for canaries, and for numbers that stand for persons,
// everywhere in a message and in any disguise.
func (d *dataset) disguised(ctx context.Context, r *Reading, m message.Message) (hits []canary.Hit, err error) {
	report, err := d.anywhere().Scan(ctx, strings.NewReader(m.Everything()))
	if err != nil {
		return nil, err
	}
	for _, s := range report.Sights {
		if at := s.Planted - len(d.planted); at >= 0 {
			r.dialled(d, at)
			continue
		}
		hits = append(hits, canary.Hit{Planted: s.Planted, Matched: s.Matched, Bits: s.Bits})
	}
	return hits, nil
}

func contactsOf(m message.Message, locale string) []canary.Cell {
	var out []canary.Cell
	for _, c := range m.Recipients {
		v, ok := identity.Canonical(c.Kind, c.Value, locale)
		if !ok {
			v = c.Value
		}
		out = append(out, canary.Cell{Kind: c.Kind, Value: v})
	}
	for _, v := range m.Emails {
		out = append(out, canary.Cell{Kind: identity.Email, Value: v})
	}
	for _, v := range m.Phones {
		out = append(out, canary.Cell{Kind: identity.Phone, Value: v})
	}
	return out
}

func (d *dataset) recipientOf(export string) string {
	for _, e := range d.exports {
		if e.ID == export {
			return e.Recipient
		}
	}
	return ""
}

// personOf links the first contact that can be to the row that has it, and
// reads the values of that row which the text quotes. found is true without a
// person where several rows have the contact and the text tells none of them.
func (e *Engine) personOf(d *dataset, contacts []message.Contact, text link.Text) (p *linkedPerson, row uint32, found bool) {
	for _, c := range contacts {
		for _, l := range d.layers {
			for _, snap := range l.snapshots {
				rows := e.rowsOf(snap, c, l.scheme.Locale)
				if len(rows) == 0 {
					continue
				}
				found = true
				row, ok := snap.linker.Told(rows, text)
				if !ok {
					continue
				}
				k := snap.linker.Key(row)
				p := &linkedPerson{Dataset: d.name, Scheme: l.version, Key: k, Snapshots: e.holding(d, k, c, snap)}
				p.quote(l, snap, row, text)
				e.quoteOthers(d, p, c, text)
				return p, snap.linker.Number(row), true
			}
		}
	}
	return nil, 0, found
}

// quoteOthers reads the marks of the same values as other layers hold them.
func (e *Engine) quoteOthers(d *dataset, p *linkedPerson, c message.Contact, text link.Text) {
	for _, l := range d.layers {
		if l.version == p.Scheme {
			continue
		}
		for _, snap := range l.snapshots {
			row, ok := snap.linker.Told(e.rowsOf(snap, c, l.scheme.Locale), text)
			if !ok || snap.linker.Key(row) != p.Key {
				continue
			}
			other := &linkedPerson{}
			other.quote(l, snap, row, text)
			if len(other.Columns) > 0 {
				p.Also = append(p.Also, quotedMarks{l.version, other.Columns, other.Symbols})
			}
			break
		}
	}
}

func (e *Engine) rowsOf(s *snapshot, c message.Contact, locale string) []uint32 {
	if e.lookup != nil {
		return e.lookup.of(s, c)
	}
	if c.Kind == message.Hashed || c.Kind == message.Masked {
		return e.resolved.of(s, c.Value)
	}
	v, ok := identity.Canonical(c.Kind, c.Value, locale)
	if !ok {
		v = c.Value
	}
	return s.linker.Find(c.Kind, v)
}

// holding lists the snapshots that hold the row of that key with that contact;
// the one where it was found comes first.
func (e *Engine) holding(d *dataset, k fingerprint.RowKey, c message.Contact, first *snapshot) []string {
	out := []string{first.id}
	if e.lookup != nil {
		if held, ok := e.lookup.others(d.name, c); ok {
			for _, s := range held {
				out = append(out, s.id)
			}
			return out
		}
	}
	for _, l := range d.layers {
		for _, s := range l.snapshots {
			if s != first && slices.ContainsFunc(e.rowsOf(s, c, l.scheme.Locale), func(r uint32) bool { return s.linker.Key(r) == k }) {
				out = append(out, s.id)
			}
		}
	}
	return out
}

// quote reads the marks of the values of a row that a text quotes.
func (p *linkedPerson) quote(l *layer, s *snapshot, row uint32, text link.Text) {
	for _, column := range l.carriers {
		v, ok := s.linker.Quoted(column, row, text)
		if !ok {
			continue
		}
		if site, symbol, ok := l.read(l.marker, s, row, column, v); ok && site.U < l.threshold {
			p.Columns = append(p.Columns, l.scheme.Columns[column].Name)
			p.Symbols = append(p.Symbols, symbol)
		}
	}
}

// expand adds to o what a message's persons show, as a file's rows would.
func (p *linkedPerson) expand(o *observed, at int64, l *layer) {
	o.Rows++
	read := o.layer(p.Scheme, l.carrierNames())
	row, isNew := read.row(p.Key, at)
	if !isNew {
		return
	}
	o.By["contact"]++
	for i, name := range p.Columns {
		if c := slices.Index(read.Columns, name); c >= 0 {
			read.read(row, c, p.Symbols[i], 1)
		}
	}
}

func (q quotedMarks) expand(o *observed, k fingerprint.RowKey, at int64, l *layer) {
	read := o.layer(q.Scheme, l.carrierNames())
	row, isNew := read.row(k, at)
	for i, name := range q.Columns {
		if c := slices.Index(read.Columns, name); isNew && c >= 0 {
			read.read(row, c, q.Symbols[i], 1)
		}
	}
}

func unixOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// expand adds the persons of a message to what was seen of their datasets.
func (e *Engine) expand(r, to *Reading) {
	for i := range r.persons {
		p := &r.persons[i]
		d := e.dataset(p.Dataset)
		if d == nil {
			continue
		}
		if l := d.layer(p.Scheme); l != nil {
			p.expand(to.observed(p.Dataset), unixOf(r.at), l)
		}
		for _, q := range p.Also {
			if l := d.layer(q.Scheme); l != nil {
				q.expand(to.observed(p.Dataset), p.Key, unixOf(r.at), l)
			}
		}
	}
}

func (d *dataset) layer(version int) *layer {
	for _, l := range d.layers {
		if l.version == version {
			return l
		}
	}
	return nil
}
