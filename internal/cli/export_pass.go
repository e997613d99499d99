package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"telltale/fingerprint"
	"telltale/internal/export"
	"telltale/match/link"
)

// pass makes the copies; they are complete on disk afterwards, under
// temporary names.
func (j *exportJob) pass(ctx context.Context, in *tableOf, spool *export.Spool) (export.Result, error) {
	marker, err := fingerprint.New(j.scheme, j.dataset, j.root)
	if err != nil {
		return export.Result{}, err
	}
	spec := link.Spec{Columns: j.scheme.Columns, Locale: j.scheme.Locale}
	plan := export.Plan{
		Marker: marker, Indexer: link.NewIndexer(spec, j.dataset, j.root), Builder: link.NewBuilder(spec, spool.Put),
		Columns: in.columns, Threshold: fingerprint.Threshold(j.density), Withhold: j.withhold, Vacancies: j.vacancies, Cover: j.covering,
	}
	for _, o := range j.copies {
		aliases, err := j.aliasesFor(o.recipient)
		if err != nil {
			return export.Result{}, err
		}
		plan.Copies = append(plan.Copies, export.Copy{
			Word:        marker.Word(o.recipient),
			Withholding: fingerprint.NewWithholding(j.dataset, o.recipient, j.root),
			Canaries:    o.planter, Out: o.writer, Aliases: aliases,
		})
	}
	plan.Indexer.Expect(j.profile.Rows)
	plan.Builder.Expect(j.profile.Rows)
	plan.Builder.KeepContacts(j.dataset, j.root)
	defer debug.SetGCPercent(debug.SetGCPercent(exportGCPercent))
	bar := j.p.progress(in.File, "marking")
	result, err := export.Run(ctx, j.input, in.reader, plan)
	bar.stop()
	if err == nil && result.Rows == 0 {
		err = inputError("give a file with at least one row besides the header", "%s: the table has no rows", j.input)
	}
	if err == nil {
		err = onlyTable(j.input, in.File)
	}
	if err == nil {
		err = j.numbers.check(j.input)
	}
	if err == nil {
		err = j.checkCanaryKeys(marker, plan.Builder)
	}
	if err == nil {
		err = j.finish()
	}
	return result, withName(j.input, err)
}

// withName adds the file's name to errors that know only the row.
func withName(name string, err error) error {
	var duplicate *link.DuplicateKeyError
	if errors.As(err, &duplicate) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// checkCanaryKeys makes sure that no canary took the key of a real row.
func (j *exportJob) checkCanaryKeys(marker *fingerprint.Marker, b *link.Builder) error {
	for _, o := range j.copies {
		var keys []fingerprint.RowKey
		for i := range o.minted {
			planted, ok := o.planter.Planted(i)
			if !ok {
				return fmt.Errorf("canary %d for %s found no place", i, o.recipient)
			}
			k, err := marker.RowKey(planted.Cells)
			if err != nil {
				return err
			}
			keys = append(keys, k)
		}
		if i, collides := b.Collides(keys); collides {
			return inputError("register the present form of the table as a new dataset, or make the export from a file instead of a stream",
				"%s: canary %d for %s would have taken the key of a real row: the table is not the one that was learned", j.input, i, o.recipient)
		}
	}
	return nil
}
