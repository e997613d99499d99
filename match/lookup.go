package match

import (
	"context"
	"slices"

	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match/link"
	"telltale/match/message"
	"telltale/store"
)

// Indexes that are not held in memory are looked up: Resolve takes the contacts
// of all messages that are to come, goes through the lists of every snapshot
// once, newest first, and keeps of each contact one row, and in which other
// snapshots that row stands. So memory is that of the contacts, however many
// snapshots there are. Only where several rows have a contact, which the text
// must tell apart, are all of them kept.

// chunkReader reads the chunks of a snapshot's index from the registry.
type chunkReader func(ctx context.Context, column, part string, f func(link.Chunk) error) error

func chunksOf(st store.Store, snapshot string) chunkReader {
	return func(ctx context.Context, column, part string, f func(link.Chunk) error) error {
		return st.View(ctx, func(tx store.Tx) error { return eachChunk(tx, snapshot, column, part, f) })
	}
}

func eachChunk(tx store.Tx, snapshot, column, part string, f func(link.Chunk) error) error {
	return tx.ChunksOf(snapshot, column, part, func(c store.Chunk) error {
		return f(link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data})
	})
}

// lookup is what was found of the contacts that Resolve was given.
type lookup struct {
	number  map[message.Contact]int
	rows    map[*snapshot]map[int][]uint32 // rows of the excerpts that stand for the snapshots
	settled map[contactIn]*settledRow
}

// contactIn is a contact, by its number, in the snapshots of a dataset.
type contactIn struct {
	dataset string
	contact int
}

// settledRow is the one row that has a contact in the newest snapshot that has
// it at all; nil stands for contacts that several rows have.
type settledRow struct {
	snapshot *snapshot
	row      uint32      // of its excerpt
	held     []*snapshot // older ones that hold the same row
}

// of returns the rows of a snapshot that have a contact.
func (k *lookup) of(s *snapshot, c message.Contact) []uint32 {
	if n, ok := k.number[bare(c)]; ok {
		return k.rows[s][n]
	}
	return nil
}

// others returns the other snapshots that hold the row of a contact; ok is false
// where the rows themselves are kept.
func (k *lookup) others(dataset string, c message.Contact) (held []*snapshot, ok bool) {
	n, ok := k.number[bare(c)]
	if at := k.settled[contactIn{dataset, n}]; ok && at != nil {
		return at.held, true
	}
	return nil, false
}

// bare is a contact whatever it was read from.
func bare(c message.Contact) message.Contact { return message.Contact{Kind: c.Kind, Value: c.Value} }

