package cli

import (
	"fmt"
	"io"
	"time"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/store"
)

// Bounds of --address-bits: fewer could be guessed by chance, more make
// addresses that nobody has.
const (
	leastAddressBits = 16
	mostAddressBits  = 64
)

func addressBitsFlag() cli.Flag {
	return &cli.Float64Flag{Name: "address-bits", Value: canary.MinEmailBits,
		Usage: "how hard a canary's address at your domains is to guess: with 48 one message decides among thousands of recipients, with 40 among thirty; fewer hide it better"}
}

func coverFlag() cli.Flag {
	return &cli.Float64Flag{Name: "cover", Usage: "rows that stand in few copies, for each canary: who compares copies cannot tell the two; printed"}
}

func makeRoomFlag() cli.Flag {
	return &cli.BoolFlag{Name: "make-room", Usage: "leave some rows out of all copies, for canaries to stand among dense ids and ordered times; printed"}
}

func checkAddressBits(bits float64) error {
	if bits >= leastAddressBits && bits <= mostAddressBits {
		return nil
	}
	return usageError("", "--address-bits %g: give a number from %d to %d", bits, leastAddressBits, mostAddressBits)
}

func (p *program) exportCommand() *cli.Command {
	return &cli.Command{
		Name: "export", Usage: "make a marked copy for each recipient", ArgsUsage: "FILE|-",
		Description: "One pass over FILE makes all copies. With several recipients, --out names a directory in which the copy of\n" +
			"NAME.EXT for a recipient is called NAME.RECIPIENT.EXT. The same input, key, recipient and options give the\n" +
			"same bytes. Nothing appears, and nothing is recorded, unless every copy is complete.",
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "dataset", Usage: "dataset `NAME`"},
			&cli.StringSliceFlag{Name: "to", Usage: "recipient `NAME`; may be repeated"},
			&cli.BoolFlag{Name: "to-all", Usage: "all recipients"},
			&cli.StringFlag{Name: "out", Usage: "`FILE|DIR` to write; - for standard output"},
			&cli.IntFlag{Name: "canaries", Value: -1, DefaultText: "20, at most 4% of the rows, as far as the pools reach", Usage: "fabricated rows in each copy"},
			&cli.IntFlag{Name: "shared-canaries", Usage: "fabricated rows of which each copy carries those its word says"},
			&cli.Float64Flag{Name: "withhold", Usage: "share of the rows left out of each copy, 0 to 0.5"},
			addressBitsFlag(),
			coverFlag(),
			makeRoomFlag(),
			&cli.Float64Flag{Name: "density", Usage: "share of the cells that can carry a mark that do, 0 to 1", DefaultText: "the dataset's"},
			&cli.BoolFlag{Name: "receipt", Usage: "write a receipt beside each copy, for its recipient to sign"},
			&cli.BoolFlag{Name: "force", Usage: "replace existing files; export although canaries can be told from rows"},
		}, inputFlags()...),
		Action: p.runExport,
		Subcommands: []*cli.Command{
			{Name: "list", Usage: "list all exports", Action: p.runExportList,
				Flags: []cli.Flag{&cli.StringFlag{Name: "dataset", Usage: "only those of dataset `NAME`"}}},
			{Name: "show", Usage: "show one export", ArgsUsage: "ID", Action: p.runExportShow},
		},
	}
}

type exportDoc struct {
	ID           string    `json:"id"`
	Recipient    string    `json:"recipient"`
	Dataset      string    `json:"dataset"`
	File         string    `json:"file"`
	SHA256       string    `json:"sha256"`
	Bytes        int64     `json:"bytes"`
	Rows         int64     `json:"rows"`
	MarkedCells  int64     `json:"marked_cells"`
	ChangedCells int64     `json:"changed_cells"`
	Canaries     int       `json:"canaries"`
	Shared       int       `json:"shared_canaries"`
	Withheld     int64     `json:"withheld"`
	Withhold     float64   `json:"withhold"`
	Density      float64   `json:"density"`
	Scheme       int       `json:"scheme"`
	IssuedAt     time.Time `json:"issued_at"`
	Retired      time.Time `json:"retired_at,omitzero"`
}

func exportDocOf(e store.Export) exportDoc {
	return exportDoc{ID: e.ID, Recipient: e.Recipient, Dataset: e.Dataset, File: e.File, SHA256: e.SHA256, Bytes: e.Bytes,
		Rows: e.Rows, MarkedCells: e.MarkedCells, ChangedCells: e.ChangedCells, Canaries: e.Canaries, Shared: e.Shared,
		Withheld: e.Withheld, Withhold: e.WithholdRate, Density: e.Density, Scheme: e.Scheme, IssuedAt: e.IssuedAt, Retired: e.Retired}
}

func exportDocs(exports []store.Export) []exportDoc {
	docs := []exportDoc{}
	for _, e := range exports {
		if e.State == store.Issued {
			docs = append(docs, exportDocOf(e))
		}
	}
	return docs
}

func renderExports(w io.Writer, docs []exportDoc) {
	t := newTable("EXPORT", "RECIPIENT", "DATASET", "ROWS", "MARKED", "CHANGED", "CANARIES", "WITHHELD", "ISSUED", "FILE")
	for _, d := range docs {
		t.AppendRow(gopretty.Row{d.ID, d.Recipient, d.Dataset, d.Rows, d.MarkedCells, d.ChangedCells, d.Canaries + d.Shared,
			d.Withheld, stamp(d.IssuedAt), d.File})
	}
	render(w, t)
}

func (p *program) runExportList(c *cli.Context) error {
	if _, err := arguments(c, 0, 0, ""); err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		var exports []store.Export
		err := r.View(c.Context, func(tx store.Tx) (err error) {
			if name := c.String("dataset"); name != "" {
				if _, err := tx.Dataset(name); err != nil {
					return err
				}
			}
			exports, err = tx.Exports(c.String("dataset"))
			return err
		})
		if err != nil {
			return err
		}
		docs := exportDocs(exports)
		return p.print(map[string]any{"schema": "telltale.exports/1", "exports": docs}, func(w io.Writer) { renderExports(w, docs) })
	})
}

func (p *program) runExportShow(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the export's id")
	if err != nil {
		return err
	}
	return p.with(c.Context, func(r *registry) error {
		var e store.Export
		err := r.View(c.Context, func(tx store.Tx) (err error) {
			e, err = tx.Export(args[0])
			if err == nil && e.State != store.Issued {
				err = fmt.Errorf("export %s was never completed: %w", e.ID, store.ErrNotFound)
			}
			return err
		})
		if err != nil {
			return err
		}
		doc := struct {
			Schema string `json:"schema"`
			exportDoc
		}{"telltale.export-record/1", exportDocOf(e)}
		return p.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "export     %s\nrecipient  %s\ndataset    %s, scheme %d\nfile       %s\nsha256     %s\nrows       %d\n", e.ID,
				printable(e.Recipient), printable(e.Dataset), e.Scheme, printable(e.File), e.SHA256, e.Rows)
			fmt.Fprintf(w, "marked     %d cells, of which %d differ from the original (density %.2g)\n", e.MarkedCells, e.ChangedCells, e.Density)
			fmt.Fprintf(w, "canaries   %d, and %d shared\nwithheld   %d rows (rate %g)\nissued     %s\n", e.Canaries, e.Shared, e.Withheld,
				e.WithholdRate, stamp(e.IssuedAt))
		})
	})
}
