package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"telltale/internal/table"
	"telltale/match"
	"telltale/store"
)

func (p *program) matchCommand() *cli.Command {
	return &cli.Command{
		Name: "match", Usage: "say whose copy a discovered file comes from", ArgsUsage: "FILE|DIR|-...",
		Description: "All inputs are taken as one leak. Columns are recognised by what they hold: they may be renamed, reordered or\n" +
			"missing. Somebody is accused only if the chance of accusing anybody wrongly stays below --alpha.",
		Flags: append(append(investigationFlags(),
			&cli.StringFlag{Name: "seen", Usage: "`TIME` when it was first seen: later exports are no source; a date means the end of that day, UTC"}), inputFlags()...),
		Action: p.runMatch,
	}
}

func (p *program) runMatch(c *cli.Context) error {
	args, err := arguments(c, 1, -1, "one or more files or directories, or -")
	if err != nil {
		return err
	}
	o, err := inputOptions(c)
	if err != nil {
		return err
	}
	at, err := parseTime("seen", c.String("seen"))
	if err != nil {
		return err
	}
	options, err := p.matchOptions(c)
	if err != nil {
		return err
	}
	files, others, err := expand(args)
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		i, err := p.investigate(c, r, options, "file", match.SchemaMatch)
		if err != nil {
			return err
		}
		var failed []match.Input
		for _, name := range files {
			err := i.readFile(c.Context, name, o, match.Seen{Name: name, Holder: c.String("holder"), At: at})
			if err != nil && (len(files) == 1 || c.Context.Err() != nil) {
				return err
			}
			if err != nil {
				failed = append(failed, match.Input{Name: name, Unreadable: 1, Problem: err.Error()})
			}
		}
		if len(failed) == len(files) {
			return inputError("", "none of the %d files could be read; the first: %s", len(files), failed[0].Problem)
		}
		return i.decide(c, func(result *match.Result) {
			addFailed(result, failed)
			addIrregular(result, others)
		})
	})
}

// addFailed makes a result say that whole inputs could not be read.
func addFailed(result *match.Result, failed []match.Input) {
	if len(failed) == 0 {
		return
	}
	result.Inputs = append(result.Inputs, failed...)
	result.Verdict = match.Incomplete
	result.Warnings = append(result.Warnings, fmt.Sprintf("%d of the inputs could not be read at all", len(failed)))
}

func (i *investigation) readFile(ctx context.Context, name string, o table.Options, seen match.Seen) error {
	seen.Text = i.engine.Text(ctx)
	o.Watch = seen.Text.Watch
	f, err := i.p.openTable(name, o)
	if err != nil {
		return err
	}
	defer f.Close()
	bar := i.p.progress(f, "matching")
	reading, err := i.engine.File(ctx, f, seen)
	bar.stop()
	if err != nil {
		return err
	}
	return i.add(reading, sightingRecord{Name: name, Holder: seen.Holder, At: seen.At}, f.Info().SHA256)
}
