package sqlite

import (
	"errors"
	"fmt"
	"io"
	"time"

	"telltale/store"
)

// AddDataset adds a dataset with its first scheme.
func (t *tx) AddDataset(name string, s store.Scheme, at time.Time) error {
	if err := named("dataset", name); err != nil {
		return err
	}
	if err := t.free("dataset", name, `SELECT 1 FROM datasets WHERE name = ?`, name); err != nil {
		return err
	}
	d := store.Dataset{Name: name, AddedAt: at}
	if _, err := t.exec(`INSERT INTO datasets (name, added_at) VALUES (?, ?)`, name, micros(at)); err != nil {
		return invalid("dataset", name, err)
	}
	if err := t.record(store.KindDataset, name, d.Digest()); err != nil {
		return err
	}
	return t.AddScheme(name, s)
}

// AddScheme adds the next version.
func (t *tx) AddScheme(dataset string, s store.Scheme) error {
	if err := t.need("dataset", dataset, `SELECT 1 FROM datasets WHERE name = ?`, dataset); err != nil {
		return err
	}
	var last int
	if _, err := t.get(`SELECT coalesce(max(version), 0) FROM schemes WHERE dataset = ?`, []any{dataset}, &last); err != nil {
		return err
	}
	if s.Version <= last && s.Version > 0 {
		return fmt.Errorf("scheme %s: %w", s.Subject(dataset), store.ErrExists)
	}
	if s.Version != last+1 {
		return fmt.Errorf("scheme %s: %w: the next version is %d", s.Subject(dataset), store.ErrInvalid, last+1)
	}
	_, err := t.exec(`INSERT INTO schemes (dataset, version, rules, profile, added_at, key_id) VALUES (?, ?, ?, ?, ?, ?)`,
		dataset, s.Version, blob(s.Rules), blob(s.Profile), micros(s.AddedAt), s.Key)
	if err != nil {
		return invalid("scheme", s.Subject(dataset), err)
	}
	return t.record(store.KindScheme, s.Subject(dataset), s.Digest(dataset))
}

func scanDataset(scan row) (d store.Dataset, err error) {
	var at int64
	err = scan(&d.Name, &at)
	d.AddedAt = moment(at)
	return d, err
}

func scanScheme(scan row) (s store.Scheme, err error) {
	var at int64
	var original []byte
	err = scan(&s.Version, &s.Rules, &s.Profile, &at, &s.Key, &original)
	s.AddedAt = moment(at)
	copy(s.Original[:], original)
	return s, err
}

var schemeOriginal = `, ` + original(store.KindScheme, `dataset || '/' || version`) + ` `

// Dataset finds one by name, with its schemes.
func (t *tx) Dataset(name string) (store.Dataset, error) {
	d, err := one(t, "dataset", name, `SELECT name, added_at FROM datasets WHERE name = ?`, []any{name}, scanDataset)
	if err != nil {
		return d, err
	}
	d.Schemes, err = all(t, `SELECT version, rules, profile, added_at, key_id`+schemeOriginal+`FROM schemes WHERE dataset = ? ORDER BY version`, []any{name}, scanScheme)
	return d, err
}

// Datasets lists all, without the profiles of their schemes.
func (t *tx) Datasets() ([]store.Dataset, error) {
	list, err := all(t, `SELECT name, added_at FROM datasets ORDER BY rowid`, nil, scanDataset)
	for i := range list {
		if err != nil {
			break
		}
		list[i].Schemes, err = all(t, `SELECT version, rules, NULL, added_at, key_id`+schemeOriginal+`FROM schemes WHERE dataset = ? ORDER BY version`, []any{list[i].Name}, scanScheme)
	}
	return list, err
}

// PutSnapshot stores a snapshot, unless it is there.
func (t *tx) PutSnapshot(s store.Snapshot, next func() (store.Chunk, error)) error {
	if err := named("snapshot", s.ID); err != nil {
		return err
	}
	var owner string
	there, err := t.get(`SELECT dataset FROM snapshots WHERE id = ?`, []any{s.ID}, &owner)
	switch {
	case err != nil:
		return err
	case there && owner != s.Dataset:
		return fmt.Errorf("snapshot %q: %w: it is one of dataset %s", s.ID, store.ErrExists, owner)
	case there:
		return nil
	}
	if err := t.needScheme(s.Dataset, s.Scheme); err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO snapshots (id, dataset, scheme, rows, sha256, digest, recorded) VALUES (?, ?, ?, ?, ?, '', ?)`,
		s.ID, s.Dataset, s.Scheme, s.Rows, s.SHA256, micros(s.Recorded))
	if err != nil {
		return invalid("snapshot", s.ID, err)
	}
	if s.Index, err = t.putChunks(s.ID, next); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE snapshots SET digest = ? WHERE id = ?`, s.Index, s.ID); err != nil {
		return err
	}
	return t.record(store.KindSnapshot, s.ID, s.Digest())
}

