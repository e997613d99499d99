package erase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/identity"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// Request says who is to be forgotten.
type Request struct {
	Contacts []string // as people write them
	Datasets []string // none: all
	Many     bool     // contacts may stand in more than MostRows rows of a table
}

// MostRows is in how many rows of a table a contact may stand that is one
// person's: a switchboard's number stands in more.
const MostRows = 25

// ErrNoContact is wrapped where what was given is nothing that one person is
// known by.
var ErrNoContact = errors.New("it is neither an e-mail address nor a telephone number nor a long number by which a dataset knows people")

// CommonError says that a contact stands in too many rows to be one person's.
type CommonError struct {
	Contact int // which of those given, from 1
	Dataset string
	Rows    int
}

func (e *CommonError) Error() string {
	return fmt.Sprintf("contact %d stands in %d rows of dataset %s: it does not look like one person's", e.Contact, e.Rows, e.Dataset)
}

// Found is where people are in a registry.
type Found struct {
	ring     Keys
	request  Request
	tables   []table
	values   []canary.Cell // canonical, of every kind that what was given can be
	keys     map[string]map[fingerprint.RowKey]bool
	rows     map[string]map[uint32]bool // by snapshot
	datasets []store.Dataset
}

// table is a snapshot with what is needed to read its index.
type table struct {
	store.Snapshot
	spec   link.Spec
	scheme fingerprint.Scheme
}

// Find looks for people in all link indexes. The chunks of tx must be readable.
func Find(ctx context.Context, tx store.Tx, keys Keys, r Request) (*Found, error) {
	f := &Found{ring: keys, request: r, keys: map[string]map[fingerprint.RowKey]bool{}, rows: map[string]map[uint32]bool{}}
	known := make([]bool, len(r.Contacts))
	f.want("", known, identity.Email, identity.Phone)
	names, err := f.names(tx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := f.findIn(ctx, tx, name, known); err != nil {
			return nil, fmt.Errorf("dataset %s: %w", name, err)
		}
	}
	if i := slices.Index(known, false); i >= 0 {
		return nil, fmt.Errorf("contact %d: %w", i+1, ErrNoContact)
	}
	return f, nil
}

func (f *Found) names(tx store.Tx) ([]string, error) {
	if len(f.request.Datasets) > 0 {
		return f.request.Datasets, nil
	}
	all, err := tx.Datasets()
	var names []string
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names, err
}

// want notes what the contacts are when they are of one of the kinds, and which
// of them are of one.
func (f *Found) want(locale string, known []bool, kinds ...identity.Kind) {
	for i, contact := range f.request.Contacts {
		for _, k := range kinds {
			v, ok := identity.Canonical(k, contact, locale)
			if !ok || !identity.StrongValue(k, v) || k != identity.Email && !strings.ContainsAny(v, "0123456789") {
				continue
			}
			known[i] = true
			if x := (canary.Cell{Column: i, Kind: k, Value: v}); !slices.Contains(f.values, x) {
				f.values = append(f.values, x)
			}
		}
	}
}

func (f *Found) findIn(ctx context.Context, tx store.Tx, name string, known []bool) error {
	d, err := tx.Dataset(name)
	if err != nil {
		return err
	}
	f.datasets = append(f.datasets, d)
	tables, err := tablesOf(tx, d)
	if err != nil {
		return err
	}
	f.tables = append(f.tables, tables...)
	for _, t := range tables {
		for _, c := range t.spec.Columns {
			if c.Key || c.Identity {
				f.want(t.spec.Locale, known, c.Kind)
			}
		}
	}
	if len(d.Schemes) == 0 {
		return nil
	}
	root, err := f.ring.Root(name, d.Schemes[0].Version) // rows of all versions are linked alike
	if err != nil {
		return err
	}
	seeker := link.NewSeeker(name, root)
	for _, v := range f.values {
		seeker.Want(v.Kind, v.Value, v.Column)
	}
	seeker.Ready()
	keys := map[fingerprint.RowKey]bool{}
	for _, t := range tables {
		if err := f.seek(ctx, tx, t, seeker, keys); err != nil {
			return err
		}
	}
	f.keys[name] = keys
	for _, t := range tables {
		if err := f.withKeys(ctx, tx, t, keys); err != nil {
			return err
		}
	}
	return nil
}

// tablesOf are the snapshots of a dataset whose index is there.
func tablesOf(tx store.Tx, d store.Dataset) (tables []table, err error) {
	snapshots, err := tx.Snapshots(d.Name)
	if err != nil {
		return nil, err
	}
	for _, s := range snapshots {
		if s.Erased() {
			continue
		}
		t := table{Snapshot: s}
		for _, x := range d.Schemes {
			if x.Version == s.Scheme {
				err = json.Unmarshal(x.Rules, &t.scheme)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("scheme %d: %w", s.Scheme, err)
		}
		t.spec = link.Spec{Columns: t.scheme.Columns, Locale: t.scheme.Locale}
		tables = append(tables, t)
	}
	return tables, nil
}

// seek finds the rows of a snapshot that hold a value, and their keys.
func (f *Found) seek(ctx context.Context, tx store.Tx, t table, seeker *link.Seeker, keys map[fingerprint.RowKey]bool) error {
	rows, count := map[uint32]bool{}, map[int]map[uint32]bool{}
	for _, c := range seeker.Columns(t.spec) {
		err := tx.ChunksOf(t.ID, c.Name, link.PartHashes, func(x store.Chunk) error {
			return errors.Join(ctx.Err(), seeker.Scan(c.Kind, chunkOf(x), func(contact int, row uint32) {
				if rows[row] = true; count[contact] == nil {
					count[contact] = map[uint32]bool{}
				}
				count[contact][row] = true
			}))
		})
		if err != nil {
			return err
		}
	}
	for _, contact := range slices.Sorted(maps.Keys(count)) {
		if n := len(count[contact]); n > MostRows && !f.request.Many {
			return &CommonError{contact + 1, t.Dataset, n}
		}
	}
	picker := link.NewKeyPicker(slices.Collect(maps.Keys(rows)))
	return tx.ChunksOf(t.ID, "", link.PartKeys, func(x store.Chunk) error {
		return picker.Take(chunkOf(x), func(_ uint32, k fingerprint.RowKey) { keys[k] = true })
	})
}

// withKeys finds the rows of a snapshot that have one of the keys.
func (f *Found) withKeys(ctx context.Context, tx store.Tx, t table, keys map[fingerprint.RowKey]bool) error {
	rows, set := map[uint32]bool{}, link.NewRowSet(t.spec)
	err := tx.ChunksOf(t.ID, "", link.PartKeys, func(x store.Chunk) error {
		return errors.Join(ctx.Err(), set.Take(chunkOf(x)))
	})
	for row, k := range set.Keys {
		if keys[k] {
			rows[uint32(row)] = true
		}
	}
	if len(rows) > 0 {
		f.rows[t.ID] = rows
	}
	return err
}

// Rows is how many rows of all snapshots are those of the people.
func (f *Found) Rows() (n int) {
	for _, rows := range f.rows {
		n += len(rows)
	}
	return n
}

func chunkOf(c store.Chunk) link.Chunk {
	return link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data}
}

// forgotten is what sightings may know the people by.
func (f *Found) forgotten(more map[string]bool) match.Forgotten {
	contacts := maps.Clone(more)
	for _, v := range f.values {
		contacts[string(v.Kind)+":"+v.Value] = true
	}
	return match.Forgotten{Keys: f.keys, Rows: f.rows, Contacts: slices.Sorted(maps.Keys(contacts))}
}
