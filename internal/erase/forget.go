package erase

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"telltale/canary"
	"telltale/canary/alias"
	"telltale/fingerprint"
	"telltale/internal/evidence"
	"telltale/internal/identity"
	"telltale/internal/key"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// Codec opens what is sealed in a sighting, lets change look at its reading,
// and seals it again if change reports that anything changed; sealed is nil
// otherwise.
type Codec func(s store.Sighting, change func(*match.Reading) (match.LostReading, bool)) (sealed []byte, err error)

// ErrNothing is returned where nothing of the people is in the registry. The
// transaction is then to be given up.
var ErrNothing = errors.New("nothing of them is in the registry")

// Forget erases what was found, and returns what was lost.
func (f *Found) Forget(ctx context.Context, tx store.Tx, codec Codec, at time.Time) (Statement, error) {
	e := &forgetting{Found: f, ctx: ctx, tx: tx, codec: codec, contacts: map[string]bool{}}
	e.record.Kept = []kept{}
	e.record.Statement = Statement{Kind: store.Forget, At: store.Time(at), Contacts: len(f.request.Contacts), Rows: f.Rows(),
		Snapshots: []SnapshotLoss{}, Exports: []ExportLoss{}, Sightings: []SightingLoss{}, Profiles: []ProfileLoss{}}
	_, err := tx.Erase(store.Forget, at, func(eraser store.Eraser) ([]byte, error) {
		e.eraser = eraser
		if err := e.all(); err != nil {
			return nil, err
		}
		if e.record.Statement.nothing() {
			return nil, ErrNothing
		}
		return sealRecord(f.ring, store.Forget, at, e.record)
	})
	return e.record.Statement, err
}

func (s Statement) nothing() bool {
	return s.Numbers+len(s.Snapshots)+len(s.Exports)+len(s.Sightings)+len(s.Profiles) == 0
}

// forgetting is an erasure at work.
type forgetting struct {
	*Found
	ctx      context.Context
	tx       store.Tx
	eraser   store.Eraser
	codec    Codec
	record   record
	contacts map[string]bool // of the rows, beside those given
}

func (e *forgetting) all() error {
	for _, t := range e.tables {
		if len(e.rows[t.ID]) == 0 {
			continue
		}
		if err := e.index(t); err != nil {
			return fmt.Errorf("snapshot %s: %w", t.ID, err)
		}
	}
	for _, part := range []func() error{e.profiles, e.numbers} {
		if err := part(); err != nil {
			return err
		}
	}
	return e.sightings()
}

// index erases the rows of a snapshot, and keeps what others' proofs need.
func (e *forgetting) index(t table) error {
	rows := slices.Sorted(maps.Keys(e.rows[t.ID]))
	root, err := e.ring.Root(t.Dataset, t.Scheme)
	if err != nil {
		return err
	}
	k := kept{Snapshot: t.ID, Exports: map[string]keptRows{}}
	if err := e.before(t, root, rows, &k); err != nil {
		return err
	}
	eraser := link.NewEraser(t.spec, t.Dataset, root, rows)
	after := link.NewRowTree(t.spec, t.Dataset, t.ID, root)
	err = e.eraser.Chunks(t.ID, func(c store.Chunk) (store.Chunk, error) {
		x, err := eraser.Take(chunkOf(c))
		if err == nil {
			err = after.Take(x)
		}
		c.Data = x.Data
		return c, err
	})
	if err != nil {
		return err
	}
	k.After.sum = link.RootOf(after.Leaves())
	e.record.Statement.Snapshots = append(e.record.Statement.Snapshots, SnapshotLoss{t.ID, t.Dataset, t.Recorded, t.Rows, int64(len(rows)), k.Before.String(), k.After.String()})
	e.record.Kept = append(e.record.Kept, k)
	return nil
}

// before keeps what is told of the rows by the index as it is.
func (e *forgetting) before(t table, root key.Root, rows []uint32, k *kept) error {
	tree := link.NewRowTree(t.spec, t.Dataset, t.ID, root)
	if err := e.tx.Chunks(t.ID, func(c store.Chunk) error { return tree.Take(chunkOf(c)) }); err != nil {
		return err
	}
	leaves := tree.Leaves()
	k.Before.sum = link.RootOf(leaves)
	for _, row := range rows {
		k.Places, k.Leaves = append(k.Places, int(row)), append(k.Leaves, hash{leaves[row]})
		tree.Contacts(row, func(contact string) { e.contacts[contact] = true })
	}
	return e.exports(t, root, tree.Set(), k)
}

// exports counts what each export of the snapshot loses, and keeps the leaves
// of the rows in what it committed to.
func (e *forgetting) exports(t table, root key.Root, rows *link.RowSet, k *kept) error {
	all, err := e.tx.Exports(t.Dataset)
	if err != nil {
		return err
	}
	committer, err := evidence.NewCommitter(t.scheme, t.Dataset, root)
	if err != nil {
		return err
	}
	marker, err := fingerprint.New(t.scheme, t.Dataset, root)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Snapshot != t.ID {
			continue
		}
		if x.Retired.IsZero() {
			loss, err := e.loss(x, t, rows, k.Places, marker, root)
			if err != nil {
				return err
			}
			e.record.Statement.Exports = append(e.record.Statement.Exports, loss)
		}
		if len(x.Commitments) > 0 {
			k.Exports[x.ID] = inOrder(committer.Leaves(rows, x.Recipient, k.Places), k.Places)
		}
	}
	return nil
}

