package cli

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"

	gopretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/urfave/cli/v2"

	"telltale/canary"
	"telltale/fingerprint"
	"telltale/internal/export"
	"telltale/internal/key"
	"telltale/internal/table"
	"telltale/match"
	"telltale/store"
)

const (
	defaultCanaries = 20
	defaultEvery    = 25 // at most one canary for so many rows, unless asked for
	mostWithheld    = 0.5
	mostCover       = 100
	openOutputs     = 128
	// exportGCPercent trades memory for time: the pass makes little garbage
	// beside a link index that it has to keep.
	exportGCPercent = 150
)

// exportJob is one run of export.
type exportJob struct {
	p         *program
	r         *registry
	input     string
	options   table.Options
	out       string
	force     bool
	receipts  bool
	canaries  int // per copy; < 0: as many as fit
	shared    int // candidates for each copy
	withhold  float64
	cover     float64
	address   float64 // bits of a canary's address
	makeRoom  bool    // leave rows out of all copies to make room for canaries
	density   float64
	dataset   string
	version   int
	root      key.Root // of the copies, and of what a recipient keeps when it changes
	steady    key.Root
	scheme    fingerprint.Scheme
	profile   *canary.Profile
	learnedOf int64 // size of the file that profile was learned from
	names     []string

	copies    []*outgoing
	vacancies *canary.Vacancies
	covering  *canary.Cover
	detection canary.Detection
	domains   []string // of the pool
	numbers   *lottery // nil when no column shows numbers of the pool
	allotment *allotment
	passed    export.Result
	sites     []int // of the shared canaries, see canary.Canary.Site
	remarks   []string
	snapshot  string
}

func (p *program) runExport(c *cli.Context) error {
	args, err := arguments(c, 1, 1, "the file to make copies of, or -")
	if err != nil {
		return err
	}
	job := &exportJob{p: p, input: args[0], out: c.String("out"), force: c.Bool("force"), receipts: c.Bool("receipt"), canaries: c.Int("canaries"),
		shared: c.Int("shared-canaries"), withhold: c.Float64("withhold"), cover: c.Float64("cover"), address: c.Float64("address-bits"), makeRoom: c.Bool("make-room"), dataset: c.String("dataset")}
	if err := job.check(c); err != nil {
		return err
	}
	return p.withRole(c.Context, store.Issuing, func(r *registry) error {
		job.r = r
		return job.run(c.Context, c)
	})
}

func (j *exportJob) check(c *cli.Context) (err error) {
	if j.options, err = inputOptions(c); err != nil {
		return err
	}
	j.density = -1
	if c.IsSet("density") {
		j.density = c.Float64("density")
		if !(j.density >= 0 && j.density <= 1) {
			return usageError("", "--density %g: give a share from 0 to 1", j.density)
		}
	}
	switch {
	case j.dataset == "":
		return usageError("register one with telltale dataset add NAME FILE", "export: give --dataset")
	case j.out == "":
		return usageError("", "export: give --out FILE, --out DIR or --out -")
	case !c.Bool("to-all") && len(c.StringSlice("to")) == 0:
		return usageError("", "export: give --to RECIPIENT, or --to-all")
	case c.Bool("to-all") && len(c.StringSlice("to")) > 0:
		return usageError("", "export: give --to or --to-all, not both")
	case j.receipts && j.out == "-":
		return usageError("name a file with --out", "--receipt: a copy on standard output has no place for one")
	case !(j.withhold >= 0 && j.withhold <= mostWithheld):
		return usageError("", "--withhold %g: give a share from 0 to %g", j.withhold, mostWithheld)
	case !(j.cover >= 0 && j.cover <= mostCover):
		return usageError("", "--cover %g: give a number from 0 to %d", j.cover, mostCover)
	case c.IsSet("canaries") && j.canaries < 0, j.shared < 0:
		return usageError("", "--canaries and --shared-canaries cannot be negative")
	}
	return checkAddressBits(j.address)
}