func (t *tx) needScheme(dataset string, version int) error {
	if err := t.need("dataset", dataset, `SELECT 1 FROM datasets WHERE name = ?`, dataset); err != nil {
		return err
	}
	return t.need("scheme", store.Scheme{Version: version}.Subject(dataset),
		`SELECT 1 FROM schemes WHERE dataset = ? AND version = ?`, dataset, version)
}

func (t *tx) putChunks(snapshot string, next func() (store.Chunk, error)) (index string, err error) {
	var digest store.IndexDigest
	for {
		c, err := next()
		if errors.Is(err, io.EOF) {
			return digest.Hex(), nil
		}
		if err != nil {
			return "", err
		}
		if err := t.ctx.Err(); err != nil {
			return "", err
		}
		digest.Add(c)
		_, err = t.exec(`INSERT INTO snapshot_chunks (snapshot, place, segment, column_name, part, data) VALUES (?, ?, ?, ?, ?, ?)`,
			snapshot, digest.Chunks(), c.Segment, c.Column, c.Part, blob(c.Data))
		if err != nil {
			return "", err
		}
	}
}

const snapshotColumns = `SELECT id, dataset, scheme, rows, sha256, digest, recorded, coalesce((SELECT lower(hex(digest_after)) FROM erasure_changes
	WHERE kind = 'snapshot' AND subject = id ORDER BY erasure DESC LIMIT 1), digest) FROM snapshots `

func scanSnapshot(scan row) (s store.Snapshot, err error) {
	var at int64
	err = scan(&s.ID, &s.Dataset, &s.Scheme, &s.Rows, &s.SHA256, &s.Index, &at, &s.Now)
	s.Recorded = moment(at)
	return s, err
}

// Snapshot finds one by id.
func (t *tx) Snapshot(id string) (store.Snapshot, error) {
	return one(t, "snapshot", id, snapshotColumns+`WHERE id = ?`, []any{id}, scanSnapshot)
}

// Snapshots lists those of a dataset.
func (t *tx) Snapshots(dataset string) ([]store.Snapshot, error) {
	return all(t, snapshotColumns+`WHERE dataset = ? ORDER BY rowid`, []any{dataset}, scanSnapshot)
}

// Chunks reads the link index of a snapshot.
func (t *tx) Chunks(snapshot string, f func(store.Chunk) error) error {
	if err := t.need("snapshot", snapshot, `SELECT 1 FROM snapshots WHERE id = ?`, snapshot); err != nil {
		return err
	}
	n := 0
	return t.each(`SELECT place, segment, column_name, part, data FROM snapshot_chunks WHERE snapshot = ? ORDER BY place`, []any{snapshot}, func(scan row) error {
		var c store.Chunk
		var place int
		if err := scan(&place, &c.Segment, &c.Column, &c.Part, &c.Data); err != nil {
			return err
		}
		if n++; place != n {
			return damaged("chunk %d of snapshot %q is missing", n, snapshot)
		}
		return f(c)
	})
}

// ChunksOf reads one part of a column. The data of the others, which lie in
// overflow pages, are passed over.
func (t *tx) ChunksOf(snapshot, column, part string, f func(store.Chunk) error) error {
	if err := t.need("snapshot", snapshot, `SELECT 1 FROM snapshots WHERE id = ?`, snapshot); err != nil {
		return err
	}
	return t.each(`SELECT segment, data FROM snapshot_chunks WHERE snapshot = ? AND column_name = ? AND part = ? ORDER BY place`,
		[]any{snapshot, column, part}, func(scan row) error {
			c := store.Chunk{Column: column, Part: part}
			if err := scan(&c.Segment, &c.Data); err != nil {
				return err
			}
			return f(c)
		})
}