func inOrder(leaves evidence.Kept, places []int) (out keptRows) {
	for _, at := range places {
		out.Sites, out.Word = append(out.Sites, hash{leaves.Sites[at]}), append(out.Word, hash{leaves.Word[at]})
	}
	return out
}

func (e *forgetting) loss(x store.Export, t table, rows *link.RowSet, places []int, marker *fingerprint.Marker, root key.Root) (ExportLoss, error) {
	out := ExportLoss{Export: x.ID, Recipient: x.Recipient, Dataset: x.Dataset, IssuedAt: x.IssuedAt}
	withheld := fingerprint.NewWithholding(x.Dataset, x.Recipient, root)
	cover, err := canary.ReadCover(root.Derive("cover/"+url.PathEscape(x.Dataset)), x.Cover)
	if err != nil {
		return out, fmt.Errorf("export %s: %w", x.ID, err)
	}
	threshold := fingerprint.Threshold(x.Density)
	for _, at := range places {
		k := rows.Keys[at]
		if withheld.Withheld(k, max(x.WithholdRate, cover.Rate(k))) {
			out.Withheld++
			continue
		}
		out.Rows++
		for column, c := range t.scheme.Columns {
			if c.Carrier == "" || c.Carrier == "none" {
				continue
			}
			site := marker.Site(k, column)
			if notes := rows.Notes[column]; notes != nil {
				site = marker.NotedSite(k, column, notes[at])
			}
			if site.U < threshold {
				out.Marks++
			}
		}
	}
	return out, nil
}

// profiles takes the people out of what was learned of tables.
func (e *forgetting) profiles() error {
	values := slices.Clone(e.values)
	for c := range e.contacts {
		kind, value, _ := strings.Cut(c, ":")
		values = append(values, canary.Cell{Kind: identity.Kind(kind), Value: value})
	}
	for _, d := range e.datasets {
		for _, s := range d.Schemes {
			if len(s.Profile) == 0 {
				continue
			}
			root, err := e.ring.Root(d.Name, s.Version)
			if err != nil {
				return err
			}
			p, size, err := match.OpenProfile(root, d.Name, s.Profile)
			if err != nil {
				return err
			}
			rows, changed := p.Forget(values)
			if !changed {
				continue
			}
			sealed, err := match.SealProfile(root, d.Name, p, size)
			if err == nil {
				err = e.eraser.Profile(d.Name, s.Version, sealed)
			}
			if err != nil {
				return err
			}
			e.record.Statement.Profiles = append(e.record.Statement.Profiles, ProfileLoss{d.Name, s.Version, rows})
		}
	}
	return nil
}

// numbers makes the pool's numbers that stand for the people stand for somebody:
// for whom is forgotten, in whose copy is not.
func (e *forgetting) numbers() error {
	owners := map[string]bool{}
	for _, d := range e.datasets {
		exports, err := e.tx.Exports(d.Name)
		if err != nil {
			return err
		}
		for _, x := range exports {
			root, err := e.ring.Root(d.Name, x.Scheme)
			if err != nil {
				return err
			}
			places := alias.NewNumbers(d.Name, root)
			for _, contact := range e.forgotten(e.contacts).Contacts {
				if number, ok := strings.CutPrefix(contact, string(identity.Phone)+":"); ok {
					owners[places.Place(x.Recipient, number)] = true
				}
			}
		}
	}
	pool, err := e.tx.Contacts("phone")
	if err != nil {
		return err
	}
	for _, c := range pool {
		if !owners[c.Owner] {
			continue
		}
		var other [16]byte
		rand.Read(other[:]) // never fails
		if err := e.eraser.Owner(c.Kind, c.Lookup, alias.Elsewhere(c.Owner, other)); err != nil {
			return err
		}
		e.record.Statement.Numbers++
	}
	return nil
}

// sightings takes the people out of what was read of leaks and messages.
func (e *forgetting) sightings() error {
	cases, err := e.tx.Cases()
	if err != nil {
		return err
	}
	people := e.forgotten(e.contacts)
	if people.Steady, err = e.steady(); err != nil {
		return err
	}
	for _, c := range cases {
		list, err := e.tx.Sightings(c.Name)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := e.ctx.Err(); err != nil {
				return err
			}
			if err := e.sighting(s, people); err != nil {
				return fmt.Errorf("case %s, sighting %d: %w", s.Case, s.Seq, err)
			}
		}
	}
	return nil
}

// steady are the secrets that aliases of each dataset were derived from.
func (e *forgetting) steady() (map[string][]key.Root, error) {
	out := map[string][]key.Root{}
	for _, d := range e.datasets {
		for _, s := range d.Schemes {
			root, err := e.ring.Steady(d.Name, s.Version)
			if err != nil {
				return nil, err
			}
			out[d.Name] = append(out[d.Name], root)
		}
	}
	return out, nil
}

func (e *forgetting) sighting(s store.Sighting, people match.Forgotten) error {
	loss := SightingLoss{Case: s.Case, Seq: s.Seq, Kind: s.Kind}
	sealed, err := e.codec(s, func(r *match.Reading) (match.LostReading, bool) {
		lost, changed := r.Forget(e.ring, people)
		loss.LostReading = lost
		return lost, changed
	})
	if err != nil || sealed == nil || bytes.Equal(sealed, s.Sealed) {
		return err
	}
	e.record.Statement.Sightings = append(e.record.Statement.Sightings, loss)
	return e.eraser.Sighting(s.Case, s.Seq, sealed)
}
