package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"telltale/internal/erase"
	"telltale/store"
)

// erasureDoc is what forget and retire print.
type erasureDoc struct {
	Schema string `json:"schema"`
	DryRun bool   `json:"dry_run"`
	Purged bool   `json:"purged"` // the bytes are gone from the registry's files
	erase.Statement
}

func (d erasureDoc) nothing() bool {
	return d.Numbers+len(d.Snapshots)+len(d.Exports)+len(d.Sightings)+len(d.Profiles) == 0
}

// reportErasure removes the bytes of what was erased, and prints the statement.
func (p *program) reportErasure(ctx context.Context, r *registry, doc erasureDoc) error {
	var failed error
	if !doc.DryRun {
		failed = r.purge(ctx)
		doc.Purged = failed == nil
	}
	if err := p.print(doc, func(w io.Writer) { writeErasure(w, doc) }); err != nil {
		return err
	}
	return failed
}

// purge removes deleted bytes from the registry's files.
func (r *registry) purge(ctx context.Context) error {
	purger, ok := r.raw.(store.Purger)
	if !ok {
		return nil
	}
	err := purger.Purge(ctx)
	if errors.Is(err, store.ErrBusy) {
		return &failure{exit: exitError, code: "busy", err: fmt.Errorf("what was erased is out of the registry, but its bytes may still be in the file beside it (-wal): %w", err),
			hint: "when the other process has ended, run telltale registry purge"}
	}
	return err
}

func writeErasure(w io.Writer, doc erasureDoc) {
	switch {
	case doc.nothing():
		fmt.Fprintln(w, "nothing to erase was found")
		return
	case doc.DryRun:
		fmt.Fprintln(w, "would be erased (nothing was changed):")
	}
	writeStatement(w, doc.Statement)
	if doc.Kind == store.Forget {
		fmt.Fprintln(w, "\nNot reached: your own tables, the copies that were issued, backups of the registry. An export of a table that still\nholds the person brings them back.")
	}
}

func writeStatement(w io.Writer, s erase.Statement) {
	erased, total := int64(0), int64(0)
	for _, x := range s.Snapshots {
		erased, total = erased+x.Erased, total+x.Rows
	}
	fmt.Fprintf(w, "link index: %d of %d rows; snapshots: %d\n", erased, total, len(s.Snapshots))
	writeExportLosses(w, s)
	if s.Numbers > 0 {
		fmt.Fprintf(w, "numbers of the pool that stood for them: %d; they still tell the copy\n", s.Numbers)
	}
	for _, x := range s.Profiles {
		fmt.Fprintf(w, "what was learned of %s (scheme %d): %d rows of the sample\n", x.Dataset, x.Version, x.Rows)
	}
	writeSightingLosses(w, s.Sightings)
}

func writeExportLosses(w io.Writer, s erase.Statement) {
	if len(s.Exports) == 0 {
		return
	}
	fmt.Fprintln(w, "\nWhat leaks of these copies no longer show:")
	t := newTable("EXPORT", "RECIPIENT", "DATASET", "ISSUED", "ROWS", "MARKS", "CANARIES", "LEFT")
	for _, x := range s.Exports {
		left := "all other rows"
		if x.NoIndex {
			left = "rows that later copies of the same key have too"
		}
		t.AppendRow(table.Row{x.Export, x.Recipient, x.Dataset, day(x.IssuedAt), x.Rows, x.Marks, x.Canaries, left})
	}
	render(w, t)
}

func writeSightingLosses(w io.Writer, list []erase.SightingLoss) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(w, "\nWhat sightings no longer tell:")
	t := newTable("CASE", "SIGHTING", "KIND", "ROWS", "MARKS", "")
	for _, x := range list {
		note := ""
		if x.Message {
			note = "who received it"
		}
		t.AppendRow(table.Row{x.Case, x.Seq, x.Kind, x.Rows, x.Marks, note})
	}
	render(w, t)
}