func (j *exportJob) run(ctx context.Context, c *cli.Context) error {
	if err := j.load(ctx, c); err != nil {
		return err
	}
	if err := j.place(); err != nil {
		return err
	}
	in, err := j.p.openTableOf(j.scheme, j.input, j.options)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := j.refreshProfile(ctx, in); err != nil {
		return err
	}
	if err := j.mint(ctx); err != nil {
		return err
	}
	if err := j.detect(ctx); err != nil {
		return err
	}
	if err := j.coverCanaries(); err != nil {
		return err
	}
	defer j.discard()
	if err := j.openOutputs(in.reader.Schema()); err != nil {
		return err
	}
	spool, err := export.NewSpool(filepath.Dir(j.p.registryPath))
	if err != nil {
		return err
	}
	defer spool.Close()
	result, err := j.pass(ctx, in, spool)
	if err != nil {
		return err
	}
	j.passed = result
	if err := j.record(ctx, in.Info().SHA256, result, spool); err != nil {
		return err
	}
	if j.receipts {
		if err := j.writeReceipts(); err != nil {
			return err
		}
	}
	if err := j.remarkOnPools(ctx); err != nil {
		return err
	}
	return j.report()
}

// load takes what the registry knows of the dataset and the recipients.
func (j *exportJob) load(ctx context.Context, c *cli.Context) error {
	return j.r.View(ctx, func(tx store.Tx) error {
		d, err := tx.Dataset(j.dataset)
		if err != nil {
			return err
		}
		newest, root, err := j.r.schemeFor(d)
		if err != nil {
			return err
		}
		j.version, j.root = newest.Version, root
		if j.steady, err = j.r.ring.Steady(j.dataset, j.version); err != nil {
			return err
		}
		if j.scheme, err = schemeOf(newest); err != nil {
			return err
		}
		if j.profile, j.learnedOf, err = match.OpenProfile(root, j.dataset, newest.Profile); err != nil {
			return err
		}
		if j.density < 0 {
			j.density = j.scheme.Density
		}
		j.names, err = recipientsFor(tx, c.StringSlice("to"), c.Bool("to-all"))
		return err
	})
}

func recipientsFor(tx store.Tx, to []string, all bool) ([]string, error) {
	var names []string
	if all {
		recs, err := tx.Recipients()
		if err != nil {
			return nil, err
		}
		for _, rec := range recs {
			names = append(names, rec.Name)
		}
		if len(names) == 0 {
			return nil, inputError("telltale recipient add NAME", "--to-all: no recipients are registered")
		}
		return names, nil
	}
	seen := map[string]bool{}
	for _, name := range to {
		if _, err := tx.Recipient(name); err != nil {
			return nil, &failure{exit: exitError, code: "not-found", err: err, hint: "telltale recipient add NAME registers one, recipient list shows all"}
		}
		if !seen[name] {
			names = append(names, name)
		}
		seen[name] = true
	}
	return names, nil
}

func newID() string {
	var b [10]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

func digestOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func (j *exportJob) report() error {
	made, err := j.copiesMade()
	if err != nil {
		return err
	}
	docs := []exportDoc{}
	for _, o := range j.copies {
		docs = append(docs, exportDocOf(o.record))
	}
	j.remarkOnCanaries(made)
	for _, remark := range j.remarks {
		j.p.remark("%s", remark)
	}
	if j.out == "-" {
		j.p.remark("export %s for %s: %d rows, %d marked cells, %d canaries", docs[0].ID, docs[0].Recipient, docs[0].Rows, docs[0].MarkedCells, docs[0].Canaries)
		return nil
	}
	doc := map[string]any{"schema": "telltale.export/1", "exports": docs, "warnings": orEmpty(j.remarks),
		"rows_in_no_copy": j.passed.Vacant, "detectability": j.detectionDoc(), "canary_contacts": contactUses(j.minted(), j.scheme.Columns), "coalitions": coalitionDocs(made), "covered": j.covering.Lost()}
	return j.p.print(doc, func(w io.Writer) {
		t := newTable("EXPORT", "RECIPIENT", "ROWS", "MARKED", "CHANGED", "CANARIES", "WITHHELD", "FILE")
		for _, d := range docs {
			t.AppendRow(gopretty.Row{d.ID, d.Recipient, d.Rows, d.MarkedCells, d.ChangedCells, d.Canaries + d.Shared, d.Withheld, d.File})
		}
		render(w, t)
	})
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
