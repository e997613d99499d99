package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/internal/evidence"
)

func (p *program) evidenceCommand() *cli.Command {
	return &cli.Command{
		Name:  "evidence",
		Usage: "evidence that others can check without the registry and without the key",
		Subcommands: []*cli.Command{
			{
				Name: "pack", Usage: "write what a case says of one copy as a bundle", ArgsUsage: "CASE",
				Description: "The bundle opens what was committed to when the copy was issued, as far as the leak shows it, and nothing of any\n" +
					"other copy. It holds cells of the leak in clear: give it only to who may see them. That it was written is in the\n" +
					"ledger. The files of the case are read again; those that moved are named with --leak.",
				Flags: append([]cli.Flag{
					&cli.StringFlag{Name: "out", Usage: "`FILE` to write, such as case.zip"},
					&cli.StringFlag{Name: "recipient", Usage: "whose copy, when the case does not name exactly one"},
					&cli.StringFlag{Name: "export", Usage: "which copy, by `ID`, when the recipient has several"},
					&cli.StringSliceFlag{Name: "leak", Usage: "`FILE` of the case that is not where it was; may be repeated"},
					&cli.StringSliceFlag{Name: "checkpoint", Usage: "`FILE` with a checkpoint that others hold, to be proved to be continued; may be repeated"},
					&cli.StringFlag{Name: "receipt", Usage: "`FILE` with the receipt that the recipient signed"},
					&cli.StringFlag{Name: "recipient-key", Usage: "public `KEY` of the recipient, for --receipt"},
					&cli.StringFlag{Name: "by", Usage: "who packs it, for the custody record"},
					&cli.Float64Flag{Name: "alpha", DefaultText: "1e-6", Usage: "bound on the chance that anybody is accused wrongly"},
					&cli.BoolFlag{Name: "force", Usage: forceUsage},
				}, inputFlags()...),
				Action: p.runEvidencePack,
			},
			{
				Name: "verify", Usage: "check a bundle: every byte, every proof, every number", ArgsUsage: "FILE",
				Description: "Needs neither registry nor key. Without --public-key the bundle is checked against the key it names itself:\n" +
					"compare that with the one that the issuer published.",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "public-key", Usage: "`KEY` that must have signed it"},
					&cli.StringFlag{Name: "checkpoint", Usage: "`FILE` with a checkpoint of the ledger that was kept elsewhere"},
					&cli.StringSliceFlag{Name: "leak", Usage: "`FILE` that it is about, to be compared cell by cell; may be repeated"},
				},
				Action: p.runEvidenceVerify,
			},
		},
	}
}

type verifyDoc struct {
	Schema      string           `json:"schema"`
	Valid       bool             `json:"valid"`
	Sufficient  bool             `json:"sufficient"` // valid, and log10_lr reaches what an accusation takes
	Proposition string           `json:"proposition"`
	Recipient   string           `json:"recipient"`
	Export      string           `json:"export"`
	PublicKey   string           `json:"public_key"`
	Log10LR     float64          `json:"log10_lr"`
	Bound       float64          `json:"false_accusation_bound"`
	Cherry      float64          `json:"log10_lr_if_rows_were_picked"`
	Checks      []evidence.Check `json:"checks"`
}

func (p *program) runEvidenceVerify(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the bundle's file")
	if err != nil {
		return err
	}
	data, err := readSmall(args[0], evidence.MaxArchive)
	if err != nil {
		return err
	}
	o := evidence.Options{PublicKey: c.String("public-key"), Leaks: c.StringSlice("leak")}
	if path := c.String("checkpoint"); path != "" {
		if o.Checkpoint, err = readSmall(path, maxCheckpoint); err != nil {
			return err
		}
	}
	for _, path := range o.Leaks {
		if err := checkReadTwice(path); err != nil {
			return err
		}
	}
	report := evidence.Verify(data, o)
	doc := verifyDoc{Schema: "telltale.verify/1", Valid: report.Valid(), Bound: 1, Checks: report.Checks}
	if b := report.Bundle; b != nil && doc.Valid {
		doc.Log10LR, doc.Bound, doc.Cherry, doc.Sufficient = b.Result.Log10LR, b.Result.Bound, b.Result.Cherry, b.Result.Passes
	}
	if b := report.Bundle; b != nil {
		doc.Proposition, doc.Recipient, doc.Export, doc.PublicKey = b.Proposition, b.Export.Recipient, b.Export.ID, b.PublicKey
	}
	if err := p.print(doc, func(w io.Writer) { writeVerify(w, doc) }); err != nil {
		return err
	}
	if !doc.Valid {
		return &failure{exit: exitVerify, code: "verification", err: fmt.Errorf("%s: verification failed", args[0]),
			hint: "the checks above say what failed; do not rely on this bundle"}
	}
	return nil
}

func writeVerify(w io.Writer, doc verifyDoc) {
	t := newTable("CHECK", "RESULT", "DETAIL")
	for _, check := range doc.Checks {
		result := "ok"
		if !check.OK {
			result = "FAILED"
		}
		t.AppendRow(table.Row{check.Name, result, printable(check.Detail)})
	}
	render(w, t)
	if !doc.Valid {
		fmt.Fprintln(w, "The bundle does NOT verify: nothing in it may be relied on.")
		return
	}
	if !doc.Sufficient {
		fmt.Fprintf(w, "The bundle is intact, and NOT sufficient: log10 likelihood ratio %.1f. It names nobody.\n", doc.Log10LR)
		return
	}
	fmt.Fprintf(w, "Verified: %s.\n", printable(doc.Proposition))
	fmt.Fprintf(w, "log10 likelihood ratio %.1f; chance that anybody is named wrongly at most %.1g.\n", doc.Log10LR, doc.Bound)
	fmt.Fprintln(w, "It names a copy, not a person; statement.txt in the bundle lists what it does not exclude.")
}

var errNobody = errors.New("nobody's copy is named by this case")
