package erase

import (
	"context"
	"fmt"
	"time"

	"telltale/store"
)

// Retire lets go of the exports issued before a time: of their canaries, of
// indexes that only they have, and of what was learned under schemes that only
// they have, unless it is the newest of its key. ErrNothing when there are none. The copies
// stay candidates: their recipients, words and withheld rows follow from the key.
func Retire(ctx context.Context, tx store.Tx, keys Keys, before time.Time, datasets []string, at time.Time) (Statement, error) {
	r := &retiring{tx: tx, before: before, statement: Statement{Kind: store.Retire, At: store.Time(at),
		Snapshots: []SnapshotLoss{}, Exports: []ExportLoss{}, Sightings: []SightingLoss{}, Profiles: []ProfileLoss{}}}
	f := Found{request: Request{Datasets: datasets}}
	names, err := f.names(tx)
	if err != nil {
		return r.statement, err
	}
	_, err = tx.Erase(store.Retire, at, func(e store.Eraser) ([]byte, error) {
		r.eraser = e
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := r.dataset(name); err != nil {
				return nil, fmt.Errorf("dataset %s: %w", name, err)
			}
		}
		if r.statement.nothing() {
			return nil, ErrNothing
		}
		return sealRecord(keys, store.Retire, at, record{r.statement, []kept{}})
	})
	return r.statement, err
}

// retiring is a retirement at work.
type retiring struct {
	tx        store.Tx
	eraser    store.Eraser
	before    time.Time
	statement Statement
}

func (r *retiring) dataset(name string) error {
	d, err := r.tx.Dataset(name)
	if err != nil {
		return err
	}
	exports, err := r.tx.Exports(name)
	if err != nil {
		return err
	}
	live, lives := map[string]bool{}, map[int]bool{} // snapshots and schemes of exports that stay
	var old []store.Export
	for _, x := range exports {
		switch {
		case !x.Retired.IsZero():
		case x.IssuedAt.Before(r.before):
			old = append(old, x)
		default:
			live[x.Snapshot], lives[x.Scheme] = true, true
		}
	}
	if len(old) == 0 {
		return nil
	}
	snapshots, err := r.tx.Snapshots(name)
	if err != nil {
		return err
	}
	keepTwins(snapshots, live)
	for _, x := range old {
		if err := r.export(x, live[x.Snapshot]); err != nil {
			return err
		}
	}
	if err := r.indexes(snapshots, live); err != nil {
		return err
	}
	return r.profiles(d, lives)
}

func (r *retiring) export(x store.Export, indexed bool) error {
	loss := ExportLoss{Export: x.ID, Recipient: x.Recipient, Dataset: x.Dataset, IssuedAt: x.IssuedAt, Canaries: x.Canaries + x.Shared, NoIndex: !indexed}
	if loss.NoIndex {
		loss.Rows, loss.Withheld, loss.Marks = x.Rows-int64(loss.Canaries), x.Withheld, x.MarkedCells
		r.statement.Rows += int(loss.Rows)
	}
	r.statement.Exports = append(r.statement.Exports, loss)
	return r.eraser.Retire(x.ID)
}

// keepTwins adds the snapshots of the same file as a live one. After a change of
// keys the same table has another snapshot, and marks are read under their own.
func keepTwins(snapshots []store.Snapshot, live map[string]bool) {
	files := map[string]bool{}
	for _, s := range snapshots {
		files[s.SHA256] = files[s.SHA256] || live[s.ID]
	}
	for _, s := range snapshots {
		live[s.ID] = files[s.SHA256]
	}
}

// indexes drops those of tables that no export has any more.
func (r *retiring) indexes(snapshots []store.Snapshot, live map[string]bool) error {
	for _, s := range snapshots {
		if live[s.ID] || s.Erased() || !s.Recorded.Before(r.before) {
			continue
		}
		if err := r.eraser.DropChunks(s.ID); err != nil {
			return err
		}
		r.statement.Snapshots = append(r.statement.Snapshots, SnapshotLoss{Snapshot: s.ID, Dataset: s.Dataset, Recorded: s.Recorded, Rows: s.Rows, Erased: s.Rows})
	}
	return nil
}

// profiles empties those of schemes that no export has any more.
func (r *retiring) profiles(d store.Dataset, lives map[int]bool) error {
	newest := map[string]int{}
	for _, s := range d.Schemes {
		newest[s.Key] = s.Version
	}
	for _, s := range d.Schemes {
		if lives[s.Version] || s.Version == newest[s.Key] || len(s.Profile) == 0 {
			continue
		}
		if err := r.eraser.Profile(d.Name, s.Version, nil); err != nil {
			return err
		}
		r.statement.Profiles = append(r.statement.Profiles, ProfileLoss{Dataset: d.Name, Version: s.Version})
	}
	return nil
}
