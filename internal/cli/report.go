package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"telltale/internal/report"
	"telltale/match"
	"telltale/store"
)

func (p *program) reportCommand() *cli.Command {
	return &cli.Command{
		Name: "report", Usage: "write what is known of a case as a page for people", ArgsUsage: "CASE",
		Description: "One HTML file that loads nothing and runs no script: the answer in plain language, how sure it is, what else could\n" +
			"be, the evidence, the chain, and what was examined. Personal values are masked. That it was written is in the ledger.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write, such as case.html, or -"},
			&cli.Float64Flag{Name: "alpha", DefaultText: "1e-6", Usage: "bound on the chance that anybody is accused wrongly"},
			&cli.BoolFlag{Name: "force", Usage: forceUsage},
		},
		Action: p.runReport,
	}
}

func (p *program) runReport(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the case's name")
	if err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usageError("for instance --out case.html", "report: give --out FILE, or --out -")
	}
	if out == "-" && p.json {
		return usageError("name a file with --out", "report: --json and --out - both want standard output")
	}
	options, err := p.matchOptions(c)
	if err != nil {
		return err
	}
	return p.withRole(c.Context, store.Investigating, func(r *registry) error {
		known, err := p.caseReport(c.Context, r, args[0], options)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := report.Page(&text, known); err != nil {
			return err
		}
		sum := sha256.Sum256(text.Bytes())
		if err := p.note(c.Context, r, "report", args[0], sum[:]); err != nil {
			return err
		}
		if err := p.writeOutput(out, text.Bytes(), c.Bool("force")); err != nil || out == "-" {
			return err
		}
		doc := map[string]string{"schema": "telltale.report/1", "case": args[0], "file": out, "sha256": fmt.Sprintf("%x", sum), "verdict": string(known.Result.Verdict)}
		return p.print(doc, func(w io.Writer) { fmt.Fprintf(w, "%s: case %s, %s\n", out, args[0], known.Result.Verdict) })
	})
}

// caseReport weighs a case as it stands, and orders it.
func (p *program) caseReport(ctx context.Context, r *registry, name string, o match.Options) (report.Case, error) {
	known := report.Case{Name: name, Tool: "telltale " + version(), Made: p.Now()}
	engine, err := r.engine(ctx, o)
	if err != nil {
		return known, err
	}
	graph, err := r.chainOf(ctx, engine, name)
	if err != nil {
		return known, err
	}
	known.Chain = &graph
	readings, err := r.readings(ctx, name)
	if err != nil {
		return known, err
	}
	if known.Result, err = engine.Decide(ctx, readings); err != nil {
		return known, err
	}
	known.Facts, err = r.statedFacts(ctx, name)
	return known, err
}
