package match

import (
	"context"
	"fmt"
	"time"

	"telltale/fingerprint"
	"telltale/internal/key"
	"telltale/match/link"
	"telltale/store"
)

// DefaultAlpha bounds the chance that anybody is accused wrongly.
const DefaultAlpha = 1e-6

// DefaultMemory is how many bytes of link indexes stay in memory, newest snapshots
// first; the others are read from a temporary file (see link.Room).
const DefaultMemory = 1 << 30

// Options of an engine. The zero value is the default.
type Options struct {
	Alpha    float64  // bound on accusing anybody wrongly; 0 means DefaultAlpha
	Datasets []string // none: all that the registry has
	All      bool     // list every candidate among the suspects
	Memory   int64    // bytes of link indexes that stay in memory; 0 means DefaultMemory
	Progress func(rows, bytes int64)
	// Hold is of how many rows at most, over all snapshots, the indexes are held
	// in memory; 0: of all. Beyond it they are looked up for the messages that
	// Resolve is given, and the store must stay open; files cannot be matched then.
	Hold int64
	// Rows is told of every row of a file in order, linked or not; its values
	// are valid until it returns. nil: nobody is.
	Rows func(FileRow)
	// Keys are the registry's secrets; nil: all are derived from the one given to
	// Open.
	Keys Keys
}

// FileRow is a row of a file as it was read, with the row of ours that it was
// linked to.
type FileRow struct {
	Cells   []string
	Dataset string             // empty when it was linked to none
	Key     fingerprint.RowKey // of the row of ours
	Columns map[int][]int      // for each version of the scheme whose snapshots hold the row, per column: where it stands in Cells, or -1
}

// Seen is what is known of an input besides its content.
type Seen struct {
	Name   string
	Holder string
	At     time.Time // when it was first seen; zero when unknown
	Call   string    // equal for messages that are looked at together; several calls are several looks
	Text   *Text     // that watched the file; nil when only its rows are looked at
}

// Engine matches inputs with what a registry remembers. It is not for
// concurrent use.
type Engine struct {
	options  Options
	master   key.Root // of what sightings are compared by
	keys     Keys
	datasets []*dataset // by name
	resolved *resolved  // contacts that are known in part
	lookup   *lookup    // nil where indexes are held
	texts    []*textIndex
	tenancy  tenancy
	room     *link.Room
}

// Open loads what is needed to match against the datasets of a registry: their
// link indexes (about 100 bytes a row, beyond Options.Memory in a temporary file)
// and canaries. It does not keep st unless there are more rows than Options.Hold.
func Open(ctx context.Context, st store.Store, master key.Root, o Options) (*Engine, error) {
	if o.Alpha == 0 {
		o.Alpha = DefaultAlpha
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory
	}
	e := &Engine{options: o, master: master, keys: o.Keys, room: link.NewRoom(o.Memory)}
	if e.keys == nil {
		e.keys = oneKey{master}
	}
	err := st.View(ctx, func(tx store.Tx) error {
		names := o.Datasets
		if len(names) == 0 {
			all, err := tx.Datasets()
			if err != nil {
				return err
			}
			for _, d := range all {
				names = append(names, d.Name)
			}
		}
		unheld, err := e.unheld(st, tx, names)
		if err != nil {
			return err
		}
		if e.tenancy, err = loadTenancy(tx, e.keys); err != nil {
			return fmt.Errorf("contacts of the pool: %w", err)
		}
		for _, name := range sortedSet(names) {
			d, err := loadDataset(ctx, tx, name, e, keeping{e.room, unheld})
			if err != nil {
				return err
			}
			e.datasets = append(e.datasets, d)
		}
		return nil
	})
	return e, err
}

// unheld reads indexes from the store if they have too many rows to be held.
func (e *Engine) unheld(st store.Store, tx store.Tx, names []string) (func(snapshot string) chunkReader, error) {
	rows := int64(0)
	for _, name := range names {
		snapshots, err := tx.Snapshots(name)
		if err != nil {
			return nil, err
		}
		for _, s := range snapshots {
			rows += s.Rows
		}
	}
	if e.options.Hold == 0 || rows <= e.options.Hold {
		return nil, nil
	}
	e.lookup = &lookup{}
	return func(snapshot string) chunkReader { return chunksOf(st, snapshot) }, nil
}

func (e *Engine) dataset(name string) *dataset {
	for _, d := range e.datasets {
		if d.name == name {
			return d
		}
	}
	return nil
}
