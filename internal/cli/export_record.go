package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"telltale/canary"
	"telltale/internal/evidence"
	"telltale/internal/export"
	"telltale/match"
	"telltale/match/link"
	"telltale/store"
)

// record makes the copies known and lets them appear, in an order that leaves
// no lie behind whenever the process is killed: first the registry holds the
// exports as pending, then the files get their names, then the exports count
// as issued. settle completes what a killed process left between the last two.
func (j *exportJob) record(ctx context.Context, inputDigest string, result export.Result, spool *export.Spool) error {
	made, err := j.made(spool)
	if err != nil {
		return err
	}
	chunks, err := spool.Chunks()
	if err != nil {
		return err
	}
	next := func() (store.Chunk, error) {
		c, err := chunks()
		return store.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data}, err
	}
	err = j.r.Update(ctx, func(tx store.Tx) error {
		if err := j.nameSnapshot(tx, inputDigest); err != nil {
			return err
		}
		snapshot := store.Snapshot{ID: j.snapshot, Dataset: j.dataset, Scheme: j.version, Rows: result.Rows, SHA256: inputDigest, Recorded: j.p.Now()}
		if err := tx.PutSnapshot(snapshot, next); err != nil {
			return err
		}
		if err := j.numbers.allot(tx); err != nil {
			return err
		}
		rows, err := j.rows(tx, made)
		if err != nil {
			return err
		}
		commit, err := j.commit(ctx, rows)
		if err != nil {
			return err
		}
		for i, o := range j.copies {
			canaries, err := j.describe(o, result.Counts[i])
			if err == nil {
				o.record.Commitments, err = commit(i)
			}
			if err != nil {
				return err
			}
			if err := tx.AddExport(o.record, canaries); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.publish(ctx)
}

// nameSnapshot gives the snapshot the name of its content. One whose index was
// erased as a whole is not filled again: the next number makes it another. So it
// does where an issuing key, which cannot tell whose rows were erased, would commit
// to other rows than the registry holds.
func (j *exportJob) nameSnapshot(tx store.Tx, inputDigest string) error {
	parts := []string{"snapshot", j.dataset, fmt.Sprint(j.version), inputDigest}
	for n := 2; ; n++ {
		j.snapshot = digestOf(parts...)
		s, err := tx.Snapshot(j.snapshot)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err != nil:
			return err
		case s.Now == s.Index:
			return nil
		case s.Erased():
		case j.r.ring.record.Role == store.Issuing:
			j.p.remark("people who were forgotten stand in this table, in the copies and in the registry again: an issuing key cannot leave them out; telltale forget, with the whole key, takes them out of the registry")
		default:
			j.p.remark("people who were forgotten stand in this table, and in the copies: they are not traced, and will be back with the next table")
			return nil
		}
		parts = append(parts[:4], fmt.Sprint(n))
	}
}

// made are the rows of the link index that the pass made, for an issuing key,
// which cannot read them back from the registry; nil for others.
func (j *exportJob) made(spool *export.Spool) (*link.RowSet, error) {
	if j.r.ring.record.Role != store.Issuing {
		return nil, nil
	}
	rows := link.NewRowSet(link.Spec{Columns: j.scheme.Columns, Locale: j.scheme.Locale})
	chunks, err := spool.Chunks()
	for err == nil {
		var c link.Chunk
		if c, err = chunks(); err == nil {
			err = rows.Take(c)
		}
	}
	if errors.Is(err, io.EOF) {
		return rows, nil
	}
	return nil, err
}

// rows are those that the registry holds of the snapshot, unless made is given.
func (j *exportJob) rows(tx store.Tx, made *link.RowSet) (*link.RowSet, error) {
	if made != nil {
		return made, nil
	}
	rows := link.NewRowSet(link.Spec{Columns: j.scheme.Columns, Locale: j.scheme.Locale})
	return rows, tx.Chunks(j.snapshot, func(c store.Chunk) error {
		return rows.Take(link.Chunk{Segment: c.Segment, Column: c.Column, Part: c.Part, Data: c.Data})
	})
}

// commit fixes what may later be said of the copies. It returns the
// commitments of copy i, once its record has its id.
func (j *exportJob) commit(ctx context.Context, rows *link.RowSet) (func(i int) ([]byte, error), error) {
	committer, err := evidence.NewCommitter(j.scheme, j.dataset, j.root)
	if err != nil {
		return nil, err
	}
	all, err := committer.Commit(ctx, rows, j.names)
	if err != nil {
		return nil, err
	}
	return func(i int) ([]byte, error) {
		o := j.copies[i]
		planted := make([]canary.Canary, len(o.minted))
		for k := range planted {
			planted[k], _ = o.planter.Planted(k)
		}
		all[i].Canaries, err = committer.CommitCanaries(o.record.ID, planted)
		return all[i].Bytes(), err
	}, nil
}

// describe fills in the record of a copy and seals its canaries.
func (j *exportJob) describe(o *outgoing, count export.Count) ([]store.Canary, error) {
	o.record = store.Export{
		ID: newID(), Dataset: j.dataset, Recipient: o.recipient, Snapshot: j.snapshot, Scheme: j.version, State: store.Pending,
		File: o.path, Rows: count.Rows, MarkedCells: count.Marked, ChangedCells: count.Changed, Withheld: count.Withheld,
		WithholdRate: j.withhold, Density: j.density, IssuedAt: j.p.Now(), Cover: j.covering.Bytes(),
	}
	if o.file != nil {
		o.record.SHA256, o.record.Bytes = o.file.SHA256(), o.file.Bytes()
	} else {
		o.record.SHA256, o.record.Bytes = hex.EncodeToString(o.stdout.sum.Sum(nil)), o.stdout.bytes
	}
	hasher := j.root.Derive("canary-lookup").Hasher()
	var sealed []store.Canary
	for i := range o.minted {
		planted, _ := o.planter.Planted(i)
		sealedCanary, err := match.SealCanary(j.root, o.record.ID, planted)
		if err != nil {
			return nil, err
		}
		if planted.Shared {
			o.record.Shared++
		} else {
			o.record.Canaries++
		}
		sealed = append(sealed, store.Canary{Export: o.record.ID, Slot: i, Shared: planted.Shared,
			Lookups: canary.Lookups(planted, hasher), Sealed: sealedCanary})
	}
	return sealed, nil
}

func (j *exportJob) publish(ctx context.Context) error {
	var ids []string
	for _, o := range j.copies {
		if o.file != nil {
			if err := o.file.Publish(j.force); err != nil {
				return err
			}
		}
		ids = append(ids, o.record.ID)
	}
	return j.r.issue(context.WithoutCancel(ctx), ids)
}
