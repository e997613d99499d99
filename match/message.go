package match

import (
	"context"
	"strings"
	"time"

	"telltale/canary"
	"telltale/internal/identity"
	"telltale/match/chain"
	"telltale/match/message"
)

// Message reads one message: who received it, and what its text quotes.
func (e *Engine) Message(ctx context.Context, m message.Message, s Seen) (*Reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := newReading(s)
	r.message, r.looked = true, int64(max(1, len(m.Recipients)+len(m.Emails)+len(m.Phones)))
	name := s.Name
	if name == "" {
		name = m.Name
	}
	r.Inputs = []Input{{Name: name, SHA256: m.SHA256, Format: "message", Rows: 1, Unreadable: int64(len(m.Unreadable)), Problem: strings.Join(m.Unreadable, "; ")}}
	sighting := Sighting{Input: name, Sender: m.Sender, Canaries: []SightedCanary{}}
	if !s.At.IsZero() {
		sighting.Received = s.At.UTC().Format(time.RFC3339)
	}
	if len(m.Recipients) > 0 {
		sighting.Contact = identity.Mask(m.Recipients[0].Kind, m.Recipients[0].Value)
	}
	sketcher := chain.NewSketcher(e.master.Derive("sketch").Hasher())
	for _, d := range e.datasets {
		sighting.Canaries = append(sighting.Canaries, e.canariesOf(d, r, m)...)
		for _, c := range m.Recipients {
			if e.personOf(d, r, sketcher, m, c) {
				sighting.Person = true
				break
			}
		}
	}
	r.Sightings = []Sighting{sighting}
	r.Sketch = sketcher.Sketch()
	r.Sketch.Kind, r.Sketch.Holder, r.Sketch.FirstSeen = "message", s.Holder, s.At
	return r, nil
}

// canariesOf looks for a dataset's canaries among the contacts and in the text.
func (e *Engine) canariesOf(d *dataset, r *Reading, m message.Message) []SightedCanary {
	if len(d.planted) == 0 {
		return nil
	}
	var contacts []canary.Cell
	for _, c := range m.Recipients {
		v, ok := identity.Canonical(c.Kind, c.Value, d.locale)
		if !ok {
			v = c.Value
		}
		contacts = append(contacts, canary.Cell{Kind: c.Kind, Value: v})
	}
	for _, v := range m.Emails {
		contacts = append(contacts, canary.Cell{Kind: identity.Email, Value: v})
	}
	for _, v := range m.Phones {
		contacts = append(contacts, canary.Cell{Kind: identity.Phone, Value: v})
	}
	hits := d.finder.Row(contacts)
	hits = append(hits, d.finder.Text(m.Subject+"\n"+m.Text)...)
	hasher := e.master.Derive("canary-lookup").Hasher()
	if d.controls != nil {
		for _, c := range contacts {
			if d.controls.Has(c.Kind, c.Value) {
				r.observed(d.name).Controls[hasher.Sum64("control", string(c.Kind), c.Value)] = true
			}
		}
	}
	var out []SightedCanary
	seen := map[int]bool{}
	for _, h := range hits {
		p := d.planted[h.Planted]
		s := sighted{Bits: h.Bits, Matched: h.Matched, Message: true}
		r.observed(d.name).sight(p.id, s)
		if seen[h.Planted] || p.null(s, 1) >= maxNull {
			continue
		}
		seen[h.Planted] = true
		for _, id := range p.exports {
			out = append(out, SightedCanary{Export: id, Recipient: d.recipientOf(id)})
		}
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

// personOf links a contact to the one row that has it, and reads the values
// of that row which the text quotes.
func (e *Engine) personOf(d *dataset, r *Reading, sketcher *chain.Sketcher, m message.Message, c message.Contact) bool {
	if c.Kind != identity.Email && c.Kind != identity.Phone {
		return false
	}
	found := false
	for _, l := range d.layers {
		for _, snap := range l.snapshots {
			v, ok := identity.Canonical(c.Kind, c.Value, l.scheme.Locale)
			if !ok {
				v = c.Value
			}
			rows := snap.linker.Find(c.Kind, v)
			found = found || len(rows) > 0
			if len(rows) != 1 {
				continue
			}
			e.linkPerson(d, l, snap, r, rows[0], m)
			sketcher.Begin(chain.Source{Dataset: d.name, Snapshot: snap.id})
			sketcher.Add(chain.Row{Linked: true, Row: rows[0]})
			return true
		}
	}
	return found
}

func (e *Engine) linkPerson(d *dataset, l *layer, snap *snapshot, r *Reading, row uint32, m message.Message) {
	o := r.observed(d.name)
	o.Rows++
	o.By["contact"]++
	read := o.layer(l.version, l.carrierNames())
	k := snap.linker.Key(row)
	at, isNew := read.row(k, unixOf(r.at))
	if !isNew {
		return
	}
	words := strings.Fields(m.Subject + " " + m.Text)
	for i, column := range l.carriers {
		v, ok := snap.linker.Quoted(column, row, words)
		if !ok {
			continue
		}
		if site, symbol, ok := l.marker.Read(k, column, v); ok && site.U < l.threshold {
			read.read(at, i, symbol, 1)
		}
	}
}

func unixOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