// lookUp fills the excerpts of all snapshots.
func (e *Engine) lookUp(ctx context.Context, messages []message.Message) error {
	k := &lookup{map[message.Contact]int{}, map[*snapshot]map[int][]uint32{}, map[contactIn]*settledRow{}}
	e.lookup = k
	var contacts []message.Contact
	for i := range messages {
		for _, c := range messages[i].Recipients {
			c = e.plainContact(c)
			if _, known := k.number[c]; !known {
				k.number[c] = len(contacts)
				contacts = append(contacts, c)
			}
		}
	}
	for _, d := range e.datasets {
		for _, l := range d.layers {
			asked := newAsked(d.name, l, contacts, l.root)
			for _, s := range l.snapshots {
				if err := k.lookInto(ctx, s, asked); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// plainContact is a contact without its alias.
func (e *Engine) plainContact(c message.Contact) message.Contact {
	c = bare(c)
	if c.Kind == identity.Email || c.Kind == identity.Phone {
		c.Value = e.unalias(newReading(Seen{}), c.Value)
	}
	return c
}

// asked are the contacts that a layer's snapshots are asked for.
type asked struct {
	layer   *layer
	spec    link.Spec
	dataset string
	master  key.Root
	seeker  *link.Seeker
	partly  *link.Resolver
}

func newAsked(dataset string, l *layer, contacts []message.Contact, master key.Root) *asked {
	a := &asked{l, link.Spec{Columns: l.scheme.Columns, Locale: l.scheme.Locale}, dataset, master, link.NewSeeker(dataset, master), link.NewResolver()}
	for n, c := range contacts {
		if c.Kind == message.Hashed || c.Kind == message.Masked {
			a.partly.Want(c.Value, n)
			continue
		}
		v, ok := identity.Canonical(c.Kind, c.Value, l.scheme.Locale)
		if !ok {
			v = c.Value
		}
		a.seeker.Want(c.Kind, v, n)
	}
	a.seeker.Ready()
	return a
}

// find returns the rows of a snapshot by the contact that they have, ascending.
func (a *asked) find(ctx context.Context, s *snapshot) (map[int][]uint32, error) {
	found := map[int][]uint32{}
	add := func(n int, row uint32) { found[n] = append(found[n], row) }
	for _, c := range a.seeker.Columns(a.spec) {
		err := s.chunks(ctx, c.Name, link.PartHashes, func(chunk link.Chunk) error { return a.seeker.Scan(c.Kind, chunk, add) })
		if err != nil {
			return nil, err
		}
	}
	if err := a.findPartly(ctx, s, found, add); err != nil {
		return nil, err
	}
	for n, rows := range found {
		slices.Sort(rows)
		found[n] = slices.Compact(rows)
	}
	return found, nil
}

// findPartly finds those that are known by a digest or in part, of each the
// first maxResolved rows.
func (a *asked) findPartly(ctx context.Context, s *snapshot, found map[int][]uint32, add func(int, uint32)) error {
	if a.partly.Empty() {
		return nil
	}
	contacts := link.NewContacts(a.spec, a.dataset, a.master)
	for _, column := range contacts.Columns() {
		err := s.chunks(ctx, column, link.PartSealed, func(chunk link.Chunk) error {
			return contacts.Take(chunk, func(row uint32, v string) {
				contacts.Resolve(a.partly, column, v, func(n int) {
					if len(found[n]) < maxResolved && !slices.Contains(found[n], row) {
						add(n, row)
					}
				})
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lookInto looks the contacts up in a snapshot. What is settled by a newer one
// is only compared: does this one hold the same row?
func (k *lookup) lookInto(ctx context.Context, s *snapshot, a *asked) error {
	s.linker = nil
	if err := ctx.Err(); err != nil {
		return err
	}
	found, err := a.find(ctx, s)
	if err != nil || len(found) == 0 {
		return err
	}
	if err := k.compare(ctx, s, a.dataset, found); err != nil {
		return err
	}
	var rows []uint32
	for _, list := range found {
		rows = append(rows, list...)
	}
	if err := s.excerpt(ctx, a, rows); err != nil {
		return err
	}
	k.keep(s, a.dataset, found)
	return nil
}

// compare takes the settled contacts out of what was found, and notes whether
// the snapshot holds their rows.
func (k *lookup) compare(ctx context.Context, s *snapshot, dataset string, found map[int][]uint32) error {
	asking := map[uint32][]*settledRow{}
	var rows []uint32
	for n, list := range found {
		at := k.settled[contactIn{dataset, n}]
		if at == nil {
			continue
		}
		for _, row := range list {
			asking[row], rows = append(asking[row], at), append(rows, row)
		}
		delete(found, n)
	}
	if len(rows) == 0 {
		return nil
	}
	picker := link.NewKeyPicker(rows)
	return s.chunks(ctx, "", link.PartKeys, func(c link.Chunk) error {
		return picker.Take(c, func(row uint32, key fingerprint.RowKey) {
			for _, at := range asking[row] {
				if at.snapshot.linker.Key(at.row) == key {
					at.held = append(at.held, s)
				}
			}
		})
	})
}

// keep takes the rows of contacts that no newer snapshot has settled. Once
// several rows had a contact, it stays open.
func (k *lookup) keep(s *snapshot, dataset string, found map[int][]uint32) {
	k.rows[s] = map[int][]uint32{}
	for n, list := range found {
		for _, row := range list {
			if local, ok := s.linker.Local(row); ok {
				k.rows[s][n] = append(k.rows[s][n], local)
			}
		}
		in := contactIn{dataset, n}
		if _, open := k.settled[in]; open {
			continue
		}
		if k.settled[in] = nil; len(list) == 1 {
			k.settled[in] = &settledRow{snapshot: s, row: k.rows[s][n][0]}
		}
	}
}

// excerpt makes the linker of a snapshot that of some of its rows.
func (s *snapshot) excerpt(ctx context.Context, a *asked, rows []uint32) error {
	x := link.NewExcerpt(a.spec, rows)
	if len(rows) > 0 {
		err := x.EachPart(func(column, part string) error { return s.chunks(ctx, column, part, x.Take) })
		if err != nil {
			return err
		}
	}
	index, err := x.Index()
	if err == nil {
		s.linker = link.NewLinker(index, a.dataset, a.master)
	}
	return err
}

// eachKey calls f with the keys of all rows of a snapshot.
func (s *snapshot) eachKey(ctx context.Context, f func(fingerprint.RowKey)) error {
	if s.chunks == nil {
		for row := range s.linker.Rows() {
			f(s.linker.Key(uint32(row)))
		}
		return nil
	}
	return s.chunks(ctx, "", link.PartKeys, func(c link.Chunk) error {
		return link.EachKey(c, f)
	})
}
